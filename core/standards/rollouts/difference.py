"""Find what changes for the unit's tenant when it comes onto a version that is rolled out."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.gather import Gathered, gather, lineage_at, seeing
from core.standards.merging.behind import bases_of, version_read, versions_behind
from core.standards.models import PublishedVersion
from core.standards.policy.documents import hash_of
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import fold
from core.standards.policy.spans import Span
from core.standards.policy.waived import waive
from core.standards.repository.published import versions_by_id
from core.standards.resolve import MOMENT
from core.standards.rollouts.policy.difference import difference_text
from core.standards.rollouts.policy.succession import Stage


@frozen(kw_only=True)
class Difference:
    """What changes for a tenant: canonical text and its SHA-256."""

    text: str
    hash: str


async def rollouts_seen(unit: Unit, code: str) -> Gathered:
    """Gather what bears on a standard in the tenant now, rollouts among it."""
    return await gather(unit, code, await lineage_at(unit, unit.now), Span(unit.now, unit.now + MOMENT), None)


async def difference_of(unit: Unit, gathered: Gathered, version_id: UUID, stage: Stage) -> Difference:
    """Fold the version and the one that would hold without it, with all that the lineage and the tenant laid over them.

    Args:
        unit: The tenant.
        gathered: What bears on the standard there.
        version_id: The version that is rolled out.
        stage: Where the tenant's wave stands; where it is known when the version comes into force, that is the instant.
    """
    instant = unit.now if stage.enforced_from is None else max(unit.now, stage.enforced_from)
    base_id = gathered.succession.version_at(instant, without=version_id)
    async with seeing(unit, gathered.lineage):
        named = {version_id} if base_id is None else {version_id, base_id}
        texts = await versions_by_id(unit, named)
        issued = {one.id for one in gathered.succession.issues}
        behind = await versions_behind(unit, bases_of((*gathered.above, *gathered.waivers), instant), issued, named)
        gathered = replace(gathered, behind=behind)
    before = None if base_id is None else folded(gathered, texts[base_id], instant)
    text = difference_text(before, folded(gathered, texts[version_id], instant))
    return Difference(text=text, hash=hash_of(text))


def folded(gathered: Gathered, row: PublishedVersion, instant: datetime) -> str:
    """Fold one version at an instant, whether the tenant is on it or not."""
    version = version_read(row)
    overlays = gathered.overlays_on(version, instant)
    standard = fold(version, overlays, gathered.lineage, instant)
    waivers = gathered.waivers_on(version, instant)
    return effective_text(waive(standard, waivers, overlays, gathered.lineage, instant))
