"""Look ahead: what would a version do to every tenant below, before it is published?"""

from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.jobs import fail, open_job
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.models import Preview, Standard, StandardVersion
from core.standards.permissions import PREVIEW_STANDARDS
from core.standards.previews.repository import drop_preview, preview_of
from core.standards.previews.units import units_looked_at
from core.standards.repository.drafts import standard_of, version_by_id
from core.standards.resolve import zoned
from core.standards.vocabulary import VersionStatus

LOOK: Final = "standards.preview"
"""Looks at one chunk of tenants and sends itself for the next."""

READY: Final = frozenset({VersionStatus.IN_REVIEW.value, VersionStatus.APPROVED.value})
REPLACED: Final = "standards.preview_replaced"


@frozen(kw_only=True)
class StartPreview:
    """Look ahead.

    Attributes:
        version_id: A version in review or approved.
        at: The instant that is looked at, such as when it is to be published; now by default.
    """

    version_id: UUID
    at: datetime | None = None


async def start_preview(unit: Unit, command: StartPreview) -> Preview:
    """Begin to look; an older preview of the version is forgotten, and its job ends.

    Raises:
        NotPermitted: The actor may not preview.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is a draft, or published already.
        InvalidInput: The instant has no zone.
    """
    unit.scope.require(PREVIEW_STANDARDS)
    at = zoned(command.at, "at") or unit.now
    version = await version_by_id(unit, command.version_id)
    if version is None:
        raise NotFound(kind="version", key=str(command.version_id))
    standard = await standard_of(unit, version)
    if version.status not in READY:
        raise VersionIsElsewhere(
            standard=standard.code, number=version.number, status=version.status, needed="in_review or approved"
        )
    before = await preview_of(unit, version.id)
    if before is not None:
        await fail(unit, before.job_id, REPLACED)
        await drop_preview(unit, before.id)
    preview = await opened(unit, standard, version, at)
    details = {"code": standard.code, "number": version.number, "job_id": preview.job_id}
    await record_act(
        unit, action="standards.preview", subject_kind="standard_version", subject_id=version.id, details=details
    )
    await send_chunk(unit, preview, after=None, done=0)
    return preview


async def opened(unit: Unit, standard: Standard, version: StandardVersion, at: datetime) -> Preview:
    """Open the preview and its job."""
    below = await units_looked_at(unit, at)
    job = await open_job(
        unit, kind=LOOK, subject_kind="standard_version", subject_id=version.id, total=max(len(below), 1)
    )
    preview = Preview(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        version_id=version.id,
        job_id=job.id,
        code=standard.code,
        number=version.number,
        version_hash=version.hash,
        version_revision=version.revision,
        at=at,
        known_from=recorded_now(),
        asked_by=unit.scope.actor.id,
        asked_at=unit.now,
    )
    unit.session.add(preview)
    await unit.session.flush()
    return preview


async def send_chunk(unit: Unit, preview: Preview, *, after: UUID | None, done: int) -> None:
    """Send the command for the tenants behind one; ``done`` came before."""
    facts = {"job_id": preview.job_id, "preview_id": preview.id, "done": done}
    await send(unit, LOOK, {**facts, "after": None if after is None else str(after)})
