"""``touchstone verify``: hold a tenant's log, an export of it or one proof against what was signed."""

import asyncio
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer

from core.kernel.errors import InvalidInput
from core.kernel.settings import Settings
from core.records.sealing.errors import FileIsUnreadable
from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.exports import ExportIsMalformed, examine_export
from core.records.sealing.policy.findings import Examined
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.held import read_held
from core.records.sealing.policy.notes import NoteIsMalformed, VerifyingKey
from core.records.sealing.policy.proof_files import ProofIsWrong, prove
from core.records.sealing.repository import asking
from gateway.cli.console import OUT, counted, progress, table
from gateway.cli.errors import LogIsNotWhole, ProofShowsNothing
from gateway.cli.operator import operator
from gateway.cli.places import require_places
from gateway.cli.plan import acting
from gateway.cli.surroundings import surroundings


def verify(
    checkpoint: Annotated[list[Path], typer.Option(help="A checkpoint that was exported; may be given again.")] = [],  # noqa: B006 - the way options are repeated
    key: Annotated[str, typer.Option(help="The public key that is trusted, in its one line, or a file of it.")] = "",
    leaves: Annotated[Path | None, typer.Option(help="Hashes of leaves, exported with the largest checkpoint.")] = None,
    network: Annotated[str, typer.Option(help="Key of the network whose database is examined.")] = "",
    tenant: Annotated[str, typer.Option(help="Key of the tenant; headquarters by default.")] = "",
    export: Annotated[Path | None, typer.Option(help="Examine this export instead of a database.")] = None,
    proof: Annotated[Path | None, typer.Option(help="Check this one proof, with nothing but --key.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write what was found to this file.")] = None,
) -> None:
    """Name whatever was changed, taken out, put in or moved since it was sealed; exits with 1 if anything was."""
    if proof is not None:
        show_proof(proof, trusted(key))
        return
    require_places(json_file)
    if key:
        trusted(key)
    held = held_from(checkpoint, key, leaves)
    if export is not None:
        examined = from_export(export, held)
    elif network:
        with surroundings(queue=False) as around:
            examined = asyncio.run(from_database(around.settings, (network, tenant), held))
    else:
        raise InvalidInput(field="verify", problem="needs --network, --export, or --proof with --key")
    if json_file is not None:
        json_file.write_bytes(orjson.dumps(msgspec.to_builtins(examined), option=orjson.OPT_INDENT_2))
    show(examined, against=len(checkpoint))


def held_from(checkpoints: Sequence[Path], key: str, leaves: Path | None) -> Held:
    """Read the files that are held.

    Raises:
        FileIsUnreadable: One has another form.
    """
    named = ", ".join(str(one) for one in [*checkpoints, *([leaves] if leaves else [])]) or "--key"
    try:
        texts = [one.read_text(encoding="utf-8") for one in checkpoints]
        return read_held(texts, key_text(key), leaves.read_bytes() if leaves else b"")
    except (OSError, UnicodeDecodeError, NoteIsMalformed) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise FileIsUnreadable(file=named, problem=said.rstrip(".")) from problem


def key_text(key: str) -> str:
    """Give a key's line, out of its file where one is named."""
    return Path(key).read_text(encoding="utf-8").strip() if key and Path(key).is_file() else key


def trusted(key: str) -> VerifyingKey:
    """Read the key that a proof is checked with.

    Raises:
        InvalidInput: It is none.
    """
    try:
        return VerifyingKey.read(key_text(key))
    except (OSError, NoteIsMalformed) as problem:
        raise InvalidInput(field="key", problem=str(problem)) from problem


def show_proof(file: Path, key: VerifyingKey) -> None:
    """Check one proof and show what it proves.

    Raises:
        ProofShowsNothing: It does not prove anything.
    """
    try:
        proven = prove(file.read_text(encoding="utf-8"), key)
    except (OSError, UnicodeDecodeError, ProofIsWrong) as problem:
        raise ProofShowsNothing(file=file.name, problem=str(problem)) from problem
    shown = table(f"Proven: {proven.kind} {proven.number} of {proven.checkpoint.size}", "Says", "Value")
    for name, value in proven.facts.items():
        shown.add_row(name, str(value))
    for name, content in proven.contents.items():
        shown.add_row(f"{name}, whole", "removed" if content is None else content.decode(errors="backslashreplace"))
    OUT.print(shown)


def from_export(file: Path, held: Held) -> Examined:
    """Examine an export.

    Raises:
        FileIsUnreadable: It is none.
    """
    try:
        opener: Any = gzip.open if file.suffix == ".gz" else Path.open
        with opener(file, "rb") as lines:
            return examine_export(lines, held)
    except (OSError, EOFError, ExportIsMalformed) as problem:
        raise FileIsUnreadable(file=file.name, problem=str(problem)) from problem


async def from_database(settings: Settings, where: tuple[str, str], held: Held) -> Examined:
    """Examine a database, in one snapshot."""
    async with operator(settings) as at:
        scope = await acting(at, *where)
        async with at.database.unit(scope, clock=at.clock, read_only=True) as unit:
            with progress() as bar:
                task = bar.add_task("Leaves examined", total=None)
                log = LogName(unit.network_id, unit.tenant_id)
                return await examine(asking(unit), log, held, lambda done: bar.update(task, completed=done))


def show(examined: Examined, *, against: int) -> None:
    """Show what was found.

    Raises:
        LogIsNotWhole: Anything was.
    """
    if examined.findings:
        shown = table("What is not as it was sealed", "What", "Is", "Number", "Row", "That is", numbers=("Number",))
        for one in examined.findings:
            number = "" if one.number is None else str(one.number)
            shown.add_row(one.what, one.kind.value, number, str(one.id or ""), one.says)
        OUT.print(shown)
        raise LogIsNotWhole(found=examined.found, leaves=examined.leaves)
    OUT.print(
        f"{counted(examined.leaves, 'leaf', 'leaves')}, {counted(examined.heads, 'head')} and "
        f"{counted(examined.unsealed, 'row')} not sealed yet are whole, "
        + (f"held against {counted(against, 'checkpoint')}." if against else "held against nothing but themselves.")
    )
