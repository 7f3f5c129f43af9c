"""Placements follow one another in time as a slow oracle says, and what would cycle is found."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.networks.policy import (
    Placement,
    fits_below,
    is_placed_from,
    lineage_at,
    place_from,
    would_cycle,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
ROOT, A, B, C, D = (UUID(int=number) for number in range(5))


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def placed(child: UUID, parent: UUID | None, since: float = 0, until: float | None = None) -> Placement:
    return Placement(
        child_id=child, parent_id=parent, valid_from=day(since), valid_to=None if until is None else day(until)
    )


TREE = [placed(ROOT, None), placed(A, ROOT), placed(B, A), placed(C, B)]


@pytest.mark.parametrize(
    ("kind", "parent", "fits"),
    [
        ("region", "headquarters", True),
        ("region", "region", True),
        ("franchisee", "headquarters", True),
        ("franchisee", "region", True),
        ("region", "franchisee", False),
        ("franchisee", "franchisee", False),
        ("headquarters", "headquarters", False),
        ("headquarters", "region", False),
        ("something", "region", False),
    ],
)
def test_what_fits_below_what(kind: str, parent: str, *, fits: bool) -> None:
    assert fits_below(kind, parent) is fits


def test_lineage_is_root_first_and_empty_before_the_tenant_was_there() -> None:
    assert lineage_at(TREE, C, day(1)) == (ROOT, A, B, C)
    assert lineage_at(TREE, ROOT, day(1)) == (ROOT,)
    assert lineage_at(TREE, C, day(-1)) == ()
    assert lineage_at([*TREE, placed(D, C, since=5)], D, day(4)) == ()


def test_a_chain_that_ends_before_a_root_is_no_lineage() -> None:
    assert lineage_at([placed(B, A)], B, day(1)) == ()


def test_a_place_keeps_the_time_before_it_and_replaces_all_after() -> None:
    known = [placed(B, A, 0, 10), placed(B, C, 10)]
    rewriting = place_from(known, B, ROOT, day(4))
    assert set(rewriting.closed) == set(known)
    assert set(rewriting.added) == {placed(B, A, 0, 4), placed(B, ROOT, 4)}


def test_a_place_at_the_instant_another_begins_leaves_no_empty_span() -> None:
    rewriting = place_from([placed(B, A, 0, 10), placed(B, C, 10)], B, ROOT, day(10))
    assert rewriting.closed == (placed(B, C, 10),)
    assert rewriting.added == (placed(B, ROOT, 10),)


def test_cycles_are_found_at_any_later_instant() -> None:
    assert would_cycle(TREE, A, A, day(1))
    assert would_cycle(TREE, A, C, day(1))
    assert not would_cycle(TREE, C, A, day(1))
    # C leaves B on day 5: below C is possible from then on, not before.
    moved = [placed(ROOT, None), placed(A, ROOT), placed(B, A), placed(C, B, 0, 5), placed(C, ROOT, 5)]
    assert would_cycle(moved, B, C, day(1))
    assert not would_cycle(moved, B, C, day(5))
    # C is planned to go below B: B cannot go below C even today.
    planned = [placed(ROOT, None), placed(B, ROOT), placed(C, ROOT, 0, 9), placed(C, B, 9)]
    assert would_cycle(planned, B, C, day(1))


def test_time_without_a_gap() -> None:
    assert is_placed_from([placed(A, ROOT, 0, 3), placed(A, B, 3)], day(1))
    assert not is_placed_from([placed(A, ROOT, 0, 3), placed(A, B, 4)], day(1))
    assert not is_placed_from([placed(A, ROOT, 2)], day(1))
    assert not is_placed_from([placed(A, ROOT, 0, 3)], day(1))
    assert not is_placed_from([], day(1))


MOVES = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from([ROOT, A, C, D])),
    max_size=12,
)


@given(moves=MOVES)
def test_history_of_one_tenant_is_what_an_oracle_of_days_says(moves: list[tuple[int, UUID]]) -> None:
    known = [placed(B, A)]
    oracle: dict[int, UUID | None] = dict.fromkeys(range(25), A)
    for since, parent in moves:
        rewriting = place_from(known, B, parent, day(since))
        known = [one for one in known if one not in rewriting.closed] + list(rewriting.added)
        oracle.update(dict.fromkeys(range(since, 25), parent))
    for at, parent in oracle.items():
        assert [one.parent_id for one in known if one.holds_at(day(at + 0.5))] == [parent]
    assert is_placed_from(known, day(0))


@given(
    moves=st.lists(
        st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from([ROOT, A, B, C, D]), st.integers(0, 6)), max_size=14
    )
)
def test_refusing_what_would_cycle_keeps_a_tree_at_every_instant(moves: list[tuple[UUID, UUID, int]]) -> None:
    known = [placed(ROOT, None), *(placed(child, ROOT) for child in (A, B, C, D))]
    for child, parent, since in moves:
        if would_cycle(known, child, parent, day(since)):
            continue
        rewriting = place_from([one for one in known if one.child_id == child], child, parent, day(since))
        known = [one for one in known if one not in rewriting.closed] + list(rewriting.added)
    for at in range(8):
        for tenant in (A, B, C, D):
            assert lineage_at(known, tenant, day(at))[:1] == (ROOT,)


@given(
    moves=st.lists(
        st.tuples(st.sampled_from([A, B, C, D]), st.sampled_from([ROOT, A, B, C, D]), st.integers(0, 6)), max_size=14
    )
)
def test_only_what_would_cycle_is_refused(moves: list[tuple[UUID, UUID, int]]) -> None:
    known = [placed(ROOT, None), *(placed(child, ROOT) for child in (A, B, C, D))]
    for child, parent, since in moves:
        rewriting = place_from([one for one in known if one.child_id == child], child, parent, day(since))
        after = [one for one in known if one not in rewriting.closed] + list(rewriting.added)
        broken = child == parent or any(
            lineage_at(after, tenant, day(at)) == () for tenant in (A, B, C, D) for at in range(8)
        )
        assert would_cycle(known, child, parent, day(since)) == broken
        known = known if broken else after
