"""``touchstone standards``: give a standard away as one file, take one in as a draft, and show the file's form."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from core.kernel.errors import InvalidInput
from core.kernel.settings import Settings
from core.standards.document import LARGEST
from core.standards.exchange.export import export_standard
from core.standards.exchange.policy import StandardFile, file_text
from core.standards.exchange.schema import schema_text
from core.standards.exchange.take_in import ImportStandard, import_standard
from core.standards.models import StandardVersion
from gateway.cli.console import OUT
from gateway.cli.operator import operator
from gateway.cli.places import require_places
from gateway.cli.surroundings import surroundings

app = typer.Typer(help="Standards as files, to be kept or given to another network.", no_args_is_help=True)
Network = Annotated[str, typer.Option(help="Key of the network.")]


@app.command("export")
def give(
    code: Annotated[str, typer.Argument(help="The standard, such as sales-service.")],
    number: Annotated[str, typer.Argument(help="The version's number, such as 1.0.0.")],
    network: Network,
    file: Annotated[Path | None, typer.Option(help="Where to write it; printed by default.")] = None,
) -> None:
    """Write a version that headquarters published or drafted as one file."""
    require_places(file)
    with surroundings(queue=False) as around:
        found = asyncio.run(read(around.settings, network, code, number))
    text = readable(found)
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        OUT.print(f"{code} {number} is in {file}; its hash is {found.hash}.", soft_wrap=True)


def readable(file: StandardFile) -> str:
    """Write a file with a line for every fact; it says the same, so its hash stays."""
    return msgspec.json.format(file_text(file), indent=2) + "\n"


async def read(settings: Settings, network: str, code: str, number: str) -> StandardFile:
    """Export from the headquarters of a network."""
    async with operator(settings) as at, at.database.unit(await at.headquarters(network)) as unit:
        return (await export_standard(unit, code, number)).file


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(help="A file that was exported.")],
    network: Network,
    revision: Annotated[int | None, typer.Option(help="Revision of the draft that it replaces.")] = None,
) -> None:
    """Write what a file says as a draft of the headquarters; people hand it in, approve and publish it."""
    command = ImportStandard(document=text_of(file), expected_revision=revision)
    with surroundings(queue=False) as around:
        version = asyncio.run(write(around.settings, network, command))
    OUT.print(f"Version {version.number} is a draft now; its hash is {version.hash}.", soft_wrap=True)
    OUT.print("Next: an editor hands it in (submitVersion), somebody else approves it, and it is published.")


def text_of(file: Path) -> str:
    """Read a file as text.

    Raises:
        InvalidInput: It is not there, too large, or not UTF-8.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise InvalidInput(field=str(file), problem=f"a standard has at most {LARGEST} bytes")
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidInput(field=str(file), problem="there is no such file, or it is not UTF-8") from problem


async def write(settings: Settings, network: str, command: ImportStandard) -> StandardVersion:
    """Import into the headquarters of a network."""
    async with (
        operator(settings) as at,
        at.database.unit(await at.headquarters(network), clock=at.clock, directory=at.directory) as unit,
    ):
        return await import_standard(unit, command)


@app.command("schema")
def form() -> None:
    """Print the JSON Schema of such files, as committed in docs/standards/standard.schema.json."""
    typer.echo(schema_text(), nl=False)
