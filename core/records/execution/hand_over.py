"""Give a record to a member of the tenant, a role or a support line, perhaps at another of its sites."""

from datetime import datetime
from uuid import UUID

from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.execution.act import act
from core.records.execution.commands import HandOver
from core.records.execution.private import Sealer, checked_private
from core.records.open_record import checked_word, serving_site, storable
from core.records.permissions import WORK_RECORDS


@frozen(kw_only=True)
class HandOverRecord:
    """Who gets a record.

    Attributes:
        record_id: The record.
        expected_version: Its version as it was read.
        person_id: A member of the tenant.
        role: A role or support line.
        site_key: The site that serves from now on.
        note: What the next one should know; personal.
        occurred_at: When; now by default.
    """

    record_id: UUID
    expected_version: int
    person_id: UUID | None = None
    role: str | None = None
    site_key: str | None = None
    note: str | None = None
    occurred_at: datetime | None = None


async def hand_over_record(unit: Unit, command: HandOverRecord, sealer: Sealer | None = None) -> UUID:
    """Give a record to somebody.

    Raises:
        NotPermitted: The actor may not work on records.
        InvalidInput: Neither a person nor a role is named, or a value does not have the form it must have.
        NotFound: The tenant has no such member, site or record.
        StaleEdit: The record was changed since it was read.
        RecordIsNotOpen: It is closed.
        StepOutOfTime: It lies before what happened last, or in the future.
    """
    unit.scope.require(WORK_RECORDS)
    done = await handed_over(unit, command)
    return await act(unit, command.record_id, command.expected_version, done, at=command.occurred_at, sealer=sealer)


async def handed_over(unit: Unit, command: HandOverRecord) -> HandOver:
    """Give the command that gives a record to somebody who is there; see :func:`hand_over_record`."""
    if command.person_id is None and command.role is None:
        raise InvalidInput(field="person", problem="name a person, a role or both")
    site_key = None if command.site_key is None else storable("siteKey", command.site_key)
    site = await serving_site(unit, site_key)
    return HandOver(
        person_id=None if command.person_id is None else await member(unit, command.person_id),
        role=None if command.role is None else checked_word("role", command.role),
        site_id=None if site is None else site.id,
        site={} if site is None else site.attributes,
        reason=checked_private(command.note, "note"),
    )


async def member(unit: Unit, person_id: UUID) -> UUID:
    """Refuse who is no member of the tenant.

    Raises:
        NotFound: The tenant has no such member.
    """
    if not await unit.tree.is_member(unit.network_id, unit.tenant_id, person_id):
        raise NotFound(kind="member", key=str(person_id))
    return person_id
