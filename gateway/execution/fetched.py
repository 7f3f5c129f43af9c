"""A row as the resolvers see it."""

from dataclasses import dataclass
from typing import Any

from gateway.execution.plans import EntityPlan


@dataclass(slots=True, eq=False)
class Fetched:
    """A row that was read: the values asked for, by label. Two readings of one row are two objects."""

    plan: EntityPlan
    values: dict[str, Any]

    @property
    def owner(self) -> Any:  # noqa: ANN401 - a tenant's id, or nothing
        """The tenant the row belongs to; empty for rows of the network."""
        return self.values.get("tenant_id")
