"""What arrived in a new version, folded there: what holds, and what became of each adaptation."""

from collections.abc import Mapping
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.policy.fold import EffectiveStandard, EffectiveValue
from core.standards.policy.lineage import Site
from core.standards.policy.slots import Judged


@frozen
class Folded:
    """What holds, with what became of each overlay by its id."""

    standard: EffectiveStandard
    judged: Mapping[UUID, Judged]


def folded(standard: EffectiveStandard) -> Folded:
    """Index what became of overlays."""
    reasons = [judged for value in standard.every() for judged in value.why]
    return Folded(standard, {judged.overlay.id: judged for judged in (*standard.orphans, *reversed(reasons))})


def value_in(standard: EffectiveStandard, site: Site, variant: str) -> EffectiveValue | None:
    """Find what holds in a place in some contexts; in all of them where there is no such variant."""
    known = {one.variant: one for one in standard.variants.get(site, ())}
    return known.get(variant, standard.values.get(site))
