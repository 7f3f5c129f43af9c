"""What a version opens to the levels below its owner, and what these laid where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.standards.policy.bounds import limits_of
from core.standards.policy.content import ClauseContent, ParameterContent, StandardContent
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.passing import Own
from core.standards.policy.process import read_process
from core.standards.policy.slots import Slot
from core.standards.policy.variants import EVERYWHERE, selector_text
from core.standards.vocabulary import Aspect, ParameterType, aspect_of

Place = tuple[str, str]
"""A clause and a parameter in it; the parameter is empty where the clause's own text is meant."""

Levels = Mapping[UUID, Mapping[str, Own]]
"""The overlays of one place, by the level that laid them and the variant they are for."""


class TwoOverlaysOfOneLevel(ValueError):  # noqa: N818 - it is a fact
    """One level has two overlays of one aspect in force at one instant; the database excludes that."""


def levels_below(lineage: Sequence[UUID], owner: UUID) -> Sequence[UUID]:
    """Give the levels that a standard's owner grants something to: those below it on the way to the tenant."""
    return lineage[list(lineage).index(owner) + 1 :] if owner in lineage else ()


def arranged(overlays: Iterable[Overlay], levels: frozenset[UUID], instant: datetime) -> dict[Place, Levels]:
    """Arrange the overlays that hold at an instant by place, level, variant and aspect."""
    found: dict[Place, dict[UUID, dict[str, dict[Aspect, Overlay]]]] = {}
    for overlay in overlays:
        if overlay.owner_tenant_id not in levels or not overlay.span.holds(instant):
            continue
        by_level = found.setdefault((overlay.clause_key, overlay.parameter_key), {})
        own = by_level.setdefault(overlay.owner_tenant_id, {}).setdefault(overlay.variant, {})
        if own.setdefault(aspect_of(overlay.operator), overlay) != overlay:
            raise TwoOverlaysOfOneLevel(overlay.address)
    return dict(found)


def places(content: StandardContent) -> Iterator[tuple[Place, ClauseContent, ParameterContent | None]]:
    """List every text of a clause and every parameter, in reading order."""
    for clause in content.clauses:
        yield (clause.key, ""), clause, None
        for parameter in clause.parameters:
            yield (clause.key, parameter.key), clause, parameter


def published_slots(version: Version, clause: ClauseContent, parameter: ParameterContent | None) -> dict[str, Slot]:
    """Give a value with its variants as the level right below the publisher receives it."""
    owner = version.owner_tenant_id
    if parameter is None:
        wording = Slot(
            type=None,
            value=clause.text,
            set_by=owner,
            operators=frozenset(clause.operators),
            limits={},
            locked_by=owner,
        )
        return {EVERYWHERE: wording}
    base = Slot(
        type=parameter.type,
        value=parameter.default,
        set_by=owner,
        operators=frozenset(parameter.operators),
        limits=limits_of(parameter.type, parameter.bounds, owner),
        locked_by=owner,
        within=read_process(clause.body) if parameter.type is ParameterType.STEPS else None,
    )
    return {EVERYWHERE: base} | {
        selector_text(one.context): replace(
            base,
            value=one.default,
            limits=base.limits if one.bounds is None else limits_of(parameter.type, one.bounds, owner),
        )
        for one in parameter.variants
    }
