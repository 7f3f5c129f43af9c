"""``touchstone doctor``: say what is wrong and how to mend it."""

import asyncio

import typer

from core.kernel.database import Database
from core.kernel.settings import Settings
from gateway.cli.checks import Finding, Verdict, examine
from gateway.cli.console import OUT, table
from gateway.cli.surroundings import surroundings

MARKS = {Verdict.GOOD: "[green]good[/]", Verdict.WARNING: "[yellow]warning[/]", Verdict.BAD: "[red]bad[/]"}


def doctor() -> None:
    """Check servers, schema, walls, background work, plugins and settings; exit with 1 if anything is bad."""
    with surroundings() as around:
        findings = asyncio.run(gather(around.settings))
    shown = table("Touchstone doctor", "Looked at", "Verdict", "Found", "What to do")
    for one in findings:
        shown.add_row(one.subject, MARKS[one.verdict], one.says, one.remedy)
    OUT.print(shown)
    if any(one.verdict is Verdict.BAD for one in findings):
        raise typer.Exit(1)


async def gather(settings: Settings) -> list[Finding]:
    """Run all checks."""
    database = Database.from_settings(settings)
    try:
        return [finding async for finding in examine(database, settings)]
    finally:
        await database.close()
