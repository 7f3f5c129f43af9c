"""Lines of JSON (NDJSON): one object a line, which is an event that names its case, or a whole case with its events.

Lines that are events need not be adjacent: they are put aside on disk first, as rows of a table are. Lines that are
cases are given one after the other. Strings, numbers (as they are written) and truth values are kept as text under
their names; ``null``, blanks, and what is nested deeper say nothing. A line that cannot be read is refused by itself,
with its number: it cannot say whose it is.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec
import orjson

from core.kernel.frozen import frozen
from core.records.errors import LogUnreadable
from core.records.logs.bounds import Bounds
from core.records.logs.sources import PIECE, LogStream
from core.records.logs.spilling import Spill, SpilledRow, spilled
from core.records.logs.traces import Flaw, RefusalCode, Trace

DECODER: Final = msgspec.json.Decoder(float_hook=str)
"""Keeps numbers as they are written: a case called 7.10 is not 7.1, and 20 digits are not rounded."""
BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
OTHER_ENCODINGS: Final = (b"\xff\xfe", b"\xfe\xff")
BLANK: Final = b" \t\r\n"
NOT_JSON: Final = Flaw(RefusalCode.ROW_MALFORMED, "The line is not JSON.")
NO_OBJECT: Final = Flaw(RefusalCode.ROW_MALFORMED, "The line is not a JSON object.")
NO_EVENTS: Final = Flaw(RefusalCode.ROW_MALFORMED, "The line has no list of events where the mapping looks for it.")
NAMELESS: Final = Flaw(RefusalCode.VALUE_MISSING, "The line does not name its case.")
TOO_LARGE: Final = Flaw(RefusalCode.TRACE_TOO_LARGE, "The case is larger than may be.")

Said = dict[str, str]


@frozen(kw_only=True)
class LineShape:
    """How lines are written.

    Attributes:
        case: Name of the value that names the case.
        events: Name of the list of events, where a line is a whole case; empty where it is an event.
    """

    case: str
    events: str | None = None


class Line(NamedTuple):
    """A line: its number, from 1, and its bytes; none where there are more than may be."""

    number: int
    content: bytes | None


def read_lines(stream: LogStream, shape: LineShape) -> Iterator[Trace]:
    """Read the cases of a log of JSON lines.

    Args:
        stream: The log.
        shape: How it is written.

    Yields:
        One trace per case; its position is the number of its first line. Lines that cannot be read, or name no case,
        come as traces with a flaw: where they stand if lines are cases, at the end if they are events.

    Raises:
        LogUnreadable: It is in another encoding than UTF-8, or damaged.
        LogTooLarge: It exceeds a bound.
    """
    if shape.events is not None:
        yield from (whole_case(line, shape.case, shape.events, stream.bounds) for line in lines_of(stream))
        return
    with spilled() as spill:
        spill.put(row_of(line, shape.case, stream.bounds) for line in lines_of(stream))
        for name, number in spill.cases():
            yield spilled_case(spill, name, number, stream.bounds)
        for number, said in spill.nameless():
            code, message = orjson.loads(said)
            yield Trace(number, None, {}, (), Flaw(RefusalCode(code), message))


def lines_of(stream: LogStream) -> Iterator[Line]:
    """Give the lines that are not blank; of one that is too long nothing is kept."""
    most = stream.bounds.line_bytes
    text: io.BufferedReader = io.BufferedReader(cast("io.RawIOBase", stream), PIECE)
    number = 0
    while content := text.readline(most + 1):
        number += 1
        if number == 1:
            content = in_utf8(content, stream.name)
        if len(content) > most:
            skip_line(text, content)
            yield Line(number, None)
        elif content.strip(BLANK):
            yield Line(number, content)


def in_utf8(content: bytes, name: str) -> bytes:
    """Read over a byte order mark.

    Raises:
        LogUnreadable: The mark, or what stands there, is that of another encoding.
    """
    if content.startswith(OTHER_ENCODINGS) or b"\x00" in content[:4]:
        raise LogUnreadable(file=name, problem="it is not UTF-8")
    return content.removeprefix(BYTE_ORDER_MARK)


def skip_line(text: io.BufferedReader, content: bytes) -> None:
    """Read to the end of a line, a piece at a time."""
    while content and not content.endswith(b"\n"):
        content = text.readline(PIECE)


def object_in(line: Line, bounds: Bounds) -> Mapping[str, Any] | Flaw:
    """Read the object that a line is."""
    if line.content is None:
        return Flaw(RefusalCode.ROW_MALFORMED, f"The line is longer than {bounds.line_bytes} bytes.")
    try:
        found = DECODER.decode(line.content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return NOT_JSON
    if not isinstance(found, dict):
        return NO_OBJECT
    return cast("Mapping[str, Any]", found)


def said_in(found: Mapping[str, Any]) -> Said:
    """Keep what is said in plain values, as text."""
    said: Said = {}
    for name, value in found.items():
        match value:
            case str():
                text = value
            case bool():
                text = "true" if value else "false"
            case int():
                text = str(value)
            case _:
                continue
        if text:
            said[name] = text
    return said


def name_in(said: Mapping[str, str], case: str) -> str | None:
    """Give the case, where it is named."""
    return said.get(case, "").strip() or None


def row_of(line: Line, case: str, bounds: Bounds) -> SpilledRow:
    """Give what a line that is an event is put aside as."""
    found = object_in(line, bounds)
    if isinstance(found, Flaw):
        return flawed_row(line, found)
    if len(found) > bounds.columns:
        return flawed_row(line, Flaw(RefusalCode.ROW_MALFORMED, f"The line has more than {bounds.columns} names."))
    said = said_in(found)
    name = name_in(said, case)
    if name is None:
        return flawed_row(line, NAMELESS)
    try:
        return SpilledRow(name, line.number, orjson.dumps(said))
    except orjson.JSONEncodeError:  # Half of a pair of surrogates, which JSON can write and UTF-8 cannot.
        return flawed_row(line, NOT_JSON)


def flawed_row(line: Line, flaw: Flaw) -> SpilledRow:
    """Give what a line that is of no use is put aside as."""
    return SpilledRow(None, line.number, orjson.dumps([flaw.code.value, flaw.message]))


def spilled_case(spill: Spill, name: str, number: int, bounds: Bounds) -> Trace:
    """Put the lines of one case together again."""
    events: list[Said] = []
    characters = 0
    for content in spill.said_of(name):
        said: Said = orjson.loads(content)
        characters += size_of(said)
        if len(events) == bounds.trace_events or characters > bounds.trace_characters:
            return Trace(number, name, {}, (), TOO_LARGE)
        events.append(said)
    return Trace(number, name, events[0], events)


def whole_case(line: Line, case: str, list_of: str, bounds: Bounds) -> Trace:
    """Make a trace of a line that is a whole case."""
    found = object_in(line, bounds)
    if isinstance(found, Flaw):
        return Trace(line.number, None, {}, (), found)
    said = said_in(found)
    name = name_in(said, case)
    listed: Any = found.get(list_of, ())
    if not isinstance(listed, list | tuple):
        return Trace(line.number, name, {}, (), NO_EVENTS)
    happened = cast("Sequence[Any]", listed)
    if len(happened) > bounds.trace_events:
        return Trace(line.number, name, {}, (), TOO_LARGE)
    if not all(isinstance(one, dict) for one in happened):
        flaw = Flaw(RefusalCode.ROW_MALFORMED, "An event of the case is not a JSON object.")
        return Trace(line.number, name, {}, (), flaw)
    events = [said_in(one) for one in happened]
    # A line has no fewer bytes than what it says has characters: most need not be counted.
    if len(line.content or b"") > bounds.trace_characters < size_of(said) + sum(map(size_of, events)):
        return Trace(line.number, name, {}, (), TOO_LARGE)
    return Trace(line.number, name, said, events, None if name else NAMELESS)


def size_of(said: Mapping[str, str]) -> int:
    """Count the characters of names and values."""
    return sum(len(name) + len(text) for name, text in said.items())
