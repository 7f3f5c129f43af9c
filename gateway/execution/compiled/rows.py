"""Rows of an entity somewhere in a statement: a table under an alias, or a page of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, true
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.sql.visitors import iterate

from core.kernel.frozen import frozen
from core.kernel.rows import Row, RowClass
from gateway.execution.compiled.binds import Binds
from gateway.execution.plans import EntityPlan


@frozen
class Read:
    """What is read of rows that are printed.

    Attributes:
        labels: Columns and computed fields.
        elsewhere: Whether something is looked up that they point to.
    """

    labels: frozenset[str]
    elsewhere: bool


@dataclass(frozen=True)
class Rows:
    """Rows of an entity.

    Attributes:
        plan: The entity.
        source: What they are read from.
        beside: What is looked up for each row and joined with it; none where that is a value by itself.
    """

    plan: EntityPlan
    source: FromClause
    beside: list[FromClause] | None = None

    @property
    def joined(self) -> FromClause:
        """The rows with what is looked up for each; they stay as many, in their order."""
        found = self.source
        for one in self.beside or ():
            found = found.outerjoin(one, true())
        return found

    @cached_property
    def _adapter(self) -> ClauseAdapter:
        return ClauseAdapter(self.source)

    def read(self, label: str) -> ColumnElement[Any]:
        """Read a column or a computed field."""
        return self.adapted(self.plan.columns[label])

    def adapted(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """Give an expression over the entity's table as one over these rows."""
        return cast("ColumnElement[Any]", cast("Any", self._adapter).traverse(expression))

    def columns(self, labels: Iterable[str]) -> list[ColumnElement[Any]]:
        """Give the table's columns behind labels, once each, in the table's order."""
        found = {one for label in labels for one in iterate(self.plan.columns[label])}
        return [self.source.c[one.name] for one in self.plan.table.c if one in found]

    def all_adapted(self, expressions: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
        """Give expressions over the entity's table as ones over these rows."""
        return [self.adapted(one) for one in expressions]


def walls(model: type[Row], source: FromClause, binds: Binds, *, picked: bool = False) -> list[ColumnElement[bool]]:
    """Give the conditions that name the owner of rows; row-level security is the second wall.

    Where rows are picked from all that the owner has, the planner is told who it is: how many are left to be sorted
    depends on how many there are.

    A tenant's rows are named by their network too, although the tenant says enough: the policies compare it with a
    setting that is made by the statement itself, so that the planner would take it to leave nothing, and would walk the
    whole network's index for one tenant's page.
    """
    return [source.c[name] == binds.owner(name.removesuffix("_id"), told=picked) for name in owners(model)]


def owners(model: type[Row]) -> tuple[str, ...]:
    """Give the columns that name the owner of rows; all rows of one reading have them alike."""
    match model.row_class:
        case RowClass.TENANT:
            return "tenant_id", "network_id"
        case RowClass.REFERENCE:
            return ("network_id",)
        case _:
            return ()
