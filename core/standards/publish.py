"""Publish an approved version: from its instant on it holds for the publisher and every unit below."""

from datetime import datetime
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.approve import moved, version_in
from core.standards.errors import CodeIsTaken, LineageDoesNotFit, VersionIsNotNewer
from core.standards.models import PublishedVersion, Standard, StandardVersion
from core.standards.permissions import PUBLISH_STANDARDS
from core.standards.policy.content import content_text, read_content
from core.standards.policy.documents import hash_of
from core.standards.policy.moves import check_against
from core.standards.policy.numbers import parse_number
from core.standards.policy.profile import REVIEW_MONTHS
from core.standards.policy.spans import Span
from core.standards.repository.adaptations import next_head
from core.standards.repository.drafts import read_draft, versions_of
from core.standards.repository.published import (
    CodeCollides,
    add_version,
    add_version_overlay,
    end_version,
    newest_published,
    standing_spans,
    versions_by_id,
)
from core.standards.resolve import zoned
from core.standards.reviews.schedule import schedule_review
from core.standards.rollouts.attach import attach_rollouts, stage
from core.standards.vocabulary import VersionStatus


@frozen(kw_only=True)
class PublishVersion:
    """Publish a version.

    Attributes:
        version_id: The approved version.
        expected_revision: Its revision as it was read.
        valid_from: Since when it holds; now by default. An instant in the past is for logs of that time.
    """

    version_id: UUID
    expected_revision: int
    valid_from: datetime | None = None


async def publish_version(unit: Unit, command: PublishVersion) -> StandardVersion:
    """Publish an approved version; the one before ends where this one begins, or where the wave of a unit does.

    Raises:
        NotPermitted: The actor may not publish.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is not approved.
        StaleEdit: It was changed since it was read.
        VersionIsNotNewer: Its number or its start does not come after that of the newest published one.
        LineageDoesNotFit: The moves it remembers do not fit the version before.
        CodeIsTaken: Another tenant of the network publishes a standard of that code.
        InvalidInput: The instant has no zone.
    """
    unit.scope.require(PUBLISH_STANDARDS)
    valid_from = zoned(command.valid_from, "validFrom") or unit.now
    standard, version = await version_in(unit, command.version_id, VersionStatus.APPROVED, command.expected_revision)
    code = standard.code
    head = await next_head(unit, code)
    before = await newest_published(unit, code)
    check_newer(code, version, valid_from, before)
    await check_free(unit, version, code, valid_from)
    published = await published_row(unit, standard, version, valid_from)
    check_lineage(published, before)
    await mark_published(unit, standard, version, before, valid_from)
    rollouts = await attach_rollouts(unit, code, version.id, published.id, valid_from)
    try:
        if before is not None:
            await end_version(unit, before, valid_from, head.recorded_at)
        await add_version(unit, published)
        await add_version_overlay(unit, published, Span(valid_from), head.recorded_at)
        await stage(unit, rollouts, head.recorded_at)
    except CodeCollides as collision:
        raise CodeIsTaken(standard=code) from collision
    return version


def check_newer(code: str, version: StandardVersion, valid_from: datetime, before: PublishedVersion | None) -> None:
    """Refuse a version that does not come after the newest published one in number and in time."""
    if before is None:
        return
    if parse_number(version.number) <= parse_number(before.number) or valid_from <= before.valid_from:
        raise VersionIsNotNewer(
            standard=code, number=version.number, newest=before.number, newest_from=before.valid_from
        )


async def check_free(unit: Unit, version: StandardVersion, code: str, valid_from: datetime) -> None:
    """Refuse a version that would begin where another held, be it one that was withdrawn since."""
    spans = await standing_spans(unit, code)
    if not spans:
        return
    last = spans[-1]
    free = last.valid_from < valid_from if last.valid_to is None else last.valid_to <= valid_from
    if not free:
        named = await versions_by_id(unit, [one.published_version_id for one in spans if one.published_version_id])
        newest = named[last.published_version_id].number if last.published_version_id else ""
        raise VersionIsNotNewer(
            standard=code, number=version.number, newest=newest, newest_from=last.valid_to or last.valid_from
        )


def check_lineage(version: PublishedVersion, before: PublishedVersion | None) -> None:
    """Refuse moves that do not fit the version before, because another was published since they were written."""
    if before is None:
        return
    try:
        check_against(read_content(before.document), read_content(version.document))
    except ValueError as problem:
        raise LineageDoesNotFit(standard=version.code, before=before.number, problem=str(problem)) from problem


async def mark_published(
    unit: Unit, standard: Standard, version: StandardVersion, before: PublishedVersion | None, valid_from: datetime
) -> None:
    """Write in the publisher's own rows what becomes of the version and of the one before."""
    version.status, version.published_at = VersionStatus.PUBLISHED.value, recorded_now()
    version.valid_from = valid_from
    standard.review_months = version.profile.get("reviewMonths", REVIEW_MONTHS)
    await schedule_review(unit, standard, unit.now)
    for other in await versions_of(unit, standard.id):
        if before is not None and other.number == before.number:
            other.status, other.valid_to = VersionStatus.SUPERSEDED.value, valid_from
            other.revision, other.recorded_at = other.revision + 1, recorded_now()
    await moved(unit, standard, version, "standards.publish", "standards.published")


async def published_row(
    unit: Unit, standard: Standard, version: StandardVersion, valid_from: datetime
) -> PublishedVersion:
    """Make the row that those below read, with the canonical text of what was approved.

    Raises:
        RuntimeError: The draft's rows are not what was approved; this is damage, not a refusal.
    """
    document = content_text(await read_draft(unit, standard.code, version))
    if hash_of(document) != version.hash or version.approver_id is None or version.approved_at is None:
        msg = f"Version {version.id} is not what was approved."
        raise RuntimeError(msg)
    return PublishedVersion(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        standard_id=standard.id,
        code=standard.code,
        number=version.number,
        major=version.major,
        minor=version.minor,
        patch=version.patch,
        title=version.title,
        layer=version.layer,
        document=document,
        hash=version.hash,
        change_log=version.change_log,
        author_id=version.author_id,
        approver_id=version.approver_id,
        approved_at=version.approved_at,
        published_at=recorded_now(),
        valid_from=valid_from,
    )
