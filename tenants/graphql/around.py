"""Which tenants of the network somebody sees: their own, all above it and all below it; headquarters sees every one.

The reference rows of the tree are readable in the whole network, as decisions go; lists, look-ups and edges of the API
show less: a franchisee meets its lineage, not its neighbours. What a wider read reaches is decided by its own scope:
the tenants a region has opened, or the network.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause, Select
from sqlmodel import SQLModel

from core.kernel.reads import NOW, Condition

UUIDS = sa.ARRAY(sa.Uuid())


def setting(name: str) -> ColumnElement[Any]:
    """Read a setting of the transaction as text, empty where it is not set."""
    return sa.func.nullif(sa.func.current_setting(f"app.{name}", sa.true()), "")


def listed(name: str) -> ColumnElement[Any]:
    """Read a setting that is a list of ids."""
    return sa.cast(sa.func.string_to_array(setting(name), ","), UUIDS)


def in_force(placement: FromClause) -> ColumnElement[bool]:
    """Choose placements that hold now, as known now."""
    return sa.and_(
        placement.c.recorded_to.is_(None),
        placement.c.valid_from <= NOW,
        sa.or_(placement.c.valid_to.is_(None), placement.c.valid_to > NOW),
    )


def known_now(placement: FromClause) -> ColumnElement[bool]:
    """Choose placements of any time, as known now."""
    return placement.c.recorded_to.is_(None)


def below_own() -> Select[Any]:
    """Select the ids of every tenant below the one acted in."""
    placements = SQLModel.metadata.tables["tenant_placements"]
    first = placements.alias("first_below")
    own = sa.cast(setting("tenant_id"), sa.Uuid())
    network = sa.cast(setting("network_id"), sa.Uuid())
    under = (
        sa.select(first.c.child_id)
        .where(first.c.network_id == network, first.c.parent_id == own, in_force(first))
        .cte("under_own", recursive=True)
    )
    further = placements.alias("further_below")
    under = under.union(
        sa.select(further.c.child_id)
        .select_from(further.join(under, further.c.parent_id == under.c.child_id))
        .where(further.c.network_id == network, in_force(further))
    )
    return sa.select(under.c.child_id)


def around(column: str) -> Condition:
    """Choose rows whose column names a tenant that is seen."""

    def condition(table: FromClause) -> ColumnElement[bool]:
        named = table.c[column]
        return sa.case(
            (
                setting("tenant_id").is_not(None),
                sa.or_(
                    named == sa.any_(listed("lineage")),
                    table.c.owner_tenant_id == sa.cast(setting("tenant_id"), sa.Uuid()),
                    named.in_(below_own()),
                ),
            ),
            (setting("tenant_ids").is_not(None), named == sa.any_(listed("tenant_ids"))),
            else_=sa.true(),
        )

    return condition


def below_now(placement: FromClause) -> ColumnElement[bool]:
    """Choose placements that hold now, of tenants that are seen."""
    return sa.and_(in_force(placement), around("child_id")(placement))
