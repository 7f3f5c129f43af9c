"""Reading grants: leave to read beyond one's tenant, for a while, for a purpose, on record."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Literal
from uuid import UUID

from sqlmodel import col, insert, select

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import DomainError, fact
from core.kernel.ids import new_id
from core.kernel.models import ReadingGrant
from core.kernel.unit import Unit

LASTS = timedelta(minutes=15)
Kind = Literal["network", "region"]


@fact
class ReadingGrantIsOver(DomainError):  # noqa: N818 - errors are facts
    """A read cited a grant that has expired or is not the actor's."""

    code: ClassVar[str] = "kernel.reading_grant_over"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "The leave to read other tenants has expired."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Send the request again; a new one is opened and recorded."


async def open_grant(unit: Unit, kind: Kind, tenant_ids: Sequence[UUID], purpose: str) -> UUID:
    """Open leave to read for 15 minutes and record it; the same leave that is still open is given again.

    Args:
        unit: The transaction, in the reader's own tenant.
        kind: ``network`` for all of it, ``region`` for the tenants listed.
        tenant_ids: The tenants; none for the network.
        purpose: What for, such as the name of the query; no personal data.

    Returns:
        The id that every read under it cites.
    """
    wanted = sorted(tenant_ids)
    still_open = await find_open(unit, kind, wanted, purpose)
    if still_open is not None:
        return still_open
    grant_id, now = new_id(), recorded_now()
    await unit.session.execute(
        insert(ReadingGrant).values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=grant_id,
            kind=kind,
            tenant_ids=wanted,
            purpose=purpose,
            actor_kind=unit.scope.actor.kind.value,
            actor_id=unit.scope.actor.id,
            opened_at=now,
            expires_at=now + LASTS,
        )
    )
    details = {"kind": kind, "tenants": len(wanted), "purpose": purpose}
    await record_act(
        unit, action="kernel.open_grant", subject_kind="reading grant", subject_id=grant_id, details=details
    )
    return grant_id


async def cite_grant(unit: Unit, grant_id: UUID) -> ReadingGrant:
    """Give a grant that a read is about to cite.

    Raises:
        ReadingGrantIsOver: It is not there, not the actor's, or has expired.
    """
    found = await unit.session.execute(
        select(ReadingGrant).where(
            col(ReadingGrant.tenant_id) == unit.tenant_id,
            col(ReadingGrant.id) == grant_id,
            col(ReadingGrant.actor_id) == unit.scope.actor.id,
            col(ReadingGrant.expires_at) > recorded_now(),
        )
    )
    grant = found.scalar_one_or_none()
    if grant is None:
        raise ReadingGrantIsOver
    return grant


async def find_open(unit: Unit, kind: Kind, tenant_ids: Sequence[UUID], purpose: str) -> UUID | None:
    """Find the actor's own grant of the same content that has at least half of its time left."""
    found = await unit.session.execute(
        select(ReadingGrant.id)
        .where(
            col(ReadingGrant.tenant_id) == unit.tenant_id,
            col(ReadingGrant.actor_id) == unit.scope.actor.id,
            col(ReadingGrant.expires_at) > recorded_now() + LASTS / 2,
            col(ReadingGrant.kind) == kind,
            col(ReadingGrant.purpose) == purpose,
            col(ReadingGrant.tenant_ids) == list(tenant_ids),
        )
        .order_by(col(ReadingGrant.expires_at).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()
