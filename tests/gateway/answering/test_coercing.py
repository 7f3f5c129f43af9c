"""Variables that are read at once are what graphql-core coerces them to; whatever it refuses is not read."""

from typing import Any

import pytest
from graphql import build_schema, parse
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.answering.coercing import Coercion
from tests.support.api import whole_schema

SCHEMA = build_schema("""
    type Query { field(given: Whole, ids: [ID!]): String }
    input Whole { name: String! note: String = null tags: [String!] part: Part parts: [Part!] = null is: Boolean }
    input Part { id: ID! from: String parts: [[String]!] }
    input Round { name: String round: Round }
    input Counted { name: String count: Int }
    input Filled { name: String = "filled" }
""")
DOCUMENT = "query($given: Whole!, $ids: [ID!], $import: Boolean) { field(given: $given, ids: $ids) }"
TEXT = st.sampled_from(["", "a", "\\u0000", "é\u2028", "\x00", None, 1, 1.5, True, ["a"], {"a": "b"}])
PART = st.dictionaries(st.sampled_from(["id", "from", "parts", "other"]), TEXT | st.lists(st.lists(TEXT, max_size=2)))
WHOLE = st.fixed_dictionaries(
    {"name": TEXT},
    optional={
        "note": TEXT,
        "tags": st.lists(TEXT, max_size=3),
        "part": PART | TEXT,
        "parts": st.lists(PART | TEXT, max_size=2),
        "is": TEXT,
        "more": TEXT,
    },
)
SENT = st.fixed_dictionaries(
    {"given": WHOLE | TEXT}, optional={"ids": st.lists(TEXT, max_size=2) | TEXT, "import": TEXT, "more": TEXT}
)


def definitions(document: str) -> Any:
    (operation,) = parse(document).definitions
    return getattr(operation, "variable_definitions", ())


def shown(values: Any) -> Any:
    """What was coerced and where it came from; types that are made anew for each request are equal to themselves."""
    assert isinstance(values, VariableValues), values
    sources: Any = values.sources
    return values.coerced, {name: (str(sources[name].signature.type), sources[name].value) for name in sources}


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(SENT)
def test_what_is_read_is_what_is_coerced(sent: dict[str, Any]) -> None:
    quick = Coercion.of(SCHEMA, definitions(DOCUMENT))
    assert quick is not None
    read = quick.coerced(sent)
    if read is not None:
        assert shown(read) == shown(get_variable_values(SCHEMA, definitions(DOCUMENT), sent))
        assert "\x00" not in repr(sent).replace("\\x00", "\x00").replace("\\\x00", "")


def test_plain_values_are_read() -> None:
    quick = Coercion.of(SCHEMA, definitions(DOCUMENT))
    assert quick is not None
    whole: dict[str, Any] = {
        "name": "a",
        "part": {"id": "b", "from": None, "parts": [["c", None], []]},
        "parts": [],
        "is": True,
    }
    all_sent: list[dict[str, Any]] = [
        {"given": {"name": "a"}},
        {"given": whole, "ids": ["x"], "import": None, "more": 1},
    ]
    for sent in all_sent:
        found = quick.coerced(sent)
        assert isinstance(found, VariableValues)
        assert shown(found) == shown(get_variable_values(SCHEMA, definitions(DOCUMENT), sent))
    assert quick.coerced({"given": {"name": "\x00"}}) is None
    assert quick.coerced({"given": {"name": "\\u0000"}}) is not None


@pytest.mark.parametrize("kind", ["Round", "Counted", "Filled", "[Counted]", "Int", "Boolean = true"])
def test_what_is_made_of_something_else_is_left_to_graphql(kind: str) -> None:
    assert Coercion.of(SCHEMA, definitions(f"query($given: {kind}) {{ __typename }}")) is None


@pytest.mark.parametrize("kind", ["OpenRecordInput!", "OpenRecordsInput!", "String", "[ID!]!"])
def test_what_a_front_end_sends_mostly_is_read(kind: str) -> None:
    assert Coercion.of(whole_schema().graphql, definitions(f"query($given: {kind}) {{ __typename }}")) is not None
