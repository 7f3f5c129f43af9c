"""Mark a version as read by the person acting."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.scope import ActorKind
from core.kernel.unit import Unit
from core.standards.models import VersionReading
from core.standards.permissions import READ_STANDARDS
from core.standards.reading.errors import OnlyPeopleRead
from core.standards.repository.published import versions_by_id


@frozen(kw_only=True)
class MarkRead:
    """Mark a published version as read."""

    version_id: UUID


async def mark_read(unit: Unit, command: MarkRead) -> VersionReading:
    """Mark a version as read; who has read it before stays marked as of then.

    Raises:
        NotPermitted: The actor may not read standards.
        OnlyPeopleRead: The actor is no person.
        NotFound: Neither the tenant nor a unit above it published such a version.
    """
    unit.scope.require(READ_STANDARDS)
    if unit.scope.actor.kind is not ActorKind.PERSON:
        raise OnlyPeopleRead
    version = (await versions_by_id(unit, [command.version_id])).get(command.version_id)
    if version is None or version.owner_tenant_id not in unit.scope.lineage:
        raise NotFound(kind="published version", key=str(command.version_id))
    written = await unit.session.execute(
        insert(VersionReading)
        .values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            version_id=version.id,
            code=version.code,
            person_id=unit.scope.actor.id,
            read_at=unit.now,
            recorded_at=recorded_now(),
        )
        .on_conflict_do_nothing()
        .returning(col(VersionReading.id))
    )
    if written.scalar() is not None:
        details = {"code": version.code, "number": version.number}
        await record_act(
            unit, action="standards.mark_read", subject_kind="published version", subject_id=version.id, details=details
        )
    return await reading_of(unit, version.id)


async def reading_of(unit: Unit, version_id: UUID) -> VersionReading:
    """Give the actor's own reading of a version."""
    found = await unit.session.execute(
        select(VersionReading).where(
            col(VersionReading.tenant_id) == unit.tenant_id,
            col(VersionReading.version_id) == version_id,
            col(VersionReading.person_id) == unit.scope.actor.id,
        )
    )
    return found.scalar_one()
