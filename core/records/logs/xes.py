"""XES (IEEE 1849) through expat: one trace in memory at a time, no document type, no entities.

Attributes of a trace or event are kept as text under their key. Attributes nested in attributes, lists, global
defaults, extensions and classifiers are read over. Elements are known by their local name, with or without the
namespace, whatever its prefix.
"""

from collections.abc import Iterator
from typing import Never
from xml.parsers import expat

from core.records.errors import LogTooLarge, LogUnreadable, LogUnsafe
from core.records.logs.sources import PIECE, LogStream
from core.records.logs.traces import Flaw, RefusalCode, Trace

TRACE_DEPTH = 2
EVENT_DEPTH = 3
ATTRIBUTE_DEPTH = 4
KEY, VALUE = "key", "value"
PLAIN = 4
"""Names and values of an attribute's element as nearly all are written: its key, its value, and nothing else."""


def read_xes(stream: LogStream, external_id: str) -> Iterator[Trace]:
    """Read the traces of an XES log.

    Args:
        stream: The log.
        external_id: Key of the trace attribute that names the case, usually ``concept:name``.

    Yields:
        Traces in the order of the log.

    Raises:
        LogUnreadable: It is not well-formed XML, not XES, or cut off; traces before that place were yielded.
        LogUnsafe: It declares a document type or nests too deeply.
        LogTooLarge: It exceeds a bound.
    """
    builder = TraceBuilder(stream, external_id)
    quiet = 0
    while True:
        piece = stream.read(PIECE) or b""
        problem = builder.feed(piece)
        quiet = 0 if builder.moved else quiet + len(piece)
        yield from builder.take()
        if problem:
            raise LogUnreadable(file=stream.name, problem=problem)
        if quiet > stream.bounds.token_bytes:
            raise LogTooLarge(
                file=stream.name, problem=f"one piece of markup exceeds {stream.bounds.token_bytes} bytes"
            )
        if not piece:
            return


class TraceBuilder:
    """Turns expat's calls into traces.

    Args:
        stream: Names the log and says the bounds.
        external_id: Key of the trace attribute that names the case.

    Attributes:
        moved: Whether the last piece held an element's beginning, or the end of one that is no attribute.
    """

    __slots__ = (  # They are looked up for every element.
        "_attributes",
        "_bounds",
        "_characters",
        "_count",
        "_depth",
        "_done",
        "_event",
        "_events",
        "_external_id",
        "_in_trace",
        "_locals",
        "_most_characters",
        "_parser",
        "_position",
        "_stream",
        "moved",
    )

    def __init__(self, stream: LogStream, external_id: str) -> None:
        self.moved = False
        self._stream = stream
        self._external_id = external_id
        self._bounds = stream.bounds
        self._most_characters = stream.bounds.trace_characters
        self._depth = 0
        self._position = 0
        self._locals: dict[str, str] = {}
        self._done: list[Trace] = []
        self._in_trace = False
        self._event: dict[str, str] | None = None
        self._parser = self._make_parser()
        self._begin_trace()

    def _make_parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True  # As a list, which costs less than a mapping of two names.
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        parser.ExternalEntityRefHandler = self._refuse_doctype
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    def feed(self, piece: bytes) -> str | None:
        """Parse the next piece; an empty one ends the document.

        Returns:
            What is wrong with the document from here on, or nothing.
        """
        self.moved = False
        try:
            self._parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            return f"{expat.ErrorString(error.code)} in line {error.lineno}"
        except (LookupError, ValueError) as error:
            return f"its encoding is not understood ({error})"
        return None

    def take(self) -> list[Trace]:
        """Hand over the traces that are complete."""
        done, self._done = self._done, []
        return done

    def _start(self, tag: str, found: list[str]) -> None:
        """Begin an element; nearly all are attributes of events, so these come first and are kept here.

        Args:
            tag: What it is called.
            found: Its attributes, each name before its value.
        """
        self.moved = True
        self._depth = depth = self._depth + 1
        event = self._event
        if event is not None:
            if depth == ATTRIBUTE_DEPTH:
                if len(found) == PLAIN and found[0] == KEY and found[2] == VALUE:
                    key, value = found[1], found[3]
                    self._characters = characters = self._characters + len(key) + len(value)
                    if characters <= self._most_characters:
                        event[key] = value
                else:
                    self._keep(event, found)
                return
        elif self._in_trace:
            self._start_in_trace(tag, found)
        elif depth == 1 and self._local(tag) != "log":
            raise LogUnreadable(file=self._stream.name, problem="its root element is not a log")
        elif depth == TRACE_DEPTH and self._local(tag) == "trace":
            self._in_trace = True
            self._position += 1
        if depth > self._bounds.depth:
            raise LogUnsafe(file=self._stream.name, problem=f"elements nest deeper than {self._bounds.depth}")

    def _start_in_trace(self, tag: str, found: list[str]) -> None:
        if self._depth != EVENT_DEPTH:
            return
        if self._local(tag) == "event":
            self._event = {}
        else:
            self._keep(self._attributes, found)

    def _end(self, _tag: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth > EVENT_DEPTH:
            return
        self.moved = True
        if depth == EVENT_DEPTH and self._event is not None:
            self._end_event(self._event)
        elif depth == TRACE_DEPTH and self._in_trace:
            self._done.append(self._finish_trace())
            self._begin_trace()

    def _end_event(self, event: dict[str, str]) -> None:
        self._event = None
        self._count += 1
        if self._count <= self._bounds.trace_events and self._characters <= self._most_characters:
            self._events.append(event)
        else:
            self._events.clear()

    def _keep(self, place: dict[str, str], found: list[str]) -> None:
        said = dict(zip(found[::2], found[1::2], strict=True))
        key, value = said.get(KEY), said.get(VALUE)
        if key is None or value is None:
            return
        self._characters += len(key) + len(value)
        if self._characters <= self._most_characters:
            place[key] = value

    def _begin_trace(self) -> None:
        self._in_trace = False
        self._attributes: dict[str, str] = {}
        self._events: list[dict[str, str]] = []
        self._count = 0
        self._characters = 0

    def _finish_trace(self) -> Trace:
        flaw = None
        if self._count > self._bounds.trace_events:
            flaw = Flaw(RefusalCode.TRACE_TOO_LARGE, f"The trace has {self._count} events, more than may be.")
        elif self._characters > self._most_characters:
            flaw = Flaw(RefusalCode.TRACE_TOO_LARGE, f"The trace has {self._characters} characters, more than may be.")
        name = self._attributes.get(self._external_id)
        return Trace(self._position, name, self._attributes, self._events, flaw)

    def _local(self, tag: str) -> str:
        return self._locals.setdefault(tag, tag.rpartition(":")[2]) if len(self._locals) < PIECE else tag

    def _refuse_doctype(self, *_: object) -> Never:
        raise LogUnsafe(file=self._stream.name, problem="it declares a document type or entities")
