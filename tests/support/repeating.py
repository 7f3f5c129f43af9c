"""Handlers that are killed and repeated whenever they run: what background work leaves then is what it leaves once."""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, ParamSpec

from sqlalchemy import text

from core.kernel.database import Database
from core.kernel.handlers import HANDLERS, Handler, Run, load_handlers
from core.kernel.jobs import JobIsCancelled
from core.kernel.receipts import AlreadyReceived
from core.kernel.work import Work

COUNTED = text("""
    SELECT relname, pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
        + pg_stat_get_xact_tuples_deleted(oid) AS rows
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""")
P = ParamSpec("P")
WRITES = text("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")


class Killed(BaseException):
    """The worker is gone."""


@dataclass
class Watched:
    """A database whose units are seen, and may end badly.

    Attributes:
        database: The database.
        dies: Whether the first unit that writes is rolled back (``before``), or is the last thing that happens
            (``after``); empty where nothing is wrong.
        written: The tables that units wrote to.
    """

    database: Database
    dies: str = ""
    written: Counter[str] = field(default_factory=Counter[str])

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    @asynccontextmanager
    async def unit(self, *given: Any, **said: Any) -> AsyncGenerator[Any, None]:
        """Open a unit as the database does."""
        wrote = False
        async with self.database.unit(*given, **said) as unit:
            before = {} if self.dies else await counted(unit)
            yield unit
            await unit.session.flush()
            if self.dies:
                wrote = bool(await unit.session.scalar(WRITES))
                if wrote and self.dies == "before":
                    raise Killed
            else:
                after = await counted(unit)
                self.written.update({name: rows for name, rows in after.items() if rows > before.get(name, 0)})
        if wrote:
            raise Killed


async def counted(unit: Any) -> dict[str, int]:
    """How many rows this connection wrote to each table lately."""
    return {row.relname: row.rows for row in await unit.session.execute(COUNTED)}


@dataclass
class Tried:
    """What came of trying each topic.

    Attributes:
        times: How often each was tried.
        again: The tables that a run wrote to after the one before it had done everything, by topic.
        most: How many runs of each topic are tried.
    """

    times: Counter[str] = field(default_factory=Counter[str])
    again: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    most: int = 1

    def trying(self, handler: Handler) -> Handler:
        """Give a handler that is killed twice, does its work and does it again."""

        async def run(work: Work) -> None:
            if self.times[handler.topic] >= self.most:
                await handler.run(work)
                return
            self.times[handler.topic] += 1
            for dies in ("before", "after"):
                with suppress(Killed):
                    await once(handler.run, work, dies)
            await once(handler.run, work)
            self.again.setdefault(handler.topic, set()).update(await once(handler.run, work))

        return replace(handler, run=run)

    @contextmanager
    def everywhere(self, *topics: str) -> Generator[None]:
        """Try whatever runs meanwhile, or these topics alone."""
        kept = {topic: one for topic, one in load_handlers().items() if not topics or topic in topics}
        HANDLERS.update({topic: self.trying(one) for topic, one in kept.items()})
        try:
            yield
        finally:
            HANDLERS.update(kept)


def killed_and_repeated(
    *topics: str, rewrites: Collection[str] = ()
) -> Callable[[Callable[P, Awaitable[None]]], Callable[P, Awaitable[None]]]:
    """Have these topics killed and repeated in a test the first time that each runs.

    Args:
        topics: The topics; each must run.
        rewrites: Tables in which a repeated run writes what stands there already; otherwise it writes nothing.
    """

    def around(test: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
        @wraps(test)
        async def repeated(*given: P.args, **named: P.kwargs) -> None:
            tried = Tried()
            with tried.everywhere(*topics):
                await test(*given, **named)
            wrote = {topic: tables - {*rewrites} for topic, tables in tried.again.items()}
            assert wrote == {topic: set() for topic in topics}, f"written again: {wrote}"

        return repeated

    return around


async def once(run: Run, work: Work, dies: str = "") -> set[str]:
    """Make one run of some work; tell which tables it wrote to."""
    watched: Any = Watched(work.background.database, dies)
    with suppress(AlreadyReceived, JobIsCancelled):
        await run(replace(work, background=replace(work.background, database=watched), effects=0))
    return set(watched.written)
