"""Customers are never promised more than the standard delivers, and a promise that no longer holds is flagged."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleEdit
from core.kernel.scope import Scope
from core.standards.errors import NoStandardInForce, UnknownParameter, WrongType
from core.standards.policy.content import Bounds, VariantContent
from core.standards.promises.errors import PromiseExceedsStandard
from core.standards.promises.make import ITEM, EndPromise, MakePromise, end_promise, make_promise
from core.standards.promises.models import Promise
from core.standards.promises.policy import Better, PromisedLimit, Shortfall, delivers
from core.standards.promises.standing import PromiseStanding, promise_standing
from core.standards.vocabulary import ParameterType
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.core.standards.test_jobs import STRICTER, work_off
from tests.support.networks import as_person

LOWER, HIGHER = Better.LOWER, Better.HIGHER
PERMITTED = frozenset({"standards.promise", "standards.read", "standards.adapt"})


def limit(value: Any = 7200, place: str = "first_response.limit", better: Better = LOWER) -> PromisedLimit:
    clause, parameter = place.split(".")
    return PromisedLimit(clause_key=clause, parameter_key=parameter, value=value, better=better)


def pledge(*limits: PromisedLimit, **said: Any) -> MakePromise:
    asked: dict[str, Any] = {"code": CODE, "scope": {"en": "Answers around the clock."}, "limits": limits, **said}
    return MakePromise(**asked)


async def stands(stage: Stage, scope: Scope, at: Any = None) -> PromiseStanding | None:
    async with stage.unit(scope, read_only=True) as unit:
        return await promise_standing(unit, CODE, at)


async def everything(stage: Stage) -> list[str]:
    rows = await stage.admin.fetch("SELECT t::text AS row FROM promises t WHERE network_id = $1", stage.network.id)
    return sorted([str(row["row"]) for row in rows] + [str(await stage.rows())])


MONEY = {"amountMinor": "500", "currency": "EUR"}
COMPARED = [
    (ParameterType.DURATION, LOWER, 7200, 3600, True),
    (ParameterType.DURATION, LOWER, 3600, 3600, True),
    (ParameterType.DURATION, LOWER, 3599, 3600, False),
    (ParameterType.PERCENT, HIGHER, "80", "80.5", True),
    (ParameterType.PERCENT, HIGHER, "81", "80.5", False),
    (ParameterType.DECIMAL, LOWER, "-1", "-1.5", True),
    (ParameterType.INTEGER, HIGHER, 101, 100, False),
    (ParameterType.BOOLEAN, HIGHER, True, False, False),
    (ParameterType.BOOLEAN, HIGHER, False, True, True),
    (ParameterType.MONEY, LOWER, MONEY, {**MONEY, "amountMinor": "400"}, True),
    (ParameterType.MONEY, LOWER, MONEY, {**MONEY, "currency": "CNY"}, False),
    (ParameterType.CHOICES, LOWER, ["post"], ["phone", "post"], True),
    (ParameterType.CHOICES, HIGHER, ["post", "web"], ["phone", "post"], False),
    (ParameterType.TEXT, LOWER, "By hand", "By hand", True),
    (ParameterType.CHOICE, HIGHER, "gold", "silver", False),
]


@pytest.mark.parametrize(("type_", "better", "promised", "delivered", "kept"), COMPARED)
def test_each_type_compares_its_own_way(
    type_: ParameterType, better: Better, promised: Any, delivered: Any, kept: bool
) -> None:
    assert delivers(type_, better, promised, delivered) is kept


async def test_a_promise_is_kept_beside_what_is_delivered(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(3600))
    terms = pledge(limit(3600), limit(90, "survey.sample", HIGHER), expected_time=limit(5400))
    made = await stage.act(stage.network.north, make_promise, terms)
    found = await stands(stage, stage.network.north)
    assert found is not None
    assert (found.promise.id, found.kept, found.version) == (made.id, True, "1.0.0")
    assert [(one.promised.value, one.delivered, one.type) for one in found.judged] == [
        (3600, (3600,), ParameterType.DURATION),
        (90, (100,), ParameterType.INTEGER),
        (5400, (3600,), ParameterType.DURATION),
    ]
    assert made.scope == {"en": "Answers around the clock."}
    assert await stands(stage, stage.network.south) is None, "a neighbour has made no promise"
    assert await stands(stage, stage.network.north, stage.clock.now() - timedelta(days=1)) is None


REFUSED = [
    (pledge(limit(7199)), PromiseExceedsStandard),
    (pledge(limit(101, "survey.sample", HIGHER)), PromiseExceedsStandard),
    (pledge(limit(99, "survey.sample", LOWER)), PromiseExceedsStandard),
    (pledge(expected_time=limit(60)), PromiseExceedsStandard),
    (pledge(expected_time=limit(200, "survey.sample")), WrongType),
    (pledge(limit("soon")), WrongType),
    (pledge(limit(1, "first_response.gone")), UnknownParameter),
    (pledge(limit(1, "gone.limit")), UnknownParameter),
    (pledge(limit(), limit(7300)), InvalidInput),
    (pledge(limit(), scope={}), InvalidInput),
    (pledge(limit(), scope={"nowhere!": "text"}), InvalidInput),
    (pledge(limit(), valid_from=SINCE, valid_to=SINCE), InvalidInput),
    (pledge(limit(), valid_from=SINCE - timedelta(days=1)), NoStandardInForce),
    (pledge(limit(), code="unheard-of"), NoStandardInForce),
    (pledge(limit(), expected_revision=7), StaleEdit),
]


@pytest.mark.parametrize(("command", "fact"), REFUSED, ids=[fact.__name__ for _, fact in REFUSED])
async def test_a_refused_promise_changes_nothing(stage: Stage, command: MakePromise, fact: type[DomainError]) -> None:
    await stage.publish()
    await stage.act(stage.network.north, make_promise, pledge(limit()))
    before = await everything(stage)
    with pytest.raises(fact):
        await stage.act(stage.network.north, make_promise, command)
    assert await everything(stage) == before


async def test_only_who_may_promise_does(stage: Stage) -> None:
    await stage.publish()
    made = await stage.act(stage.network.north, make_promise, pledge(limit()))
    clerk = as_person(stage.network.north, frozenset({"standards.read", "standards.adapt"}))
    before = await everything(stage)
    with pytest.raises(NotPermitted):
        await stage.act(clerk, make_promise, pledge(limit()))
    with pytest.raises(NotPermitted):
        await stage.act(clerk, end_promise, EndPromise(promise_id=made.id, reason="No."))
    neighbour = as_person(stage.network.south, PERMITTED)
    with pytest.raises(NotFound):
        await stage.act(neighbour, end_promise, EndPromise(promise_id=made.id, reason="No."))
    async with stage.unit(as_person(stage.network.north, frozenset()), read_only=True) as unit:
        with pytest.raises(NotPermitted):
            await promise_standing(unit, CODE)
    assert await everything(stage) == before


async def test_a_promise_is_held_against_every_instant_of_its_validity(stage: Stage) -> None:
    await stage.publish()
    turn = stage.clock.now() + timedelta(days=30)
    await stage.adapt(stage.network.north, wish(3600, valid_to=turn))
    with pytest.raises(PromiseExceedsStandard) as refused:
        await stage.act(stage.network.north, make_promise, pledge(limit(3600)))
    assert (refused.value.at, refused.value.delivered, refused.value.promised) == (turn, "7200", "3600")
    await stage.act(stage.network.north, make_promise, pledge(limit(3600), valid_to=turn))


async def test_a_later_promise_takes_over_where_it_begins(stage: Stage) -> None:
    await stage.publish()
    north, now = stage.network.north, stage.clock.now()
    first = await stage.act(north, make_promise, pledge(limit(9000)))
    turn, end = now + timedelta(days=10), now + timedelta(days=20)
    await stage.act(north, make_promise, pledge(limit(8000), valid_from=turn, valid_to=end))

    async def said(days: int) -> Any:
        found = await stands(stage, north, now + timedelta(days=days))
        assert found is not None
        return found.promise.limits[0]["value"]

    assert [await said(5), await said(15), await said(25)] == [9000, 8000, 9000]
    async with stage.unit(north) as unit:
        left = await stage.admin.fetch(
            "SELECT id FROM promises WHERE recorded_to IS NULL AND valid_to IS NULL AND tenant_id = $1", north.tenant_id
        )
        ended = await end_promise(unit, EndPromise(promise_id=left[0]["id"], ends=end + timedelta(days=1), reason="x"))
    assert (ended.valid_to, ended.origin_id) == (end + timedelta(days=1), first.id)
    assert await stands(stage, north, end + timedelta(days=2)) is None
    with pytest.raises(NotFound):
        await stage.act(north, end_promise, EndPromise(promise_id=first.id, reason="It was replaced."))


async def items(stage: Stage) -> list[Any]:
    return await stage.admin.fetch(
        "SELECT * FROM work_items WHERE network_id = $1 AND kind = $2 ORDER BY id", stage.network.id, ITEM
    )


async def broken(stage: Stage) -> tuple[Promise, Promise]:
    """North adapted and promised what it adapted; its adaptation is withdrawn. South promises what holds anyway."""
    await stage.publish()
    await stage.adapt(stage.network.north, wish(3600))
    north = await stage.act(stage.network.north, make_promise, pledge(limit(3600), expected_time=limit(4000)))
    south = await stage.act(stage.network.south, make_promise, pledge(limit(7200)))
    await work_off(stage)
    assert await items(stage) == []
    await stage.adapt(stage.network.north, wish(7000))
    return north, south


async def test_a_promise_that_is_not_kept_any_more_is_flagged_at_once(stage: Stage) -> None:
    north, _ = await broken(stage)
    found = await stands(stage, stage.network.north)
    assert found is not None
    assert not found.kept
    assert [one.shortfall for one in found.judged] == [Shortfall.MORE_THAN_DELIVERED] * 2
    assert await items(stage) == [], "no job has run yet"
    await work_off(stage)
    [item] = await items(stage)
    assert (item["tenant_id"], item["subject_id"], item["status"]) == (north.tenant_id, north.id, "open")
    assert orjson.loads(item["facts"])["places"] == ["first_response.limit", "first_response.limit"]
    await stage.adapt(stage.network.north, wish(3000))
    await work_off(stage)
    assert [one["status"] for one in await items(stage)] == ["done"]


async def test_telling_twice_tells_once(stage: Stage) -> None:
    await broken(stage)
    await work_off(stage)
    resent = "UPDATE outbox SET status = 'waiting', attempts = 0, finished_at = NULL WHERE network_id = $1"
    assert await stage.admin.execute(resent + " AND topic LIKE 'standards.%'", stage.network.id) != "UPDATE 0"
    await work_off(stage)
    assert [one["status"] for one in await items(stage)] == ["open"]


async def test_a_promise_that_is_changed_or_ended_waits_for_nobody(stage: Stage) -> None:
    north, _ = await broken(stage)
    await work_off(stage)
    await stage.act(stage.network.north, end_promise, EndPromise(promise_id=north.id, reason="It is not kept."))
    assert [one["status"] for one in await items(stage)] == ["done"]
    await work_off(stage)
    assert [one["status"] for one in await items(stage)] == ["done"]


async def test_a_version_to_come_is_told_beforehand(stage: Stage) -> None:
    await stage.publish()
    made = await stage.act(stage.network.north, make_promise, pledge(limit(110, "survey.sample", LOWER)))
    turn = stage.clock.now() + timedelta(days=30)
    later = content("2.0.0", STRICTER)
    [sample] = later.clauses[3].parameters
    survey = replace(later.clauses[3], parameters=(replace(sample, default=120),))
    await stage.publish(replace(later, clauses=(*later.clauses[:3], survey)), turn)
    await work_off(stage)
    [item] = await items(stage)
    facts = orjson.loads(item["facts"])
    assert (item["subject_id"], facts["places"]) == (made.id, ["survey.sample"])
    assert facts["at"] == turn.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    now, then = await stands(stage, stage.network.north), await stands(stage, stage.network.north, turn)
    assert now is not None
    assert now.kept
    assert then is not None
    assert not then.kept
    assert then.version == "2.0.0"


async def test_a_promise_is_kept_in_every_context(stage: Stage) -> None:
    given = content()
    [limit_] = given.clauses[1].parameters
    slower = VariantContent(context={"channel": "post"}, default=86_400, bounds=Bounds(maximum=172_800))
    response = replace(given.clauses[1], parameters=(replace(limit_, variants=(slower,)),))
    await stage.publish(replace(given, clauses=(given.clauses[0], response, *given.clauses[2:])))
    with pytest.raises(PromiseExceedsStandard) as refused:
        await stage.act(stage.network.north, make_promise, pledge(limit(7200)))
    assert refused.value.delivered == "7200, 86400"
    await stage.act(stage.network.north, make_promise, pledge(limit(86_400)))
