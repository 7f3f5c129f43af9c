"""XES is read one trace at a time, whatever its namespace, and nothing in a file can hurt the reader."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.errors import LogTooLarge, LogUnreadable, LogUnsafe
from core.records.logs.bounds import STANDARD_BOUNDS
from core.records.logs.sources import LogStream
from core.records.logs.traces import RefusalCode, Trace
from core.records.logs.xes import read_xes
from tests.core.records.builders import attribute, stream_of, xes_log, xes_trace, zipped

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
ATTRIBUTES = st.dictionaries(TEXTS, TEXTS, max_size=4)
CASES = st.lists(st.tuples(TEXTS, ATTRIBUTES, st.lists(ATTRIBUTES, max_size=4)), max_size=6)
SMALL = replace(STANDARD_BOUNDS, ratio_from=100_000, token_bytes=200_000, trace_events=10, trace_characters=500)


def read(content: bytes, **bounds: int) -> list[Trace]:
    return list(read_xes(stream_of(content, bounds=replace(STANDARD_BOUNDS, **bounds)), "concept:name"))


@given(CASES, st.booleans())
def test_what_was_written_is_read(cases: list[tuple[str, dict[str, str], list[dict[str, str]]]], packed: bool) -> None:
    content = xes_log(*[xes_trace(name, events, **said) for name, said, events in cases])
    traces = read(zipped(content) if packed else content)
    assert [(trace.position, trace.external_id, trace.attributes, trace.events) for trace in traces] == [
        (position, said.get("concept:name", name), {"concept:name": name} | said, events)
        for position, (name, said, events) in enumerate(cases, start=1)
    ]


@pytest.mark.parametrize("namespace", ["", 'xmlns="http://www.xes-standard.org/"', 'xmlns="urn:another"'])
def test_the_namespace_does_not_matter(namespace: str) -> None:
    (trace,) = read(xes_log(xes_trace("a", [{"k": "v"}]), namespace=namespace))
    assert (trace.external_id, trace.events) == ("a", [{"k": "v"}])


def test_a_prefixed_namespace_is_read_alike() -> None:
    content = (
        b'<x:log xmlns:x="http://www.xes-standard.org/"><x:trace><x:string key="concept:name" value="a"/>'
        b'<x:event><x:string key="k" value="v"/></x:event></x:trace></x:log>'
    )
    (trace,) = read(content)
    assert (trace.external_id, trace.events) == ("a", [{"k": "v"}])


def test_nested_attributes_and_lists_are_read_over() -> None:
    inner = attribute("deep", "1", inner=attribute("deeper", "2"))
    listed = f'<list key="many"><values>{attribute("one", "1")}</values></list>'
    nested = attribute("k", "v", inner=inner) + listed
    defaults = f"<global scope='trace'>{attribute('concept:name', 'no')}</global>"
    case = attribute("concept:name", "a", inner=inner)
    content = xes_log(f"{defaults}{nested}<trace>{case}{listed}<event>{nested}</event></trace>")
    (trace,) = read(content)
    assert (trace.attributes, trace.events) == ({"concept:name": "a"}, [{"k": "v"}])


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE log [<!ENTITY % remote SYSTEM "http://127.0.0.1/x.dtd"> %remote;]>',
        "<!DOCTYPE log []>",
    ],
)
def test_a_document_type_is_refused_before_anything_is_read(declared: str) -> None:
    content = f'<?xml version="1.0"?>{declared}<log>{xes_trace("a", [{"k": "&b;"}])}</log>'.encode()
    with pytest.raises(LogUnsafe) as refused:
        read(content)
    assert refused.value.code == "records.xml_unsafe"


def test_deep_nesting_is_refused() -> None:
    deep = "<string key='a' value='b'>" * 100 + "</string>" * 100
    with pytest.raises(LogUnsafe, match="nest deeper"):
        read(xes_log(f"<trace>{deep}</trace>"))


def test_a_gzip_bomb_is_refused_by_its_ratio() -> None:
    bomb = zipped(b"<log>" + b"<a/>" * 2_000_000 + b"</log>")
    assert len(bomb) < 40_000
    with pytest.raises(LogTooLarge, match="each compressed byte unpacks") as refused:
        read(bomb, ratio_from=100_000)
    assert refused.value.code == "records.log_too_large"


def test_content_beyond_the_bound_is_refused_however_it_is_packed() -> None:
    content = xes_log(*[xes_trace(str(number), [{"k": "v"}]) for number in range(5_000)])
    for stored in (content, zipped(content)):
        with pytest.raises(LogTooLarge, match="holds more than"):
            read(stored, content_bytes=100_000)


@pytest.mark.parametrize("endless", ["<!--" + "x" * 400_000, '<string key="' + "x" * 400_000])
def test_endless_markup_is_refused_before_it_is_read_whole(endless: str) -> None:
    with pytest.raises(LogTooLarge, match="one piece of markup"):
        read(xes_log(endless), token_bytes=200_000)


@pytest.mark.parametrize("large", [[{"k": "v"}] * 11, [{"k": "v" * 600}]])
def test_a_trace_that_is_too_large_is_refused_and_the_rest_is_read(large: list[dict[str, str]]) -> None:
    content = xes_log(xes_trace("a", [{"k": "v"}]), xes_trace("b", large), xes_trace("c", [{"k": "v"}] * 10))
    first, second, third = read_xes(stream_of(content, bounds=SMALL), "concept:name")
    assert (first.flaw, third.flaw) == (None, None)
    assert second.flaw is not None
    assert second.flaw.code is RefusalCode.TRACE_TOO_LARGE
    assert (len(third.events), second.external_id) == (10, "b")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no element found"),
        (b"not xml", "syntax error"),
        (b"<html><body/></html>", "root element is not a log"),
        (b'<?xml version="1.0" encoding="no-such"?><log/>', "encoding"),
        (b"<log><trace>&undeclared;</trace></log>", "undefined entity"),
        (b"\x1f\x8b\x08\x00garbage", "compressed data is damaged"),
    ],
)
def test_what_is_no_log_is_refused_with_the_reason(content: bytes, problem: str) -> None:
    with pytest.raises(LogUnreadable, match=problem) as refused:
        read(content)
    assert refused.value.code == "records.log_unreadable"


@pytest.mark.parametrize("packed", [False, True])
def test_traces_before_the_place_where_a_log_breaks_are_given(packed: bool) -> None:
    content = xes_log(*[xes_trace(str(number), [{"k": "v" * 300}]) for number in range(1_000)])
    cut = zipped(content)[:-200] if packed else content[:-2_000]
    assert 300 < traces_until_it_breaks(cut) < 1_000


def traces_until_it_breaks(content: bytes) -> int:
    count = 0
    try:
        for trace in read_xes(stream_of(content), "concept:name"):
            count = trace.position
    except LogUnreadable:
        return count
    raise AssertionError("it did not break")


def test_memory_does_not_grow_with_the_log() -> None:
    """A log of any length is never held: the reader takes pieces, and gives each trace away before the next."""
    one = xes_trace("a", [{"k": "v" * 1_000}]).encode()
    log = Endless(one, 50_000)
    held = count = 0
    for trace in read_xes(LogStream(log, "long.xes"), "concept:name"):
        count = trace.position
        held = max(held, log.given - count * len(one))
    assert count == 50_000
    assert held < 200_000


class Endless(io.BytesIO):
    """A file of one trace repeated, made while it is read."""

    def __init__(self, one: bytes, times: int) -> None:
        super().__init__()
        self.given = 0
        self._parts = iter([b"<log>", *[one] * times, b"</log>"])
        self._left = b""

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence == 0 and self.given:
            self._left, self.given = b"<l" + self._left, 0
        return offset

    def read(self, size: int | None = -1) -> bytes:
        wanted = size or 0
        while len(self._left) < wanted and (part := next(self._parts, b"")):
            self._left += part
        piece, self._left = self._left[:wanted], self._left[wanted:]
        self.given += len(piece)
        return piece
