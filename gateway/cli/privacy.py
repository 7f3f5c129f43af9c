"""``touchstone privacy``: carry erasures over a restore of an older state of the database."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from core.kernel.crypto import MasterKeys
from core.kernel.key_ring import KeyRing
from core.kernel.settings import Settings
from core.records.privacy.erase import replay_erasure
from core.records.privacy.erasure_files import Line, first_line, line_of, read_lines
from core.records.privacy.repository import erasures_after
from gateway.cli.console import OUT
from gateway.cli.errors import UnknownTenant
from gateway.cli.operator import Operator, operator
from gateway.cli.places import require_places
from gateway.cli.records import scopes
from gateway.cli.surroundings import surroundings

app = typer.Typer(help="Erasures of persons, carried over a restore.", no_args_is_help=True)
PAGE = 500
BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
Network = Annotated[str, typer.Option(help="Key of the network.")]


@app.callback()
def several() -> None:
    """Erasures of persons, carried over a restore."""


@app.command("erasures")
def erasures(
    network: Network,
    file: Annotated[Path, typer.Option(help="Where to write them; keep it beside the backups, not in them.")],
) -> None:
    """Write down which customers were erased, in every tenant of a network; the file holds nothing personal."""
    require_places(file)
    with surroundings(queue=False) as around:
        lines = asyncio.run(gathered(around.settings, network))
    file.write_bytes(b"".join([first_line(network), *lines]))
    OUT.print(f"{len(lines):,} erasures are written down.")


@app.command("replay")
def replay(
    file: Annotated[
        Path,
        typer.Argument(
            help="What `touchstone privacy erasures` wrote, before the restore.", exists=True, dir_okay=False
        ),
    ],
    network: Network,
) -> None:
    """Erase again, after a restore, whom the restored state knows once more; repeated, it changes nothing."""
    with file.open("rb") as lines:
        asked = list(read_lines(lines, network))
    with surroundings(queue=False) as around:
        done = asyncio.run(erased_again(around.settings, network, asked))
    OUT.print(f"{done:,} of {len(asked):,} customers were known again and are erased.")


async def gathered(settings: Settings, network: str) -> Sequence[bytes]:
    """Give the lines of every tenant's erasures."""
    async with operator(settings) as at:
        return [line_of(key, row) async for key, row in all_erasures(at, network)]


async def all_erasures(at: Operator, network: str) -> AsyncIterator[tuple[str, Mapping[str, Any]]]:
    """Read every tenant's erasures, page by page."""
    async for key, scope in scopes(at, network, ""):
        async with at.database.unit(scope, clock=at.clock, read_only=True) as unit:
            after: tuple[datetime, UUID] = BEFORE_ALL, UUID(int=0)
            while rows := await erasures_after(unit, *after, PAGE):
                for row in rows:
                    yield key, row
                after = rows[-1]["erased_at"], rows[-1]["id"]


async def erased_again(settings: Settings, network: str, asked: Sequence[Line]) -> int:
    """Erase again; tell how many customers there was something of."""
    async with operator(settings) as at:
        return await replayed(at, network, asked)


async def replayed(at: Operator, network: str, asked: Sequence[Line]) -> int:
    """Erase again, each customer in a transaction of its own; tell how many there was something of.

    Raises:
        UnknownTenant: The network has no tenant that the file names.
    """
    known = {key: scope async for key, scope in scopes(at, network, "")}
    unknown = sorted({one.tenant for one in asked} - set(known))
    if unknown:
        raise UnknownTenant(network=network, tenant=unknown[0])
    done, masters = 0, at.services.get(MasterKeys)
    for one in asked:
        async with at.database.unit(known[one.tenant], clock=at.clock, directory=at.directory) as unit:
            done += await replay_erasure(unit, KeyRing(unit, masters), one.customer_id, one.why)
    return done
