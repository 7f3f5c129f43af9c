"""JSON that is written compactly is read in one piece, and always as what is read name by name."""

import json

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.http.errors import MalformedRequest
from gateway.http.strict_json import DEEPEST, compact, read_json

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


def outcome(body: bytes | str) -> str:
    """What is read, with the kinds of numbers and the order of names, or the refusal."""
    try:
        return repr(read_json(body))
    except MalformedRequest as refused:
        return f"refused: {refused}"


@settings(max_examples=80, deadline=None)
@given(value=VALUES, escaped=st.booleans())
@example(value=[2**53, 2**63 - 1, 2**63, 2**64, -(2**63), 10**400], escaped=True)
@example(value={"": {"a": -0.0, "b": 1e300}}, escaped=False)
@example(value="a\x00b", escaped=True)
def test_both_readers_read_the_same(value: object, escaped: bool) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=escaped)
    assert outcome(text.encode()) == outcome(text)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":1,"\\u0061":2}',
        b"[1e400]",
        b"[NaN]",
        b"[9223372036854775808]",
        b"[18446744073709551615]",
        b'["\\ud800"]',
        b'["\\u0000"]',
        b"[" * 65 + b"]" * 65,
    ],
)
def test_what_is_refused_name_by_name_is_refused(body: bytes) -> None:
    assert outcome(body).startswith("refused: ")
    assert outcome(body) == outcome(body.decode())


def test_a_body_as_browsers_write_it_is_read_in_one_piece() -> None:
    body = '{"query":"{ größe }","variables":{"n":[1,2.5,true,null,"x"]}}'.encode()
    assert compact(body) == read_json(body) == orjson.loads(body)
    assert compact(body.replace(b":", b": ")) is None


@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize("innermost", ["", '"]}\\n[{"', "7"])
@pytest.mark.parametrize("deep", [30, 31, 32, 33, 63, 64, 65, 200, 600, 5_000])
def test_what_is_deep_is_refused_however_much_stands_beside_it(deep: int, innermost: str, spaced: bool) -> None:
    """The list is in an object, which is the first of the levels."""
    beside = ",".join(['{"a":["]]]]}}}}"]}'] * 100)
    body = f'{{"beside":[{beside}],"deep":{"[" * (deep - 1)}{innermost}{"]" * (deep - 1)}}}'
    if spaced:
        body = body.replace(",", ", ")
    assert outcome(body.encode()).startswith("refused") == (deep > DEEPEST)


def test_no_text_passes_for_depth_and_none_hides_it() -> None:
    text = "\n" + " " * 200
    assert read_json(orjson.dumps([text, *([[]] * 100)])) == [text, *([[]] * 100)]
    assert outcome(orjson.dumps([[["\x00"]], *([[]] * 100)])).startswith("refused")
