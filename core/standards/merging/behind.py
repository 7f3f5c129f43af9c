"""Read the versions that units above are on still, or already, while a tenant is on another."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.unit import Unit
from core.standards.merging.ways import concerned
from core.standards.models import PublishedVersion
from core.standards.policy.content import read_content
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.repository.published import courses_of, versions_by_id

MOST: Final = 64
"""Versions that one process remembers: what one says never changes, and few are behind."""

_read: OrderedDict[UUID, Version] = OrderedDict()


def bases_of(overlays: Iterable[Overlay], instant: datetime) -> set[UUID]:
    """Name the versions over which those overlays were laid that are not over at an instant."""
    alive = (one for one in overlays if one.span.end is None or instant < one.span.end)
    return {one.based_on for one in alive if one.based_on is not None}


async def versions_behind(
    unit: Unit, bases: Collection[UUID], issued: Collection[UUID], on: Collection[UUID]
) -> Sequence[Version]:
    """Read the versions that overlays were laid over, and those on the ways from there; none where all are one.

    Args:
        unit: Sees what the units above published.
        bases: The versions that overlays were laid over.
        issued: All versions that hold at some time.
        on: Those that the overlays are to bear on.
    """
    wanted = {*bases, *on}
    if not bases or len(wanted) == 1:
        return ()
    courses = {one.id: one for one in concerned(await courses_of(unit, {*issued, *wanted}), wanted)}
    known = {id_: _read[id_] for id_ in courses if id_ in _read}
    missing = courses.keys() - known.keys()
    if missing:
        known |= {row.id: version_read(row) for row in (await versions_by_id(unit, missing)).values()}
    for id_, one in known.items():
        _read[id_] = one
        _read.move_to_end(id_)
    while len(_read) > MOST:
        _read.popitem(last=False)
    return [replace(known[one.id], withdrawn_at=one.withdrawn_at) for one in courses.values()]


def version_read(row: PublishedVersion) -> Version:
    """Give a published version, for what it says alone."""
    return Version(
        id=row.id,
        overlay_id=row.id,
        owner_tenant_id=row.owner_tenant_id,
        content=read_content(row.document),
        hash=row.hash,
        author_id=row.author_id,
        approver_id=row.approver_id,
        span=Span(row.valid_from),
        recorded_from=row.published_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )
