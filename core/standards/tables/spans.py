"""What bitemporal tables share: spans are half-open, an empty end has none, and the database excludes overlap."""

from typing import Any

from sqlalchemy import Column, func, text
from sqlalchemy.dialects.postgresql import JSONB

VALID = (func.tstzrange(text("valid_from"), text("valid_to")), "&&")
RECORDED = (func.tstzrange(text("recorded_from"), text("recorded_to")), "&&")
PLACE = (("code", "="), ("clause_key", "="), ("parameter_key", "="), ("variant", "="), ("aspect", "="))


def json_column() -> Any:  # noqa: ANN401 - what SQLModel's Field takes
    """Declare a required JSON column; it is never filtered by."""
    return Column(JSONB(none_as_null=False), nullable=False)
