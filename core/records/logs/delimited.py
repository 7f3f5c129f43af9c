"""Tables of events (CSV): a header, then one row per event, with a column that names the case.

Rows of one case need not be adjacent: the table is put aside on disk first. A row with too few or too many cells spoils
its case, because a case without one of its events would be told wrong; other cases are not affected.
"""

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from itertools import chain
from typing import Protocol

import orjson

from core.kernel.frozen import frozen
from core.records.errors import ColumnsMissing, LogTooLarge, LogUnreadable
from core.records.logs.sources import PIECE, LogStream
from core.records.logs.spilling import CHARACTERS_TOGETHER, Spill, SpilledRow, spilled
from core.records.logs.traces import Flaw, RefusalCode, Trace

NO_HEADER: list[str] = []


class Rows(Protocol):
    """The rows of a table, which tell the line that the last one ended on."""

    @property
    def line_num(self) -> int:
        """The line, from 1."""
        ...

    def __iter__(self) -> Iterator[list[str]]:
        """Give the rows."""
        ...


@frozen(kw_only=True)
class TableShape:
    """How a table is written.

    Attributes:
        case: Column that names the case a row belongs to.
        delimiter: One character between cells.
        encoding: Python's name of the encoding; ``utf-8`` reads over a byte order mark.
        needed: Columns that must be there.
    """

    case: str
    delimiter: str = ","
    encoding: str = "utf-8"
    needed: frozenset[str] = frozenset()


def read_delimited(stream: LogStream, shape: TableShape) -> Iterator[Trace]:
    """Read the cases of a table.

    Args:
        stream: The log.
        shape: How it is written.

    Yields:
        One trace per case; its position is the line its first row ends on. Rows that name no case come last, each as
        a trace with a flaw.

    Raises:
        ColumnsMissing: The header lacks a column that is needed; nothing was yielded.
        LogUnreadable: It is not text in that encoding, or not a table; nothing was yielded.
        LogTooLarge: It exceeds a bound; nothing was yielded.
    """
    with spilled() as spill:
        columns = spill_rows(stream, shape, spill)
        for name, line in spill.cases():
            yield case_of(spill, name, line, columns, stream)
        for line, _ in spill.nameless():
            yield Trace(line, None, {}, (), Flaw(RefusalCode.VALUE_MISSING, "The row does not name its case."))


def spill_rows(stream: LogStream, shape: TableShape, spill: Spill) -> list[str]:
    """Put every row aside and give the columns."""
    encoding = "utf-8-sig" if shape.encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else shape.encoding
    text = io.TextIOWrapper(io.BufferedReader(stream, PIECE), encoding, newline="")
    rows = csv.reader(lines_of(text, stream), delimiter=shape.delimiter)
    try:
        columns = [name.strip() for name in next(rows, NO_HEADER)]
        check_columns(columns, shape, stream)
        place = columns.index(shape.case)
        spill.put(pieces(rows, place))
    except (UnicodeError, orjson.JSONEncodeError) as error:
        problem = f"it is not text in {shape.encoding} (line {rows.line_num + 1} or later)"
        raise LogUnreadable(file=stream.name, problem=problem) from error
    except csv.Error as error:
        raise LogUnreadable(file=stream.name, problem=f"{error} in line {rows.line_num}") from error
    return columns


def lines_of(text: io.TextIOWrapper, stream: LogStream) -> Generator[str, None, None]:
    """Give the lines of a text, refusing one that is too long before it is read whole."""
    most = stream.bounds.line_characters
    while line := text.readline(most + 1):
        if len(line) > most:
            raise LogTooLarge(file=stream.name, problem=f"a line is longer than {most} characters")
        yield line


def check_columns(columns: Sequence[str], shape: TableShape, stream: LogStream) -> None:
    """Refuse a header that lacks columns, repeats one, or has too many."""
    if len(columns) > stream.bounds.columns:
        raise LogTooLarge(file=stream.name, problem=f"it has more than {stream.bounds.columns} columns")
    missing = sorted(({shape.case} | shape.needed) - set(columns))
    if missing:
        raise ColumnsMissing(file=stream.name, columns=tuple(missing))
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise LogUnreadable(file=stream.name, problem=f"columns occur twice in its header: {', '.join(twice)}")


def name_of(row: Sequence[str], place: int) -> str | None:
    """Give the case a row belongs to, where it says so."""
    return (row[place].strip() or None) if place < len(row) else None


def pieces(rows: Rows, place: int) -> Iterator[SpilledRow]:
    """Give the rows to be put aside; those of one case that stand together as one piece."""
    case: str | None = None
    first = characters = 0
    together: list[list[str]] = []
    for row in rows:
        if not row:
            continue
        name = name_of(row, place)
        if together and (name != case or name is None or characters >= CHARACTERS_TOGETHER):
            yield SpilledRow(case, first, orjson.dumps(together))
            together = []
        if not together:
            case, first, characters = name, rows.line_num, 0
        together.append(row)
        characters += sum(map(len, row))
    if together:
        yield SpilledRow(case, first, orjson.dumps(together))


def case_of(spill: Spill, name: str, line: int, columns: Sequence[str], stream: LogStream) -> Trace:
    """Put the rows of one case together again."""
    bounds, width = stream.bounds, len(columns)
    events: list[dict[str, str]] = []
    characters = 0
    for piece in spill.said_of(name):
        rows: list[list[str]] = orjson.loads(piece)
        for row in rows:
            if len(row) != width:
                message = f"A row of the case has {len(row)} cells instead of {width}."
                return Trace(line, name, {}, (), Flaw(RefusalCode.ROW_MALFORMED, message))
        characters += sum(map(len, chain.from_iterable(rows)))
        if len(events) + len(rows) > bounds.trace_events or characters > bounds.trace_characters:
            return Trace(line, name, {}, (), Flaw(RefusalCode.TRACE_TOO_LARGE, "The case is larger than may be."))
        events += [without_blanks(columns, row) for row in rows]
    return Trace(line, name, events[0], events)


def without_blanks(columns: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Keep the cells that say something: an empty cell is a value that is not there."""
    cells = dict(zip(columns, row, strict=True))
    return {name: value for name, value in cells.items() if value} if "" in row else cells
