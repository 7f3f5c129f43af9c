"""``touchstone import``: bring a service log in as records."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.progress import Progress, TaskID

from core.kernel.crypto import MasterKeys
from core.kernel.settings import Settings
from core.records.importing.figures import Figures, Imported
from core.records.importing.import_log import ImportLog
from core.records.importing.import_log import import_log as import_into
from core.records.mappings.loading import named_mapping
from core.records.mappings.schema import LogMapping
from gateway.cli.console import OUT, counted, progress, show_refusal, table
from gateway.cli.operator import operator
from gateway.cli.places import require_places
from gateway.cli.surroundings import surroundings
from gateway.collecting import settle
from gateway.server.loops import run_to_the_end
from tenants.networks.opening import LogTenants

WHICH: Final = (
    "Which ones and why is told by GraphQL, to the administrator of headquarters: "
    "{ importRuns { nodes { refusals(first: 50) { nodes { position externalId message } } } } }"
)
SCORING = {"scoring-conformance": frozenset({"records.read", "standards.read"})}


def import_log(
    file: Annotated[Path, typer.Argument(help="The log: XES, CSV or NDJSON, plain or gzip.")],
    mapping: Annotated[str, typer.Option(help="Mapping file, or the name of one that is shipped.")],
    network: Annotated[str, typer.Option(help="Key of the network.")],
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
) -> None:
    """Import a log; started again it adds only what is missing. Exits with 1 if anything was refused."""
    require_places(json_file)
    with surroundings() as around:
        settle()
        done = run_to_the_end(run(around.settings, file, named_mapping(mapping), network))
    show(done)
    if json_file is not None:
        json_file.write_text(json.dumps(asdict(done.figures), indent=2) + "\n")
    if done.failure is not None:
        show_refusal(done.failure)
    if done.failure is not None or done.figures.refused:
        raise typer.Exit(1)


async def run(settings: Settings, file: Path, mapping: LogMapping, network: str) -> Imported:
    """Import as the network's headquarters."""
    async with operator(settings) as at:
        scope = await at.headquarters(network)
        opener = LogTenants(at.database, at.clock, SCORING)
        if mapping.tenant.create is not None:
            await opener.check(scope)  # Otherwise every record would be refused, one by one.
        command = ImportLog(path=file, mapping=mapping, masters=at.services.get(MasterKeys), opener=opener)
        with progress() as shown:
            task = shown.add_task(f"Importing {file.name}", total=None, of_bytes=True)
            return await import_into(
                at.database, at.directory, scope, command, clock=at.clock, progress=following(shown, task)
            )


def following(shown: Progress, task: TaskID) -> Callable[[Figures], None]:
    """Move the bar by bytes read, and tell the records."""

    def tell(figures: Figures) -> None:
        description = counted(figures.imported + figures.already_there, "record")
        shown.update(task, completed=figures.bytes_read, total=figures.bytes_total, description=description)

    return tell


def show(done: Imported) -> None:
    """Show what came of it."""
    figures = done.figures
    shown = table("Import", "What", "Count", numbers=("Count",))
    rows = (
        ("records seen in the log", figures.seen),
        ("imported now", figures.new),
        ("imported from this log before", figures.imported - figures.new),
        ("there from elsewhere", figures.already_there),
        ("refused", figures.refused),
        ("steps imported now", figures.new_steps),
        ("steps imported from this log before", figures.steps - figures.new_steps),
        ("tenants", len(figures.tenants)),
        ("tenants created", len(done.created)),
        ("placeholders replaced", sum(figures.placeholders.values())),
    )
    for name, count in rows:
        shown.add_row(name, f"{count:,}")
    for code, count in sorted(figures.refusals.items()):
        shown.add_row(f"refused: {code}", f"{count:,}")
    OUT.print(shown)
    if figures.refused:
        OUT.print(WHICH, highlight=False, soft_wrap=True)
