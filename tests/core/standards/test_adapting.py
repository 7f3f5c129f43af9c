"""Adapting within bounds: what is granted, what is refused and by whom, and what was held before."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted, StaleEdit
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.errors import (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    NoStandardInForce,
    PublisherCannotAdapt,
    UnknownParameter,
    WrongType,
)
from core.standards.permissions import ADAPT_STANDARDS
from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tests.core.standards.builders import SINCE, Stage, content, wish
from tests.support.networks import BuiltNetwork, as_person


def narrow(bounds: Bounds | None = None, operators: tuple[Operator, ...] | None = None, **said: Any) -> Any:
    narrowing = Narrowing(bounds=bounds or Bounds(), operators=operators)
    return wish(None, operator=Operator.NARROW, narrowing=narrowing, **said)


async def test_a_tenant_adapts_for_itself_alone(stage: Stage) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(3600))
    assert made.revision == 1
    assert await stage.limit(stage.network.north) == 3600
    for scope in (stage.network.headquarters, stage.network.region, stage.network.south):
        assert await stage.limit(scope) == 7200
    copies = await stage.admin.fetchval("SELECT count(*) FROM published_overlays WHERE kind = 'adaptation'")
    assert copies == 0 or made.id not in {
        row["adaptation_id"] for row in await stage.admin.fetch("SELECT adaptation_id FROM published_overlays")
    }


async def test_units_below_inherit_what_a_region_adapts(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.region, wish(5400))
    assert [await stage.limit(scope) for scope in stage.network.scopes] == [7200, 5400, 5400, 5400]
    await stage.adapt(stage.network.north, wish(3600))
    assert [await stage.limit(scope) for scope in stage.network.scopes] == [7200, 5400, 3600, 5400]
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(stage.network.south, wish(6000))
    assert (found.value.bound, found.value.limit) == ("direction", "5400")
    assert found.value.set_by == stage.network.region.tenant_id


async def test_when_the_region_tightens_later_the_value_below_is_suspended_by_computation(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await stage.adapt(stage.network.region, wish(4000))
    assert await stage.limit(stage.network.north) == 4000
    found = (await stage.resolve(stage.network.north)).standard.values["first_response", "limit"]
    assert [(judged.outcome, judged.overlay.owner_tenant_id) for judged in found.why] == [
        ("in_force", stage.network.region.tenant_id),
        ("out_of_bounds", stage.network.north.tenant_id),
    ]


async def test_a_wording_is_adapted_per_locale(stage: Stage) -> None:
    await stage.publish()
    command = replace(wish({"pl": "Witamy"}), clause_key="greeting", parameter_key="")
    await stage.adapt(stage.network.north, command)
    found = (await stage.resolve(stage.network.north)).standard.values["greeting", ""]
    assert (found.value, found.published_value) == ({"en": "Welcome", "pl": "Witamy"}, {"en": "Welcome"})


REFUSALS: list[tuple[Any, type[Exception], dict[str, Any]]] = [
    (wish(7201), BoundExceeded, {"bound": "maximum", "limit": "7200", "value": "7201"}),
    (wish(599), BoundExceeded, {"bound": "minimum", "limit": "600", "value": "599"}),
    (wish("3600"), WrongType, {"place": "first_response.limit", "expected": "duration"}),
    (wish(50, clause_key="survey", parameter_key="sample"), ClauseIsLocked, {"granted": (), "operator": "assign"}),
    (wish({"en": "x"}, clause_key="process", parameter_key=""), ClauseIsLocked, {"place": "process"}),
    (wish({"EN": "x"}, clause_key="greeting", parameter_key=""), WrongType, {"expected": "wording"}),
    (wish(operator=Operator.APPEND), ClauseIsLocked, {"granted": ("assign", "narrow"), "operator": "append"}),
    (wish(parameter_key="limits"), UnknownParameter, {"place": "first_response.limits"}),
    (wish(clause_key="else", parameter_key=""), UnknownParameter, {"place": "else"}),
    (wish(code="unknown"), NoStandardInForce, {"standard": "unknown"}),
    (wish(valid_from=SINCE - timedelta(1)), NoStandardInForce, {"at": SINCE - timedelta(1)}),
    (narrow(Bounds(maximum=8000)), BoundWidened, {"bound": "maximum", "limit": "7200"}),
    (narrow(operators=(Operator.APPEND,)), BoundWidened, {"bound": "operators"}),
    (narrow(Bounds(maximum=3600)), BoundExceeded, {"bound": "maximum", "limit": "3600", "value": "7200"}),
    (narrow(Bounds(pattern="a")), WrongType, {"expected": "duration"}),
    (wish(None), InvalidInput, {"field": "value"}),
    (wish(1000, operator=Operator.NARROW), InvalidInput, {"field": "value"}),
    (wish(valid_from=SINCE, valid_to=SINCE), InvalidInput, {"field": "validTo"}),
    (wish(reason=" "), InvalidInput, {"field": "reason"}),
    (wish(expected_revision=7), StaleEdit, {"expected": 7, "actual": 0}),
]


@pytest.mark.parametrize(("command", "refusal", "facts"), REFUSALS)
async def test_what_is_refused_says_why_and_changes_nothing(
    stage: Stage, command: Any, refusal: type[Exception], facts: dict[str, Any]
) -> None:
    await stage.publish()
    before = await stage.rows()
    with pytest.raises(refusal) as found:
        await stage.adapt(stage.network.north, command)
    assert {name: getattr(found.value, name) for name in facts} == facts
    publisher = getattr(found.value, "set_by", None)
    own_bound = facts.get("limit") == "3600"
    expected = stage.network.north.tenant_id if own_bound else stage.network.headquarters.tenant_id
    assert publisher in {None, expected}
    assert await stage.rows() == before


async def test_a_lower_role_may_not_adapt(stage: Stage) -> None:
    await stage.publish()
    before = await stage.rows()
    clerk = as_person(stage.network.north, frozenset({"standards.read"}))
    with pytest.raises(NotPermitted) as found:
        await stage.adapt(clerk, wish())
    assert found.value.permission == ADAPT_STANDARDS.name
    assert await stage.rows() == before


async def test_the_publisher_changes_its_standard_by_a_version(stage: Stage) -> None:
    await stage.publish()
    before = await stage.rows()
    with pytest.raises(PublisherCannotAdapt):
        await stage.adapt(stage.network.headquarters, wish())
    assert await stage.rows() == before


async def test_a_tenant_of_another_network_finds_no_such_standard(stage: Stage, strangers: BuiltNetwork) -> None:
    await stage.publish()
    before = await stage.rows()
    with pytest.raises(NoStandardInForce):
        await stage.adapt(strangers.north, wish())
    forged = replace(stage.network.north, tenant_id=strangers.north.tenant_id)
    with pytest.raises(NotFound):
        await stage.adapt(forged, wish())
    assert await stage.rows() == before


async def test_a_later_adaptation_takes_its_time_out_of_the_one_before(stage: Stage) -> None:
    await stage.publish()
    now = stage.clock.now()
    days = [now + timedelta(days=number) for number in range(4)]
    await stage.adapt(stage.network.north, wish(5000, valid_from=SINCE))
    await stage.adapt(stage.network.north, wish(4000, valid_from=days[1], valid_to=days[2], expected_revision=1))
    held = [await stage.limit(stage.network.north, at=day) for day in days]
    assert held == [5000, 4000, 5000, 5000]
    rows = await stage.admin.fetch(
        "SELECT recorded_to, origin_id, reason FROM adaptations WHERE tenant_id = $1", stage.network.north.tenant_id
    )
    assert sum(row["recorded_to"] is None for row in rows) == 3
    assert len({row["origin_id"] for row in rows}) == 2
    with pytest.raises(StaleEdit):
        await stage.adapt(stage.network.north, wish(3000, expected_revision=1))


async def test_what_changes_while_an_adaptation_would_hold_is_judged_too(stage: Stage) -> None:
    await stage.publish()
    turn = stage.clock.now() + timedelta(days=10)
    await stage.publish(content("2.0.0", {"default": 3600, "bounds": {"maximum": 3600, "minimum": 600}}), turn)
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(stage.network.north, wish(5000))
    assert (found.value.limit, found.value.at) == ("3600", turn)
    await stage.adapt(stage.network.north, wish(5000, valid_to=turn))
    assert await stage.limit(stage.network.north) == 5000
    assert await stage.limit(stage.network.north, at=turn) == 3600


async def test_narrowing_holds_for_those_below_and_one_may_not_break_ones_own(stage: Stage) -> None:
    await stage.publish()
    region, north = stage.network.region, stage.network.north
    await stage.adapt(region, wish(5000))
    await stage.adapt(region, narrow(Bounds(minimum=3000)))
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(north, wish(2000))
    assert (found.value.bound, found.value.limit, found.value.set_by) == ("minimum", "3000", region.tenant_id)
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(region, wish(2000))
    assert (found.value.limit, found.value.set_by) == ("3000", region.tenant_id)
    await stage.adapt(region, narrow(operators=()))
    with pytest.raises(ClauseIsLocked) as locked:
        await stage.adapt(north, wish(4000))
    assert locked.value.set_by == region.tenant_id


async def test_a_narrowing_may_not_suspend_ones_own_value(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.region, wish(3000))
    before = await stage.rows()
    with pytest.raises(BoundExceeded) as found:
        await stage.adapt(stage.network.region, narrow(Bounds(minimum=5000)))
    assert (found.value.limit, found.value.value) == ("5000", "3000")
    assert await stage.rows() == before


async def test_two_who_adapt_at_once_do_so_one_after_the_other(stage: Stage) -> None:
    await stage.publish()
    for revision, expected in ((0, 0), (None, 1)):
        tried = [stage.adapt(stage.network.north, wish(value, expected_revision=revision)) for value in (3600, 3000)]
        ended = await asyncio.gather(*tried, return_exceptions=True)
        refused = [one for one in ended if isinstance(one, BaseException)]
        assert [type(one) for one in refused] == [StaleEdit] * (1 - expected)
    now = await stage.admin.fetch(
        "SELECT revision FROM adaptations WHERE tenant_id = $1 AND recorded_to IS NULL", stage.network.north.tenant_id
    )
    assert [row["revision"] for row in now] == [3]


def withdraw(adaptation_id: UUID, **said: Any) -> WithdrawAdaptation:
    return WithdrawAdaptation(adaptation_id=adaptation_id, reason="No longer needed.", **said)


async def test_a_withdrawn_adaptation_gives_way_to_what_is_received(stage: Stage) -> None:
    await stage.publish()
    region, north = stage.network.region, stage.network.north
    made = await stage.adapt(region, wish(3600, valid_from=SINCE))
    left = await stage.act(region, withdraw_adaptation, withdraw(made.id, expected_revision=1))
    now = stage.clock.now()
    assert (left.valid_from, left.valid_to) == (SINCE, now)
    for scope in (region, north):
        assert await stage.limit(scope) == 7200
        assert await stage.limit(scope, at=now - timedelta(days=1)) == 3600
    before = await stage.rows()
    for gone in (made.id, left.id):
        with pytest.raises(NotFound):
            await stage.act(region, withdraw_adaptation, withdraw(gone))
    with pytest.raises(NotFound):
        await stage.act(north, withdraw_adaptation, withdraw(left.id))
    assert await stage.rows() == before


async def test_one_withdrawn_from_its_beginning_was_never_there(stage: Stage) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(3600))
    with pytest.raises(StaleEdit):
        await stage.act(stage.network.north, withdraw_adaptation, withdraw(made.id, expected_revision=0))
    clerk = as_person(stage.network.north, frozenset({"standards.read"}))
    with pytest.raises(NotPermitted):
        await stage.act(clerk, withdraw_adaptation, withdraw(made.id))
    closed = await stage.act(stage.network.north, withdraw_adaptation, withdraw(made.id, ends=SINCE))
    assert closed.id == made.id
    assert await stage.limit(stage.network.north) == 7200
