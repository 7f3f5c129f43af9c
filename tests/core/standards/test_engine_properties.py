"""The whole engine against a slow and obvious one: random versions with variants, random trees of edits.

The oracle keeps the set of values still allowed, tries every value in it, and finds out which variant takes the place
of which by trying every context there is.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.errors import DomainError
from core.standards import resolve
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.models import Adaptation
from core.standards.policy.content import Bounds, Narrowing, ParameterContent, VariantContent
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import EffectiveStandard, fold
from core.standards.policy.overlays import Overlay
from core.standards.policy.variants import ambiguous, read_selector, selector_text
from core.standards.vocabulary import Direction, Operator, Outcome, ParameterType
from tests.core.standards.builders import SINCE, Stage, content, wish
from tests.core.standards.folding import LINEAGE, NOON, UNIVERSE, allowed_by, bounds, overlay, version_of

PLACE = ("work", "limit")
VALUES: dict[str, tuple[str | None, ...]] = {
    "tier": (None, "gold"),
    "channel": (None, "mail", "phone"),
    "site.country": (None, "PL"),
    "site.kind": (None, "kiosk"),
}
CONTEXTS = [
    {key: said for key, said in zip(VALUES, known, strict=True) if said is not None}
    for known in product(*VALUES.values())
]
ORDER = ("tier", "channel")
selectors = st.sampled_from([selector_text(one) for one in CONTEXTS if 0 < len(one) <= 2])
some = st.sampled_from(UNIVERSE)
granted = st.sets(st.sampled_from([Operator.APPEND, Operator.ASSIGN, Operator.NARROW]))


@dataclass(frozen=True)
class Edit:
    """What one level lays over one variant."""

    assign: int | None
    narrow: Bounds | None
    kept: frozenset[Operator] | None


edits = st.builds(Edit, some | st.none(), bounds | st.none(), granted.map(frozenset) | st.none())
levels = st.lists(
    st.dictionaries(selectors | st.just(""), edits, max_size=3), min_size=len(LINEAGE) - 1, max_size=len(LINEAGE) - 1
)


@st.composite
def published(draw: st.DrawFn) -> ParameterContent:
    """A parameter with variants, each value within its own bounds, none ambiguous."""

    def valued() -> tuple[int, Bounds]:
        outer = draw(bounds.filter(allowed_by))
        return draw(st.sampled_from(sorted(allowed_by(outer)))), outer

    kept: list[str] = []
    for one in draw(st.lists(selectors, max_size=3, unique=True)):
        if not any(ambiguous(one, other) for other in kept):
            kept.append(one)
    default, outer = valued()
    variants: list[VariantContent] = []
    for one in kept:
        value, inner = valued()
        variants.append(VariantContent(context=dict(read_selector(one)), default=value, bounds=inner))
    operators = tuple(sorted(draw(granted)))
    return ParameterContent(
        key="limit",
        type=ParameterType.INTEGER,
        default=default,
        operators=operators,
        bounds=outer,
        variants=tuple(variants),
    )


@dataclass(frozen=True)
class Held:
    """One variant on its way down: its value, what is still allowed, what is granted, which way it may move."""

    value: int
    allowed: frozenset[int]
    granted: frozenset[Operator]
    ways: frozenset[Direction] = field(default_factory=frozenset[Direction])

    def open_here(self) -> frozenset[int]:
        """What the level may choose from."""
        return frozenset(
            one
            for one in self.allowed
            if (Direction.LOWER not in self.ways or one <= self.value)
            and (Direction.HIGHER not in self.ways or one >= self.value)
        )


@cache
def winner(variants: frozenset[str], context: frozenset[tuple[str, str]]) -> str:
    """Choose by reading the rule aloud."""
    applying = [one for one in variants if set(read_selector(one).items()) <= context]
    most = max(len(read_selector(one)) for one in applying)
    left = [one for one in applying if len(read_selector(one)) == most]
    for key in ORDER:
        if any(key in read_selector(one) for one in left):
            left = [one for one in left if key in read_selector(one)]
    assert len(left) == 1, left
    return left[0]


def everywhere(variants: frozenset[str]) -> list[tuple[frozenset[tuple[str, str]], str]]:
    """Which variant is chosen in every context there is."""
    return [(known, winner(variants, known)) for known in (frozenset(one.items()) for one in CONTEXTS)]


def way_of(given_: Bounds) -> frozenset[Direction]:
    return frozenset() if given_.direction is None else frozenset({given_.direction})


def passed(held: Held, edit: Edit) -> tuple[Held, bool]:
    """Pass one variant through a level; tell whether its value took effect."""
    may_assign = Operator.ASSIGN in held.granted and edit.assign is not None
    here, narrows = held.open_here(), edit.narrow is not None and Operator.NARROW in held.granted
    inner = here & allowed_by(edit.narrow) if edit.narrow is not None and narrows else here
    if narrows and not (may_assign and edit.assign in inner) and held.value not in inner:
        narrows, inner = False, here
    took = may_assign and edit.assign in inner
    value = edit.assign if took and edit.assign is not None else held.value
    if edit.narrow is None or not narrows:
        return replace(held, value=value), took
    return Held(
        value,
        held.allowed & allowed_by(edit.narrow),
        held.granted if edit.kept is None else held.granted & edit.kept,
        held.ways | way_of(edit.narrow),
    ), took


def added(received: dict[str, Held], variant: str, edit: Edit) -> Held | None:
    """Add a variant: it is held to all whose place it takes in any context."""
    if edit.assign is None:
        return None
    with_it = frozenset([*received, variant])
    replaced = {winner(frozenset(received), known) for known, chosen in everywhere(with_it) if chosen == variant}
    shared = frozenset[Operator].intersection(*(received[one].granted for one in replaced))
    nearest = received[winner(frozenset(received), frozenset(read_selector(variant).items()))]
    opened = Held(
        nearest.value,
        frozenset[int].intersection(*(received[one].open_here() for one in replaced)),
        shared | {Operator.ASSIGN} if Operator.APPEND in shared else shared - {Operator.ASSIGN},
        frozenset[Direction]().union(*(received[one].ways for one in replaced)),
    )
    held, took = passed(opened, edit)
    return replace(held, granted=held.granted & shared) if took else None


def obvious(parameter: ParameterContent, laid: list[dict[str, Edit]]) -> list[dict[str, Held]]:
    """Give what every level passes on, the publisher first."""
    value: Any = parameter.default
    start = {
        "": Held(
            value, frozenset(allowed_by(parameter.bounds)), frozenset(parameter.operators), way_of(parameter.bounds)
        )
    }
    for one in parameter.variants:
        own, said = one.bounds or parameter.bounds, one.default
        value = said
        start[selector_text(one.context)] = Held(
            value,
            frozenset(allowed_by(own)),
            frozenset(parameter.operators),
            way_of(own),
        )
    found = [start]
    for level in laid:
        received, after = found[-1], dict(found[-1])
        for variant in sorted(level):
            if variant in received:
                after[variant], _ = passed(received[variant], level[variant])
            elif not any(ambiguous(variant, other) for other in after):
                made = added(received, variant, level[variant])
                after |= {} if made is None else {variant: made}
        found.append(after)
    return found


def overlays_of(laid: list[dict[str, Edit]]) -> list[Overlay]:
    found: list[Overlay] = []
    for number, (owner, level) in enumerate(zip(LINEAGE[1:], laid, strict=True)):
        for place, (variant, edit) in enumerate(level.items()):
            at = 100 * number + 10 * place
            if edit.assign is not None:
                found.append(overlay(owner, Operator.ASSIGN, number=at, value=edit.assign, variant=variant))
            if edit.narrow is not None:
                kept = None if edit.kept is None else tuple(sorted(edit.kept))
                narrowing = Narrowing(bounds=edit.narrow, operators=kept)
                found.append(overlay(owner, Operator.NARROW, number=at + 1, narrowing=narrowing, variant=variant))
    return found


def folded(parameter: ParameterContent, overlays: list[Overlay], depth: int = len(LINEAGE)) -> EffectiveStandard:
    return fold(version_of(parameter), overlays, LINEAGE[:depth], NOON)


def values_of(standard: EffectiveStandard) -> dict[str, Any]:
    return {one.variant: one.value for one in standard.every() if one.parameter_key}


@settings(max_examples=250, deadline=None)
@given(published(), levels)
def test_the_engine_agrees_with_the_obvious_one_at_every_level(
    parameter: ParameterContent, laid: list[dict[str, Edit]]
) -> None:
    expected, overlays = obvious(parameter, laid), overlays_of(laid)
    for depth, held in enumerate(expected, start=1):
        found = folded(parameter, overlays, depth)
        assert values_of(found) == {variant: one.value for variant, one in held.items()}
        for known, variant in everywhere(frozenset(held)):
            assert found.choose(PLACE, dict(known)).variant == variant


@settings(max_examples=250, deadline=None)
@given(published(), levels)
def test_no_edits_below_reach_a_value_outside_a_bound_above(
    parameter: ParameterContent, laid: list[dict[str, Edit]]
) -> None:
    overlays, bound = overlays_of(laid), obvious(parameter, laid)
    found = [folded(parameter, overlays, depth) for depth in range(1, len(LINEAGE) + 1)]
    for upper, above in enumerate(bound):
        for known, variant in everywhere(frozenset(above)):
            for below in found[upper:]:
                chosen = below.choose(PLACE, dict(known))
                same_level = below is found[upper]
                assert chosen.value in (above[variant].allowed if same_level else above[variant].open_here())


RIVALS = [
    (one, other)
    for one, other in combinations([selector_text(known) for known in CONTEXTS if 0 < len(known) <= 2], 2)
    if ambiguous(one, other)
]
GENEROUS = ParameterContent(
    key="limit",
    type=ParameterType.INTEGER,
    default=4,
    operators=(Operator.APPEND, Operator.ASSIGN, Operator.NARROW),
    bounds=Bounds(),
    variants=(),
)


@st.composite
def rivalling(draw: st.DrawFn) -> list[dict[str, Edit]]:
    """Levels of which one adds two variants that are ambiguous with each other: only one of them can be."""
    laid = draw(levels)
    one, other = draw(st.sampled_from(RIVALS))
    level = draw(st.integers(0, len(laid) - 1))
    assigned = st.builds(Edit, some, st.none(), st.none())
    laid[level] = {one: draw(assigned), other: draw(assigned), **laid[level]}
    return laid


def test_there_are_rivals() -> None:
    assert len(RIVALS) > 3


@settings(max_examples=150, deadline=None)
@given(st.tuples(published(), levels) | st.tuples(st.just(GENEROUS), rivalling()), st.randoms(use_true_random=False))
def test_the_order_of_insertion_changes_nothing(
    told: tuple[ParameterContent, list[dict[str, Edit]]], chance: random.Random
) -> None:
    parameter, laid = told
    overlays = overlays_of(laid)
    standard = folded(parameter, overlays)
    for shuffled in (overlays[::-1], chance.sample(overlays, len(overlays))):
        again = folded(parameter, shuffled)
        assert effective_text(standard) == effective_text(again)
        assert (standard.values, standard.variants, standard.orphans) == (again.values, again.variants, again.orphans)


@settings(max_examples=150, deadline=None)
@given(published(), levels)
def test_why_folds_back_to_the_value(parameter: ParameterContent, laid: list[dict[str, Edit]]) -> None:
    standard = folded(parameter, overlays_of(laid))
    in_force: list[Overlay] = []
    for one in standard.every():
        value = one.published_value
        for judged in one.why:
            if judged.outcome is Outcome.IN_FORCE:
                in_force.append(judged.overlay)
                value = judged.overlay.value if judged.overlay.operator is Operator.ASSIGN else value
        assert value == one.value
    assert effective_text(folded(parameter, in_force)) == effective_text(standard)
    told = [*standard.orphans, *(judged for one in standard.every() for judged in one.why)]
    assert sorted(judged.overlay.id for judged in told) == sorted(one.id for one in overlays_of(laid))


GRANTS = {"operators": ["append", "assign", "narrow"]}
SITUATIONS: tuple[dict[str, str], ...] = ({}, {"channel": "phone"}, {"tier": "gold", "channel": "phone"})


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_known_never_changes_whatever_is_done_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(resolve, "SETTLED_AFTER", timedelta(0))
    chance, network = random.Random(seed), stage.network
    tenants, made, numbers = (network.region, network.north, network.south), list[Adaptation](), iter(range(1, 99))
    await stage.publish(content("1.0.0", GRANTS))
    told: list[tuple[datetime, list[str]]] = []

    async def answers(known_at: datetime) -> list[str]:
        ats = (SINCE + timedelta(days=1), stage.clock.now(), stage.clock.now() + timedelta(days=40))
        return [(await stage.resolve(scope, at, known_at)).hash for scope in tenants for at in ats]

    async def something() -> None:
        match chance.randrange(8):
            case 0:
                number, turn = next(numbers), stage.clock.now() + timedelta(days=chance.randrange(1, 30))
                changed = {**GRANTS, "default": chance.choice([1800, 3600, 7200])}
                await stage.publish(content(f"1.{number}.0", changed), turn)
            case 1 if made:
                gone = WithdrawAdaptation(adaptation_id=made.pop(chance.randrange(len(made))).id, reason="Over.")
                await stage.act(network.region, withdraw_adaptation, gone)
            case _:
                scope = chance.choice(tenants)
                asked = wish(
                    chance.choice([500, 900, 1800, 3600, 5000]),
                    context=chance.choice(SITUATIONS),
                    valid_from=chance.choice([SINCE, None]),
                )
                row = await stage.adapt(scope, asked)
                if scope is network.region:
                    made.append(row)

    for _ in range(12):
        try:
            await something()
        except DomainError:
            continue
        known = resolve.recorded_now()
        told.append((known, await answers(known)))
    assert len({tuple(said) for _, said in told}) > 2
    for known, said in told:
        assert await answers(known) == said
