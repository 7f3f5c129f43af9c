"""Scoring through the worker's own path: what it writes, and that no repetition, kill, failure or race changes it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.unit import Unit
from core.quality import score as scoring
from core.quality.judge import Hearing, Judged
from core.records.open_record import OpenRecord, open_record
from core.records.work_record import AddStep, ResolveRecord, add_record_step, resolve_record
from tenants.directory import TenantDirectory
from tests.core.quality.conftest import CONFORMANCE, House, served
from tests.plugins.shelf import Shelf

SCORE = "quality.score_chunk"
TWO_DAYS = 172_800
QUICK = served("north", "quick", ("Accepted", "2026-03-02T10:00:00Z"), ("Completed", "2026-03-02T11:00:00.5Z"))
LATE = served("north", "late", ("Accepted", "2026-03-02T12:00:00Z"), ("Completed", "2026-03-06T12:00:00Z"))
OPEN = served("north", "open", ("Accepted", "2026-03-03T10:00:00Z"))
SOUTH = served("south", "theirs", ("Accepted", "2026-03-02T10:00:00Z"), ("Completed", "2026-03-02T10:30:00Z"))

FIGURES = [
    ("late", date(2026, 3, 2), 4 * 86_400, 2, TWO_DAYS),
    ("open", date(2026, 3, 3), None, 1, TWO_DAYS),
    ("quick", date(2026, 3, 2), 3_601, 2, TWO_DAYS),
]
DAYS = [(date(2026, 3, 2), 2, 2, 1, 4), (date(2026, 3, 3), 1, 0, 0, 1)]
SCORES = [
    ("late", "step_conformance", 10_000, "conforms"),
    ("late", "time_limits", 7_500, "resolution_late"),
    ("open", "step_conformance", 10_000, "conforms_so_far"),
    ("open", "time_limits", 10_000, "resolution_open"),
    ("quick", "step_conformance", 10_000, "conforms"),
    ("quick", "time_limits", 10_000, "within_limits"),
]
SCORE_DAYS = [
    (date(2026, 3, 2), "step_conformance", 2, 20_000),
    (date(2026, 3, 2), "time_limits", 2, 17_500),
    (date(2026, 3, 3), "step_conformance", 1, 10_000),
    (date(2026, 3, 3), "time_limits", 1, 10_000),
]


async def said(house: House, scope: Any) -> list[tuple[Any, ...]]:
    return [row[1:] for row in await house.scores(scope)]


async def assert_whole(house: House) -> None:
    """North's three records are counted and scored, once."""
    north = house.network.north
    assert await house.figures(north) == FIGURES
    assert await said(house, north) == SCORES
    assert await house.days(north) == DAYS
    assert await house.score_days(north) == SCORE_DAYS


async def test_what_an_import_brought_is_counted_and_scored(house: House) -> None:
    await house.allow(CONFORMANCE, house.network.north)
    await house.bring(QUICK, LATE, OPEN)
    assert await house.figures(house.network.north) == []
    await house.work()
    await assert_whole(house)


async def test_scoring_again_changes_nothing(house: House) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    await house.bring(QUICK, LATE, OPEN)
    await house.work()
    before = await house.everything(north)
    chunk = (await house.record(north, "quick"))["import_chunk_id"]
    await house.order(north, SCORE, chunk_id=chunk)
    await house.order(north, "quality.score_record", record_id=(await house.record(north, "late"))["id"])
    ran = await house.work()
    assert ran.done >= 2
    assert await house.everything(north) == before


class Killed(BaseException):
    """Ends the process where it stands."""


@pytest.mark.parametrize("inside", [False, True], ids=["between the transactions", "before the commit"])
async def test_a_kill_leaves_nothing_half_written_and_the_next_worker_does_it_all(
    inside: bool, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    await house.work()
    await house.bring(QUICK, LATE, OPEN)
    write_down = scoring.write_down

    async def killed(unit: Unit, judged: Judged) -> Any:
        if inside:
            await write_down(unit, judged)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(scoring, "write_down", killed)
        with pytest.raises(Killed):
            await house.work()
    assert await house.everything(north) == [[], [], [], []]
    assert await house.errors(north, SCORE) == [("running", None)]
    house.clock.advance(timedelta(minutes=1))
    await house.work()
    await assert_whole(house)


async def test_a_plugin_that_fails_costs_its_own_scores_only_and_is_asked_again(house: House, shelf: Shelf) -> None:
    north = house.network.north
    bad = shelf.add("calls")
    await house.allow(CONFORMANCE, north)
    await house.allow(bad, north)
    await house.bring(QUICK, LATE, OPEN)
    ran = await house.work(tolerant=True)
    assert ran.failed == 1
    assert await house.figures(north) == FIGURES
    assert await house.days(north) == DAYS
    assert [row[1:] for row in await house.scores(north, f"{CONFORMANCE}/%")] == SCORES
    assert await house.rules(north) >= {f"{bad}/fine", f"{CONFORMANCE}/conformance"}
    assert f"{bad}/raises" not in await house.rules(north)
    assert await house.errors(north, SCORE) == [("waiting", "plugins.failed")]
    await house.disable(bad, north)
    house.clock.advance(timedelta(minutes=10))
    assert (await house.work()).failed == 0
    assert await house.errors(north, SCORE) == [("done", None)]
    assert [row[1:] for row in await house.scores(north, f"{CONFORMANCE}/%")] == SCORES


async def test_a_tenant_without_the_plugin_is_counted_and_not_scored(house: House) -> None:
    await house.allow(CONFORMANCE, house.network.south)
    await house.bring(QUICK, LATE, OPEN, SOUTH)
    await house.work()
    assert await house.figures(house.network.north) == FIGURES
    assert await house.days(house.network.north) == DAYS
    assert await house.scores(house.network.north) == []
    assert {row[0] for row in await said(house, house.network.south)} == {"theirs"}


async def test_a_withdrawn_approval_stops_scoring_at_once(house: House) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    await house.bring(QUICK)
    await house.work()
    before = await house.scores(north)
    await house.bring(LATE)
    await house.withdraw(CONFORMANCE)
    await house.work()
    assert await house.scores(north) == before
    assert [row[0] for row in await house.figures(north)] == ["late", "quick"]


async def test_nobody_elses_records_are_touched(house: House) -> None:
    north, south = house.network.north, house.network.south
    await house.allow(CONFORMANCE, north, south)
    await house.bring(QUICK, LATE, OPEN, SOUTH)
    await house.work()
    before = await house.everything(north), await house.everything(south)
    theirs = await house.record(south, "theirs")
    await house.order(north, SCORE, chunk_id=theirs["import_chunk_id"])
    await house.order(north, "quality.score_record", record_id=theirs["id"])
    await house.work()
    assert (await house.everything(north), await house.everything(south)) == before


async def opened(house: House) -> Any:
    """A record that is about to be resolved, and nobody has scored yet; its id."""
    north, clock = house.network.north, house.clock
    walk_in = OpenRecord(channel="site_desk", standard_code="incident-handling", external_id="walk-in")
    async with house.database.unit(north, clock=clock, directory=TenantDirectory(house.database)) as unit:
        record_id = await open_record(unit, walk_in)
        for version, key in enumerate(("accepted", "completed"), start=1):
            await add_record_step(unit, AddStep(record_id=record_id, expected_version=version, key=key))
    return record_id


async def test_a_slow_worker_never_writes_over_what_a_later_one_knows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    record_id = await opened(house)
    judge, judgements = scoring.judge, list[int | None]()

    async def overtaken(work: Any, hearing: Hearing) -> Judged:
        judged = await judge(work, hearing)
        judgements.append(judged.figures[0]["resolution_seconds"])
        if len(judgements) == 1:
            house.clock.advance(timedelta(seconds=10))
            async with house.database.unit(north, clock=house.clock) as unit:
                await resolve_record(unit, ResolveRecord(record_id=record_id, expected_version=3))
            await house.work()
        return judged

    monkeypatch.setattr(scoring, "judge", overtaken)
    await house.work()
    assert judgements == [None, 10, 10]
    day = house.clock.now().date()
    assert await house.figures(north) == [("walk-in", day, 10, 2, TWO_DAYS)]
    assert await house.days(north) == [(day, 1, 1, 1, 2)]
    assert ("walk-in", "time_limits", 10_000, "within_limits") in await said(house, north)


@dataclass
class Desk:
    """Somebody who serves through the API, while the worker keeps up or falls behind."""

    house: House
    keeps_up: bool

    async def do(self, use_case: Any, command: Any) -> UUID:
        house = self.house
        directory = TenantDirectory(house.database)
        async with house.database.unit(house.network.north, clock=house.clock, directory=directory) as unit:
            done = await use_case(unit, command)
        if self.keeps_up:
            await house.work()
        return done

    async def serve(self, name: str, *steps: tuple[str, timedelta], resolves: bool) -> str:
        """Open a record, do its steps after the time each takes, and give the trace that tells the same."""
        began = self.house.clock.now()
        opening = OpenRecord(channel="phone", standard_code="incident-handling", external_id=name)
        record_id = await self.do(open_record, opening)
        told: list[tuple[str, str]] = []
        for version, (key, after) in enumerate(steps, start=1):
            self.house.clock.advance(after)
            told.append((key.title(), self.house.clock.now().isoformat()))
            step = AddStep(record_id=record_id, expected_version=version, key=key, status="done")
            await self.do(add_record_step, step)
        if resolves:
            await self.do(resolve_record, ResolveRecord(record_id=record_id, expected_version=len(steps) + 1))
        assert told[0][1] == began.isoformat()
        return served("south", name, *told)


@pytest.mark.parametrize("keeps_up", [True, False], ids=["worker keeps up", "worker falls behind"])
async def test_what_is_served_here_counts_as_the_same_facts_imported(keeps_up: bool, house: House) -> None:
    north, south = house.network.north, house.network.south
    await house.allow(CONFORMANCE, north, south)
    desk, at_once = Desk(house, keeps_up), ("accepted", timedelta())
    logged = [
        await desk.serve("quick", at_once, ("completed", timedelta(minutes=40)), resolves=True),
        await desk.serve(
            "late", at_once, ("queued", timedelta(hours=3)), ("completed", timedelta(days=3)), resolves=True
        ),
        await desk.serve("open", at_once, ("queued", timedelta(hours=5)), resolves=False),
    ]
    await house.work()
    await house.bring(*logged)
    await house.work()
    assert [row[0] for row in await house.figures(north)] == ["late", "open", "quick"]
    assert await house.figures(north) == await house.figures(south)
    assert await said(house, north) == await said(house, south)
    assert await house.days(north) == await house.days(south)
    assert await house.score_days(north) == await house.score_days(south)


async def test_a_record_is_shown_while_it_is_only_opened(house: House) -> None:
    await Desk(house, keeps_up=True).do(open_record, OpenRecord(channel="phone", standard_code="incident-handling"))
    assert await house.days(house.network.north) == [(house.clock.now().date(), 1, 0, 0, 0)]


async def test_a_transaction_orders_one_scoring_of_a_record_however_often_it_changes(house: House) -> None:
    await opened(house)
    assert await house.errors(house.network.north, "quality.score_record") == [("waiting", None)]


async def test_a_record_whose_day_is_another_now_leaves_its_old_day(house: House) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    await house.bring(QUICK)
    await house.work()
    assert [row[0] for row in await house.days(north)] == [date(2026, 3, 2)]
    await house.admin.execute("UPDATE tenants SET time_zone = 'Pacific/Kiritimati' WHERE id = $1", north.tenant_id)
    await house.order(north, "quality.score_record", record_id=(await house.record(north, "quick"))["id"])
    await house.work()
    assert await house.days(north) == [(date(2026, 3, 3), 1, 1, 1, 2)]
    assert {row[0] for row in await house.score_days(north)} == {date(2026, 3, 3)}
