"""Rows put aside on disk while a log is read, and given back case by case.

The file is a private temporary database, which the operating system deletes when the reading ends, however it ends;
memory stays flat. Cases come in the order of their first rows, the rows of a case in the order of the log.
"""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import NamedTuple

CREATE = "CREATE TABLE rows (name TEXT, line INTEGER NOT NULL, said BLOB NOT NULL)"
ADD = "INSERT INTO rows VALUES (?, ?, ?)"
INDEX = "CREATE INDEX rows_of_case ON rows (name, line)"
CASES = "SELECT name, min(line) FROM rows WHERE name IS NOT NULL GROUP BY name ORDER BY 2"
OF_CASE = "SELECT said FROM rows WHERE name = ? ORDER BY line LIMIT ?"
NAMELESS = "SELECT line, said FROM rows WHERE name IS NULL ORDER BY line"
AT_ONCE = 2_000


class SpilledRow(NamedTuple):
    """A row: the case it belongs to, where it says so, its line, and what it says."""

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
        given = iter(rows)
        while batch := list(islice(given, AT_ONCE)):
            self._rows.executemany(ADD, batch)
        self._rows.execute(INDEX)

    def cases(self) -> Iterator[tuple[str, int]]:
        """Give the names of all cases, with the line of the first row of each."""
        yield from self._rows.execute(CASES)

    def rows_of(self, name: str, most: int) -> Iterator[bytes]:
        """Give what the first rows of a case say."""
        for (said,) in self._rows.execute(OF_CASE, (name, most)):
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
