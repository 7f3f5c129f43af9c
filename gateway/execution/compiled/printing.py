"""How PostgreSQL prints a value of a column as the JSON that the API's scalars would give.

Both ways of execution print alike: instants in UTC with six digits and ``Z``, decimals as strings, enumerations by
their names. What is not listed here is not printed, and its operation is left to the interpreter.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import sqlalchemy as sa
from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, is_leaf_type
from sqlalchemy import ColumnElement, TypeDecorator
from sqlmodel.sql.sqltypes import UTCDateTime

from core.kernel.frozen import frozen
from gateway.execution.compiled.bail import Inexpressible
from gateway.execution.compiled.texts import NULL, Text, or_else, quoted
from gateway.execution.plans import python_kind

BAIL = "\x04"
"""Printed where the interpreter would raise an error: the whole answer is thrown away."""

Print = Callable[[ColumnElement[Any]], ColumnElement[Any]]
INT_LIMIT = 2**31
PLAIN_FLOATS = (1e-4, 1e15)
"""Between these PostgreSQL and the interpreter write a float alike, but for the point of whole numbers."""


@frozen
class Printed:
    """How a value is printed.

    Attributes:
        print: Prints it as text.
        quotes: Whether between quotes.
        partial: Whether printing may come to nothing for a value that is.
        straight: Gives what ``concat`` prints alike by itself; a cast to text of each value costs more than it looks.
        null: What stands for NULL beside that.
    """

    print: Print
    quotes: bool = False
    partial: bool = False
    straight: Print | None = None
    null: ColumnElement[Any] | None = None


def json_text(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a text with quotes and escapes; as text, because what is said instead of NULL need not be JSON."""
    return sa.cast(as_json(value), sa.Text())


def as_json(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a text as JSON; ``to_json`` would look up how to print its type for each value."""
    return sa.func.json_scalar(value, type_=sa.JSON())


def itself(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a value that ``concat`` prints as JSON does."""
    return value


def as_text(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a value as PostgreSQL does."""
    return sa.cast(value, sa.Text())


NO_OFFSET = sa.literal_column("'0'::interval", sa.Interval())
"""UTC, as a zone that PostgreSQL need not look up by its name for each value."""


def instant(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print an instant in UTC with six digits and ``Z``; the ends of time, which are no instants, as nothing."""
    utc = sa.func.timezone(NO_OFFSET, value, type_=sa.DateTime())
    return sa.func.to_char(utc, quoted('YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), type_=sa.Text())


def day(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a date; the ends of time as nothing."""
    return sa.func.to_char(value, quoted("YYYY-MM-DD"), type_=sa.Text())


def small_int(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a big integer where GraphQL's Int can hold it."""
    fits = value.between(sa.literal_column(str(-INT_LIMIT)), sa.literal_column(str(INT_LIMIT - 1)))
    return sa.case((fits, as_text(value)), else_=sa.null())


def floating(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Print a float as the interpreter does where both agree, and nothing elsewhere."""
    number = as_kind(value, sa.Double())
    size = sa.func.abs(number)
    least, most = (number_sign(one) for one in PLAIN_FLOATS)
    whole = sa.and_(sa.func.trunc(number) == number, size < most)
    return sa.case(
        (whole, as_text(number).concat(quoted(".0"))),
        (sa.and_(size >= least, size < most), as_text(number)),
        else_=sa.null(),
    )


def number_sign(number: float) -> ColumnElement[Any]:
    """Write a number into the statement."""
    return sa.literal_column(f"{number:.4f}")


def as_kind(value: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a type of SQLAlchemy's
    """Cast a value."""
    return sa.cast(value, kind)


def named_value(enum: GraphQLEnumType) -> Print:
    """Print the name of an enumeration's member."""
    names = {str(getattr(one.value, "value", one.value)): name for name, one in enum.values.items()}

    def print_(value: ColumnElement[Any]) -> ColumnElement[Any]:
        arms = [(value == quoted(text), quoted(f'"{name}"')) for text, name in names.items()]
        return sa.case(*arms, else_=sa.null())

    return print_


TEXT = Printed(json_text, straight=as_json, null=sa.literal_column("'null'::json", sa.JSON()))
SMALL_INT = Printed(as_text, straight=itself)
PRINTS: Mapping[tuple[str, type], Printed] = {
    ("String", str): TEXT,
    ("ID", str): TEXT,
    ("Boolean", bool): Printed(as_text),
    ("DateTime", datetime): Printed(instant, quotes=True, partial=True),
    ("Date", date): Printed(day, quotes=True, partial=True),
    ("Decimal", Decimal): Printed(as_text, quotes=True),
    ("Float", float): Printed(floating, partial=True),
    ("Float", Decimal): Printed(floating, partial=True),
    ("Float", int): Printed(floating, partial=True),
}


def printed_by(leaf: Any, column: ColumnElement[Any]) -> Printed:  # noqa: ANN401 - a type of GraphQL's
    """Choose how a column is printed for a leaf type.

    Raises:
        Inexpressible: Nobody knows how.
    """
    plain_column(column)
    kind = python_kind(column)
    if isinstance(leaf, GraphQLEnumType) and kind is str:
        return Printed(named_value(leaf), partial=True)
    if leaf.name == "Int" and kind is int:
        small = isinstance(column.type, sa.Integer) and not isinstance(column.type, sa.BigInteger)
        return SMALL_INT if small else Printed(small_int, partial=True)
    found = PRINTS.get((leaf.name, kind))
    if found is None:
        raise Inexpressible(f"{leaf.name} of {column.type}")
    return found


def plain_column(column: ColumnElement[Any]) -> None:
    """Refuse a column whose type makes values in Python."""
    kind = column.type
    if isinstance(kind, UTCDateTime):  # It only puts instants into UTC, which they are printed in.
        return
    makes = cast("Any", TypeDecorator).process_result_value
    if isinstance(kind, TypeDecorator) and cast("Any", type(kind)).process_result_value is not makes:
        raise Inexpressible(f"a {type(kind).__name__} is made in Python")


def printed(kind: Any, column: ColumnElement[Any], value: ColumnElement[Any], *, filled: bool) -> Text:  # noqa: ANN401 - a type of GraphQL's
    """Print a value of a column as a field's JSON.

    Args:
        kind: The field's type.
        column: The column as declared, for its type.
        value: The column where it is read.
        filled: Whether the column is never empty.

    Raises:
        Inexpressible: Nobody knows how.
    """
    required = isinstance(kind, GraphQLNonNull)
    leaf: Any = cast("Any", kind).of_type if required else kind
    if isinstance(leaf, GraphQLList) or not is_leaf_type(leaf):
        raise Inexpressible(f"{leaf} of a column")
    how = printed_by(leaf, column)
    if how.straight is not None and filled:
        return [how.straight(value)]
    if how.straight is not None and how.null is not None and not required:
        return [sa.func.coalesce(how.straight(value), how.null, type_=sa.JSON())]
    text = how.print(value)
    if filled:
        sure = or_else(text, BAIL) if how.partial else text
        return ['"', sure, '"'] if how.quotes else [sure]
    whole = between_quotes(text) if how.quotes else text
    if required:
        return [or_else(whole, BAIL)]
    if how.partial:
        return [sa.case((value.is_(None), quoted(NULL)), else_=or_else(whole, BAIL))]
    return [or_else(whole, NULL)]


def between_quotes(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Put quotes around a text that may be NULL, and then stays so."""
    return quoted('"').concat(text).concat(quoted('"'))
