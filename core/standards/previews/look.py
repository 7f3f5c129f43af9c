"""Look at one chunk of tenants, and keep what is found."""

from asyncio import sleep
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.across.gathering import Across
from core.standards.gather import Gathered
from core.standards.merging.behind import version_read
from core.standards.merging.policy import Upgrade
from core.standards.models import Preview, PublishedVersion
from core.standards.policy.content import content_hash
from core.standards.policy.overlays import Version
from core.standards.policy.spans import Span
from core.standards.previews.outlook import LimitChange, Outlook
from core.standards.previews.policy import Lookout, as_published
from core.standards.previews.repository import (
    add_findings,
    add_limits,
    columns,
    count_tenants,
    preview_by_id,
    versions_by_start,
)
from core.standards.repository.drafts import read_draft, version_by_id

PURPOSE: Final = "standards.preview"
AT_ONCE: Final = 50
"""Tenants that are looked at without a pause."""


async def lookout_for(unit: Unit, preview: Preview) -> Lookout | None:
    """Make ready to look; nothing where the version says something else by now, so that no preview says two things."""
    version = await version_by_id(unit, preview.version_id)
    if version is None:
        return None
    content = await read_draft(unit, preview.code, version)
    if content_hash(content) != preview.version_hash:
        return None
    new = as_published(
        id_=version.id,
        owner=unit.tenant_id,
        content=content,
        hash_=version.hash,
        author=version.author_id,
        span=Span(preview.at),
    )
    older = [published(row) for row in await versions_by_start(unit, preview.code)]
    upgrade = Upgrade(older[0], new, older[1:]) if older else None
    return Lookout(new=new, instant=preview.at, upgrade=upgrade)


def published(row: PublishedVersion) -> Version:
    """Give a published version as one that merging knows."""
    return replace(version_read(row), span=Span(row.valid_from, row.valid_to))


async def looked_at(unit: Unit, preview: Preview, lookout: Lookout, tenants: Sequence[UUID]) -> list[Outlook]:
    """Look at some tenants; the unit reads that far. Whoever else waits for the process gets a turn now and then."""
    across = await Across.open(unit, preview.code, preview.at, tenants)
    found: list[Outlook] = []
    for gathered in await across.gather(tenants):
        found.append(outlook_of(lookout, gathered))
        if len(found) % AT_ONCE == 0:
            await sleep(0)
    return found


def outlook_of(lookout: Lookout, gathered: Gathered) -> Outlook:
    """Look at one tenant."""
    return lookout.outlook(
        gathered.version_at(lookout.instant), gathered.lineage, gathered.above, gathered.own, gathered.waivers
    )


async def keep(unit: Unit, preview_id: UUID, outlooks: Sequence[Outlook]) -> bool:
    """Keep what was found, in the transaction that goes on; false where the preview was forgotten meanwhile."""
    preview = await preview_by_id(unit, preview_id)
    if preview is None:
        return False
    rows = [
        {
            "id": new_id(),
            "subject_id": one.tenant_id,
            "finding": finding.value,
            "count": len(facts),
            "details": orjson.dumps(facts).decode(),
        }
        for one in outlooks
        for finding, facts in one.findings().items()
    ]
    await add_findings(unit, preview, columns(rows, ("id", "subject_id", "finding", "count", "details")))
    await add_limits(unit, preview, limit_rows(outlooks))
    await count_tenants(unit, preview, len(outlooks), sum(one.affected for one in outlooks))
    return True


def limit_rows(outlooks: Sequence[Outlook]) -> dict[str, list[Any]]:
    """Count for how many tenants each limit changes from what to what, in one order, so that nobody waits crosswise."""
    counts = Counter(told(change) for one in outlooks for change in one.limits)
    rows = [
        {
            "id": new_id(),
            "place": place,
            "variant": variant,
            "before": before,
            "after": after,
            "digest": sha256(f"{place}\n{variant}\n{before}\n{after}".encode()).hexdigest(),
            "tenants": tenants,
        }
        for (place, variant, before, after), tenants in counts.items()
    ]
    ordered = sorted(rows, key=lambda row: str(row["digest"]))
    return columns(ordered, ("id", "place", "variant", "before", "after", "digest", "tenants"))


def told(change: LimitChange) -> tuple[str, str, str, str]:
    """Write a change as text, so that equal ones are equal."""
    before, after = (orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode() for one in (change.before, change.after))
    return change.place, change.variant, before, after
