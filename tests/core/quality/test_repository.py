"""Figures and scores in PostgreSQL: sums equal a plain count, whoever looks and however often they are made."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.quality.policy import Figures
from core.quality.repository import (
    SCORE_DAYS,
    Period,
    Reach,
    add_up_days,
    keep_figures,
    keep_scores,
    lock_figures,
)
from core.quality.sums import read_sums

CODE = "incident-handling"
PERIOD = Period(standard_code=CODE)
FIRST = date(2012, 5, 1)
PUBLISHED, OWN = 172_800, 100_000


def scope_in(network_id: UUID, tenant_id: UUID, root: UUID) -> Scope:
    return Scope(
        network_id=network_id,
        tenant_id=tenant_id,
        lineage=(root, tenant_id) if root != tenant_id else (root,),
        actor=Actor(ActorKind.SYSTEM, new_id()),
        permissions=every_permission(),
        instant=datetime(2026, 11, 21, tzinfo=UTC),
    )


@pytest.fixture
def scopes() -> tuple[Scope, Scope]:
    network, root = new_id(), new_id()
    return scope_in(network, new_id(), root), scope_in(network, new_id(), root)


def drawn(random: Random, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "standard_code": CODE,
            "day": FIRST + timedelta(days=random.randrange(5)),
            "resolution_seconds": random.choice([None, PUBLISHED, PUBLISHED + 1, random.randrange(400_000)]),
            "published_limit_seconds": PUBLISHED,
            "effective_limit_seconds": OWN,
            "step_count": random.randrange(1, 9),
        }
        for _ in range(count)
    ]


def scored(rows: list[dict[str, Any]], points: Callable[[int], int | None]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(),
            "record_id": row["id"],
            "rule": "plugin/rule",
            "rule_version": "1",
            "dimension": "time_limits",
            "basis_points": points(number),
            "reason": "in_time",
            "message": "In time.",
            "measured": json.dumps({"seconds": number}),
            "effective_hash": "hash",
        }
        for number, row in enumerate(rows)
    ]


def counted(rows: list[dict[str, Any]]) -> Figures:
    """The slow, obvious count."""
    done = [row["resolution_seconds"] for row in rows if row["resolution_seconds"] is not None]
    return Figures(
        records=len(rows),
        resolved=len(done),
        within_published=len([one for one in done if one <= PUBLISHED]),
        within_effective=len([one for one in done if one <= OWN]),
        resolution_seconds=sum(done),
        steps=sum(row["step_count"] for row in rows),
    )


async def store(
    database: Database, scope: Scope, rows: list[dict[str, Any]], points: Callable[[int], int | None]
) -> None:
    async with database.unit(scope) as unit:
        await lock_figures(unit)
        await keep_figures(unit, rows)
        await keep_scores(unit, scored(rows, points))
        await add_up_days(unit, CODE, sorted({row["day"] for row in rows}))


async def test_sums_equal_a_plain_count_and_doing_it_twice_changes_nothing(
    database: Database, scopes: tuple[Scope, Scope]
) -> None:
    north, _ = scopes
    rows = drawn(Random(1), 200)
    for _ in range(2):
        await store(database, north, rows, lambda number: None if number % 3 == 0 else number)
    reach = Reach(network_id=north.network_id, tenant_ids=(north.tenant_id,))
    async with database.unit(north, read_only=True) as unit:
        sums = await read_sums(unit.session, reach, PERIOD)
    assert sums.figures == {north.tenant_id: counted(rows)}
    [score] = sums.scores[north.tenant_id]
    days, limits, middle = dict(sums.days), sums.limits[north.tenant_id], sums.medians[north.tenant_id]
    assert sums.medians == {None: middle, north.tenant_id: middle}
    kept = [number for number in range(200) if number % 3]
    assert (score.scored, score.basis_points) == (len(kept), sum(kept))
    assert days == {day: counted([row for row in rows if row["day"] == day]) for day in {row["day"] for row in rows}}
    assert (limits.published_limit_seconds, limits.effective_limit_seconds) == (PUBLISHED, OWN)
    done = sorted(row["resolution_seconds"] for row in rows if row["resolution_seconds"] is not None)
    half = len(done) // 2
    assert middle == (done[half] if len(done) % 2 else (done[half - 1] + done[half]) / 2)


async def test_a_period_holds_its_first_and_its_last_day(database: Database, scopes: tuple[Scope, Scope]) -> None:
    north, _ = scopes
    rows = drawn(Random(2), 60)
    await store(database, north, rows, lambda number: number)
    reach = Reach(network_id=north.network_id, tenant_ids=(north.tenant_id,))
    period = Period(standard_code=CODE, first=FIRST + timedelta(days=1), last=FIRST + timedelta(days=2))
    async with database.unit(north, read_only=True) as unit:
        found = (await read_sums(unit.session, reach, period)).figures
    chosen = [row for row in rows if period.first <= row["day"] <= period.last]  # type: ignore[operator]
    assert found == {north.tenant_id: counted(chosen)}


async def test_two_jobs_on_the_same_days_lose_nothing(database: Database, scopes: tuple[Scope, Scope]) -> None:
    north, _ = scopes
    chunks = [drawn(Random(seed), 40) for seed in range(10, 16)]
    await asyncio.gather(*(store(database, north, chunk, lambda number: number) for chunk in chunks))
    reach = Reach(network_id=north.network_id, tenant_ids=(north.tenant_id,))
    async with database.unit(north, read_only=True) as unit:
        found = (await read_sums(unit.session, reach, PERIOD)).figures
    assert found == {north.tenant_id: counted([row for chunk in chunks for row in chunk])}


async def test_a_record_counted_again_replaces_what_was_counted(
    database: Database, scopes: tuple[Scope, Scope]
) -> None:
    north, _ = scopes
    rows = drawn(Random(3), 20)
    await store(database, north, rows, lambda number: number)
    changed = [{**row, "resolution_seconds": 5, "step_count": 2} for row in rows]
    await store(database, north, changed, lambda _: 10_000)
    reach = Reach(network_id=north.network_id, tenant_ids=(north.tenant_id,))
    async with database.unit(north, read_only=True) as unit:
        sums = await read_sums(unit.session, reach, PERIOD)
    assert sums.figures == {north.tenant_id: counted(changed)}
    [score] = sums.scores[north.tenant_id]
    assert score.mean == 100


async def test_a_rule_that_speaks_of_other_dimensions_takes_back_what_it_said_and_no_other_rule_does(
    database: Database, scopes: tuple[Scope, Scope], admin: Any
) -> None:
    north, _ = scopes
    rows = drawn(Random(4), 3)
    said = scored(rows, lambda _: 10_000)
    others = [{**row, "id": new_id(), "rule": "plugin/other"} for row in said]
    refusals = [
        {**row, "id": new_id(), "dimension": "record", "basis_points": None, "reason": "unreadable"} for row in said[:2]
    ]
    async with database.unit(north) as unit:
        await keep_scores(unit, [*said, *others])
    async with database.unit(north) as unit:
        await keep_scores(unit, refusals, again=True)
    found = await admin.fetch(
        "SELECT rule, record_id, dimension FROM record_scores WHERE tenant_id = $1", north.tenant_id
    )
    expected = [(row["rule"], row["record_id"], row["dimension"]) for row in (*refusals, said[2], *others)]
    assert sorted(tuple(row) for row in found) == sorted(expected)


async def test_each_reading_role_sees_its_reach_and_nothing_else(
    database: Database, scopes: tuple[Scope, Scope], admin: Any
) -> None:
    north, south = scopes
    stranger = scope_in(new_id(), new_id(), new_id())
    rows = {scope.tenant_id: drawn(Random(number), 30) for number, scope in enumerate((north, south, stranger))}
    for scope in (north, south, stranger):
        await store(database, scope, rows[scope.tenant_id], lambda number: number)
    whole = Reach(network_id=north.network_id, tenant_ids=None)
    everything = {one: counted(some) for one, some in rows.items() if one != stranger.tenant_id}
    async with database.network_reads(north.network_id) as session:
        sums = await read_sums(session, whole, PERIOD)
    assert sums.figures == everything
    assert sums.medians.keys() == {None, north.tenant_id, south.tenant_id}
    async with database.region_reads(north.network_id, [south.tenant_id]) as session:
        assert set((await read_sums(session, whole, PERIOD)).figures) == {south.tenant_id}
    async with database.unit(north, read_only=True) as unit:
        assert set((await read_sums(unit.session, whole, PERIOD)).figures) == {north.tenant_id}
        theirs = Reach(network_id=stranger.network_id, tenant_ids=(stranger.tenant_id,))
        assert (await read_sums(unit.session, theirs, PERIOD)).figures == {}
    assert await admin.fetchval("SELECT count(*) FROM record_figures WHERE tenant_id = $1", stranger.tenant_id) == 30


async def test_days_are_added_up_by_the_scores_of_each_record_where_nothing_is_known_of_the_tables(
    database: Database, scopes: tuple[Scope, Scope], admin: Any
) -> None:
    north, _ = scopes
    await store(database, north, drawn(Random(1), 300), lambda number: number)
    tables = "('record_figures'::regclass, 'record_scores'::regclass)"
    async with database.unit(north) as unit:
        await admin.execute(f"DELETE FROM pg_statistic WHERE starelid IN {tables}")
        await unit.session.execute(text("SET LOCAL enable_seqscan = off"))
        days = [FIRST + timedelta(days=number) for number in range(5)]
        given = {"tenant_id": unit.tenant_id, "standard_code": CODE, "days": days}
        found = await unit.session.execute(text(f"EXPLAIN (COSTS OFF) {SCORE_DAYS.text}"), given)
        plan = [line for (line,) in found]
    [place] = [number for number, line in enumerate(plan) if "on record_scores" in line]
    assert "using record_scores_once" in plan[place]
    assert "record_id = f.id" in plan[place + 1]
