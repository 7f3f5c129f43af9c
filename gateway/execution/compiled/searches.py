"""A list that is searched: what every request searches for, and the conditions of the statement."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.frozen import frozen
from gateway.execution.compiled.arguments import Arguments
from gateway.execution.compiled.binds import Binds, Find
from gateway.execution.compiled.rows import Rows, walls
from gateway.execution.pages import bound_to
from gateway.execution.plans import ListPlan, SearchPlan
from gateway.execution.searching import having


@frozen
class Search:
    """What has to be looked into before a statement is told: how the list is searched, and what finds the text."""

    plan: SearchPlan
    text: Find


@frozen
class Searched:
    """A list that is searched.

    Attributes:
        plan: How it is searched.
        binds: The parameters of the statement.
        alias: Gives a name that no other rows of the statement have.
        given: What finds that which cursors are bound to: the filter and the text.
        sought: The first term and an array of the others, as parameters.
    """

    plan: SearchPlan
    binds: Binds
    alias: Callable[[], str]
    given: Find
    sought: tuple[ColumnElement[Any], ColumnElement[Any]]

    @classmethod
    def of(
        cls, binds: Binds, searches: list[Search], alias: Callable[[], str], plan: ListPlan, arguments: Arguments
    ) -> "Searched | None":
        """Have the text looked into in every request; nothing where nothing is searched for."""
        if plan.search is None or arguments.now.get("search") is None:
            return None
        place, kind = len(searches), plan.search.term.type
        text, narrowed = arguments.find("search"), arguments.find("filter")
        searches.append(Search(plan.search, text))
        first = binds.add(lambda run: run.sought[place].terms[0], kind)
        others = binds.add(lambda run: list(run.sought[place].terms[1:]), sa.ARRAY(kind))
        return cls(plan.search, binds, alias, lambda run: bound_to(narrowed(run), text(run)), (first, others))

    def index(self) -> FromClause:
        """Give the table of terms under a name of its own."""
        return self.plan.table.alias(self.alias())

    def conditions(self, rows: Rows, index: FromClause) -> list[ColumnElement[bool]]:
        """Give the conditions for rows that have all terms."""

        def walled(table: FromClause) -> list[ColumnElement[bool]]:
            return walls(self.plan.declared.index, table, self.binds, picked=True)

        return having(self.plan, index, self.index(), walled, rows.read, self.sought)
