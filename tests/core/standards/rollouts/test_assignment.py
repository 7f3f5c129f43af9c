"""Who is in which wave does not depend on the order of anything, and everybody is in one."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.rollouts.policy.assignment import Share, assign
from core.standards.rollouts.vocabulary import WaveKind

SALT = UUID(int=7)
UNITS = [UUID(int=n) for n in range(100, 140)]
REGION = UNITS[0]
BELOW = {REGION: UNITS[:10]}
NAMED, REGIONS, HALF, REST = (UUID(int=n) for n in range(1, 5))
PLAN = [
    Share(wave_id=NAMED, kind=WaveKind.TENANTS, tenants=frozenset({UNITS[3], UNITS[30]})),
    Share(wave_id=REGIONS, kind=WaveKind.REGIONS, tenants=frozenset({REGION})),
    Share(wave_id=HALF, kind=WaveKind.PERCENTAGE, percentage=50),
    Share(wave_id=REST, kind=WaveKind.REST),
]


def test_pilots_a_region_half_of_the_others_and_the_rest() -> None:
    found = assign(PLAN, UNITS, BELOW, SALT)
    sizes = {wave: list(found.values()).count(wave) for wave in (NAMED, REGIONS, HALF, REST)}
    assert sizes == {NAMED: 2, REGIONS: 9, HALF: 15, REST: 14}
    assert set(found) == set(UNITS)
    assert {found[UNITS[3]], found[UNITS[30]]} == {NAMED}


@given(st.permutations(UNITS), st.permutations(UNITS[:10]))
@settings(max_examples=50, deadline=None)
def test_the_order_in_which_units_are_given_does_not_matter(units: list[UUID], below: list[UUID]) -> None:
    assert assign(PLAN, units, {REGION: below}, SALT) == assign(PLAN, UNITS, BELOW, SALT)


def test_another_rollout_begins_with_other_units() -> None:
    assert assign(PLAN, UNITS, BELOW, UUID(int=8)) != assign(PLAN, UNITS, BELOW, SALT)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4), st.sets(st.integers(0, 10_000), max_size=60))
@settings(max_examples=200, deadline=None)
def test_percentages_are_of_the_same_whole_and_leave_nobody_out(parts: list[int], numbers: set[int]) -> None:
    while sum(parts) > 100:
        parts.pop()
    units = [UUID(int=1000 + n) for n in numbers]
    shares = [Share(wave_id=UUID(int=n), kind=WaveKind.PERCENTAGE, percentage=p) for n, p in enumerate(parts, 1)]
    rest = UUID(int=50)
    found = assign([*shares, Share(wave_id=rest, kind=WaveKind.REST)], units, {}, SALT)
    assert set(found) == set(units)
    total = 0
    for n, part in enumerate(parts, 1):
        total += part
        reached = [wave for wave in found.values() if wave <= UUID(int=n)]
        assert len(reached) == -(-len(units) * total // 100)
