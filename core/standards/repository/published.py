"""SQL of what is published to those below: reference rows, so writes are the last statements of a transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.models import Adaptation, PublishedOverlay, PublishedVersion
from core.standards.policy.spans import Span
from core.standards.vocabulary import OverlayKind

NETWORK_WIDE = ("published_versions_one_at_a_time", "published_versions_number_once")
"""Constraints that hold across tenants: the database sees rows that the publisher does not."""

COPIED = (
    "code",
    "clause_key",
    "parameter_key",
    "variant",
    "aspect",
    "operator",
    "value",
    "narrowing",
    "reason",
    "legal_basis",
    "based_on",
    "suggestion_id",
    "author_id",
    "approver_id",
    "valid_from",
    "valid_to",
)
"""What the copy of an adaptation says as the adaptation itself does."""


def known(model: type[PublishedOverlay | Adaptation], known_at: datetime | None) -> ColumnElement[bool]:
    """Select the rows that say what is known now, or what was known at an instant."""
    if known_at is None:
        return col(model.recorded_to).is_(None)
    return (col(model.recorded_from) <= known_at) & or_(
        col(model.recorded_to).is_(None), col(model.recorded_to) > known_at
    )


async def newest_published(unit: Unit, code: str) -> PublishedVersion | None:
    """Find the version of a standard that the tenant published last."""
    found = await unit.session.execute(
        select(PublishedVersion)
        .where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.code) == code,
            col(PublishedVersion.owner_tenant_id) == unit.tenant_id,
            col(PublishedVersion.withdrawn_at).is_(None),
        )
        .order_by(col(PublishedVersion.valid_from).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def published_before(unit: Unit, version: PublishedVersion) -> PublishedVersion | None:
    """Find the version that holds where another is withdrawn: the latest of those that began before it."""
    found = await unit.session.execute(
        select(PublishedVersion)
        .where(
            col(PublishedVersion.network_id) == unit.network_id,
            col(PublishedVersion.code) == version.code,
            col(PublishedVersion.owner_tenant_id) == unit.tenant_id,
            col(PublishedVersion.withdrawn_at).is_(None),
            col(PublishedVersion.valid_from) < version.valid_from,
        )
        .order_by(col(PublishedVersion.valid_from).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def standing_spans(unit: Unit, code: str) -> Sequence[PublishedOverlay]:
    """List when which version of the tenant's standard holds, as known now, the earliest first."""
    found = await unit.session.execute(
        select(PublishedOverlay)
        .where(
            col(PublishedOverlay.network_id) == unit.network_id,
            col(PublishedOverlay.code) == code,
            col(PublishedOverlay.owner_tenant_id) == unit.tenant_id,
            col(PublishedOverlay.kind) == OverlayKind.VERSION.value,
            col(PublishedOverlay.recorded_to).is_(None),
        )
        .order_by(col(PublishedOverlay.valid_from))
    )
    return found.scalars().all()


async def span_left_open(unit: Unit, version: PublishedVersion) -> PublishedOverlay | None:
    """Find since when a version holds for good, if it does."""
    spans = await standing_spans(unit, version.code)
    return next((one for one in spans if one.published_version_id == version.id and one.valid_to is None), None)


async def span_ending(unit: Unit, version: PublishedVersion, at: datetime) -> PublishedOverlay | None:
    """Find the span of a version that ends at an instant, if there is one."""
    spans = await standing_spans(unit, version.code)
    return next((one for one in spans if one.published_version_id == version.id and one.valid_to == at), None)


async def withdraw_row(unit: Unit, version: PublishedVersion, ends: datetime | None, withdrawn_at: datetime) -> None:
    """Say to those below that a version is withdrawn."""
    version.valid_to, version.withdrawn_at = ends, withdrawn_at
    await unit.session.flush()


async def reopen_row(unit: Unit, version: PublishedVersion) -> None:
    """Say to those below that a version has no end again."""
    version.valid_to = None
    await unit.session.flush()


async def publisher_of(unit: Unit, code: str) -> UUID | None:
    """Find which tenant of the lineage publishes a standard of that code, if any does."""
    return await unit.session.scalar(
        select(PublishedVersion.owner_tenant_id)
        .where(col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.code) == code)
        .limit(1)
    )


async def overlays_of(
    unit: Unit, code: str, owners: Collection[UUID], known_at: datetime | None
) -> Sequence[PublishedOverlay]:
    """List what the given tenants published of a standard, versions and adaptations, of all times of validity."""
    found = await unit.session.execute(
        select(PublishedOverlay).where(
            col(PublishedOverlay.network_id) == unit.network_id,
            col(PublishedOverlay.code) == code,
            col(PublishedOverlay.owner_tenant_id).in_(owners),
            known(PublishedOverlay, known_at),
        )
    )
    return found.scalars().all()


async def versions_by_id(unit: Unit, ids: Collection[UUID]) -> dict[UUID, PublishedVersion]:
    """Read published versions."""
    found = await unit.session.execute(
        select(PublishedVersion).where(
            col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.id).in_(ids)
        )
    )
    return {row.id: row for row in found.scalars()}


async def end_version(unit: Unit, version: PublishedVersion, ends: datetime, recorded: datetime) -> None:
    """Say from now on that a version ends at an instant; what was known before stays readable."""
    open_row = await span_left_open(unit, version)
    if open_row is None:
        msg = f"Version {version.id} is the newest and has an end."
        raise RuntimeError(msg)
    await close_overlays(unit, [open_row.id], recorded)
    await add_version_overlay(unit, version, Span(open_row.valid_from, ends), recorded)
    version.valid_to = ends
    await unit.session.flush()


class CodeCollides(Exception):  # noqa: N818 - it is a fact
    """Another tenant of the network, which this one cannot see, publishes under the same code."""


async def add_version(unit: Unit, version: PublishedVersion) -> None:
    """Add a version for those below.

    Raises:
        CodeCollides: Another tenant has published a standard of that code.
    """
    unit.session.add(version)
    try:
        await unit.session.flush()
    except IntegrityError as problem:
        if any(name in str(problem.orig) for name in NETWORK_WIDE):
            raise CodeCollides from problem
        raise


async def add_version_overlay(unit: Unit, version: PublishedVersion, span: Span, recorded: datetime) -> None:
    """Say when a version holds."""
    unit.session.add(
        PublishedOverlay(
            network_id=unit.network_id,
            id=new_id(),
            owner_tenant_id=unit.tenant_id,
            code=version.code,
            kind=OverlayKind.VERSION.value,
            published_version_id=version.id,
            author_id=version.author_id,
            approver_id=version.approver_id,
            valid_from=span.start,
            valid_to=span.end,
            recorded_from=recorded,
        )
    )
    await unit.session.flush()


async def copy_adaptations(unit: Unit, adaptations: Sequence[Any], recorded: datetime) -> None:
    """Copy adaptations to where units below read them, known there from an instant on."""
    unit.session.add_all(
        PublishedOverlay(
            network_id=unit.network_id,
            id=new_id(),
            owner_tenant_id=unit.tenant_id,
            kind=OverlayKind.ADAPTATION.value,
            adaptation_id=row.id,
            recorded_from=recorded,
            **{name: getattr(row, name) for name in COPIED},
        )
        for row in adaptations
    )
    await unit.session.flush()


async def copied_adaptations(unit: Unit, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Find the open copies of the tenant's adaptations: the copy's id by the adaptation's."""
    found = await unit.session.execute(
        select(PublishedOverlay.adaptation_id, PublishedOverlay.id).where(
            col(PublishedOverlay.network_id) == unit.network_id,
            col(PublishedOverlay.owner_tenant_id) == unit.tenant_id,
            col(PublishedOverlay.adaptation_id).in_(ids),
            col(PublishedOverlay.recorded_to).is_(None),
        )
    )
    return {adaptation: copy for adaptation, copy in found if adaptation is not None}


async def close_overlays(unit: Unit, ids: Collection[UUID], recorded: datetime) -> None:
    """Say of overlays that they are known no longer."""
    await unit.session.execute(
        update(PublishedOverlay)
        .where(
            col(PublishedOverlay.network_id) == unit.network_id,
            col(PublishedOverlay.owner_tenant_id) == unit.tenant_id,
            col(PublishedOverlay.id).in_(ids),
            col(PublishedOverlay.recorded_to).is_(None),
        )
        .values(recorded_to=recorded)
        .execution_options(synchronize_session=False)
    )


async def numbers_by_id(unit: Unit, ids: Collection[UUID]) -> dict[UUID, str]:
    """Read the numbers of published versions, without their text."""
    found = await unit.session.execute(
        select(PublishedVersion.id, PublishedVersion.number).where(
            col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.id).in_(ids)
        )
    )
    return {row.id: row.number for row in found}


@frozen
class Course:
    """When a version was published, and when it was withdrawn."""

    id: UUID
    published_at: datetime
    withdrawn_at: datetime | None


async def courses_of(unit: Unit, ids: Collection[UUID]) -> Sequence[Course]:
    """Read when published versions came and went, in the order of their numbers, without their text."""
    version = PublishedVersion
    found = await unit.session.execute(
        select(version.id, version.published_at, version.withdrawn_at)
        .where(col(version.network_id) == unit.network_id, col(version.id).in_(ids))
        .order_by(col(version.major), col(version.minor), col(version.patch))
    )
    return [Course(*row) for row in found]
