"""What tells whether the answer to "what holds now" that was given before still holds.

It is made of the same rows as ``core.standards.bearing``, and of how many of their beginnings and ends have passed: one
statement tells it, and where it is what it was, nothing is gathered, folded or shown again.
"""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import ColumnElement, FromClause

from core.kernel.reads import NOW, Asking, KeptWhile
from core.standards.models import Adaptation, Adoption, PublishedOverlay, RolloutStage, StandardHead, WaiverSpan

ABOVE: Final = (PublishedOverlay, RolloutStage)
OWN: Final = (Adaptation, WaiverSpan, Adoption)
EDGES: Final = ("valid_from", "valid_to", "enforced_from")
"""Columns that say when something begins or ends to hold."""


def figure(asking: Asking) -> ColumnElement[Any]:
    """Give the figure of all that bears on a standard in a tenant, as it is known now and at this moment."""
    code = asking.arguments["code"]
    parts: list[ColumnElement[Any]] = [revision(asking)]
    for model in ABOVE:
        rows = table(model)
        owned = rows.c.owner_tenant_id == sa.any_(asking.lineage)
        parts.append(figures(rows, rows.c.network_id == asking.network, owned, rows.c.code == code))
    for model in OWN:
        rows = table(model)
        parts.append(figures(rows, rows.c.tenant_id == asking.tenant, rows.c.code == code))
    return sa.func.concat_ws(sa.literal_column("'/'"), *parts, type_=sa.Text())


def revision(asking: Asking) -> ColumnElement[Any]:
    """Give the revision of the tenant's own side, which is shown as well."""
    heads = table(StandardHead)
    own = sa.and_(heads.c.tenant_id == asking.tenant, heads.c.code == asking.arguments["code"])
    return sa.func.coalesce(sa.select(heads.c.revision).where(own).correlate(None).scalar_subquery(), 0)


def figures(rows: FromClause, *owned: ColumnElement[bool]) -> ColumnElement[Any]:
    """Tell the rows that are known now apart by their ids, and count the beginnings and ends that have passed."""
    told = [
        sa.func.count(),
        *(sa.func.bit_xor(sa.func.uuid_hash_extended(rows.c.id, seed)) for seed in (0, 1)),
        *(sa.func.count().filter(rows.c[edge] <= NOW) for edge in EDGES if edge in rows.c),
    ]
    text = sa.func.concat_ws(sa.literal_column("','"), *told, type_=sa.Text())
    return (
        sa.select(text).select_from(rows).where(*owned, rows.c.recorded_to.is_(None)).correlate(None).scalar_subquery()
    )


def table(model: Any) -> FromClause:  # noqa: ANN401 - any of the tables
    """Give the table of a model, under a name of its own."""
    found: FromClause = sa.inspect(model).local_table
    return found.alias()


WHILE_IT_HOLDS: Final = KeptWhile(
    figure=figure, arguments=("code",), unless=frozenset({"at", "knownAt"}), fleeting=frozenset({"at"})
)
