"""What a version would do to one tenant: a pure comparison of what holds with what would hold."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import msgspec

from core.standards.merging.policy import Merged, Upgrade
from core.standards.policy.content import ClauseContent, StandardContent, address
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import EffectiveStandard, EffectiveValue, fold
from core.standards.policy.lineage import Lineage
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived, waive
from core.standards.previews.vocabulary import Finding
from core.standards.vocabulary import ClauseKind, ParameterType

Site: TypeAlias = tuple[str, str]
Held: TypeAlias = Mapping[tuple[Site, str], JsonValue]
"""What holds by place and variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChange:
    """A clock or limit that changes; empty before for a new one, empty after for one that is gone."""

    place: str
    variant: str
    before: JsonValue
    after: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a version would do to one tenant.

    Attributes:
        tenant_id: The tenant.
        merged: What would become of each of its adaptations.
        limits: Which clocks and limits would change.
    """

    tenant_id: UUID
    merged: Sequence[Merged]
    limits: Sequence[LimitChange]

    @property
    def affected(self) -> bool:
        """Tell whether somebody there will notice: a limit changes, or an adaptation does not follow by itself."""
        return bool(self.limits) or not all(one.follows for one in self.merged)

    def findings(self) -> dict[Finding, list[dict[str, Any]]]:
        """Sort everything by what it is."""
        found: dict[Finding, list[dict[str, Any]]] = defaultdict(list)
        for one in self.merged:
            found[Finding(one.outcome.value)].append(merged_facts(one))
        for change in self.limits:
            facts = {"place": change.place, "variant": change.variant, "before": change.before, "after": change.after}
            found[Finding.LIMITS_CHANGED].append(facts)
        return found


@dataclass(slots=True, kw_only=True)
class Lookout:
    """A new version beside those that are published, looked at tenant by tenant.

    Attributes:
        new: The version as it would be published.
        instant: The instant that is looked at.
        upgrade: The way from the older versions to the new one; empty where there are none.
        seen: Limits that change for tenants that have nothing of their own, by version and the levels above.
        trimmed: Versions with nothing but their limits.
    """

    new: Version
    instant: datetime
    upgrade: Upgrade | None
    seen: dict[tuple[UUID, tuple[UUID, ...]], Sequence[LimitChange]] = field(
        default_factory=dict[tuple[UUID, tuple[UUID, ...]], Sequence["LimitChange"]]
    )
    trimmed: dict[UUID, Version] = field(default_factory=dict[UUID, Version])

    def outlook(
        self,
        current: Version | None,
        lineage: Sequence[UUID],
        above: Sequence[Overlay],
        own: Sequence[Overlay],
        waivers: Sequence[Waived],
    ) -> Outlook:
        """Look at one tenant.

        Args:
            current: The version it is on; empty where none holds for it.
            lineage: The tenant and all above it, root first.
            above: Overlays of the units above.
            own: Its own overlays.
            waivers: Its waivers.
        """
        tenant_id = lineage[-1]
        if current is None or self.upgrade is None:
            return Outlook(tenant_id=tenant_id, merged=(), limits=())
        merged = self.upgrade.merge([*above, *own], lineage, self.instant) if own else ()
        return Outlook(tenant_id=tenant_id, merged=merged, limits=self.limits(current, lineage, above, own, waivers))

    def limits(
        self,
        current: Version,
        lineage: Sequence[UUID],
        above: Sequence[Overlay],
        own: Sequence[Overlay],
        waivers: Sequence[Waived],
    ) -> Sequence[LimitChange]:
        """List the limits that change, worked out once for all tenants that have nothing of their own."""
        if own or waivers:
            return list(self.changes(current, lineage, above, own, waivers))
        key = (current.id, tuple(lineage[:-1]))
        if key not in self.seen:
            self.seen[key] = list(self.changes(current, lineage, above, own, waivers))
        return self.seen[key]

    def changes(
        self,
        current: Version,
        lineage: Sequence[UUID],
        above: Sequence[Overlay],
        own: Sequence[Overlay],
        waivers: Sequence[Waived],
    ) -> Iterator[LimitChange]:
        """Compare what holds with what would hold, wherever a place went."""
        overlays = [*above, *own]
        before = self.held(self.trim(current), overlays, waivers, lineage)
        after = self.held(self.trim(self.new), self.arrived(overlays), waivers, lineage)
        onward: Lineage = {} if self.upgrade is None else self.upgrade.onward.get(current.id, {})
        told: set[tuple[Site, str]] = set()
        for (site, variant), value in before.items():
            reached = [(one, variant) for one in onward.get(site, ()) if (one, variant) in after]
            told |= set(reached)
            if not reached:
                yield LimitChange(place=address(*site), variant=variant, before=value, after=None)
            for one in reached:
                if after[one] != value:
                    yield LimitChange(place=address(*one[0]), variant=variant, before=value, after=after[one])
        for one, value in after.items():
            if one not in told:
                yield LimitChange(place=address(*one[0]), variant=one[1], before=None, after=value)

    def arrived(self, overlays: Sequence[Overlay]) -> list[Overlay]:
        """Let overlays follow to where their places stand in the new version, those that can."""
        if self.upgrade is None:
            return []
        alive = [self.upgrade.followed(one) for one in overlays if one.span.end is None or self.instant < one.span.end]
        return [
            replace(one.overlay, clause_key=one.site[0], parameter_key=one.site[1])
            for one in self.upgrade.apart(alive)
            if one.site is not None and not one.retyped
        ]

    def held(
        self, version: Version, overlays: Sequence[Overlay], waivers: Sequence[Waived], lineage: Sequence[UUID]
    ) -> Held:
        """Give the limits that hold under a version."""
        keys = {clause.key for clause in version.content.clauses}
        near = [one for one in overlays if one.clause_key in keys]
        standard = fold(version, near, lineage, self.instant)
        lifted = [one for one in waivers if one.clause_key in keys]
        standard = waive(standard, lifted, near, lineage, self.instant) if lifted else standard
        return {((one.clause_key, one.parameter_key), one.variant): one.value for one in limits_of(standard)}

    def trim(self, version: Version) -> Version:
        """Give a version with nothing but its limits, so that nothing else is folded."""
        if version.id not in self.trimmed:
            clauses = tuple(one for one in version.content.clauses if has_limits(one))
            content = msgspec.structs.replace(version.content, clauses=clauses)
            self.trimmed[version.id] = replace(version, content=content)
        return self.trimmed[version.id]


def as_published(*, id_: UUID, owner: UUID, content: StandardContent, hash_: str, author: UUID, span: Span) -> Version:
    """Give a version that is not published yet as if it were."""
    return Version(
        id=id_,
        overlay_id=id_,
        owner_tenant_id=owner,
        content=content,
        hash=hash_,
        author_id=author,
        approver_id=None,
        span=span,
        recorded_from=span.start,
    )


def has_limits(clause: ClauseContent) -> bool:
    """Tell whether a clause holds a clock or a limit."""
    limit = clause.kind is ClauseKind.LIMIT and bool(clause.parameters)
    return limit or any(one.type is ParameterType.DURATION for one in clause.parameters)


def limits_of(standard: EffectiveStandard) -> Iterator[EffectiveValue]:
    """List clocks, and every value of a clause that is a limit."""
    limits = {one.key for one in standard.version.content.clauses if one.kind is ClauseKind.LIMIT}
    for one in standard.every():
        if one.parameter_key and (one.type is ParameterType.DURATION or one.clause_key in limits):
            yield one


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
