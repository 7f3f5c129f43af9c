"""What records are counted and judged by may change later: then all of them come out as if they were imported now."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from core.kernel.errors import NotPermitted
from core.kernel.jobs import CancelJob, cancel_job
from core.kernel.models import Job
from core.kernel.scope import Scope
from core.quality.permissions import READ_QUALITY, SCORE
from core.quality.rescoring import jobs
from core.quality.rescoring.order import RESCORE, rescore_records
from tenants.activations.enable_plugin import EnablePlugin, enable_plugin
from tenants.networks.change_settings import ChangeSettings, change_settings
from tests.core.quality.conftest import CONFORMANCE, GRANTED, House, served
from tests.core.quality.test_scoring import DAYS, FIGURES, LATE, OPEN, QUICK, SCORE_DAYS, SCORES, SOUTH
from tests.support.networks import as_person
from tests.support.repeating import killed_and_repeated

EVENING = served("north", "evening", ("Accepted", "2026-03-02T22:30:00Z"), ("Completed", "2026-03-02T23:30:00Z"))


async def jobs_of(house: House, scope: Scope) -> list[tuple[Any, ...]]:
    query = "SELECT status, done, total FROM jobs WHERE tenant_id = $1 AND kind = $2 ORDER BY id"
    return [tuple(row) for row in await house.admin.fetch(query, scope.tenant_id, RESCORE)]


async def said(house: House) -> list[tuple[Any, ...]]:
    return [row[1:] for row in await house.scores(house.network.north)]


async def in_zone(house: House, name: str) -> None:
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        version = await house.admin.fetchval(
            "SELECT version FROM tenant_settings WHERE tenant_id = $1", house.network.north.tenant_id
        )
        await change_settings(unit, ChangeSettings(expected_version=version or 1, time_zone=name))


@pytest.mark.parametrize("chunk", [1, 2, 500])
async def test_a_plugin_that_is_enabled_later_says_what_it_would_have_said(
    chunk: int, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", chunk)
    await house.bring(QUICK, LATE, OPEN, SOUTH)
    await house.work()
    north = house.network.north
    assert await said(house) == []
    await house.allow(CONFORMANCE, north)
    assert await jobs_of(house, north) == [("waiting", 0, None)]
    await house.work()
    assert (await said(house), await house.score_days(north)) == (SCORES, SCORE_DAYS)
    assert (await house.figures(north), await house.days(north)) == (FIGURES, DAYS)
    assert await jobs_of(house, north) == [("done", 3, 3)]
    assert await house.scores(house.network.south) == []


async def test_a_plugin_that_is_enabled_as_it_was_scores_nothing_again(house: House) -> None:
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    assert await jobs_of(house, north) == []
    await house.bring(QUICK)
    await house.allow(CONFORMANCE, north)
    assert await jobs_of(house, north) == []
    async with house.database.unit(north, clock=house.clock) as unit:
        changed = EnablePlugin(plugin=CONFORMANCE, scopes=GRANTED, configuration={"strict": True})
        await enable_plugin(unit, changed)
    assert await jobs_of(house, north) == [("waiting", 0, None)]


@killed_and_repeated("quality.rescore_tenant")
async def test_a_tenant_that_moves_its_clocks_has_its_records_on_other_days(house: House) -> None:
    north = house.network.north
    await house.bring(EVENING, QUICK)
    await house.work()
    assert await house.days(north) == [(date(2026, 3, 2), 2, 2, 2, 4)]
    await in_zone(house, "Asia/Tokyo")
    await house.work()
    assert await house.days(north) == [(date(2026, 3, 2), 1, 1, 1, 2), (date(2026, 3, 3), 1, 1, 1, 2)]
    assert await jobs_of(house, north) == [("done", 2, 2)]
    await in_zone(house, "Asia/Tokyo")
    await house.work()
    assert len(await jobs_of(house, north)) == 1


async def test_a_chunk_that_runs_again_after_a_kill_changes_nothing_and_sends_nothing_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 1)
    await house.bring(QUICK, LATE, OPEN)
    await house.work()
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    await house.work()
    whole = await house.everything(north)
    sent = await house.errors(north, RESCORE)
    again = (
        "UPDATE outbox SET status = 'waiting', finished_at = NULL, due_at = '2020-01-01Z'"
        " WHERE tenant_id = $1 AND topic = $2"
    )
    await house.admin.execute(again, north.tenant_id, RESCORE)
    await house.work()
    figures, scores, days, sums = await house.everything(north)
    assert [figures, days, sums] == [whole[0], whole[2], whole[3]]
    assert [row[1:] for row in scores] == [row[1:] for row in whole[1]]
    assert await house.errors(north, RESCORE) == sent


async def test_a_cancelled_rescoring_goes_no_further(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 1)
    await house.bring(QUICK, LATE)
    await house.work()
    north = house.network.north
    await house.allow(CONFORMANCE, north)
    async with house.database.unit(north, clock=house.clock) as unit:
        job_id = await house.admin.fetchval("SELECT id FROM jobs WHERE tenant_id = $1", north.tenant_id)
        await cancel_job(unit, CancelJob(job_id=job_id))
    await house.work()
    assert await said(house) == []


async def test_whoever_may_have_records_scored_may_ask_for_it(house: House) -> None:
    north = house.network.north
    await house.bring(QUICK)
    asking = as_person(north, frozenset({SCORE.name}))
    async with house.database.unit(asking, clock=house.clock) as unit:
        job: Job = await rescore_records(unit)
    assert (await jobs_of(house, north), job.subject_id) == ([("waiting", 0, None)], north.tenant_id)
    with pytest.raises(NotPermitted):
        async with house.database.unit(replace(asking, permissions=frozenset({READ_QUALITY.name}))) as unit:
            await rescore_records(unit)
    assert len(await jobs_of(house, north)) == 1
