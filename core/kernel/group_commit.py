"""Group commit: acts that follow one pattern and come while another is under way are written by one statement.

Whoever comes first is written at once and alone, so that nobody waits for company. Whoever comes meanwhile is written
with all others who did, as soon as the statement before has ended: the busier a process is, the larger are its groups,
and the less each act costs it and PostgreSQL. Every act keeps its own key, rows and answer. Where a group fails, for
whatever reason, nothing of it was written, and each act is tried by itself, but where there was no connection for it:
then there is none for each of them either.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final

from core.kernel.patterns import Drawn, Written
from core.kernel.plain_pool import NoConnection, PlainPool

MOST: Final = 50
"""Acts of one group; a group holds the keys of all until it ends."""
LATE_S: Final = 0.05
"""After so many seconds a statement is not waited for any longer: it waits itself, for somebody who writes the same."""

Turn = asyncio.Future[Sequence[Any] | None]


@dataclass(slots=True, eq=False)
class Company:
    """Acts of one pattern that are under way or wait.

    Attributes:
        under_way: How many statements there are.
        begun: When the last of them began, on the event loop's clock.
        waiting: Acts with the turns of those who wait for them.
        alarm: Lets these go where the statement takes its time.
    """

    under_way: int = 0
    begun: float = 0.0
    waiting: deque[tuple[Written, Turn]] = field(default_factory=deque[tuple[Written, Turn]])
    alarm: asyncio.TimerHandle | None = None


class GroupCommit:
    """Writes the acts of one process.

    Args:
        limit_s: How long a statement may take; then it is cancelled.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._companies: dict[Drawn, Company] = {}
        self._groups: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> list[Written]:
        """The acts that wait for a statement to end."""
        return [act for one in self._companies.values() for act, _ in one.waiting]

    async def row(self, pool: PlainPool, act: Written) -> Sequence[Any] | None:
        """Do an act and give what is told of it, or nothing where nothing was written.

        Raises:
            TimeoutError: No connection came back in time, or it took too long.
            PostgresError: PostgreSQL refuses it.
        """
        if act.drawn.group is None:
            return await self._alone(pool, act)
        loop = asyncio.get_running_loop()
        company = self._companies.setdefault(act.drawn, Company())
        if not company.under_way:
            company.under_way, company.begun = 1, loop.time()
            try:
                return await self._alone(pool, act)
            finally:
                self._go_on(pool, act.drawn, company)
        turn: Turn = loop.create_future()
        company.waiting.append((act, turn))
        if company.alarm is None:
            company.alarm = loop.call_at(company.begun + LATE_S, self._begin, pool, act.drawn, company)
        return await turn

    async def settle(self) -> None:
        """Wait until the groups that are under way have ended."""
        while self._groups:
            await asyncio.wait(self._groups)

    async def _alone(self, pool: PlainPool, act: Written) -> Sequence[Any] | None:
        return await pool.row(act.drawn.sql, act.values, self._limit_s)

    def _go_on(self, pool: PlainPool, drawn: Drawn, company: Company) -> None:
        """Let those go who waited for a statement that has ended."""
        company.under_way -= 1
        self._begin(pool, drawn, company)
        if not company.under_way:
            self._companies.pop(drawn, None)

    def _begin(self, pool: PlainPool, drawn: Drawn, company: Company) -> None:
        """Begin to write those who wait, as many as one group holds; whoever has gone meanwhile is left out."""
        if company.alarm is not None:
            company.alarm.cancel()
            company.alarm = None
        group: list[tuple[Written, Turn]] = []
        while company.waiting and not group:
            group = [(act, turn) for act, turn in next_of(company.waiting) if not turn.done()]
        if not group:
            return
        loop = asyncio.get_running_loop()
        company.under_way, company.begun = company.under_way + 1, loop.time()
        if company.waiting:
            company.alarm = loop.call_at(company.begun + LATE_S, self._begin, pool, drawn, company)
        # The work is nobody's own: it must not end with the request that happens to begin it, nor log as that.
        task = loop.create_task(self._together(pool, drawn, company, group), context=Context())
        self._groups.add(task)
        task.add_done_callback(self._groups.discard)

    async def _together(
        self, pool: PlainPool, drawn: Drawn, company: Company, group: Sequence[tuple[Written, Turn]]
    ) -> None:
        try:
            found = await self._found(pool, drawn, [act for act, _ in group])
        except NoConnection:  # Each has waited as long as anybody does; by itself it would wait as long again.
            for _, turn in group:
                if not turn.done():
                    turn.set_exception(NoConnection())
            return
        except Exception:  # noqa: BLE001 - whatever it was, each hears by itself what stands against it
            found = None
        except BaseException:
            for _, turn in group:
                turn.cancel()
            raise
        finally:
            self._go_on(pool, drawn, company)
        if found is None:
            await asyncio.gather(*(self._hear(pool, act, turn) for act, turn in group))
            return
        for place, (_, turn) in enumerate(group, 1):
            if not turn.done():
                turn.set_result(found.get(place))

    async def _found(self, pool: PlainPool, drawn: Drawn, acts: Sequence[Written]) -> dict[int, Sequence[Any]]:
        """Write a group and give what is told of those that were done, by their places."""
        first = acts[0]
        if len(acts) == 1 or drawn.group is None:
            row = await self._alone(pool, first)
            return {} if row is None else {1: row}
        values = drawn.group.values(first.values, [act.own for act in acts])
        rows = await pool.rows(drawn.group.sql, values, self._limit_s)
        return {row[-1]: row[:-1] for row in rows}

    async def _hear(self, pool: PlainPool, act: Written, turn: Turn) -> None:
        """Do one act of a group that failed."""
        try:
            row = await self._alone(pool, act)
        except Exception as error:  # noqa: BLE001 - whoever waits for it raises it
            if not turn.done():
                turn.set_exception(error)
        else:
            if not turn.done():
                turn.set_result(row)


def next_of(waiting: deque[tuple[Written, Turn]]) -> Sequence[tuple[Written, Turn]]:
    """Take those who go next: they are told the same, and are no more than one group holds.

    They go in the order of their keys, so that two processes with the same acts do not wait for each other.
    """
    group: list[tuple[Written, Turn]] = []
    while waiting and len(group) < MOST and (not group or waiting[0][0].told == group[0][0].told):
        group.append(waiting.popleft())
    return sorted(group, key=lambda one: one[0].key)
