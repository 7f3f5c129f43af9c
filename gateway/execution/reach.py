"""How far the statements of one connection reach, and the conditions that say so in each of them."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.frozen import frozen
from core.kernel.reads import Breadth
from core.kernel.rows import Row, RowClass
from core.kernel.scope import Scope


@frozen(kw_only=True)
class Reach:
    """How far the statements of one connection reach.

    Row-level security is the second wall; every statement names its tenant, or network, itself.

    Attributes:
        breadth: One tenant, some tenants, or the network.
        network_id: The network.
        tenant_id: The tenant acted in.
        tenant_ids: The tenants that are read, for ``units_below``.
    """

    breadth: Breadth
    network_id: UUID
    tenant_id: UUID
    tenant_ids: tuple[UUID, ...] = ()

    @classmethod
    def within(cls, scope: Scope) -> Self:
        """Reach the tenant acted in."""
        return cls(breadth=Breadth.TENANT, network_id=scope.network_id, tenant_id=scope.tenant_id)

    @property
    def wide(self) -> bool:
        """Whether several tenants are read, so that related rows must be of the same one."""
        return self.breadth is not Breadth.TENANT

    def walls(self, model: type[Row], table: FromClause) -> list[ColumnElement[bool]]:
        """Give the conditions that name the owner of a table's rows."""
        match model.row_class, self.breadth:
            case RowClass.TENANT, Breadth.TENANT:
                return [table.c.tenant_id == self.tenant_id]
            case RowClass.TENANT, Breadth.UNITS_BELOW:
                return [table.c.network_id == self.network_id, among(table.c.tenant_id, self.tenant_ids)]
            case (RowClass.TENANT, _) | (RowClass.REFERENCE, _):
                return [table.c.network_id == self.network_id]
            case _:
                return []


def among(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Compare a column with a list that is one parameter, so that the statement is the same for any length."""
    return column == sa.any_(array(column, values))


def array(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[Any]:
    """Give values of a column as one parameter, an array."""
    return sa.literal(list(values), sa.ARRAY(column.type))
