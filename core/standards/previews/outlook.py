"""What a version would do to one tenant, told: what becomes of its adaptations, and which limits change."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.merging.policy import Merged
from core.standards.policy.content import address
from core.standards.policy.documents import JsonValue
from core.standards.policy.waived import Waived
from core.standards.previews.vocabulary import Finding


@frozen(kw_only=True)
class LimitChange:
    """A clock or limit that changes; empty before for a new one, empty after for one that is gone."""

    place: str
    variant: str
    before: JsonValue
    after: JsonValue


@frozen(kw_only=True)
class Outlook:
    """What a version would do to one tenant.

    Attributes:
        tenant_id: The tenant.
        merged: What would become of each of its adaptations.
        limits: Which clocks and limits would change.
        lost: Waivers that would stand nowhere.
    """

    tenant_id: UUID
    merged: Sequence[Merged]
    limits: Sequence[LimitChange]
    lost: Sequence[Waived] = ()

    @property
    def affected(self) -> bool:
        """Tell whether somebody there will notice: a limit changes, or not everything of theirs follows by itself."""
        return bool(self.limits) or bool(self.lost) or not all(one.follows for one in self.merged)

    def findings(self) -> dict[Finding, list[dict[str, Any]]]:
        """Sort everything by what it is."""
        found: dict[Finding, list[dict[str, Any]]] = defaultdict(list)
        for one in self.merged:
            found[Finding(one.outcome.value)].append(merged_facts(one))
        for waiver in self.lost:
            found[Finding.WAIVER_LOST].append(lost_facts(waiver))
        for change in self.limits:
            facts = {"place": change.place, "variant": change.variant, "before": change.before, "after": change.after}
            found[Finding.LIMITS_CHANGED].append(facts)
        return found


def lost_facts(waiver: Waived) -> dict[str, Any]:
    """Say which waiver would stand nowhere, and why."""
    return {
        "waiver": str(waiver.waiver_id),
        "place": address(waiver.clause_key, waiver.parameter_key),
        "variant": waiver.variant,
        "value": waiver.value,
        "problem": "" if waiver.lost is None else waiver.lost.value,
    }


def merged_facts(one: Merged) -> dict[str, Any]:
    """Say what would become of one adaptation."""
    facts: dict[str, Any] = {
        "adaptation": str(one.overlay.id),
        "place": address(*one.before),
        "variant": one.overlay.variant,
        "operator": one.overlay.operator.value,
        "value": one.overlay.value,
        "after": None if one.after is None else address(*one.after),
    }
    if one.follows:
        return facts
    limit = None if one.limit is None else {"bound": one.limit.facet.value, "value": one.limit.value}
    proposal = {"kind": one.proposal.kind.value, "place": address(*one.proposal.site), "value": one.proposal.value}
    return {**facts, "limit": limit, "problem": one.problem, "proposal": proposal}
