"""Tables of events are read whatever the order of their rows; a bad row costs its own case and no other."""

import csv
import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.errors import ColumnsMissing, LogTooLarge, LogUnreadable
from core.records.logs.bounds import Bounds
from core.records.logs.delimited import TableShape, read_delimited
from core.records.logs.traces import RefusalCode, Trace
from tests.core.records.builders import stream_of, zipped

CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
NAMES = st.sampled_from(["a", "b", "ä 1", 'q"x', "d,e"])
SHAPE = TableShape(case="case")


def read(content: bytes, shape: TableShape = SHAPE, bounds: Bounds | None = None) -> list[Trace]:
    return list(read_delimited(stream_of(content, "log.csv", bounds or Bounds()), shape))


def written(rows: list[list[str]], delimiter: str = ",", ends: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@given(
    st.lists(st.tuples(NAMES, CELLS, CELLS), max_size=20),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_what_was_written_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, ends: str, packed: bool
) -> None:
    text = written([["case", "step", "note"], *[list(row) for row in rows]], delimiter, ends)
    content = text.encode(encoding)
    shape = TableShape(case="case", delimiter=delimiter, encoding="utf-8" if encoding == "utf-8-sig" else encoding)
    expected: dict[str, list[dict[str, str]]] = {}
    for name, step, note in rows:
        cells = {"case": name, "step": step, "note": note}
        expected.setdefault(name, []).append({key: value for key, value in cells.items() if value})
    traces = read(zipped(content) if packed else content, shape)
    assert [(trace.external_id, list(trace.events)) for trace in traces] == list(expected.items())
    assert all(trace.flaw is None and trace.attributes == trace.events[0] for trace in traces)


def test_rows_of_a_case_need_not_be_adjacent() -> None:
    rows = [[f"case {number % 7}", str(number)] for number in range(5_000)]
    random.Random(7).shuffle(rows)
    traces = read(written([["case", "n"], *rows]).encode())
    firsts = list(dict.fromkeys(row[0] for row in rows))
    assert [trace.external_id for trace in traces] == firsts
    for trace in traces:
        assert [one["n"] for one in trace.events] == [row[1] for row in rows if row[0] == trace.external_id]
    assert [trace.position for trace in traces] == [2 + [row[0] for row in rows].index(name) for name in firsts]


def test_a_case_of_any_length_is_put_together_of_its_pieces() -> None:
    """Rows that stand together are one piece until it is long; another case between, a blank line, and on it goes."""
    long = [["long", f"{number}-{'x' * 1_000}"] for number in range(300)]
    rows = [["case", "n"], *long[:200], [], ["other", "1"], *long[200:], ["", "2"], ["", "3"]]
    traces = read(written(rows, ends="\n").encode())
    assert [(trace.external_id, len(trace.events), trace.position) for trace in traces] == [
        ("long", 300, 2),
        ("other", 1, 203),
        (None, 0, 304),
        (None, 0, 305),
    ]
    assert [one["n"] for one in traces[0].events] == [row[1] for row in long]
    refused = read(written(rows, ends="\n").encode(), bounds=Bounds(trace_characters=300_000))
    assert [trace.flaw and trace.flaw.code for trace in refused[:2]] == [RefusalCode.TRACE_TOO_LARGE, None]


def test_a_byte_order_mark_is_not_part_of_the_first_column() -> None:
    (trace,) = read(b"\xef\xbb\xbfcase,n\na,1\n")
    assert trace.events == [{"case": "a", "n": "1"}]


def test_a_bad_row_spoils_its_case_alone() -> None:
    traces = read(b"case,step,at\na,x,1\nb,x\nc,x,3\na,y,4\nb,y,5\n,z,6\nc,y,7,8\n\nd,x,9\n")
    flaws = {trace.external_id: trace.flaw and trace.flaw.code for trace in traces}
    assert flaws == {
        "a": None,
        "b": RefusalCode.ROW_MALFORMED,
        "c": RefusalCode.ROW_MALFORMED,
        "d": None,
        None: RefusalCode.VALUE_MISSING,
    }
    assert [trace.position for trace in traces] == [2, 3, 4, 10, 7]


def test_a_case_that_is_too_large_is_refused_alone() -> None:
    text = written([["case", "n"], *[["a", str(number)] for number in range(11)], ["b", "1"]])
    first, second = read(text.encode(), bounds=Bounds(trace_events=10))
    assert first.flaw is not None
    assert first.flaw.code is RefusalCode.TRACE_TOO_LARGE
    assert second.flaw is None


def test_columns_that_are_needed_must_be_there() -> None:
    shape = TableShape(case="case", needed=frozenset({"step", "at", "who"}))
    with pytest.raises(ColumnsMissing) as refused:
        read(b"Case,step,who\na,x,y\n", shape)
    assert refused.value.columns == ("at", "case")
    assert refused.value.code == "records.columns_missing"


@pytest.mark.parametrize("content", [b"", b"\n", b"nothing of use\n"])
def test_a_file_without_the_case_column_is_refused(content: bytes) -> None:
    with pytest.raises(ColumnsMissing):
        read(content)


def test_text_in_another_encoding_is_refused_and_nothing_is_read() -> None:
    with pytest.raises(LogUnreadable, match="not text in utf-8"):
        read("case,n\na,1\nb,ä\n".encode("latin-1"))


def test_the_encoding_can_be_named() -> None:
    (trace,) = read("case,n\na,ä\n".encode("latin-1"), TableShape(case="case", encoding="latin-1"))
    assert trace.events == [{"case": "a", "n": "ä"}]


def test_a_column_that_occurs_twice_is_refused() -> None:
    with pytest.raises(LogUnreadable, match="occur twice in its header: n"):
        read(b"case,n,n\na,1,2\n")


def test_bounds_hold_for_lines_columns_and_cells() -> None:
    with pytest.raises(LogTooLarge, match="line is longer"):
        read(b"case,n\na," + b"x" * 2_000, bounds=Bounds(line_characters=1_000))
    with pytest.raises(LogTooLarge, match="more than 3 columns"):
        read(b"case,a,b,c\n", bounds=Bounds(columns=3))
    with pytest.raises(LogUnreadable, match="field larger than field limit"):
        read(b'case,n\na,"' + b"x\n" * 100_000)
