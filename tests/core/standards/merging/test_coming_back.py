"""What an upgrade had ended, or moved, comes back where a tenant returns to the version it was laid over."""

from datetime import timedelta

from core.standards.withdraw import WithdrawVersion, withdraw_version
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.merging.working import adaptations, moved, outcomes, upgrade, value, version, waiting_items
from tests.core.standards.rollouts.staging import ROLL_BACK, START_WAVE, Rolling, wave
from tests.core.standards.test_jobs import work_off

RETYPED = version("2.0.0", limit={"unit": "business"})


async def withdraw(stage: Stage, number: str) -> None:
    row = await stage.admin.fetchrow(
        "SELECT id, revision FROM standard_versions WHERE network_id = $1 AND number = $2", stage.network.id, number
    )
    command = WithdrawVersion(version_id=row["id"], expected_revision=row["revision"], reason="A mistake.")
    await stage.act(stage.network.headquarters, withdraw_version, command)
    await work_off(stage)


async def test_what_was_ended_holds_again_after_a_rollback_and_waits_again_after_another_start(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    north = stage.network.north
    await stage.adapt(north, wish(5000))
    await rolling.approve(version("3.0.0", limit={"unit": "business"}))
    stage.clock.advance(timedelta(hours=1))
    await rolling.plan(wave("pilots", "TENANTS", north), wave("rest", "REST"))
    await rolling.start()
    assert await stage.limit(north) == 7200, "its seconds count something else there"
    [waits] = await outcomes(stage)
    assert (waits["outcome"], waits["ended"], waits["status"]) == ("type_changed", True, "open")
    stage.clock.advance(timedelta(hours=1))
    pilots = await rolling.wave("pilots")
    await rolling.do(rolling.lead, ROLL_BACK, wave=pilots["id"], reason="Longer queues.")
    await rolling.work()
    assert await stage.limit(north) == 5000
    assert [one["status"] for one in await outcomes(stage)] == ["overtaken"]
    assert await waiting_items(stage) == []
    before = await stage.rows()
    await work_off(stage)
    assert await stage.rows() == before, "done again, nothing more happens"
    stage.clock.advance(timedelta(hours=1))
    await rolling.do(rolling.lead, START_WAVE, wave=pilots["id"])
    await rolling.work()
    assert await stage.limit(north) == 7200
    assert [one["status"] for one in await outcomes(stage)] == ["overtaken", "open"]


async def test_what_was_ended_holds_again_after_a_withdrawal(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    await stage.adapt(north, wish(5000))
    turn = await upgrade(stage, RETYPED)
    assert await stage.limit(north) == 7200
    stage.clock.advance(timedelta(hours=1))
    await withdraw(stage, "2.0.0")
    assert await stage.limit(north) == 5000
    assert await stage.limit(north, turn) == 7200, "what held stays as it was"
    assert await waiting_items(stage) == []


async def test_what_was_laid_since_keeps_its_place(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    await stage.adapt(north, wish(5000))
    await upgrade(stage, version("2.0.0", limit={"unit": "business"}))
    stage.clock.advance(timedelta(hours=1))
    await stage.adapt(north, wish(4000))
    await withdraw(stage, "2.0.0")
    assert await stage.limit(north) in {5000, 7200}, "what was meant as business seconds holds as no other"
    assert [one["outcome"] for one in await outcomes(stage) if one["status"] == "open"] != []


async def test_what_was_moved_ahead_goes_back_where_a_version_never_begins(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    await stage.adapt(stage.network.region, wish(6000))
    await stage.adapt(north, wish(5000))
    turn = stage.clock.now() + timedelta(days=3)
    await stage.publish(moved("2.0.0"), turn)
    await work_off(stage)
    assert await value(stage, north, "response", "limit", turn) == 5000
    await withdraw(stage, "2.0.0")
    for at in (None, turn, turn + timedelta(days=9)):
        assert await stage.limit(north, at) == 5000
        assert await stage.limit(stage.network.south, at) == 6000
    assert (await stage.resolve(north, turn)).standard.orphans == ()
    assert await waiting_items(stage) == []
    await upgrade(stage, content("3.0.0"), turn)
    assert await stage.limit(north, turn) == 5000
    assert {row["clause_key"] for row in await adaptations(stage)} == {"first_response"}


async def test_the_version_after_a_withdrawn_one_follows_the_one_that_held_again(stage: Stage) -> None:
    await stage.publish()
    north, region = stage.network.north, stage.network.region
    stage.clock.advance(timedelta(hours=1))
    await stage.adapt(region, wish(3600))
    await stage.adapt(north, wish(3000))
    stage.clock.advance(timedelta(hours=1))
    await upgrade(stage, moved("2.0.0"))
    assert await value(stage, north, "response", "limit") == 3000
    stage.clock.advance(timedelta(hours=1))
    await withdraw(stage, "2.0.0")
    await work_off(stage)
    stage.clock.advance(timedelta(hours=1))
    await upgrade(stage, version("3.0.0"))
    assert await value(stage, region, "first_response", "limit") == 3600
    assert await value(stage, north, "first_response", "limit") == 3000
    assert await waiting_items(stage) == []
