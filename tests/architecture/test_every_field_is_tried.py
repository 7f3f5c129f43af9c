"""No query, mutation or subscription of the schema is without a test that calls it by name."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLObjectType

from tests.support.api import whole_schema

TESTS = Path(__file__).parents[1]
KINDS = ("Query", "Mutation", "Subscription")


def root_fields() -> list[str]:
    found: list[str] = []
    for kind in KINDS:
        type_ = whole_schema().graphql.type_map[kind]
        assert isinstance(type_, GraphQLObjectType)
        found.extend(sorted(type_.fields))
    return found


@pytest.fixture(scope="module")
def words() -> set[str]:
    text = "\n".join(path.read_text() for path in TESTS.rglob("*.py"))
    return set(re.findall(r"\w+", text))


def test_the_schema_has_fields_of_every_kind() -> None:
    assert len(root_fields()) > 50


@pytest.mark.parametrize("field", root_fields())
def test_a_field_is_called_by_some_test(field: str, words: set[str]) -> None:
    assert field in words, f"nothing in tests/ calls {field}"
