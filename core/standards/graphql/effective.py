"""Types of what holds, and why."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import orjson
from strawberry import ID

from core.kernel.graphql.ids import global_id
from core.kernel.graphql.types import shows, value
from core.standards.graphql.contexts import ContextType, context_shown
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import LocalizedTextType, NarrowingType, narrowing_shown
from core.standards.graphql.rollout_types import UpcomingVersionType, upcoming_shown
from core.standards.graphql.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Facet,
    Flexibility,
    Obligation,
    Operator,
    Outcome,
    OverlayKind,
    ParameterType,
    TimeUnit,
)
from core.standards.permissions import READ_STANDARDS
from core.standards.policy.bounds import Limit, Limits
from core.standards.policy.content import ClauseContent, plain_narrowing
from core.standards.policy.fold import EffectiveValue
from core.standards.policy.locales import choose_locale
from core.standards.policy.overlays import Version
from core.standards.policy.slots import Judged
from core.standards.policy.variants import read_selector
from core.standards.policy.waived import Waived
from core.standards.resolve import Resolution


@value(permission=READ_STANDARDS, description="One bound, and who set it.", name="Limit")
class LimitType:
    """One bound."""

    kind: Facet = shows("Which bound.")
    value: Json = shows("The bound, in the form of the parameter's type.")
    set_by: ID = shows("The tenant that set it.")


@value(permission=READ_STANDARDS, description="What makes an overlay a waiver: who granted it, what it lifts.")
class WaiverReasonType:
    """What is known of a granted waiver where it bears on a value."""

    waiver: ID = shows("The waiver, in the tenant it is for.")
    granted_by: ID = shows("The tenant that granted it; `approverId` says who.")
    compensating_measure: str = shows("What the tenant does instead.")
    expires_at: datetime = shows("Until when it holds.")
    bound: str = shows("What it lifts: the kind of bound as in `BoundKind`, in lower case, or `operators` for a lock.")
    limit: Json | None = shows("What that bound said when it was granted.")


@value(permission=READ_STANDARDS, description="One overlay that bears on a value, and what became of it.")
class OverlayReasonType:
    """One overlay."""

    kind: OverlayKind = shows("A published version, an adaptation, or a waiver.")
    owner: ID = shows("The tenant that laid it.")
    overlay_id: str = shows("Its id, as the audit trail names it.")
    version: str | None = shows("For a version, its number.")
    variant: str | None = shows("For an adaptation, the contexts it is for; empty text for all.")
    suggestion: ID | None = shows("For an adopted suggestion, which.")
    waiver: WaiverReasonType | None = shows("For a waiver, what it lifts and who granted it.")
    operator: Operator | None = shows("For an adaptation or a waiver, what it does.")
    value: Json | None = shows("What it says.")
    narrowing: NarrowingType | None = shows("For `NARROW`, what it narrows.")
    outcome: Outcome = shows("Whether it is in force, and if not, why.")
    limit: LimitType | None = shows("The bound it does not keep to, where that is why.")
    set_by: ID | None = shows("The tenant whose bound or lock keeps it from being in force, where one does.")
    problem: str = shows("What is wrong with its form, or which variant it clashes with, where that is why.")
    based_on: str | None = shows("For an adaptation, the id of the published version it was first laid over.")
    author_id: str = shows("Id of whoever wrote or made it.")
    approver_id: str | None = shows("Id of whoever approved it; empty where no approval was asked.")
    reason: str = shows("Why, in its author's words.")
    legal_basis: str = shows("The law or rule that asks for it; may be empty.")
    valid_from: datetime = shows("Since when it holds.")
    valid_to: datetime | None = shows("Until when it holds; open where empty.")
    recorded_from: datetime = shows("Since when that is known.")


@value(permission=READ_STANDARDS, description="What holds for one parameter, or for the text of one clause.")
class EffectiveValueType:
    """One value with its reasons."""

    clause_key: str = shows("The clause.")
    parameter_key: str = shows("The parameter; empty for the clause's text.")
    variant: str = shows("The contexts it holds in, such as `tier=gold&channel=phone`; empty for all others.")
    context: ContextType | None = shows("The same, taken apart.")
    type: ParameterType | None = shows("Type of the value; empty for a text per language.")
    unit: TimeUnit | None = shows("For a duration, what its seconds count.")
    value: Json = shows("What holds.")
    published_value: Json = shows("What the published version says.")
    adapted: bool = shows("Whether it differs from what the published version says.")
    operators: list[Operator] = shows("What the tenant may do with it.")
    limits: list[LimitType] = shows("What it must then keep to.")
    why: list[OverlayReasonType] = shows("Every overlay that bears on it, from the published version down.")


@value(permission=READ_STANDARDS, description="One clause as it holds, in one language.")
class EffectiveClauseType:
    """One clause."""

    key: str = shows("Stable dotted name, such as `reception.greeting`.")
    kind: ClauseKind = shows("What it asks for.")
    level: ClauseLevel = shows("How much hangs on it.")
    obligation: Obligation = shows("How binding it is.")
    flexibility: Flexibility = shows("Whether the network keeps it identical.")
    text: LocalizedTextType = shows("What it says, in the language asked for or the next one it has.")
    body: Json | None = shows("What it says beyond its text, in the form of its kind.")


@value(permission=READ_STANDARDS, description="What holds for the tenant acted in, at one instant.")
class EffectiveStandardType:
    """One standard as it holds."""

    code: str = shows("The standard's name in the network.")
    version: str = shows("Number of the published version.")
    hash: str = shows("SHA-256 of the canonical text; records pin it.")
    document: Json = shows("The whole effective document.")
    canonical_text: str = shows("The same as the canonical text that is hashed.")
    at: datetime = shows("The instant it holds at.")
    known_at: datetime | None = shows("The instant of knowledge it was asked for; empty for now.")
    revision: int = shows("Revision of the tenant's own side; send it back when you adapt.")
    title: LocalizedTextType = shows("Its title, in the language asked for or the next one it has.")
    clauses: list[EffectiveClauseType] = shows("Every clause, in reading order.")
    values: list[EffectiveValueType] = shows(
        "Every parameter, and every text that may be adapted, in reading order, as it holds in the context asked about."
    )
    variants: list[EffectiveValueType] = shows("Every value for some contexts only, of all parameters.")
    orphans: list[OverlayReasonType] = shows(
        "Adaptations of what the version has no more, and variants that cannot be added."
    )
    upcoming: list[UpcomingVersionType] = shows("Versions that the tenant is not on yet, the newest first.")


def limit_shown(limit: Limit) -> LimitType:
    """Show a bound."""
    return LimitType(kind=limit.facet, value=limit.value, set_by=global_id("Tenant", limit.set_by))


def limits_shown(limits: Limits) -> list[LimitType]:
    """Show bounds; a direction stands there as the value received, once."""
    return [limit_shown(limit) for (works_as, _), limit in limits.items() if works_as is not Facet.DIRECTION]


def version_shown(version: Version, said: object) -> OverlayReasonType:
    """Show the published version as the first reason of a value."""
    return OverlayReasonType(
        kind=OverlayKind.VERSION,
        owner=global_id("Tenant", version.owner_tenant_id),
        overlay_id=str(version.overlay_id),
        version=version.content.number,
        variant=None,
        suggestion=None,
        waiver=None,
        operator=None,
        value=said,
        narrowing=None,
        outcome=Outcome.IN_FORCE,
        limit=None,
        set_by=None,
        problem="",
        based_on=None,
        author_id=str(version.author_id),
        approver_id=None if version.approver_id is None else str(version.approver_id),
        reason="",
        legal_basis="",
        valid_from=version.span.start,
        valid_to=version.span.end,
        recorded_from=version.recorded_from,
    )


def judged_shown(judged: Judged) -> OverlayReasonType:
    """Show an adaptation or a waiver as a reason."""
    overlay = judged.overlay
    waiver = overlay if isinstance(overlay, Waived) else None
    return OverlayReasonType(
        kind=OverlayKind.ADAPTATION if waiver is None else OverlayKind.WAIVER,
        owner=global_id("Tenant", overlay.owner_tenant_id),
        overlay_id=str(overlay.id),
        version=None,
        variant=overlay.variant,
        suggestion=None if overlay.suggestion_id is None else global_id("Suggestion", overlay.suggestion_id),
        waiver=None if waiver is None else waiver_shown(waiver),
        operator=overlay.operator,
        value=overlay.value,
        narrowing=None if overlay.narrowing is None else narrowing_shown(plain_narrowing(overlay.narrowing)),
        outcome=judged.outcome,
        limit=None if judged.limit is None else limit_shown(judged.limit),
        set_by=None if judged.set_by is None else global_id("Tenant", judged.set_by),
        problem=judged.problem,
        based_on=None if overlay.based_on is None else global_id("PublishedVersion", overlay.based_on),
        author_id=str(overlay.author_id),
        approver_id=None if overlay.approver_id is None else str(overlay.approver_id),
        reason=overlay.reason,
        legal_basis=overlay.legal_basis,
        valid_from=overlay.span.start,
        valid_to=overlay.span.end,
        recorded_from=overlay.recorded_from,
    )


def waiver_shown(waiver: Waived) -> WaiverReasonType:
    """Show what a waiver lifts and who granted it."""
    return WaiverReasonType(
        waiver=global_id("Waiver", waiver.waiver_id),
        granted_by=global_id("Tenant", waiver.granted_by),
        compensating_measure=waiver.measure,
        expires_at=waiver.span.end or waiver.span.start,
        bound=waiver.bound,
        limit=waiver.limit,
    )


def value_shown(version: Version, found: EffectiveValue) -> EffectiveValueType:
    """Show a value."""
    return EffectiveValueType(
        clause_key=found.clause_key,
        parameter_key=found.parameter_key,
        variant=found.variant,
        context=context_shown(read_selector(found.variant)) if found.variant else None,
        type=found.type,
        unit=found.unit,
        value=found.value,
        published_value=found.published_value,
        adapted=found.value != found.published_value,
        operators=sorted(found.operators),
        limits=limits_shown(found.limits),
        why=[version_shown(version, found.published_value), *judged_all(found.why)],
    )


def text_shown(texts: Mapping[str, str], locales: Sequence[str]) -> LocalizedTextType:
    """Show a text in one language."""
    locale = choose_locale(texts, locales)
    return LocalizedTextType(locale=locale, text=texts[locale])


def clause_shown(clause: ClauseContent, resolution: Resolution) -> EffectiveClauseType:
    """Show a clause in one language."""
    return EffectiveClauseType(
        key=clause.key,
        kind=clause.kind,
        level=clause.level,
        obligation=clause.obligation,
        flexibility=clause.flexibility,
        text=text_shown(resolution.standard.text_of(clause), resolution.locales),
        body=clause.body,
    )


def judged_all(judged: Iterable[Judged]) -> list[OverlayReasonType]:
    """Show adaptations as reasons."""
    return [judged_shown(one) for one in judged]


class ShownStandard(EffectiveStandardType):
    """A standard as it holds, whose parts are made when they are asked for: one that asks for the hash waits for it."""

    def __init__(self, resolution: Resolution) -> None:
        """Keep what is shown."""
        self._resolution = resolution

    def __getattr__(self, name: str) -> object:
        """Make a part that was not asked for before."""
        if name not in SHOWN:
            raise AttributeError(name)
        made = SHOWN[name](self._resolution)
        self.__dict__[name] = made
        return made


SHOWN: Mapping[str, Callable[[Resolution], object]] = {
    "code": lambda found: found.standard.version.content.code,
    "version": lambda found: found.standard.version.content.number,
    "hash": lambda found: found.hash,
    "document": lambda found: orjson.loads(found.document),
    "canonical_text": lambda found: found.document,
    "at": lambda found: found.at,
    "known_at": lambda found: found.known_at,
    "revision": lambda found: found.revision,
    "title": lambda found: text_shown(found.standard.version.content.title, found.locales),
    "clauses": lambda found: [clause_shown(clause, found) for clause in found.standard.version.content.clauses],
    "values": lambda found: [value_shown(found.standard.version, one) for one in found.chosen],
    "variants": lambda found: [
        value_shown(found.standard.version, one) for one in found.standard.every() if one.variant
    ],
    "orphans": lambda found: judged_all(found.standard.orphans),
    "upcoming": lambda found: [upcoming_shown(one) for one in found.upcoming],
}


def resolution_shown(resolution: Resolution) -> EffectiveStandardType:
    """Show what holds."""
    return ShownStandard(resolution)
