"""Looking at many tenants at once, and sharing what is the same for them, finds what looking at each alone does."""

from collections.abc import Sequence
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.merging.policy import merge, moved
from core.standards.merging.upgrades import standing_in, waivers_standing_in
from core.standards.policy.content import address
from core.standards.policy.fold import Above, EffectiveStandard, fold
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.waived import waive
from core.standards.previews.outlook import Outlook
from core.standards.previews.outset import families, limit_sites
from core.standards.previews.policy import Lookout
from tests.core.standards.made_up import SHOPS, Scene, scene
from tests.core.standards.merging.upgrading import HQ, NOON, REGION

Change = tuple[str, str, Any, Any]


def alone(made: Scene, current: Version, shop: UUID) -> list[Change]:
    """Compare all limits of one tenant, as if there were no other."""
    lineage, new, upgrade = [HQ, REGION, shop], made.versions[-1], made.upgrade
    overlays = [*made.above, *made.own[shop]]
    followed = [one for owner in (REGION, shop) for one in upgrade.settled(overlays, {owner}, NOON)]
    arrived = [moved(one, one.site) for one in followed if one.site is not None and not one.retyped]
    standing = [*standing_in(current, made.versions, made.above, NOON), *made.own[shop]]
    before, after = limits(made, current, standing, lineage), limits(made, new, arrived, lineage)
    onward = upgrade.onward[current.id]
    found: list[Change] = []
    told: set[Any] = set()
    for (site, variant), value in before.items():
        reached = [(one, variant) for one in onward[site] if (one, variant) in after]
        told |= set(reached)
        found += [(address(*site), variant, value, None)] if not reached else []
        found += [(address(*one[0]), variant, value, after[one]) for one in reached if after[one] != value]
    return found + [(address(*one[0]), one[1], None, value) for one, value in after.items() if one not in told]


def limits(made: Scene, version: Version, overlays: Sequence[Overlay], lineage: Sequence[UUID]) -> dict[Any, Any]:
    named = set(limit_sites(version.content))
    standard = fold(version, overlays, lineage, NOON)
    granted = waivers_standing_in(version, made.versions, made.waivers[lineage[-1]], NOON)
    lifted = [one for one in granted if (one.clause_key, one.parameter_key) in named]
    standard = waive(standard, lifted, overlays, lineage, NOON)
    return {
        ((one.clause_key, one.parameter_key), one.variant): one.value
        for one in standard.every()
        if (one.clause_key, one.parameter_key) in named
    }


def looked(made: Scene, current: Version, shops: Sequence[UUID]) -> dict[UUID, Outlook]:
    lookout = Lookout(new=made.versions[-1], instant=NOON, upgrade=made.upgrade)
    return {
        shop: lookout.outlook(current, (HQ, REGION, shop), made.above, made.own[shop], made.waivers[shop])
        for shop in shops
    }


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_many_looked_at_together_are_as_each_alone(chance: Random) -> None:
    made = scene(chance)
    current = chance.choice(made.versions[:-1])
    found = looked(made, current, SHOPS)
    for shop in SHOPS:
        overlays = [*made.above, *made.own[shop]]
        expected = merge(
            made.versions[0], made.versions[-1], overlays, [HQ, REGION, shop], NOON, between=made.versions[1:-1]
        )
        assert found[shop].merged == (expected if made.own[shop] or made.waivers[shop] else ())
        told = [(one.place, one.variant, one.before, one.after) for one in found[shop].limits]
        assert sorted(told, key=str) == sorted(alone(made, current, shop), key=str)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_folded_below_the_same_levels_is_as_folded_alone(chance: Random) -> None:
    made = scene(chance)
    version = chance.choice(made.versions)
    shared = Above(version, made.above, (HQ, REGION), NOON)
    shops = list(SHOPS)
    chance.shuffle(shops)
    for shop in shops:
        once = shared.fold(made.own[shop], shop)
        whole = fold(version, [*made.above, *made.own[shop]], (HQ, REGION, shop), NOON)
        assert once == whole
        assert list(once.values) == list(whole.values)
        some = [place for place in whole.values if chance.random() < 0.5]
        assert said(shared.fold(made.own[shop], shop, some)) == {place: list(whole.at(place)) for place in some}


def said(standard: EffectiveStandard) -> dict[Any, Any]:
    return {place: list(standard.at(place)) for place in standard.values}


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_families_part_all_limits_and_nothing_leads_from_one_to_another(chance: Random) -> None:
    made = scene(chance)
    base, new = made.versions[0].content, made.versions[-1].content
    onward = made.upgrade.onward[made.versions[0].id]
    parted = families(limit_sites(base), limit_sites(new), onward)
    assert sorted(site for one in parted for site in one.before) == sorted(limit_sites(base))
    assert sorted(site for one in parted for site in one.after) == sorted(limit_sites(new))
    for one in parted:
        for site in one.before:
            assert {there for there in onward[site] if there in limit_sites(new)} <= set(one.after)
