"""The examples of the documentation are operations of the schema."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from tests.support.api import whole_schema

PAGE = Path(__file__).parents[4] / "docs" / "standards" / "rollouts.md"
EXAMPLES = re.findall(r"```graphql\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_valid(example: str) -> None:
    assert validate(whole_schema().graphql, parse(example)) == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) == 3
