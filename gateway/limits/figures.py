"""How much is too much."""

from collections.abc import Mapping
from dataclasses import field
from typing import Self

from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from core.kernel.settings import Settings
from gateway.limits.errors import RoleIsUnknown
from tenants.roles import RoleKey


@frozen(kw_only=True)
class LimitFigures:
    """How much is too much of each.

    Attributes:
        tokens: Words and signs of a document.
        depth: Selections within selections; introspection has a limit of its own.
        introspection_depth: The same below ``__schema`` and ``__type``.
        aliases: Fields under another name, fragments counted where they are used.
        introspection_aliases: The same at and below ``__schema`` and ``__type``, which cost nothing otherwise.
        directives: Directives, counted alike.
        root_fields: Fields at the root of one operation.
        repeated: Fields with selections that are there already, fragments counted where they are used.
        page: Objects on one page.
        cost: What the whole operation may cost, for whoever holds a role of which nothing else is said.
        role_costs: What it may cost for the holders of a built-in role.
        introspection: Whether the schema may be asked for at all.
    """

    tokens: int = 4_000
    depth: int = 14
    introspection_depth: int = 24
    aliases: int = 60
    introspection_aliases: int = 3
    directives: int = 60
    root_fields: int = 20
    repeated: int = 100
    page: int = 200
    cost: int = 20_000
    role_costs: Mapping[str, int] = field(default_factory=dict[str, int])
    introspection: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what is configured from the settings.

        Raises:
            RoleIsUnknown: A limit is set for a role that is none of the built-in ones.
        """
        for role in settings.role_costs:
            if role not in set(RoleKey):
                raise RoleIsUnknown(role=role, known=", ".join(RoleKey))
        return cls(
            page=settings.max_page_size,
            cost=settings.max_cost,
            role_costs=settings.role_costs,
            introspection=settings.introspection,
        )

    def cost_for(self, scope: Scope | None) -> int:
        """Give what an operation of an actor may cost: the most that any of their roles allows."""
        if not self.role_costs or scope is None or not scope.roles:
            return self.cost
        return max(self.role_costs.get(role, self.cost) for role in scope.roles)

    @property
    def most_cost(self) -> int:
        """What an operation may cost for whoever may spend most."""
        return max(self.cost, *self.role_costs.values()) if self.role_costs else self.cost
