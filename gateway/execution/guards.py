"""What the executor knows of each field, made once when the schema is assembled."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.kernel.frozen import frozen
from core.kernel.graphql.access import Permission
from core.kernel.graphql.declared import Change
from core.kernel.reads import Breadth

GUARDS = "touchstone.guards"
"""Where a GraphQL schema keeps its guards, among its extensions."""

Convert = Callable[[dict[str, Any]], dict[str, Any]]


@frozen(kw_only=True)
class Guard:
    """What the executor knows of one field.

    Attributes:
        needs: Every permission it takes: the field's own and that of the entity it leads to.
        breadth: How far a root field reads.
        change: What a field of Mutation does.
        convert: Turns a mutation's arguments into its coroutine's parameters.
        cost: What resolving it once costs.
        listed: Whether it is a list, whose cost is multiplied by the size of the page.
        part: Whether it is a part of a page, which is counted with the list.
        most: How many objects a list without pages may have, where that is known.
    """

    needs: tuple[Permission, ...]
    breadth: Breadth = Breadth.TENANT
    change: Change | None = None
    convert: Convert | None = None
    cost: int = 0
    listed: bool = False
    part: bool = False
    most: int | None = None


@dataclass(slots=True)
class Guards:
    """The guards of a schema, by type and field; a field without one is refused."""

    fields: dict[tuple[str, str], Guard] = field(default_factory=dict[tuple[str, str], Guard])

    def find(self, type_name: str, field_name: str) -> Guard | None:
        """Give what is known of a field."""
        return self.fields.get((type_name, field_name))
