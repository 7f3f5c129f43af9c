"""Lines of JSON are read, as events or as whole cases; a bad line costs itself alone, and nothing hurts the reader."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.errors import LogTooLarge, LogUnreadable
from core.records.logs.bounds import Bounds
from core.records.logs.lines import LineShape, read_lines
from core.records.logs.traces import RefusalCode, Trace
from core.records.mappings.drafting import Drafting, RecordDraft, Refusal, read_traces
from core.records.mappings.loading import mapping_digest
from tests.core.records.builders import event, mapping, stream_of, zipped

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
VALUES = st.one_of(TEXTS, st.booleans(), st.none(), st.integers(-(2**70), 2**70))
NAMES = st.sampled_from(["a", "b", "ä 1", 'q"x', "7.10"])
EVENTS, CASES = LineShape(case="case"), LineShape(case="case", events="steps")


def read(content: bytes, shape: LineShape = EVENTS, bounds: Bounds | None = None) -> list[Trace]:
    return list(read_lines(stream_of(content, "log.ndjson", bounds or Bounds()), shape))


def written(*lines: Any, ends: str = "\n", escaped: bool = True) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=escaped) + ends for line in lines).encode()


def text_of(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(said: dict[str, Any]) -> dict[str, str]:
    return {name: text_of(value) for name, value in said.items() if value is not None and value != ""}


@given(
    st.lists(st.tuples(NAMES, st.dictionaries(TEXTS, VALUES, max_size=4)), max_size=20),
    st.sampled_from(["\n", "\r\n", "\n \n"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_events_that_were_written_are_read(
    lines: list[tuple[str, dict[str, Any]]], ends: str, packed: bool, marked: bool, escaped: bool
) -> None:
    said: list[dict[str, Any]] = [{**values, "case": name, "nested": {"deep": [1, {}]}} for name, values in lines]
    content = (b"\xef\xbb\xbf" if marked else b"") + written(*said, ends=ends, escaped=escaped)
    expected: dict[str, list[dict[str, str]]] = {}
    for one in said:
        del one["nested"]
        expected.setdefault(one["case"], []).append(plain(one))
    traces = read(zipped(content) if packed else content)
    assert [(trace.external_id, list(trace.events)) for trace in traces] == list(expected.items())
    assert all(trace.flaw is None and trace.attributes == trace.events[0] for trace in traces)


@given(
    st.lists(
        st.tuples(
            NAMES,
            st.dictionaries(TEXTS.filter(lambda name: name not in {"case", "steps"}), VALUES, max_size=3),
            st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), max_size=4),
        ),
        max_size=10,
    )
)
def test_cases_that_were_written_are_read(lines: list[tuple[str, dict[str, Any], list[dict[str, Any]]]]) -> None:
    said = [{**values, "case": name, "steps": steps} for name, values, steps in lines]
    traces = read(written(*said), CASES)
    assert [(one.position, one.external_id, one.attributes, one.events, one.flaw) for one in traces] == [
        (number, name, plain({**values, "case": name}), [plain(step) for step in steps], None)
        for number, (name, values, steps) in enumerate(lines, start=1)
    ]


def test_lines_of_a_case_need_not_be_adjacent() -> None:
    lines = [{"case": f"case {number % 7}", "n": number} for number in range(5_000)]
    random.Random(7).shuffle(lines)
    traces = read(written(*lines))
    assert [trace.external_id for trace in traces] == list(dict.fromkeys(line["case"] for line in lines))
    for trace in traces:
        assert [one["n"] for one in trace.events] == [
            str(line["n"]) for line in lines if line["case"] == trace.external_id
        ]


def test_numbers_are_kept_as_they_are_written() -> None:
    (trace,) = read(b'{"case": 12345678901234567890123, "at": 1.50, "much": 1e400, "yes": true}\n')
    assert trace.external_id == "12345678901234567890123"
    assert trace.events == [{"case": trace.external_id, "at": "1.50", "much": "1e400", "yes": "true"}]


BAD = {
    b"{": RefusalCode.ROW_MALFORMED,
    b'["a"]': RefusalCode.ROW_MALFORMED,
    b'"a"': RefusalCode.ROW_MALFORMED,
    b'{"case": "a", "n": NaN}': RefusalCode.ROW_MALFORMED,
    b'{"case": "a"} {"case": "b"}': RefusalCode.ROW_MALFORMED,
    b'{"case": "\xff"}': RefusalCode.ROW_MALFORMED,
    b'{"case": "a", "n": "\\ud800"}': RefusalCode.ROW_MALFORMED,
    b'{"case": "a", "n": ' + b"9" * 5_000 + b"}": RefusalCode.ROW_MALFORMED,
    b'{"case": "a", "n": ' + b"[" * 100_000: RefusalCode.ROW_MALFORMED,
    b'{"case": "a", "n": ' + b"[" * 50_000 + b"]" * 50_000 + b"}": RefusalCode.ROW_MALFORMED,
    b'{"n": 1}': RefusalCode.VALUE_MISSING,
    b'{"case": null}': RefusalCode.VALUE_MISSING,
    b'{"case": {"id": 1}}': RefusalCode.VALUE_MISSING,
    b'{"case": " "}': RefusalCode.VALUE_MISSING,
}


@pytest.mark.parametrize("shape", [EVENTS, CASES])
def test_a_bad_line_is_refused_with_its_number_and_the_rest_is_read(shape: LineShape) -> None:
    good = b'{"case": "%d", "steps": [{}]}'
    lines = [line for number, bad in enumerate(BAD) for line in (good % number, bad)]
    traces = read(b"\n".join(lines), shape)
    assert {one.external_id for one in traces if one.flaw is None} == {str(number) for number in range(len(BAD))}
    found = {one.position: one.flaw.code for one in traces if one.flaw is not None}
    assert found == {2 * number: code for number, code in enumerate(BAD.values(), start=1)}


@pytest.mark.parametrize("steps", ["x", {"a": 1}, [1], [{}, None], [[]]])
def test_a_case_without_a_list_of_events_is_refused_alone(steps: Any) -> None:
    first, second = read(written({"case": "a", "steps": steps}, {"case": "b", "steps": []}), CASES)
    assert first.flaw is not None
    assert (first.flaw.code, first.external_id, second.flaw) == (RefusalCode.ROW_MALFORMED, "a", None)


@pytest.mark.parametrize("shape", [EVENTS, CASES])
def test_a_line_that_is_too_long_is_read_over(shape: LineShape) -> None:
    long = written({"case": "b", "n": "x" * 500_000})
    content = written({"case": "a"}) + long + written({"case": "c"}) + long[:-2]
    traces = read(content, shape, Bounds(line_bytes=1_000))
    found = {one.position: one.flaw and one.flaw.code for one in traces}
    assert found == {1: None, 2: RefusalCode.ROW_MALFORMED, 3: None, 4: RefusalCode.ROW_MALFORMED}


def test_a_case_that_is_too_large_is_refused_alone() -> None:
    bounds = Bounds(trace_events=10, trace_characters=200)
    many = [{"case": "a", "n": number} for number in range(11)]
    wide = {"case": "b", "n": "x" * 300}
    codes = [one.flaw and one.flaw.code for one in read(written(*many, wide, {"case": "c"}), EVENTS, bounds)]
    assert codes == [RefusalCode.TRACE_TOO_LARGE, RefusalCode.TRACE_TOO_LARGE, None]
    whole: list[dict[str, Any]] = [
        {"case": "a", "steps": many},
        {"case": "b", "steps": [wide]},
        {"case": "c", "steps": [{}]},
    ]
    codes = [one.flaw and one.flaw.code for one in read(written(*whole), CASES, bounds)]
    assert codes == [RefusalCode.TRACE_TOO_LARGE, RefusalCode.TRACE_TOO_LARGE, None]


def test_a_line_with_too_many_names_is_refused() -> None:
    (trace,) = read(written({"case": "a", **{str(number): number for number in range(20)}}), bounds=Bounds(columns=20))
    assert trace.flaw is not None
    assert trace.flaw.code is RefusalCode.ROW_MALFORMED


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32-le"])
def test_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(LogUnreadable, match="not UTF-8"):
        read('{"case": "a"}\n'.encode(encoding))


def test_a_bomb_is_refused_by_its_ratio() -> None:
    for bomb in (b" " * 8_000_000, b"\n" * 8_000_000, written({"case": "a", "n": "x" * 8_000_000})):
        with pytest.raises(LogTooLarge, match="each compressed byte unpacks"):
            read(zipped(bomb), bounds=Bounds(ratio_from=100_000))


LINES = {
    "format": "ndjson",
    "tenant": {"own": True, "first_event": None},
    "record": {"external_id": "case", "due": {"trace": "deadline"}},
}


@pytest.mark.parametrize("whole", [True, False])
def test_a_mapping_says_how_lines_are_read(whole: bool) -> None:
    steps = [event("Accepted", "2026-03-01T10:00:00Z"), event("Completed", "2026-03-01T12:00:00Z", status="closed")]
    due = {"deadline": "2026-03-02T10:00:00+01:00"}
    lines = [{"case": 7, **due, "steps": steps}] if whole else [{"case": 7, **due, **step} for step in steps]
    said = mapping(**LINES, **({"lines": {"events": "steps"}} if whole else {}))
    (draft,) = map(Drafting(said).draft, read_traces(stream_of(written(*lines)), said))
    assert isinstance(draft, RecordDraft)
    assert (draft.external_id, [step.key for step in draft.steps]) == ("7", ["accepted", "completed"])
    assert draft.told_due_at is not None
    assert draft.told_due_at.isoformat() == "2026-03-02T09:00:00+00:00"


def test_a_deadline_that_cannot_be_read_refuses_its_case() -> None:
    said = mapping(**LINES)
    lines = [{"case": name, "deadline": due, **event("Accepted", "2026-03-01T10:00:00Z")} for name, due in DUES.items()]
    found = {
        one.external_id: one.flaw.code if isinstance(one, Refusal) else None
        for one in map(Drafting(said).draft, read_traces(stream_of(written(*lines)), said))
    }
    assert found == {
        "none": None,
        "no zone": RefusalCode.DATE_WITHOUT_ZONE,
        "no date": RefusalCode.DATE_UNREADABLE,
    }


DUES = {"none": "", "no zone": "2026-03-02T10:00:00", "no date": "soon"}


def test_what_a_mapping_was_digested_to_before_there_were_lines_stays() -> None:
    assert mapping_digest(mapping()) == "f57990090fa5cee3abde807113f2785aeed500f7fe3c07ade944ca0cfaf2f957"
