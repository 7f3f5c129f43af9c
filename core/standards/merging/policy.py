"""The merge: what becomes of adaptations when a new version takes the place of the one they were laid over.

Three ways, per clause and parameter: the version an adaptation was laid over, the adaptation, and the new version. The
adaptations of levels above move along first, so what a tenant is told does not hang on who is merged before whom.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.merging.folded import Folded, folded, value_in
from core.standards.merging.nearest import converted, nearest
from core.standards.merging.vocabulary import FOLLOWING, MergeOutcome, ProposalKind
from core.standards.merging.ways import ways_into
from core.standards.policy.bounds import Limit
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import Above, EffectiveStandard
from core.standards.policy.laying import levels_below
from core.standards.policy.lineage import Lineage, Site, origins
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.slots import Judged
from core.standards.policy.values import normalised
from core.standards.vocabulary import Operator, Outcome, ParameterType, aspect_of

Defined: TypeAlias = tuple[ClauseContent, ParameterContent | None]
"""What a version says of a place."""

SUSPENDED: Mapping[Outcome, MergeOutcome] = {
    Outcome.OUT_OF_BOUNDS: MergeOutcome.OUT_OF_BOUNDS,
    Outcome.LOCKED: MergeOutcome.LOCKED,
    Outcome.WRONG_TYPE: MergeOutcome.TYPE_CHANGED,
    Outcome.ORPHANED: MergeOutcome.ORPHANED,
    Outcome.AMBIGUOUS: MergeOutcome.ORPHANED,
}
"""What it is called that a fold leaves an overlay out."""


@frozen(kw_only=True)
class Proposal:
    """What the owner may do about an adaptation.

    Attributes:
        kind: Keep it as it is, move it, take the nearest value, drop it, or ask for a waiver.
        site: Where it would stand in the new version; the place it has where it would be dropped.
        value: What it would say: its own value, or the nearest one.
    """

    kind: ProposalKind
    site: Site
    value: JsonValue = None


@frozen(kw_only=True)
class Merged:
    """What became of one adaptation.

    Attributes:
        overlay: The adaptation as it was laid.
        based_on: The version it was laid over.
        outcome: What became of it.
        before: The clause and parameter it was laid on.
        after: Where these stand in the new version; empty where they are gone, or are no longer one place.
        at: The first instant at which the new version and the adaptation meet.
        proposal: What the owner may do.
        limit: The bound it does not keep to, for ``out_of_bounds``.
        set_by: The level whose bound or lock stands in the way.
        problem: What is wrong with the form of its value, for ``type_changed``.
        must_end: Whether it would take effect in the new version if its row stayed as it is, though it may not: its
            old name means something else there, or what its value counts does.
    """

    overlay: Overlay
    based_on: UUID
    outcome: MergeOutcome
    before: Site
    after: Site | None
    at: datetime
    proposal: Proposal
    limit: Limit | None = None
    set_by: UUID | None = None
    problem: str = ""
    must_end: bool = False

    @property
    def follows(self) -> bool:
        """Tell whether it holds in the new version without anybody's doing."""
        return self.outcome in FOLLOWING


@frozen
class Followed:
    """An adaptation on its way into the new version.

    Attributes:
        overlay: As it was laid.
        base: The version it was laid over.
        onward: Every place in the new version that its own place became.
        site: The one place where it goes, if there is one.
        retyped: Whether the value there has another type, or another unit.
    """

    overlay: Overlay
    base: Version
    onward: tuple[Site, ...]
    site: Site | None
    retyped: bool


def merge(
    base: Version,
    new: Version,
    overlays: Sequence[Overlay],
    lineage: Sequence[UUID],
    instant: datetime,
    *,
    between: Sequence[Version] = (),
) -> tuple[Merged, ...]:
    """Merge one tenant's adaptations into a new version; ``Upgrade`` is the same for many tenants.

    Args:
        base: The version that adaptations were laid over, where they name no other one of those given.
        new: The new version.
        overlays: Adaptations of the tenant and of the levels above it, of all times.
        lineage: The tenant and all above it, root first, the tenant last.
        instant: Since when the new version holds for the tenant.
        between: Versions that were published after the base and before the new one, oldest first.

    Returns:
        One outcome for each adaptation of the tenant that is alive at the instant or later, in the order given; those
        that were laid over the new version already are left out.
    """
    return Upgrade(base, new, between).merge(overlays, lineage, instant)


class Upgrade:
    """The way from older versions to a new one, worked out once and walked by the adaptations of every tenant."""

    def __init__(
        self, base: Version, new: Version, between: Sequence[Version] = (), later: Sequence[Version] = ()
    ) -> None:
        """Work out where every place of every other version stands in the new one.

        Args:
            base: The version of adaptations that name none of those given.
            new: The version that holds from now on.
            between: Versions after the base and before the new one, oldest first.
            later: Versions after the new one, oldest first: adaptations of these go back where a tenant returns.
        """
        self.base, self.new = base, new
        self.versions = {one.id: one for one in (base, *between, new, *later)}
        self.defined = {id_: definitions(one.content) for id_, one in self.versions.items()}
        self.onward: dict[UUID, Lineage] = ways_into(new, list(self.versions.values()))
        self.origins = {id_: origins(lineage) for id_, lineage in self.onward.items()}

    def merge(self, overlays: Iterable[Overlay], lineage: Sequence[UUID], instant: datetime) -> tuple[Merged, ...]:
        """Merge one tenant's adaptations; see :func:`merge`."""
        given, tenant_id = list(overlays), lineage[-1]
        above = [one for one in given if one.owner_tenant_id != tenant_id]
        return Arrival(self, above, lineage[:-1], instant).merge(given, tenant_id)

    def settled(self, overlays: Iterable[Overlay], owners: Collection[UUID], instant: datetime) -> list[Followed]:
        """Follow the adaptations of some levels that are alive at an instant or later, and keep them apart."""
        return self.apart(
            [
                self.followed(one)
                for one in overlays
                if one.owner_tenant_id in owners and (one.span.end is None or instant < one.span.end)
            ]
        )

    def followed(self, overlay: Overlay) -> Followed:
        """Follow one adaptation to where its place stands now.

        A text goes where its clause goes, but not into one that was split or merged: it would say there what was never
        meant for it.
        """
        base = self.versions.get(overlay.based_on or self.base.id, self.base)
        before = (overlay.clause_key, overlay.parameter_key)
        site = self.site(base, before)
        onward = self.onward[base.id].get(before, ())
        return Followed(overlay, base, onward, site, site is not None and self.retyped(base, before, site))

    def site(self, base: Version, before: Site) -> Site | None:
        """Give the one place where a place of an older version stands, if there is one."""
        onward = self.onward[base.id].get(before, ())
        if len(onward) != 1 or (not onward[0][1] and len(self.origins[base.id][onward[0]]) > 1):
            return None
        return onward[0]

    def retyped(self, base: Version, before: Site, after: Site) -> bool:
        """Tell whether a value means something else now."""
        (_, old), (_, new) = self.defined[base.id][before], self.defined[self.new.id][after]
        return old is not None and new is not None and (old.type, old.unit) != (new.type, new.unit)

    def apart(self, alive: Sequence[Followed]) -> list[Followed]:
        """Let no two adaptations of one level arrive at one place at one time: none of those that moved there does."""
        arrived: dict[object, list[Followed]] = defaultdict(list)
        for one in alive:
            arrived[self.spot(one)].append(one)
        if len(arrived) == len(alive):
            return list(alive)
        return [
            replace(one, site=None, retyped=False)
            if one.base is not self.new
            and any(
                other is not one and other.overlay.span.meets(one.overlay.span) for other in arrived[self.spot(one)]
            )
            else one
            for one in alive
        ]

    def spot(self, one: Followed) -> object:
        """Name what one level may lay once at a time; what arrives nowhere stands in nobody's way."""
        overlay = one.overlay
        return (overlay.owner_tenant_id, one.site or overlay.id, overlay.variant, aspect_of(overlay.operator))

    def merged(self, one: Followed, there: Folded, at: datetime) -> Merged:
        """Say what became of one adaptation."""
        before = (one.overlay.clause_key, one.overlay.parameter_key)
        judged = None if one.site is None else there.judged.get(one.overlay.id)
        outcome = self.outcome_of(one, judged)
        follows = outcome in FOLLOWING
        stays = one.site == before
        return Merged(
            overlay=one.overlay,
            based_on=one.base.id,
            outcome=outcome,
            before=before,
            after=one.site,
            at=at,
            proposal=self.proposal(one, outcome, there.standard),
            limit=judged.limit if judged and outcome is MergeOutcome.OUT_OF_BOUNDS else None,
            set_by=judged.set_by if judged else None,
            problem=judged.problem if judged else "",
            must_end=not follows
            and before in self.defined[self.new.id]
            and (not stays or (judged is not None and judged.outcome is Outcome.IN_FORCE)),
        )

    def outcome_of(self, one: Followed, judged: Judged | None) -> MergeOutcome:
        """Name what became of an adaptation."""
        if one.site is None or judged is None:
            return MergeOutcome.ORPHANED
        if judged.outcome is Outcome.LOCKED:
            return MergeOutcome.LOCKED
        if one.retyped:
            return MergeOutcome.TYPE_CHANGED
        if judged.outcome is Outcome.WRONG_TYPE and self.adds_steps(one.site):
            return MergeOutcome.ORPHANED
        if judged.outcome is not Outcome.IN_FORCE:
            return SUSPENDED[judged.outcome]
        return MergeOutcome.CLEAN if self.unchanged(one) else MergeOutcome.MERGED

    def adds_steps(self, site: Site) -> bool:
        """Tell whether steps are added there; those that fit no more have lost the steps they stood beside."""
        parameter = self.defined[self.new.id][site][1]
        return parameter is not None and parameter.type is ParameterType.STEPS

    def unchanged(self, one: Followed) -> bool:
        """Tell whether both versions say the same of a place that has not moved."""
        before = (one.overlay.clause_key, one.overlay.parameter_key)
        if one.site != before:
            return False
        old, new = self.defined[one.base.id][before], self.defined[self.new.id][before]
        return said(*old) == said(*new)

    def proposal(self, one: Followed, outcome: MergeOutcome, standard: EffectiveStandard) -> Proposal:
        """Propose what to do."""
        overlay, before = one.overlay, (one.overlay.clause_key, one.overlay.parameter_key)
        site = one.site or before
        if outcome in FOLLOWING:
            return Proposal(
                kind=ProposalKind.KEEP if site == before else ProposalKind.MOVE, site=site, value=overlay.value
            )
        if outcome is MergeOutcome.ORPHANED:
            there = one.onward or ((before,) if before in self.defined[self.new.id] else ())
            if one.site is None and there:
                return Proposal(kind=ProposalKind.MOVE, site=there[0], value=overlay.value)
            return Proposal(kind=ProposalKind.DROP, site=before)
        near = None if outcome is MergeOutcome.LOCKED else self.near(one, standard)
        if near is not None:
            return Proposal(kind=ProposalKind.NEAREST, site=site, value=near)
        asks = bool(overlay.legal_basis) and overlay.operator is not Operator.NARROW
        return Proposal(kind=ProposalKind.ASK_WAIVER if asks else ProposalKind.DROP, site=site)

    def near(self, one: Followed, standard: EffectiveStandard) -> JsonValue:
        """Give the value within the new bounds that is nearest to an adaptation's own, if there is one."""
        before = (one.overlay.clause_key, one.overlay.parameter_key)
        (_, old), found = self.defined[one.base.id][before], value_in(standard, one.site or before, one.overlay.variant)
        if old is None or found is None or found.type is None or one.overlay.operator is Operator.NARROW:
            return None
        try:
            value = normalised(old.type, one.overlay.value)
        except ValueError:
            return None
        if old.unit != found.unit:
            return None
        value = value if old.type is found.type else converted(old.type, found.type, value)
        return None if value is None else nearest(found.type, found.limits, value, one.overlay.operator)


class Arrival:
    """An upgrade as it arrives below some levels, worked out once for all tenants right below them."""

    def __init__(self, upgrade: Upgrade, overlays: Iterable[Overlay], above: Sequence[UUID], instant: datetime) -> None:
        """Let the adaptations of the levels above move along.

        Args:
            upgrade: The way into the new version.
            overlays: Adaptations of the levels above, of all times; those of other tenants are passed over.
            above: The levels above, root first.
            instant: Since when the new version holds.
        """
        self.upgrade, self.lineage, self.instant = upgrade, above, instant
        owner = upgrade.new.owner_tenant_id
        self.reaches = owner in above
        levels = frozenset(levels_below(above, owner))
        self.overlays = [
            moved(one, one.site)
            for one in upgrade.settled(overlays, levels, instant)
            if one.site is not None and not one.retyped
        ]
        self._above: dict[datetime, Above] = {}

    def merge(self, overlays: Iterable[Overlay], tenant_id: UUID) -> tuple[Merged, ...]:
        """Merge the adaptations of one tenant right below; those of others are passed over."""
        settled = self.settled(overlays, tenant_id)
        return self.merged(settled, tenant_id, {})

    def settled(self, overlays: Iterable[Overlay], tenant_id: UUID) -> list[Followed]:
        """Follow the adaptations of a tenant right below to where they stand in the new version."""
        return self.upgrade.settled(overlays, {tenant_id} if self.reaches else (), self.instant)

    def merged(
        self, settled: Sequence[Followed], tenant_id: UUID, folds: Mapping[datetime, EffectiveStandard]
    ) -> tuple[Merged, ...]:
        """Say what became of a tenant's adaptations; what was folded with all of them already is not folded again."""
        own = [(one, start(one, self.instant)) for one in settled if one.base is not self.upgrade.new]
        standards = {at: folds.get(at) or self.fold(settled, tenant_id, at) for at in {at for _, at in own}}
        told = {at: folded(standard) for at, standard in standards.items()}
        return tuple(self.upgrade.merged(one, told[at], at) for one, at in own)

    def fold(
        self, settled: Iterable[Followed], tenant_id: UUID, at: datetime, beside: Collection[Site] = ()
    ) -> EffectiveStandard:
        """Fold what arrived of one tenant over the new version, for the places where it did and some beside."""
        arrived = [moved(one, one.site) for one in settled if one.site is not None]
        only = dict.fromkeys([*((one.clause_key, one.parameter_key) for one in arrived), *beside])
        return self.above(at).fold(arrived, tenant_id, only)

    def above(self, at: datetime) -> Above:
        """Give what the levels above make of the new version at an instant."""
        if at not in self._above:
            self._above[at] = Above(self.upgrade.new, self.overlays, self.lineage, at)
        return self._above[at]


def moved(one: Followed, site: Site) -> Overlay:
    """Give an adaptation as it stands in the new version."""
    stays = (one.overlay.clause_key, one.overlay.parameter_key) == site
    return one.overlay if stays else replace(one.overlay, clause_key=site[0], parameter_key=site[1])


def start(one: Followed, instant: datetime) -> datetime:
    """Give the first instant at which an adaptation and the new version meet."""
    return max(instant, one.overlay.span.start)


def definitions(content: StandardContent) -> dict[Site, Defined]:
    """Index what a version says by place."""
    found: dict[Site, Defined] = {}
    for clause in content.clauses:
        found[clause.key, ""] = (clause, None)
        for parameter in clause.parameters:
            found[clause.key, parameter.key] = (clause, parameter)
    return found


def said(clause: ClauseContent, parameter: ParameterContent | None) -> object:
    """Give all that an adaptation of a place is held against."""
    if parameter is not None:
        return clause.flexibility, parameter, clause.body if parameter.type is ParameterType.STEPS else None
    return clause.flexibility, clause.text, clause.operators
