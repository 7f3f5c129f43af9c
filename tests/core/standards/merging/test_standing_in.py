"""What a level narrowed binds those below in whatever version they are, under whatever name, along any way there."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.merging.policy import Upgrade, moved
from core.standards.merging.upgrades import standing_in
from core.standards.policy.content import Bounds, Narrowing
from core.standards.policy.fold import EffectiveStandard, fold
from core.standards.policy.overlays import Overlay, Version
from core.standards.vocabulary import Operator
from tests.core.standards.made_up import scene
from tests.core.standards.merging.upgrading import (
    DAY,
    HQ,
    NOON,
    REGION,
    SHOP,
    clause,
    content,
    laid,
    rename,
    version_of,
)

LIMITS = range(5)
LINEAGE = (HQ, REGION, SHOP)
Names = dict[int, str]
"""Which key each limit has in a version."""


class History:
    """Versions that rename limits; now and then the newest is withdrawn, and the next one follows the one before."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.versions: list[Version] = []
        self.names: dict[UUID, Names] = {}
        self.standing: list[Version] = []
        self.spent = 0
        for step in range(chance.randrange(3, 8)):
            if len(self.standing) > 1 and chance.random() < 0.4:
                self.withdraw(step)
            self.publish(step)

    def publish(self, step: int) -> None:
        before = self.names[self.standing[-1].id] if self.standing else {one: f"limit_{one}" for one in LIMITS}
        after = {one: self.renamed(key) if self.standing else key for one, key in before.items()}
        moves = [rename(key, after[one]) for one, key in before.items() if key != after[one]]
        given = content(*(terms(key) for key in after.values()), version=f"{step + 1}.0.0", lineage=moves)
        made = replace(version_of(given), published_at=NOON + step * timedelta(hours=1))
        self.versions.append(made)
        self.standing.append(made)
        self.names[made.id] = after

    def renamed(self, key: str) -> str:
        """Keep a key, or take one that was never used before."""
        self.spent += 1
        return f"key_{self.spent}" if self.chance.random() < 0.4 else key

    def withdraw(self, step: int) -> None:
        newest = self.standing.pop()
        at = NOON + step * timedelta(hours=1) - timedelta(minutes=1)
        self.versions = [replace(one, withdrawn_at=at) if one.id == newest.id else one for one in self.versions]

    def any(self) -> Version:
        return self.chance.choice(self.versions)


def terms(key: str) -> dict[str, Any]:
    """A limit that may be set and narrowed."""
    given = {"key": "limit", "type": "integer", "default": 5, "operators": ["assign", "narrow"]}
    return clause(key, {**given, "bounds": {"minimum": 0, "maximum": 100}})


def narrowing(history: History, one: int, most: int) -> Overlay:
    """What the region narrowed over any of the versions."""
    base = history.any()
    return laid(
        history.names[base.id][one],
        "limit",
        owner_tenant_id=REGION,
        operator=Operator.NARROW,
        narrowing=Narrowing(bounds=Bounds(maximum=most)),
        based_on=base.id,
    )


def folded(version: Version, history: History, above: list[Overlay], own: list[Overlay]) -> EffectiveStandard:
    """What holds in the shop."""
    return fold(version, [*standing_in(version, history.versions, above, NOON), *own], LINEAGE, NOON)


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_nothing_lies_outside_what_the_level_above_narrowed(chance: Random) -> None:
    history = History(chance)
    version = history.any()
    names = history.names[version.id]
    most = {one: chance.randrange(5, 60) for one in LIMITS if chance.random() < 0.7}
    above = [narrowing(history, one, limit) for one, limit in most.items()]
    own = [laid(names[one], "limit", chance.randrange(100), based_on=version.id) for one in LIMITS]
    standard = folded(version, history, above, own)
    assert standard.orphans == ()
    for one in LIMITS:
        found: Any = standard.values[names[one], "limit"]
        assert found.value <= most.get(one, 100)
        mine: Any = next(overlay for overlay in own if overlay.clause_key == names[one])
        assert (found.value == mine.value) is (mine.value <= most.get(one, 100) or mine.value == 5)
        assert {limit.value for limit in found.limits.values() if limit.set_by == REGION} == (
            {most[one]} if one in most else set()
        )


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_told_meanwhile_is_what_holds_once_the_level_above_has_come_after(chance: Random) -> None:
    made = scene(chance)
    version = made.versions[-1]
    meanwhile = standing_in(version, made.versions, made.above, NOON)
    followed = made.upgrade.settled(made.above, {REGION}, NOON)
    after = [moved(one, one.site) for one in followed if one.site is not None and not one.retyped]
    for shop in made.own:
        lineage = (HQ, REGION, shop)
        here, there = (fold(version, above, lineage, NOON) for above in (meanwhile, after))
        assert here.values == there.values
        assert here.variants == there.variants


def test_a_version_that_was_withdrawn_is_not_on_the_way() -> None:
    first = replace(version_of(content(terms("old"))), published_at=NOON)
    second = replace(
        version_of(content(terms("new"), version="2.0.0", lineage=[rename("old", "new")])),
        published_at=NOON + DAY,
        withdrawn_at=NOON + 2 * DAY,
    )
    third = replace(version_of(content(terms("old"), version="3.0.0")), published_at=NOON + 3 * DAY)
    fourth = replace(
        version_of(content(terms("other"), version="4.0.0", lineage=[rename("old", "other")])), published_at=None
    )
    upgrade = Upgrade(first, fourth, (second, third))
    assert upgrade.onward[first.id]["old", "limit"] == (("other", "limit"),)
    assert upgrade.onward[second.id]["new", "limit"] == (("other", "limit"),)


def test_what_another_version_calls_by_an_old_name_is_not_bound_by_it() -> None:
    first = version_of(content(terms("a"), terms("b")))
    moves = [rename("a", "c"), rename("b", "a")]
    second = version_of(content(terms("c"), terms("a"), version="2.0.0", lineage=moves))
    above = laid("a", "limit", 3, owner_tenant_id=REGION, based_on=first.id)
    standard = fold(second, standing_in(second, [first], [above], NOON), LINEAGE, NOON)
    assert (standard.values["c", "limit"].value, standard.values["a", "limit"].value) == (3, 5)
