"""What people write freely stands on the rows it is about, and never in the audit, which is kept for longer."""

from datetime import timedelta
from typing import Any

from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.merging.resolve_merge import ResolveMerge, resolve_merge
from core.standards.merging.vocabulary import Resolution
from core.standards.promises.make import EndPromise, MakePromise, end_promise, make_promise
from tests.core.standards.builders import CODE, Stage, wish
from tests.core.standards.merging.test_carrying import TIGHT
from tests.core.standards.merging.working import outcomes, upgrade, version
from tests.core.standards.rollouts.staging import ADOPT, HALT, PASS_GATE, RESUME, ROLL_BACK, Rolling, wave
from tests.core.standards.test_graphql import client

WORD = "Mrs Kowalska complained"


async def audited(stage: Stage) -> list[str]:
    """Audit entries that hold the word."""
    rows = await stage.admin.fetch("SELECT a::text AS row FROM audit_entries a WHERE network_id = $1", stage.network.id)
    assert rows != []
    return [row["row"] for row in rows if WORD in row["row"]]


async def kept(stage: Stage, table: str, column: str) -> list[Any]:
    rows = await stage.admin.fetch(f"SELECT {column} AS said FROM {table} WHERE network_id = $1", stage.network.id)
    return [row["said"] for row in rows if row["said"]]


async def test_why_something_ended(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    made = await stage.adapt(north, wish(3600))
    promised = await stage.act(north, make_promise, MakePromise(code=CODE, scope={"en": "Soon."}))
    stage.clock.advance(timedelta(hours=1))
    ended = await stage.act(north, withdraw_adaptation, WithdrawAdaptation(adaptation_id=made.id, reason=WORD))
    left = await stage.act(north, end_promise, EndPromise(promise_id=promised.id, reason=WORD))
    assert (ended.ended_because, left.ended_because) == (WORD, WORD)
    assert set(await kept(stage, "adaptations", "ended_because")) == {WORD}
    assert await audited(stage) == []


async def test_why_a_merge_was_decided(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    await stage.adapt(north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    [waits] = await outcomes(stage)
    await stage.act(
        north, resolve_merge, ResolveMerge(outcome_id=waits["id"], action=Resolution.KEEP_SUSPENDED, reason=WORD)
    )
    assert await kept(stage, "merge_outcomes", "reason") == [WORD]
    assert await audited(stage) == []


async def test_why_a_rollout_was_led_so(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    north = stage.network.north
    await rolling.plan(wave("pilots", "TENANTS", north, mode="ADVISORY", gate="manual"), wave("rest", "REST"))
    await rolling.start()
    pilots = (await rolling.wave("pilots"))["id"]
    await rolling.do(client(stage, north), ADOPT, code=CODE, version="2.0.0", reason=WORD)
    await rolling.do(rolling.lead, PASS_GATE, wave=pilots, reason=WORD)
    assert await kept(stage, "rollout_waves", "gate_reason") == [WORD]
    await rolling.do(rolling.lead, HALT, rollout=rolling.rollout["id"], reason=WORD)
    assert await kept(stage, "rollouts", "halt_reason") == [WORD]
    await rolling.do(rolling.lead, RESUME, rollout=rolling.rollout["id"])
    await rolling.do(rolling.lead, ROLL_BACK, wave=pilots, reason=WORD)
    assert await kept(stage, "rollout_waves", "rollback_reason") == [WORD]
    assert await kept(stage, "adoptions", "reason") != []
    assert await audited(stage) == []
