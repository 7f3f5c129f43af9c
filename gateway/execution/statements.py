"""The statements of the loaders. Each names its tenant or network, and each reads only the columns asked for."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from gateway.execution.keyset import ordering
from gateway.execution.plans import EntityPlan, ListPlan, MeasurePlan
from gateway.execution.reach import Reach, among, array

PARENT = "touchstone_parent"
OWNER = "touchstone_parent_owner"
Conditions = Sequence[ColumnElement[bool]]


def selected(plan: EntityPlan, labels: Iterable[str]) -> list[ColumnElement[Any]]:
    """Give the columns behind labels, named by them, in one order so that equal questions are equal statements."""
    return [plan.columns[label].label(label) for label in sorted(plan.always.union(labels))]


def rows(plan: EntityPlan, labels: Iterable[str], reach: Reach, conditions: Conditions) -> Select[Any]:
    """Read rows of an entity."""
    walls = reach.walls(plan.entity.model, plan.table)
    return sa.select(*selected(plan, labels)).where(*walls, *conditions)


def rows_by_key(
    plan: EntityPlan, key: ColumnElement[Any], labels: Iterable[str], reach: Reach, keys: Sequence[tuple[Any, Any]]
) -> Select[Any]:
    """Read the rows that keys name; a key is the owner, where it matters, and the value."""
    found = rows(plan, labels, reach, [among(key, unique(value for _, value in keys))])
    owners = unique(owner for owner, _ in keys if owner is not None)
    found = found.add_columns(key.label(PARENT))
    return found.where(among(plan.table.c.tenant_id, owners)) if owners else found


def page(
    listed: ListPlan, labels: Iterable[str], reach: Reach, conditions: Conditions, *, backward: bool, limit: int
) -> Select[Any]:
    """Read one page of a list at the root."""
    found = rows(listed.target, labels, reach, [*listed.conditions, *conditions])
    return found.order_by(*ordering(listed.order, backward=backward)).limit(limit)


def pages(
    listed: ListPlan,
    labels: Iterable[str],
    reach: Reach,
    conditions: Conditions,
    parents: Sequence[tuple[Any, Any]],
    *,
    backward: bool,
    limit: int,
) -> Select[Any]:
    """Read one page of each parent's list, with one walk of the index per parent (LATERAL)."""
    key = needed(listed.key)
    owned = any(owner is not None for owner, _ in parents)
    values = [array(key, [value for _, value in parents])]
    names = [sa.column(PARENT, key.type)]
    if owned:
        owner = listed.target.table.c.tenant_id
        values.append(array(owner, [one for one, _ in parents]))
        names.append(sa.column(OWNER, owner.type))
    parent = sa.func.unnest(*values).table_valued(*names, name="parent").render_derived()
    within = [key == parent.c[PARENT], *([listed.target.table.c.tenant_id == parent.c[OWNER]] if owned else [])]
    inner = page(listed, labels, reach, [*within, *conditions], backward=backward, limit=limit).lateral("child")
    read = [inner.c[label] for label in sorted(listed.target.always.union(labels))]
    place = [order_of(inner.c[one.label], falling=one.descending != backward) for one in listed.order]
    marks = [parent.c[PARENT], *([parent.c[OWNER]] if owned else [])]
    return sa.select(*marks, *read).select_from(parent.join(inner, sa.true())).order_by(*place)


def order_of(column: ColumnElement[Any], *, falling: bool) -> ColumnElement[Any]:
    """Order by a column, falling or rising."""
    return column.desc() if falling else column.asc()


def count(listed: ListPlan, reach: Reach, conditions: Conditions) -> Select[Any]:
    """Count a list at the root."""
    walls = reach.walls(listed.target.entity.model, listed.target.table)
    counted = sa.select(sa.func.count()).select_from(listed.target.table)
    return counted.where(*walls, *listed.conditions, *conditions)


def measures(
    asked: Sequence[MeasurePlan], reach: Reach, conditions: Conditions, parents: Sequence[tuple[Any, Any]]
) -> Select[Any]:
    """Compute figures of one family for many parents."""
    first = asked[0]
    walls = reach.walls(first.model, first.table)
    owned = any(owner is not None for owner, _ in parents)
    groups = [first.key.label(PARENT), *([first.table.c.tenant_id.label(OWNER)] if owned else [])]
    figures = [one.measured.label(one.label) for one in asked]
    owners = [among(first.table.c.tenant_id, unique(one for one, _ in parents))] if owned else []
    keys = among(first.key, unique(value for _, value in parents))
    found = sa.select(*groups, *figures).where(*walls, keys, *owners, *first.conditions, *conditions)
    return found.group_by(*[sa.text(PARENT), *([sa.text(OWNER)] if owned else [])])


def needed(key: ColumnElement[Any] | None) -> ColumnElement[Any]:
    """Give the column that names the parent, of a list that has one."""
    if key is None:
        msg = "A list at the root has no parents."
        raise ValueError(msg)
    return key


def unique(values: Iterable[Any]) -> list[Any]:
    """Give values once each, in the order they came."""
    return list(dict.fromkeys(values))
