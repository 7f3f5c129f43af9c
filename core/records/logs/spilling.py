"""Rows put aside on disk while a log is read, and given back case by case.

The file is a private temporary database, which the operating system deletes when the reading ends, however it ends;
memory stays flat. Cases come in the order of their first rows, the rows of a case in the order of the log. Rows of a
case that stand together, as most logs are written, are put aside as one piece: that costs a fraction of one by one.
"""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

CREATE = "CREATE TABLE rows (name TEXT, line INTEGER NOT NULL, said BLOB NOT NULL)"
ADD = "INSERT INTO rows VALUES (?, ?, ?)"
INDEX = "CREATE INDEX rows_of_case ON rows (name, line)"
CASES = "SELECT name, min(line) FROM rows WHERE name IS NOT NULL GROUP BY name ORDER BY 2"
OF_CASE = "SELECT said FROM rows WHERE name = ? ORDER BY line"
NAMELESS = "SELECT line, said FROM rows WHERE name IS NULL ORDER BY line"
AT_ONCE = 1_000
BYTES_AT_ONCE = 4 * 1024**2
CHARACTERS_TOGETHER = 64 * 1024
"""About how many characters one piece holds at most, so that memory stays flat however long a case is."""


class SpilledRow(NamedTuple):
    """A row, or rows that stand together: the case they belong to, where they say so, the first line, what they say."""

    name: str | None
    line: int
    said: bytes


class Spill:
    """Rows on disk.

    Args:
        rows: The temporary database.
    """

    def __init__(self, rows: sqlite3.Connection) -> None:
        self._rows = rows

    def put(self, rows: Iterable[SpilledRow]) -> None:
        """Put all rows aside; afterwards they can be asked for."""
        waiting: list[SpilledRow] = []
        held = 0
        for row in rows:
            waiting.append(row)
            held += len(row.said)
            if held >= BYTES_AT_ONCE or len(waiting) >= AT_ONCE:
                self._rows.executemany(ADD, waiting)
                waiting.clear()
                held = 0
        self._rows.executemany(ADD, waiting)
        self._rows.execute(INDEX)

    def cases(self) -> Iterator[tuple[str, int]]:
        """Give the names of all cases, with the line of the first row of each."""
        yield from self._rows.execute(CASES)

    def said_of(self, name: str) -> Iterator[bytes]:
        """Give what the rows of a case say, piece by piece, in the order of the log."""
        for (said,) in self._rows.execute(OF_CASE, (name,)):
            yield said

    def nameless(self) -> Iterator[tuple[int, bytes]]:
        """Give the rows that name no case, with their lines."""
        yield from self._rows.execute(NAMELESS)


@contextmanager
def spilled() -> Generator[Spill]:
    """Open a place for rows on disk, which is gone afterwards."""
    with closing(sqlite3.connect("", check_same_thread=False, isolation_level=None)) as rows:
        rows.execute("PRAGMA journal_mode = OFF")
        rows.execute(CREATE)
        yield Spill(rows)
