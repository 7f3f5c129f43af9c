"""How values are written: instants in UTC with six digits and ``Z``, decimals as strings, durations as whole seconds.

Both ways of execution, the loaders and the compiler, print alike.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition


def write_instant(instant: datetime) -> str:
    """Write an instant in UTC with a year of four digits, six digits of a second and ``Z``."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_instant(given: object) -> datetime:
    """Read an ISO 8601 instant that names its zone."""
    instant = parsed(zoned, given, "2026-11-21T09:00:00Z")
    if instant.tzinfo is None:
        raise GraphQLError("A DateTime needs its zone, such as 2026-11-21T09:00:00Z.")
    return instant


def zoned(text: str) -> datetime:
    """Parse an instant and put it into UTC, where it names its zone."""
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo is None else instant.astimezone(UTC)


def write_decimal(number: Decimal) -> str:
    """Write a decimal as plain digits, never with an exponent."""
    return format(number, "f")


def read_decimal(given: object) -> Decimal:
    """Read a finite decimal from a string."""
    number = parsed(Decimal, given, '"12.50"')
    if not number.is_finite():
        raise GraphQLError('A Decimal is a finite number, such as "12.50".')
    return number


def parsed(parse: Callable[[str], Any], given: object, example: str) -> Any:  # noqa: ANN401 - whatever the parser makes
    """Read a string, refusing what is none or has another form, without repeating it."""
    if not isinstance(given, str):
        raise GraphQLError(f"Send a string, such as {example}.")
    try:
        return parse(given)
    except (ValueError, OverflowError, InvalidOperation):
        raise GraphQLError(f"This is not understood; send something such as {example}.") from None


def same(anything: object) -> object:
    """Leave a JSON value as it is."""
    return anything


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant: ISO 8601 with its zone; answered in UTC with six digits and Z.",
        serialize=write_instant,
        parse_value=read_instant,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description="A decimal number, written as a string so that no digit is lost.",
        serialize=write_decimal,
        parse_value=read_decimal,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="A JSON value whose form the field's description tells.",
        serialize=same,
        parse_value=same,
    ),
}
"""What the schema's configuration maps Python types to."""
