"""Withdraw a version: where it held, the one before it holds again; one that is only approved never holds."""

from datetime import datetime
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.approve import moved
from core.standards.errors import VersionIsElsewhere
from core.standards.models import PublishedVersion, Standard, StandardVersion
from core.standards.permissions import PUBLISH_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.policy.profile import REVIEW_MONTHS
from core.standards.policy.spans import Span
from core.standards.repository.adaptations import next_head
from core.standards.repository.drafts import standard_of, version_by_id, versions_of
from core.standards.repository.published import (
    add_version_overlay,
    close_overlays,
    newest_published,
    published_before,
    reopen_row,
    span_ending,
    span_left_open,
    withdraw_row,
)
from core.standards.resolve import zoned
from core.standards.rollouts.attach import end_rollouts, stage
from core.standards.vocabulary import VersionStatus


@frozen(kw_only=True)
class WithdrawVersion:
    """Withdraw a version.

    Attributes:
        version_id: An approved version, or the one that was published last.
        expected_revision: Its revision as it was read.
        reason: Why.
        ends: When a published version ends to hold; now by default. At its start or before, it never holds.
    """

    version_id: UUID
    expected_revision: int
    reason: str
    ends: datetime | None = None


async def withdraw_version(unit: Unit, command: WithdrawVersion) -> StandardVersion:
    """Withdraw a version for good; its number is not given again.

    From its end on the version before it holds again, with the adaptations that were laid over it, or none where there
    is none. What records pinned and what was known before stay as they are.

    Raises:
        NotPermitted: The actor may not publish.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is neither approved nor published, or it is superseded.
        StaleEdit: It was changed since it was read.
        InvalidInput: The reason is missing, or the instant has no zone.
    """
    unit.scope.require(PUBLISH_STANDARDS)
    reason = checked_note("reason", command.reason, required=True)
    ends = zoned(command.ends, "ends") or unit.now
    standard, version = await withdrawable(unit, command)
    if version.status == VersionStatus.APPROVED:
        return await marked(unit, standard, version, reason)
    head = await next_head(unit, standard.code)
    published = await newest_published(unit, standard.code)
    open_row = None if published is None else await span_left_open(unit, published)
    if published is None or open_row is None:
        msg = f"Version {version.id} is published, and those below cannot read it."
        raise RuntimeError(msg)
    before = await published_before(unit, published)
    held = Span(open_row.valid_from, ends) if open_row.valid_from < ends else None
    version.valid_to = ends if version.valid_from is not None and version.valid_from < ends else None
    await reinstate(unit, standard, before)
    await marked(unit, standard, version, reason)
    rollouts = await end_rollouts(unit, standard.code)
    await withdraw_row(unit, published, version.valid_to, recorded_now())
    await close_overlays(unit, [open_row.id], head.recorded_at)
    if held is not None:
        await add_version_overlay(unit, published, held, head.recorded_at)
    if before is not None:
        await resume(unit, before, open_row.valid_from if held is None else ends, head.recorded_at)
    await stage(unit, rollouts, head.recorded_at)
    return version


async def withdrawable(unit: Unit, command: WithdrawVersion) -> tuple[Standard, StandardVersion]:
    """Lock a version that can be withdrawn and is as the caller read it."""
    version = await version_by_id(unit, command.version_id)
    if version is None:
        raise NotFound(kind="version", key=str(command.version_id))
    standard = await standard_of(unit, version)
    if version.status not in {VersionStatus.APPROVED, VersionStatus.PUBLISHED}:
        raise VersionIsElsewhere(
            standard=standard.code,
            number=version.number,
            status=version.status,
            needed=VersionStatus.PUBLISHED.value,
        )
    if version.revision != command.expected_revision:
        raise StaleEdit(kind="version", expected=command.expected_revision, actual=version.revision)
    if command.ends is not None and version.status == VersionStatus.APPROVED:
        raise InvalidInput(field="ends", problem="a version that never held has no end")
    return standard, version


async def reinstate(unit: Unit, standard: Standard, before: PublishedVersion | None) -> None:
    """Write in the publisher's own rows that the version before holds again."""
    for other in await versions_of(unit, standard.id):
        if before is not None and other.number == before.number:
            other.status, other.valid_to = VersionStatus.PUBLISHED.value, None
            other.revision, other.recorded_at = other.revision + 1, recorded_now()
            standard.review_months = other.profile.get("reviewMonths", REVIEW_MONTHS)


async def marked(unit: Unit, standard: Standard, version: StandardVersion, reason: str) -> StandardVersion:
    """Write that a version is withdrawn."""
    version.status, version.withdrawn_at = VersionStatus.WITHDRAWN.value, recorded_now()
    version.withdrawn_because = reason
    await moved(unit, standard, version, "standards.withdraw", "standards.withdrawn")
    return version


async def resume(unit: Unit, before: PublishedVersion, since: datetime, recorded: datetime) -> None:
    """Say that a version holds again from an instant on, joined to what it held where nothing lies between."""
    await reopen_row(unit, before)
    touching = await span_ending(unit, before, since)
    if touching is not None:
        await close_overlays(unit, [touching.id], recorded)
    await add_version_overlay(unit, before, Span(since if touching is None else touching.valid_from), recorded)
