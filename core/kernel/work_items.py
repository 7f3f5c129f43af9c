"""Work items: the inbox where conflicts, approvals, reminders and escalations reach a person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

import orjson
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.canonical import canonical_text
from core.kernel.clock import recorded_now
from core.kernel.errors import DomainError, NotFound, StaleEdit, fact
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.models import WorkItem
from core.kernel.outbox import send
from core.kernel.permissions import DO_WORK, READ_WORK
from core.kernel.unit import Unit

OPEN = ("open", "taken")
Ending = Literal["done", "dismissed"]


@fact
class WorkItemIsClosed(DomainError):  # noqa: N818 - errors are facts
    """The work item was done or dismissed before."""

    status: str
    code: ClassVar[str] = "work.item_closed"

    @property
    def message(self) -> str:
        """Say how it ended."""
        return f"The work item is {self.status} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Read the inbox again; nothing waits here any more."


@fact
class WorkItemIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Somebody else has taken the work item."""

    code: ClassVar[str] = "work.item_taken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "Somebody else has taken this work item."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Take another one, or ask whoever has it."


@frozen(kw_only=True)
class TakeWorkItem:
    """Take a work item upon oneself; ``expected_version`` is the one that was read."""

    item_id: UUID
    expected_version: int


@frozen(kw_only=True)
class CloseWorkItem:
    """Say that a work item is done, or that nothing needs to be done; ``expected_version`` is the one that was read."""

    item_id: UUID
    expected_version: int
    ending: Ending


async def open_item(
    unit: Unit,
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    facts: Mapping[str, Any] | None = None,
    for_role: str | None = None,
    due_at: datetime | None = None,
) -> UUID:
    """Put something into the inbox; a subject has one open item of a kind at a time, and asking again gives that one.

    Args:
        unit: The transaction it belongs to.
        kind: ``<feature>.<what waits>``; front ends choose the wording by it.
        subject_kind: What kind of thing it is about.
        subject_id: Its id.
        facts: Ids and figures the wording needs, without personal data.
        for_role: Key of the role it is meant for; anybody who may do work by default.
        due_at: When it should be done.
    """
    statement = insert(WorkItem).values(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        status="open",
        facts=canonical_text(facts or {}),
        for_role=for_role,
        due_at=due_at,
        opened_at=recorded_now(),
        version=1,
    )
    written = await unit.session.execute(statement.on_conflict_do_nothing().returning(col(WorkItem.id)))
    return written.scalar() or await open_of(unit, kind, subject_id)


async def open_items(unit: Unit, kind: str, subject_kind: str, facts: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Put several things of one kind into the inbox, in one statement; see :func:`open_item`.

    Args:
        unit: The transaction they belong to.
        kind: ``<feature>.<what waits>``.
        subject_kind: What kind of things they are about.
        facts: For each thing, by its id, what the wording needs.
    """
    if not facts:
        return
    opened = recorded_now()
    rows = [
        {
            "tenant_id": unit.tenant_id,
            "network_id": unit.network_id,
            "id": new_id(),
            "kind": kind,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "status": "open",
            "facts": canonical_text(said),
            "opened_at": opened,
            "version": 1,
        }
        for subject_id, said in facts.items()
    ]
    await unit.session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())


async def open_unless_dismissed(
    unit: Unit,
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    facts: Mapping[str, Any],
    passing: Collection[str] = (),
) -> None:
    """Put something that is looked at again and again into the inbox, unless somebody has dismissed just that.

    Args:
        unit: The transaction it belongs to.
        kind: ``<feature>.<what waits>``.
        subject_kind: What kind of thing it is about.
        subject_id: Its id.
        facts: What the wording needs; where it is another than was dismissed, it is told anew.
        passing: Facts that make it no other matter when they change, such as the instant it is looked at.
    """
    dismissed = select(WorkItem.facts).where(
        col(WorkItem.tenant_id) == unit.tenant_id,
        col(WorkItem.status) == "dismissed",
        col(WorkItem.kind) == kind,
        col(WorkItem.subject_id) == subject_id,
    )
    said = matter(canonical_text(facts), passing)
    if all(matter(one, passing) != said for one in (await unit.session.execute(dismissed)).scalars()):
        await open_item(unit, kind=kind, subject_kind=subject_kind, subject_id=subject_id, facts=facts)


def matter(facts: str, passing: Collection[str]) -> dict[str, Any]:
    """Give what an item is about, without what changes by itself."""
    return {name: value for name, value in orjson.loads(facts).items() if name not in passing}


async def forget_dismissed(unit: Unit, kind: str, subject_ids: Collection[UUID]) -> None:
    """Take what was dismissed as done, because what it told of is over; where it comes back, it is told anew."""
    await turn(unit, kind, subject_ids, ("dismissed",), status="done")


async def take_item(unit: Unit, command: TakeWorkItem) -> WorkItem:
    """Take a work item.

    Raises:
        NotFound: There is no such item in this tenant.
        WorkItemIsClosed: It was done or dismissed.
        WorkItemIsTaken: Somebody else has it.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(DO_WORK)
    item = await open_for_change(unit, command.item_id, command.expected_version)
    if item.assignee_id not in {None, unit.scope.actor.id}:
        raise WorkItemIsTaken
    item.status, item.assignee_id = "taken", unit.scope.actor.id
    return await changed(unit, item, "work.take_item")


async def close_item(unit: Unit, command: CloseWorkItem) -> WorkItem:
    """Close a work item as done or dismissed; whoever opened it learns of it by the event ``work.item_closed``.

    Raises:
        NotFound: There is no such item in this tenant.
        WorkItemIsClosed: It was done or dismissed.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(DO_WORK)
    item = await open_for_change(unit, command.item_id, command.expected_version)
    item.status = command.ending
    item.closed_at, item.closed_by = recorded_now(), unit.scope.actor.id
    await send(unit, "work.item_closed", {"item_id": item.id, "kind": item.kind, "subject_id": item.subject_id})
    return await changed(unit, item, "work.close_item")


async def settle_item(unit: Unit, kind: str, subject_id: UUID) -> None:
    """Close the open item of a kind, because what it waited for has happened elsewhere."""
    await settle_items(unit, kind, [subject_id])


async def settle_items(unit: Unit, kind: str, subject_ids: Collection[UUID]) -> None:
    """Close the open items of a kind about some subjects, because what they waited for has happened elsewhere."""
    closed = {"closed_at": recorded_now(), "closed_by": unit.scope.actor.id}
    await turn(unit, kind, subject_ids, OPEN, status="done", **closed)


async def turn(
    unit: Unit,
    kind: str,
    subject_ids: Collection[UUID],
    among: Collection[str],
    **values: Any,  # noqa: ANN401 - whatever the columns hold
) -> None:
    """Change the items of a kind about some subjects that are in one of some states."""
    if not subject_ids:
        return
    await unit.session.execute(
        update(WorkItem)
        .where(
            col(WorkItem.tenant_id) == unit.tenant_id,
            col(WorkItem.kind) == kind,
            col(WorkItem.subject_id).in_(subject_ids),
            col(WorkItem.status).in_(among),
        )
        .values(**values, version=WorkItem.version + 1)
        .execution_options(synchronize_session=False)
    )


async def list_inbox(unit: Unit, *, most: int = 50) -> Sequence[WorkItem]:
    """List what waits in the tenant, the oldest first."""
    unit.scope.require(READ_WORK)
    chosen = select(WorkItem).where(col(WorkItem.tenant_id) == unit.tenant_id, col(WorkItem.status).in_(OPEN))
    return (await unit.session.execute(chosen.order_by(col(WorkItem.id)).limit(most))).scalars().all()


async def open_of(unit: Unit, kind: str, subject_id: UUID) -> UUID:
    """Find the open item of a kind that a subject has."""
    found = await unit.session.execute(
        select(WorkItem.id).where(
            col(WorkItem.tenant_id) == unit.tenant_id,
            col(WorkItem.kind) == kind,
            col(WorkItem.subject_id) == subject_id,
            col(WorkItem.status).in_(OPEN),
        )
    )
    return found.scalar_one()


async def open_for_change(unit: Unit, item_id: UUID, expected_version: int) -> WorkItem:
    """Lock an item that is open and as the caller read it."""
    chosen = select(WorkItem).where(col(WorkItem.tenant_id) == unit.tenant_id, col(WorkItem.id) == item_id)
    item = (await unit.session.execute(chosen.with_for_update())).scalar_one_or_none()
    if item is None:
        raise NotFound(kind="work item", key=str(item_id))
    if item.status not in OPEN:
        raise WorkItemIsClosed(status=item.status)
    if item.version != expected_version:
        raise StaleEdit(kind="work item", expected=expected_version, actual=item.version)
    return item


async def changed(unit: Unit, item: WorkItem, action: str) -> WorkItem:
    """Write the change with its next version and its audit entry."""
    item.version += 1
    await unit.session.flush()
    details = {"kind": item.kind, "status": item.status, "version": item.version}
    await record_act(unit, action=action, subject_kind="work item", subject_id=item.id, details=details)
    return item
