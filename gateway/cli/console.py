"""How the command line speaks: tables, progress bars, and errors that say what to do next."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.kernel.errors import DomainError

OUT = Console()
ERR = Console(stderr=True)


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
    """Make a table; columns named in ``numbers`` are aligned right."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", no_wrap=column in numbers)
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
