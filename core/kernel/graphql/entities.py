"""Which GraphQL types stand for rows of which tables, and which stand for values."""

from typing import Any

from core.kernel.frozen import frozen
from core.kernel.graphql.access import Permission
from core.kernel.reads import Condition
from core.kernel.rows import Row, RowClass

ENTITY = "__touchstone_entity__"
VALUE = "__touchstone_value__"


@frozen(kw_only=True)
class Entity:
    """A GraphQL type whose objects are rows of one table.

    Attributes:
        name: The GraphQL name.
        model: The table's model.
        key: Columns that name a row inside its tenant (or network).
        permission: What it takes to see such an object at all.
        where: Which rows ``node`` finds, where the walls of the database let more be read than the API shows.
    """

    name: str
    model: type[Row]
    key: tuple[str, ...]
    permission: Permission
    where: Condition | None = None

    @property
    def has_id(self) -> bool:
        """Tell whether its objects have a global id: those do that are named by one column."""
        return len(self.key) == 1

    @property
    def wall(self) -> tuple[str, ...]:
        """The column that names the owner of a row and is read along with its key."""
        owners = {RowClass.TENANT: ("tenant_id",), RowClass.REFERENCE: ("network_id",)}
        return owners.get(self.model.row_class, ())


def entity_of(type_: Any) -> Entity | None:  # noqa: ANN401 - anything may be asked about
    """Give the entity a class stands for, if it does."""
    return getattr(type_, ENTITY, None)


def permission_of(type_: Any) -> Permission | None:  # noqa: ANN401 - anything may be asked about
    """Give what it takes to see objects of a type at all, where the type says."""
    entity = entity_of(type_)
    return entity.permission if entity else getattr(type_, VALUE, None)
