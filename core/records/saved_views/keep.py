"""Save, change, share and delete views; list those that somebody sees."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from core.kernel.audit import record_act
from core.kernel.canonical import canonical_text
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.permissions import READ_RECORDS, SHARE_VIEWS
from core.records.saved_views.errors import TooManyViews, ViewNameIsTaken
from core.records.saved_views.policy import (
    Standing,
    ViewOrdering,
    checked_columns,
    checked_filter,
    checked_name,
)
from core.records.saved_views.repository import (
    add_view,
    change_columns,
    drop_view,
    find_view,
    lock_views_of,
    names_of,
    views_seen_by,
)

MOST: Final = 200
"""Views of one owner."""
MOST_SEEN: Final = 500


@frozen(kw_only=True)
class SaveView:
    """A list of records as somebody narrowed it.

    Attributes:
        name: What it is called.
        filter: What the list is narrowed by, as the filter's own fields and JSON values.
        ordering: In which order it is shown.
        columns: What of a record is shown.
        shared: Whether everybody in the tenant sees it.
    """

    name: str
    filter: Mapping[str, Any]
    ordering: ViewOrdering = ViewOrdering.LATEST_FIRST
    columns: Sequence[str] = ()
    shared: bool = False


@frozen(kw_only=True)
class ChangeView:
    """What shall be otherwise with a view; what is not said stays."""

    view_id: UUID
    expected_version: int
    name: str | None = None
    filter: Mapping[str, Any] | None = None
    ordering: ViewOrdering | None = None
    columns: Sequence[str] | None = None
    shared: bool | None = None


async def save_view(unit: Unit, command: SaveView) -> UUID:
    """Save a view of one's own.

    Raises:
        NotPermitted: The actor may not read records, or not share views.
        InvalidInput: The name, the filter or a column does not have the form it must have.
        ViewNameIsTaken: The actor has a view of that name.
        TooManyViews: The actor has as many as anybody may have.
    """
    unit.scope.require(READ_RECORDS)
    if command.shared:
        unit.scope.require(SHARE_VIEWS)
    name, owner_id, view_id = checked_name(command.name), unit.scope.actor.id, new_id()
    if len(await lock_views_of(unit, owner_id)) >= MOST:
        raise TooManyViews(most=MOST)
    columns = {
        "owner_id": owner_id,
        "name": name,
        "shared": command.shared,
        "filter": checked_filter(canonical_text(command.filter)),
        "ordering": command.ordering.value,
        "columns": listed(checked_columns(command.columns)),
        "recorded_at": recorded_now(),
    }
    if not await add_view(unit, view_id, columns):
        raise ViewNameIsTaken(name=name)
    await told(unit, "save", view_id, {"shared": command.shared})
    return view_id


async def change_view(unit: Unit, command: ChangeView) -> UUID:
    """Rename, change or share a view: one's own, or with the permission to share one that is shared.

    Raises:
        NotPermitted: The actor may not read records, not share views, or not change those of others.
        NotFound: The actor sees no such view.
        StaleEdit: It was changed since it was read.
        InvalidInput: The name, the filter or a column does not have the form it must have.
        ViewNameIsTaken: Its owner has another view of that name.
    """
    view = await taken_up(unit, command.view_id, command.expected_version)
    if command.shared is not None and command.shared != view.shared:
        unit.scope.require(SHARE_VIEWS)
    name = None if command.name is None else checked_name(command.name)
    if name is not None and (await names_of(unit, view.owner_id)).get(name, command.view_id) != command.view_id:
        raise ViewNameIsTaken(name=name)
    said = {
        "name": name,
        "filter": None if command.filter is None else checked_filter(canonical_text(command.filter)),
        "ordering": None if command.ordering is None else command.ordering.value,
        "columns": None if command.columns is None else listed(checked_columns(command.columns)),
        "shared": command.shared,
    }
    changed = {key: value for key, value in said.items() if value is not None}
    if not await change_columns(unit, command.view_id, {**changed, "updated_at": recorded_now()}):
        raise ViewNameIsTaken(name=name or view.name)
    await told(unit, "change", command.view_id, {"changed": sorted(changed)})
    return command.view_id


async def delete_view(unit: Unit, view_id: UUID, expected_version: int) -> str:
    """Delete a view: one's own, or with the permission to share one that is shared.

    Returns:
        What it was called.

    Raises:
        NotPermitted: The actor may not read records, or not change views of others.
        NotFound: The actor sees no such view.
        StaleEdit: It was changed since it was read.
    """
    view = await taken_up(unit, view_id, expected_version)
    await drop_view(unit, view_id)
    await told(unit, "delete", view_id, {})
    return view.name


async def seen_views(unit: Unit) -> list[UUID]:
    """List the actor's own views and those that are shared in the tenant, by name.

    Raises:
        NotPermitted: The actor may not read records.
    """
    unit.scope.require(READ_RECORDS)
    return await views_seen_by(unit, unit.scope.actor.id, MOST_SEEN)


async def seen_view(unit: Unit, view_id: UUID) -> UUID | None:
    """Give a view that the actor sees; nothing where there is none.

    Raises:
        NotPermitted: The actor may not read records.
    """
    unit.scope.require(READ_RECORDS)
    view = await find_view(unit, view_id)
    return view_id if view is not None and view.is_seen_by(unit.scope.actor.id) else None


async def taken_up(unit: Unit, view_id: UUID, expected_version: int) -> Standing:
    """Lock a view that the actor may change and that is as it was read."""
    unit.scope.require(READ_RECORDS)
    view = await find_view(unit, view_id, lock=True)
    if view is None or not view.is_seen_by(unit.scope.actor.id):
        raise NotFound(kind="view", key=str(view_id))
    if view.owner_id != unit.scope.actor.id:
        unit.scope.require(SHARE_VIEWS)
    if view.version != expected_version:
        raise StaleEdit(kind="view", expected=expected_version, actual=view.version)
    return view


def listed(columns: Sequence[str]) -> str:
    """Write columns as they are stored."""
    return orjson.dumps(list(columns)).decode()


async def told(unit: Unit, verb: str, view_id: UUID, details: Mapping[str, Any]) -> None:
    """Write down what was done with a view."""
    await record_act(
        unit, action=f"records.{verb}_view", subject_kind="view", subject_id=view_id, details=dict(details)
    )
