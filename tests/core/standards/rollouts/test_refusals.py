"""What is refused about rollouts says why and changes nothing: plans, leading, adopting, acknowledging."""

from collections.abc import Callable
from typing import Any

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from tests.core.standards.builders import CODE, TABLES, Stage, wish
from tests.core.standards.rollouts.staging import (
    ACKNOWLEDGE,
    ADOPT,
    CHANGE,
    DAY,
    HALT,
    PASS_GATE,
    PLAN,
    RESUME,
    ROLL_BACK,
    START,
    START_WAVE,
    Rolling,
    wave,
)
from tests.core.standards.test_graphql import Client, client
from tests.support.networks import build_network

ROLLOUT_TABLES = (
    "rollouts",
    "rollout_waves",
    "rollout_members",
    "rollout_assignments",
    "rollout_stages",
    "adoptions",
    "acknowledgements",
    "timers",
    "jobs",
)


async def rows(stage: Stage) -> dict[str, list[str]]:
    """Everything a rollout could change."""
    return {
        table: sorted(
            str(row["row"])
            for row in await stage.admin.fetch(
                f"SELECT t::text AS row FROM {table} t WHERE network_id = $1", stage.network.id
            )
        )
        for table in (*TABLES, *ROLLOUT_TABLES)
    }


async def refused(rolling: Rolling, by: Client, query: str, **input: Any) -> Any:
    """Give the refusal of a mutation, and see that nothing was changed by it."""
    before = await rows(rolling.stage)
    answer = await rolling.do(by, query, **input)
    assert "code" in answer, answer
    assert await rows(rolling.stage) == before
    return answer


REST = wave("rest", "REST")
PLANS: dict[str, tuple[Callable[[Scope], list[dict[str, Any]]], str]] = {
    "named twice": (
        lambda one: [wave("a", "TENANTS", one), wave("b", "TENANTS", one), REST],
        "standards.tenant_in_two_waves",
    ),
    "more than all": (
        lambda _: [wave("a", "PERCENTAGE", percentage=60), wave("b", "PERCENTAGE", percentage=41), REST],
        "standards.percentages_exceed",
    ),
    "nobody's tenant": (
        lambda _: [{**wave("a", "TENANTS"), "tenants": [global_id("Tenant", new_id())]}, REST],
        "standards.tenant_not_below",
    ),
    "no rest": (lambda one: [wave("a", "TENANTS", one)], "kernel.invalid_input"),
    "rest not last": (lambda one: [REST, wave("a", "TENANTS", one)], "kernel.invalid_input"),
    "nothing": (lambda _: [], "kernel.invalid_input"),
    "nobody named": (lambda _: [wave("a", "REGIONS"), REST], "kernel.invalid_input"),
    "no name": (lambda one: [wave(" ", "TENANTS", one), REST], "kernel.invalid_input"),
    "percentage of none": (lambda _: [wave("a", "PERCENTAGE", percentage=0), REST], "kernel.invalid_input"),
    "two starts": (
        lambda one: [wave("a", "TENANTS", one, startsAt="2030-01-01T00:00:00Z", startsAfter=5), REST],
        "kernel.invalid_input",
    ),
    "negative wait": (lambda one: [wave("a", "TENANTS", one, deadlineAfter=-1), REST], "kernel.invalid_input"),
    "unknown gate": (lambda one: [wave("a", "TENANTS", one, gate="quality.none"), REST], "standards.unknown_gate"),
    "gate at the end": (lambda _: [wave("rest", "REST", gate="manual")], "kernel.invalid_input"),
}


@pytest.mark.parametrize("name", PLANS)
async def test_a_plan_that_cannot_be_is_refused(name: str, stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    waves, code = PLANS[name]
    answer = await refused(rolling, rolling.lead, PLAN, version=rolling.version_id, waves=waves(stage.network.north))
    assert answer["code"] == code


async def test_tenants_outside_of_the_network_or_beside_are_no_units_below(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    strangers = await build_network(stage.database, stage.clock)
    for outside in (strangers.north, stage.network.headquarters):
        waves = [wave("a", "TENANTS", outside), REST]
        answer = await refused(rolling, rolling.lead, PLAN, version=rolling.version_id, waves=waves)
        assert answer["code"] == "standards.tenant_not_below"


async def test_only_an_approved_version_is_planned_once(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    await rolling.plan(REST)
    answer = await refused(rolling, rolling.lead, PLAN, version=rolling.version_id, waves=[REST])
    assert answer["code"] == "standards.rollout_planned"
    await rolling.start()
    answer = await refused(rolling, rolling.lead, PLAN, version=rolling.version_id, waves=[REST])
    assert answer["code"] == "standards.version_elsewhere"
    started = {"rollout": rolling.rollout["id"], "expectedRevision": rolling.rollout["revision"]}
    for query, more in ((START, {}), (CHANGE, {"waves": [REST]})):
        answer = await refused(rolling, rolling.lead, query, **started, **more)
        assert answer["code"] == "standards.rollout_elsewhere"


async def test_waves_are_led_in_their_order_and_state(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    await rolling.plan(
        wave("first", "TENANTS", stage.network.north, gate="manual"),
        wave("second", "TENANTS", stage.network.south),
        wave("rest", "REST"),
    )
    await rolling.start()
    first, second, rest = [(await rolling.wave(name))["id"] for name in ("first", "second", "rest")]
    reason = {"reason": "Because."}
    moves: list[tuple[str, dict[str, Any], str]] = [
        (START_WAVE, {"wave": second}, "standards.gate_does_not_hold"),
        (START_WAVE, {"wave": rest}, "standards.wave_elsewhere"),
        (START_WAVE, {"wave": first}, "standards.wave_elsewhere"),
        (PASS_GATE, {"wave": second, **reason}, "standards.wave_elsewhere"),
        (PASS_GATE, {"wave": first, "reason": " "}, "kernel.invalid_input"),
        (ROLL_BACK, {"wave": second, **reason}, "standards.wave_elsewhere"),
        (ROLL_BACK, {"wave": global_id("RolloutWave", new_id()), **reason}, "kernel.not_found"),
        (RESUME, {"rollout": rolling.rollout["id"]}, "standards.rollout_elsewhere"),
        (HALT, {"rollout": rolling.rollout["id"], "reason": ""}, "kernel.invalid_input"),
    ]
    for query, input, code in moves:
        assert (await refused(rolling, rolling.lead, query, **input))["code"] == code, (query, input)
    await rolling.do(rolling.lead, PASS_GATE, wave=first, **reason)
    await rolling.do(rolling.lead, START_WAVE, wave=second)
    answer = await refused(rolling, rolling.lead, PASS_GATE, wave=second, **reason)
    assert answer["code"] == "standards.gate_not_manual"
    await rolling.do(rolling.lead, HALT, rollout=rolling.rollout["id"], **reason)
    for query, input in (
        (HALT, {"rollout": rolling.rollout["id"], **reason}),
        (START_WAVE, {"wave": rest}),
        (PASS_GATE, {"wave": first, **reason}),
    ):
        answer = await refused(rolling, rolling.lead, query, **input)
        assert answer["code"] == "standards.rollout_elsewhere", query


async def test_others_and_lower_roles_lead_nothing(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    network = stage.network
    await rolling.plan(wave("first", "TENANTS", network.north), REST)
    await rolling.start()
    first = (await rolling.wave("first"))["id"]
    reason = {"reason": "Because."}
    moves: list[tuple[str, dict[str, Any]]] = [
        (PLAN, {"version": rolling.version_id, "waves": [REST]}),
        (START, {"rollout": rolling.rollout["id"], "expectedRevision": 1}),
        (START_WAVE, {"wave": first}),
        (PASS_GATE, {"wave": first, **reason}),
        (ROLL_BACK, {"wave": first, **reason}),
        (HALT, {"rollout": rolling.rollout["id"], **reason}),
        (RESUME, {"rollout": rolling.rollout["id"]}),
    ]
    lower = client(stage, network.headquarters, without="standards.roll_out")
    for query, input in moves:
        assert (await refused(rolling, lower, query, **input))["code"] == "kernel.not_permitted"
        assert (await refused(rolling, client(stage, network.region), query, **input))["code"] == "kernel.not_found"


async def test_units_adopt_and_acknowledge_what_is_rolled_out_to_them_alone(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    network = stage.network
    own, lower = client(stage, network.north), client(stage, network.north, without="standards.adopt")
    adopted = {"code": CODE, "version": "2.0.0", "reason": "Ready."}
    said = {"code": CODE, "version": "2.0.0", "differenceHash": "0" * 64}
    for query, input in ((ADOPT, adopted), (ACKNOWLEDGE, said)):
        assert (await refused(rolling, lower, query, **input))["code"] == "kernel.not_permitted"
        assert (await refused(rolling, own, query, **input))["code"] == "kernel.not_found"
    await rolling.plan(wave("first", "TENANTS", network.north, mode="ADVISORY", deadlineAfter=9 * DAY), REST)
    await rolling.start()
    assert (await refused(rolling, own, ACKNOWLEDGE, **said))["code"] == "standards.difference_changed"
    theirs = (await rolling.mine(network.north))["differenceHash"]
    await stage.adapt(network.south, wish(5000))
    wrong = {**said, "differenceHash": theirs}
    answer = await refused(rolling, client(stage, network.south), ACKNOWLEDGE, **wrong)
    assert answer["code"] == "standards.difference_changed"
    answer = await refused(rolling, own, ADOPT, **{**adopted, "reason": ""})
    assert answer["code"] == "kernel.invalid_input"
    await rolling.do(own, ADOPT, **adopted)
    assert (await refused(rolling, own, ADOPT, **adopted))["code"] == "standards.already_on_version"
    first = (await rolling.wave("first"))["id"]
    await rolling.do(rolling.lead, ROLL_BACK, wave=first, reason="Queues.")
    for query, input in ((ADOPT, adopted), (ACKNOWLEDGE, {**said, "differenceHash": theirs})):
        assert (await refused(rolling, own, query, **input))["code"] == "standards.wave_elsewhere"
