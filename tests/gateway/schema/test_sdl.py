"""A change of the schema is reviewed: it is in a committed file."""

from graphql import build_schema

from gateway.schema.sdl import COMMITTED, RENEW, schema_text
from tests.gateway.execution.notes.feature import CONTRIBUTION


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    committed = COMMITTED.read_text(encoding="utf-8") if COMMITTED.exists() else ""
    assert schema_text() == committed, f"The schema changed: look at it, and renew the file with `{RENEW}`."


def test_the_text_is_the_same_every_time_and_valid() -> None:
    text = schema_text([CONTRIBUTION])
    assert text == schema_text([CONTRIBUTION])
    assert "type Note implements Node" in text
    assert build_schema(text).query_type is not None
