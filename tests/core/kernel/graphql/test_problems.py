"""Facts become types of the schema by their annotations."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import pytest
from strawberry.types.base import get_object_definition

from core.kernel.errors import DomainError, fact
from core.kernel.graphql.problems import Problem, attribute_descriptions, problem_type, shown_value
from core.kernel.ids import new_id


class Side(StrEnum):
    LEFT = "left"


@fact
class BoundExceeded(DomainError):  # noqa: N818 - errors are facts
    """The value lies outside its bounds,
    as the publisher set them.

    More about it.

    Attributes:
        parameter_id: The parameter whose
            bounds they are.
        low: The least value.

    Nothing more.
    """

    parameter_id: UUID
    low: int
    high: Decimal | None
    at: datetime
    on: date
    longest: timedelta
    names: tuple[str, ...]
    ids: list[UUID]
    side: Side
    share: float
    strict: bool
    code: ClassVar[str] = "test.bound_exceeded"


def test_each_attribute_has_its_type() -> None:
    made = problem_type(BoundExceeded)
    definition = get_object_definition(made, strict=True)
    shown = {one.python_name: one.type_annotation for one in definition.fields}
    assert issubclass(made, Problem)
    assert definition.name == "BoundExceeded"
    assert definition.description == "The value lies outside its bounds, as the publisher set them."
    types = {name: str(getattr(one, "raw_annotation", "")) for name, one in shown.items()}
    assert "ID" in types["parameter_id"]
    assert types["low"] == "<class 'int'>"
    assert "Decimal" in types["high"]
    assert "None" in types["high"]
    assert types["longest"] == "<class 'int'>"
    assert types["names"] == "list[str]"
    assert "ID" in types["ids"]
    assert types["side"] == "<class 'str'>"


def test_the_type_of_a_fact_is_made_once() -> None:
    assert problem_type(BoundExceeded) is problem_type(BoundExceeded)


def test_attributes_are_described_by_the_docstring() -> None:
    assert attribute_descriptions(BoundExceeded) == {
        "parameter_id": "The parameter whose bounds they are.",
        "low": "The least value.",
    }
    described = {
        one.python_name: one.description
        for one in get_object_definition(problem_type(BoundExceeded), strict=True).fields
    }
    assert described["low"] == "The least value."
    assert described["strict"] == "What the refusal says of: strict."


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (Side.LEFT, "left"),
        (timedelta(hours=2), 7200),
        (("a", "b"), ["a", "b"]),
        ([timedelta(seconds=1)], [1]),
        (None, None),
        (3, 3),
        (Decimal("1.5"), Decimal("1.5")),
    ],
)
def test_values_are_shown_as_their_types_say(given: object, shown: object) -> None:
    assert shown_value(given) == shown


def test_ids_are_shown_as_text() -> None:
    one = new_id()
    assert shown_value((one,)) == [str(one)]
