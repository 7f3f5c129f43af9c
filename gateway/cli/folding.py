"""Tables that on narrow screens fold their cells at blanks, and break words only where there is no other way."""

from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table

BESIDE: Final = 3
"""Columns of the screen that stand beside a cell: a blank on either side and a line."""
NARROWEST: Final = 4


class Folding(Table):
    """A table that gives its columns widths before it is drawn; the library alone shrinks all of them alike."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it in the width that there is."""
        for column in self.columns:
            column.width = None
        room = options.max_width - BESIDE * len(self.columns) - 1
        measured = [measured_of(column, console, options) for column in self.columns]
        if sum(one.maximum for one in measured) > room:
            for column, width in zip(self.columns, widths(measured, room), strict=True):
                column.width = width
        yield from super().__rich_console__(console, options)


def measured_of(column: Column, console: Console, options: ConsoleOptions) -> Measurement:
    """Tell how long the longest word and the longest line of a column are."""
    cells = [Measurement.get(console, options, cell) for cell in (column.header, *column.cells)]
    longest = max(one.maximum for one in cells)
    return Measurement(longest if column.no_wrap else max(one.minimum for one in cells), longest)


def widths(measured: list[Measurement], room: int) -> list[int]:
    """Share room out: every column its longest word first, then whoever lacks most; without room the widest lose."""
    given = [one.minimum for one in measured]
    while sum(given) < room:
        lacking = [one.maximum - width for one, width in zip(measured, given, strict=True)]
        given[lacking.index(max(lacking))] += 1
    while sum(given) > room and max(given) > NARROWEST:
        given[given.index(max(given))] -= 1
    return given
