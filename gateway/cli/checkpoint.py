"""``touchstone checkpoint``: seal what is not sealed yet, and export what the log is now, signed."""

import asyncio
import gzip
from collections.abc import AsyncIterable
from pathlib import Path
from typing import Annotated, Any

import typer

from core.kernel.crypto import MasterKeys
from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from core.kernel.settings import Settings
from core.records.sealing.export import export_log
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.notes import Checkpoint, Note
from core.records.sealing.prove import checkpoint_at, newest_key
from core.records.sealing.reading import read_hashes
from core.records.sealing.repository import Ask, asking
from core.records.sealing.seal import seal_batch
from gateway.cli.console import ERR
from gateway.cli.operator import Operator, operator
from gateway.cli.places import require_places
from gateway.cli.plan import acting
from gateway.cli.surroundings import surroundings


@frozen
class Wanted:
    """Files that are to be written.

    Attributes:
        leaves: For the hashes of all leaves, 32 bytes each.
        export: For the whole log, line by line.
    """

    leaves: Path | None
    export: Path | None


def checkpoint(
    network: Annotated[str, typer.Option(help="Key of the network.")],
    tenant: Annotated[str, typer.Option(help="Key of the tenant; headquarters by default.")] = "",
    file: Annotated[Path | None, typer.Option(help="Where to write the checkpoint; printed by default.")] = None,
    leaves: Annotated[
        Path | None, typer.Option(help="Also write the hash of every leaf, so that verifying names each changed row.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Also write the whole log with its rows as NDJSON; .gz is compressed.")
    ] = None,
) -> None:
    """Export a signed checkpoint of a tenant's log; keep it where nobody of the network can write."""
    require_places(file, leaves, export)
    with surroundings(queue=False) as around:
        note, key = asyncio.run(made(around.settings, (network, tenant), Wanted(leaves, export)))
    if file is None:
        typer.echo(note.written, nl=False)
    else:
        file.write_text(note.written, encoding="utf-8")
    size = Checkpoint.read(note.text).size
    ERR.print(f"{size} leaves are signed by {key}", soft_wrap=True, highlight=False)


async def made(settings: Settings, where: tuple[str, str], wanted: Wanted) -> tuple[Note, str]:
    """Seal, and read everything in one snapshot; give the checkpoint and the key that signs."""
    async with operator(settings) as at:
        scope = await acting(at, *where)
        await seal_all(at, scope)
        async with at.database.unit(scope, clock=at.clock, read_only=True) as unit:
            note, key = await checkpoint_at(unit), await newest_key(unit)
            log = LogName(unit.network_id, unit.tenant_id)
            await write_files(asking(unit), log, wanted)
            return note, key.text


async def seal_all(at: Operator, scope: Scope) -> None:
    """Seal what is not sealed yet."""
    masters, more = at.services.get(MasterKeys), True
    while more:
        async with at.database.unit(scope, clock=at.clock) as unit:
            more = (await seal_batch(unit, masters)).more


async def write_files(ask: Ask, log: LogName, wanted: Wanted) -> None:
    """Write hashes and rows where they are wanted."""
    if wanted.leaves is not None:
        await pour(wanted.leaves, read_hashes(ask, log))
    if wanted.export is not None:
        await pour(wanted.export, export_log(ask, log))


async def pour(file: Path, parts: AsyncIterable[bytes]) -> None:
    """Write parts to a file, compressed where its name says so."""
    opener: Any = gzip.open if file.suffix == ".gz" else Path.open
    with opener(file, "wb") as output:
        async for part in parts:
            output.write(part)
