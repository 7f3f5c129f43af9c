"""How the command line speaks: tables, progress bars, and errors that say what to do next."""

import os
import sys
from typing import Final, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.kernel.errors import DomainError

WIDE: Final = 1_000
"""Columns where nobody looks at a screen: whoever reads a pipe or a log file wants lines whole."""


def width_of(stream: TextIO) -> int | None:
    """Give the columns there are for a stream; ``None`` lets the terminal, or COLUMNS, say it."""
    return None if stream.isatty() or os.environ.get("COLUMNS") else WIDE


OUT = Console(width=width_of(sys.stdout))
ERR = Console(width=width_of(sys.stderr), stderr=True)


def progress() -> Progress:
    """Make a progress display with count and elapsed time."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=OUT,
    )


def table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> Table:
    """Make a table; columns named in ``numbers`` are aligned right, and where it is too narrow nothing is cut off."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        aligned = "right" if column in numbers else "left"
        made.add_column(column, justify=aligned, no_wrap=column in numbers, overflow="fold")
    return made


def show_refusal(refusal: DomainError) -> None:
    """Show a refusal: what is wrong, what to do, and the stable code."""
    ERR.print(f"[bold red]{refusal.message}[/]\n{refusal.hint} [dim]({refusal.code})[/]", highlight=False)


def show_fault(fault: Exception) -> bool:
    """Show what the embedded servers say of themselves; tell whether the fault was one of theirs."""
    code, remedy = getattr(fault, "code", None), getattr(fault, "remedy", None)
    if not isinstance(code, str) or not isinstance(remedy, str):
        return False
    ERR.print(f"[bold red]{getattr(fault, 'message', fault)}[/]\n{remedy} [dim](runtime.{code})[/]", highlight=False)
    return True
