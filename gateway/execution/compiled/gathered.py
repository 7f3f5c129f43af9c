"""One page of rows as PostgreSQL gathered it, and what is told about it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from core.kernel.frozen import frozen
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.texts import NULL, or_else, quoted


@frozen(kw_only=True)
class PageColumns:
    """One page of rows as PostgreSQL gathered it: how many there are, and each printed list with one row more."""

    found: ColumnElement[Any]
    size: ColumnElement[Any]
    lists: dict[str, ColumnElement[Any]]
    places: ColumnElement[Any] | None
    backward: bool

    def cut(self, gathered: ColumnElement[Any]) -> ColumnElement[Any]:
        """Leave the row more out, and give the rest in the list's order."""
        spare = sa.func.greatest(self.found - self.size, sa.literal_column("0"))
        kept = sa.func.trim_array(gathered, sa.cast(spare, sa.Integer()))
        return sa.func.array_reverse(kept) if self.backward else kept

    def kept(self, gathered: ColumnElement[Any]) -> ColumnElement[Any]:
        """Print the rows of the page."""
        return sa.func.array_to_string(self.cut(gathered), quoted(","), type_=sa.Text())

    def place(self, *, first: bool) -> ColumnElement[Any]:
        """Print the cursor of the first or last row."""
        places = self.cut(needed(self.places))
        if not first:
            places = sa.func.array_reverse(places)
        one = sa.func.array_to_string(sa.func.trim_array(places, count_less_one(places)), quoted(""), type_=sa.Text())
        return or_else(sa.func.nullif(one, quoted("")), NULL)


def count_less_one(gathered: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give how many elements lie behind the first."""
    return sa.func.greatest(sa.func.cardinality(gathered) - sa.literal_column("1"), sa.literal_column("0"))


def needed(column: Any) -> Any:  # noqa: ANN401 - a column that is there
    """Give what the compiler has gathered before.

    Raises:
        Bail: It has not, which is a mistake of the compiler; the interpreter answers.
    """
    if column is None:
        raise Bail
    return column
