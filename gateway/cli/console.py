"""How the command line speaks: tables, progress bars, and errors that say what to do next."""

import os
import sys
from collections.abc import Mapping
from typing import Final, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from core.kernel.errors import DomainError, InvalidInput
from gateway.cli.folding import Folding

WIDE: Final = 1_000
"""Columns where nobody looks at a screen: whoever reads a pipe or a log file wants lines whole."""


def width_of(stream: TextIO) -> int | None:
    """Give the columns there are for a stream; ``None`` lets the terminal, or COLUMNS, say it."""
    return None if stream.isatty() or os.environ.get("COLUMNS") else WIDE


OUT = Console(width=width_of(sys.stdout))
ERR = Console(width=width_of(sys.stderr), stderr=True)


HINTS: Final[Mapping[str, str]] = {
    InvalidInput.code: "Correct it and run the command again.",
    "kernel.stale_edit": "Look at what is there; to write over it, run it again with --revision and that number.",
    "kernel.reading_grant_over": "Run the command again; new leave is opened and recorded.",
}
"""What to do in a shell, by code, where a refusal's own hint speaks to whoever sends requests."""


class Amount(ProgressColumn):
    """Tells how much of a task is done: bytes in larger units where the task says ``of_bytes``, else a count."""

    def __init__(self) -> None:
        """Make what tells either."""
        super().__init__()
        self._bytes, self._count = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Task) -> Text:
        """Write it."""
        return (self._bytes if task.fields.get("of_bytes") else self._count).render(task)


def progress() -> Progress:
    """Make a progress display with count and elapsed time."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        Amount(),
        TimeElapsedColumn(),
        console=OUT,
    )


def table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> Table:
    """Make a table; columns named in ``numbers`` are aligned right, and where it is too narrow nothing is cut off."""
    made = Folding(title=title, title_justify="left", header_style="bold")
    for column in columns:
        aligned = "right" if column in numbers else "left"
        made.add_column(column, justify=aligned, no_wrap=column in numbers, overflow="fold")
    return made


def counted(number: int, one: str, many: str = "") -> str:
    """Say how many there are, such as ``1 record`` and ``2,000 records``.

    Args:
        number: How many.
        one: What one is called.
        many: What several are called, where that is not ``one`` with an ``s``.
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def show_refusal(refusal: DomainError) -> None:
    """Show a refusal: what is wrong, what to do in a shell, and the stable code."""
    hint = HINTS.get(refusal.code, refusal.hint)
    ERR.print(f"[bold red]{refusal.message}[/]\n{hint} [dim]({refusal.code})[/]", highlight=False)


def show_fault(fault: Exception) -> bool:
    """Show what the embedded servers say of themselves; tell whether the fault was one of theirs."""
    code, remedy = getattr(fault, "code", None), getattr(fault, "remedy", None)
    if not isinstance(code, str) or not isinstance(remedy, str):
        return False
    ERR.print(f"[bold red]{getattr(fault, 'message', fault)}[/]\n{remedy} [dim](runtime.{code})[/]", highlight=False)
    return True
