"""A unit that comes onto a version before the unit above it stays within what that one narrowed and set."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.scope import Scope
from core.standards.adapt import Adapt
from core.standards.errors import BoundExceeded
from core.standards.policy.content import Bounds, Narrowing
from core.standards.standing import Holding, holding_at
from core.standards.vocabulary import Operator
from tests.core.standards.builders import CODE, Stage, wish
from tests.core.standards.merging.working import moved
from tests.core.standards.rollouts.staging import ADOPT, START_WAVE, Rolling, wave
from tests.core.standards.test_graphql import client

BELOW_AN_HOUR = Narrowing(bounds=Bounds(maximum=3600))
ADAPT = """mutation Do($input: AdaptParameterInput!, $key: String!) {
  adaptParameter(input: $input, idempotencyKey: $key) { __typename ... on Problem { code message } } }"""


def narrowed(**said: Any) -> Adapt:
    """A wish that nobody below takes more than an hour."""
    return wish(None, operator=Operator.NARROW, narrowing=BELOW_AN_HOUR, **said)


def renamed_wish(seconds: int) -> Adapt:
    """A wish for another limit, where the limit stands in the second version."""
    return wish(seconds, clause_key="response")


async def ahead(stage: Stage) -> Rolling:
    """Rename the clause in the second version, and let one franchisee have it before its region."""
    network = stage.network
    rolling = await Rolling.on(stage, others=0)
    await rolling.approve(moved("2.0.1"))
    stage.clock.advance(timedelta(hours=1))
    await stage.adapt(network.region, wish(3000))
    await stage.adapt(network.region, narrowed())
    stage.clock.advance(timedelta(hours=1))
    await rolling.plan(wave("pilots", "TENANTS", network.north, gate="none"), wave("rest", "REST"))
    await rolling.start()
    assert [await rolling.version(one) for one in (network.north, network.region, network.south)] == [
        "2.0.1",
        "1.0.0",
        "1.0.0",
    ]
    return rolling


async def held(stage: Stage, scope: Scope) -> Holding:
    """What records of a tenant would pin now."""
    async with stage.unit(scope) as unit:
        return await holding_at(unit, CODE, stage.clock.now())


async def response(stage: Stage, scope: Scope) -> Any:
    return (await stage.resolve(scope)).standard.values["response", "limit"]


async def test_what_the_region_laid_holds_where_the_clause_has_another_name(stage: Stage) -> None:
    north = stage.network.north
    await ahead(stage)
    found = await response(stage, north)
    assert found.value == 3000
    assert {limit.value for limit in found.limits.values() if limit.set_by == stage.network.region.tenant_id} == {3000}
    assert [one.overlay.owner_tenant_id for one in found.why] == [stage.network.region.tenant_id] * 2
    assert (await stage.resolve(north)).standard.orphans == ()


async def test_nobody_adapts_beyond_what_the_region_narrowed(stage: Stage) -> None:
    north = stage.network.north
    await ahead(stage)
    before = await stage.rows()
    with pytest.raises(BoundExceeded) as refused:
        await stage.adapt(north, renamed_wish(3001))
    assert refused.value.set_by == stage.network.region.tenant_id
    assert await stage.rows() == before
    await stage.adapt(north, renamed_wish(2999))
    assert (await response(stage, north)).value == 2999


async def test_the_region_comes_after_and_nothing_changes_below(stage: Stage) -> None:
    north, region = stage.network.north, stage.network.region
    rolling = await ahead(stage)
    before = await held(stage, north)
    rest: Any = await rolling.wave("rest")
    if rest["phase"] != "BEGUN":
        await rolling.do(rolling.lead, START_WAVE, wave=rest["id"])
        await rolling.work()
    assert await rolling.version(region) == "2.0.1"
    assert [row["clause_key"] for row in await laid(stage, region)] == ["response", "response"]
    assert (await held(stage, north)).hash == before.hash


async def test_what_the_region_changes_meanwhile_binds_at_once(stage: Stage) -> None:
    north, region = stage.network.north, stage.network.region
    await ahead(stage)
    await stage.adapt(north, renamed_wish(2400))
    before = await held(stage, north)
    stage.clock.advance(timedelta(minutes=5))
    await stage.adapt(region, wish(1800))
    found = await response(stage, north)
    assert found.value <= 1800
    assert (await held(stage, north)).hash != before.hash


async def test_a_region_ahead_binds_those_who_are_behind_it(stage: Stage) -> None:
    network = stage.network
    rolling = await Rolling.on(stage, others=0)
    await rolling.approve(moved("2.0.1"))
    stage.clock.advance(timedelta(hours=1))
    await stage.adapt(network.region, wish(3500))
    await stage.adapt(network.region, narrowed())
    stage.clock.advance(timedelta(hours=1))
    await rolling.plan(wave("region", "TENANTS", network.region), wave("rest", "REST", gate="none"))
    await rolling.start()
    assert await rolling.version(network.north) == "1.0.0"
    assert [row["clause_key"] for row in await laid(stage, network.region)] == ["response"] * 2
    with pytest.raises(BoundExceeded):
        await stage.adapt(network.north, wish(3501))


async def test_an_early_adopter_is_refused_through_the_api(stage: Stage) -> None:
    network = stage.network
    rolling = await Rolling.on(stage, others=0)
    await rolling.approve(moved("2.0.1"))
    stage.clock.advance(timedelta(hours=1))
    await stage.adapt(network.region, wish(3500))
    await stage.adapt(network.region, narrowed())
    stage.clock.advance(timedelta(hours=1))
    await rolling.plan(wave("rest", "REST", mode="ADVISORY", deadlineAfter=864_000))
    await rolling.start()
    owner = client(stage, network.north)
    answer = await rolling.do(owner, ADOPT, code=CODE, version="2.0.1", reason="We want it now.")
    assert answer["__typename"] == "AdoptVersionSuccess", answer
    await rolling.work()
    assert await rolling.version(network.region) == "1.0.0"
    wanted = {"code": CODE, "clauseKey": "response", "parameterKey": "limit", "operator": "ASSIGN", "reason": "So."}
    revision = (await stage.resolve(network.north)).revision
    # From the deadline on the region's narrowing has come along by itself, and refuses whatever lasts so long.
    before_that = (stage.clock.now() + timedelta(days=1)).isoformat()
    asked = {**wanted, "validTo": before_that, "expectedRevision": revision}
    before = await stage.rows()
    answer = await rolling.do(owner, ADAPT, **asked, value=3501)
    assert answer.get("code") == "standards.bound_exceeded", answer
    assert await stage.rows() == before
    answer = await rolling.do(owner, ADAPT, **asked, value=3499)
    assert answer["__typename"] == "AdaptParameterSuccess", answer


async def laid(stage: Stage, scope: Scope) -> list[Any]:
    return await stage.admin.fetch(
        "SELECT * FROM adaptations WHERE tenant_id = $1 AND recorded_to IS NULL AND valid_to IS NULL", scope.tenant_id
    )
