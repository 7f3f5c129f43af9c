"""Records that were opened together are scored by one command: each once, however often it runs or is cut off."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.quality import score as scoring
from core.quality.judge import Judged
from core.records.open_record import OpenRecord
from core.records.open_records import OpenedRecords, open_records
from core.records.order_score import SCORE_RECORDS
from tenants.directory import TenantDirectory
from tests.core.quality.conftest import CONFORMANCE, House
from tests.support.repeating import killed_and_repeated

COUNT = 250
CALL = OpenRecord(channel="phone", standard_code="incident-handling")


async def open_many(house: House, count: int = COUNT) -> OpenedRecords:
    commands = [replace(CALL, external_id=f"call {number:03}") for number in range(count)]
    clock, directory = house.clock, TenantDirectory(house.database)
    async with house.database.unit(house.network.north, clock=clock, directory=directory) as unit:
        return await open_records(unit, commands)


async def assert_scored_once(house: House) -> None:
    """Every record is counted once and has one score of each dimension; the day's sums say the same."""
    north = house.network.north
    names = [f"call {number:03}" for number in range(COUNT)]
    assert [row[0] for row in await house.figures(north)] == names
    dimensions = ("step_conformance", "time_limits")
    scores = await house.scores(north)
    dimensions = ("step_conformance", "time_limits")
    assert [row[1:3] for row in scores] == [(name, one) for name in names for one in dimensions]
    day = house.clock.now().date()
    assert await house.days(north) == [(day, COUNT, 0, 0, 0)]
    said = {one: [row[3] for row in scores if row[2] == one and row[3] is not None] for one in dimensions}
    sums = [(day, one, len(points), sum(points)) for one, points in said.items()]
    assert await house.score_days(north) == sums


@pytest.fixture
async def opened(house: House) -> OpenedRecords:
    await house.allow(CONFORMANCE, house.network.north)
    await house.work()
    return await open_many(house)


SCORED = ("quality_days", "quality_heads", "record_figures", "record_scores", "score_days")


@killed_and_repeated("quality.score_records", rewrites=SCORED)
async def test_one_command_scores_every_record_once(house: House, opened: OpenedRecords) -> None:
    assert opened.opened == COUNT
    assert await house.errors(house.network.north, SCORE_RECORDS) == [("waiting", None)]
    await house.work()
    await assert_scored_once(house)
    assert await house.errors(house.network.north, SCORE_RECORDS) == [("done", None)]


async def test_a_command_that_runs_again_changes_nothing(house: House, opened: OpenedRecords) -> None:
    await house.work()
    before = await house.everything(house.network.north)
    async with house.database.unit(house.network.north, clock=house.clock) as unit:
        await send(unit, SCORE_RECORDS, {"record_ids": [str(one) for one in opened.ids]})
    assert (await house.work()).done == 1
    assert await house.everything(house.network.north) == before
    assert (await open_many(house)).ids == opened.ids
    await house.work()
    assert await house.everything(house.network.north) == before
    await assert_scored_once(house)


class Killed(BaseException):
    """Ends the process where it stands."""


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("inside", [False, True], ids=["between the transactions", "before the commit"])
async def test_a_worker_that_is_killed_is_followed_by_one_that_scores_all(
    inside: bool, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    north = house.network.north
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
    assert await house.errors(north, SCORE_RECORDS) == [("running", None)]
    house.clock.advance(timedelta(minutes=3))
    await house.work()
    await assert_scored_once(house)
