"""What a statement is told anew in every request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from graphql.execution.values import VariableValues
from sqlalchemy import BindParameter, ColumnElement
from sqlalchemy.types import TypeEngine

from core.kernel.reads import NOW, Sought
from core.kernel.scope import Scope


@dataclass(slots=True)  # Not frozen: every request makes one, and setting what is frozen takes twice as long.
class Run:
    """One request, as far as a plan knows it; nobody changes it.

    Attributes:
        scope: Whose rows are read.
        variables: The operation's variables, coerced.
        now: The instant of the operation.
        refs: What a mutation gave, whose payload is read.
        sought: What each search looks for, in the order of the plan's searches.
    """

    scope: Scope
    variables: VariableValues
    now: datetime
    refs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sought: Sequence[Sought] = ()


Find = Callable[[Run], Any]

CONTEXT = "context"
"""What a statement that sets its own context calls the row that holds it."""


@dataclass(slots=True)
class Binds:
    """The parameters of one statement, each with what finds its value.

    Attributes:
        finds: What finds each parameter's value, by its name.
        checks: What finds values that the statement does not look at, and that are wrong all the same if they are.
        in_context: Whether the statement's context holds the tenant and the network. The planner then cannot know them,
            and finds a plan for all tenants as good as one for this tenant; with a parameter it takes the latter to be
            cheaper, wherever tenants are large, and plans the statement anew in every request. What is picked from
            all that a tenant has is told the tenant all the same.
    """

    finds: dict[str, Find] = field(default_factory=dict[str, Find])
    checks: list[Find] = field(default_factory=list[Find])
    in_context: bool = False
    _shared: dict[str, BindParameter[Any]] = field(default_factory=dict[str, BindParameter[Any]])

    def __post_init__(self) -> None:
        """Know the instant, which formulas may ask for by a name of its own."""
        self.finds[NOW.key] = lambda run: run.now

    def add(self, find: Find, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """Add a parameter."""
        name = f"p{len(self.finds)}"
        self.finds[name] = find
        return sa.bindparam(name, type_=type_)

    def shared(self, what: str, find: Find, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """Give a parameter that is the same wherever it is asked for."""
        if what not in self._shared:
            self._shared[what] = self.add(find, type_)
        return self._shared[what]

    @property
    def tenant(self) -> ColumnElement[Any]:
        """The tenant acted in."""
        return self.owner("tenant")

    @property
    def network(self) -> ColumnElement[Any]:
        """The network."""
        return self.owner("network")

    def owner(self, what: str, *, told: bool = False) -> ColumnElement[Any]:
        """Give the tenant or the network, as a parameter where the planner is to be told."""
        known = told or not self.in_context
        return self.given(what) if known else sa.literal_column(f"{CONTEXT}.{what}", sa.Uuid())

    def given(self, what: str) -> BindParameter[Any]:
        """Give the tenant or the network as a parameter."""
        return self.shared(what, attrgetter(f"scope.{what}_id"), sa.Uuid())

    def named(self, names: Mapping[str, Any]) -> list[Find]:
        """Give what finds the values, in the order of names."""
        return [self.finds[name] for name in names]
