"""Adaptations follow a new version, or wait; nothing local is lost, however often and in whatever pieces it is done."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
import pytest

from core.kernel.errors import DomainError
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.merging import carry
from core.standards.merging.carry import carry_adaptations
from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.core.standards.merging.working import (
    adaptations,
    greet,
    moved,
    outcomes,
    upgrade,
    value,
    version,
    waiting_items,
    work_off,
)
from tests.support.repeating import killed_and_repeated

TIGHT = {"default": 3600, "bounds": {"minimum": 600, "maximum": 3600}}


async def test_what_still_fits_follows_under_its_origin(stage: Stage) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(5000))
    turn = await upgrade(stage, version("2.0.0", limit={"default": 7000}))
    new = await stage.admin.fetchval(
        "SELECT id FROM published_versions WHERE number = '2.0.0' AND network_id = $1", stage.network.id
    )
    before, after = await adaptations(stage)
    assert [row["value"] for row in (before, after)] == ["5000", "5000"]
    assert [row["origin_id"] for row in (before, after)] == [made.id, made.id]
    assert (before["valid_to"], after["valid_from"], after["valid_to"]) == (turn, turn, None)
    assert (before["based_on"], after["based_on"]) == (made.based_on, new)
    assert (after["author_id"], after["reason"]) == (made.author_id, made.reason)
    closed = await stage.admin.fetchrow("SELECT * FROM adaptations WHERE id = $1", made.id)
    assert closed["recorded_to"] == after["recorded_from"] == before["recorded_from"]
    assert await stage.limit(stage.network.north) == 5000
    [outcome] = await outcomes(stage)
    assert (outcome["outcome"], outcome["status"], outcome["adaptation_id"]) == ("merged", "followed", made.id)
    assert outcome["version_id"] == new
    assert await waiting_items(stage) == []


async def test_what_nothing_changed_about_is_clean(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0"))
    assert [row["outcome"] for row in await outcomes(stage)] == ["clean"]


async def test_what_was_renamed_is_followed_at_every_level(stage: Stage) -> None:
    await stage.publish()
    network = stage.network
    await stage.adapt(network.region, wish(6000))
    await stage.adapt(network.north, wish(5000))
    await stage.adapt(network.north, greet({"de": "Hallo"}))
    turn = await upgrade(stage, moved("2.0.0"))
    assert await value(stage, network.north, "response", "limit") == 5000
    assert await value(stage, network.south, "response", "limit") == 6000
    assert await value(stage, network.headquarters, "response", "limit") == 7200
    assert await value(stage, network.north, "greeting") == {"de": "Hallo", "en": "Welcome"}
    before = turn - timedelta(microseconds=1)
    assert await value(stage, network.south, "first_response", "limit", before) == 6000
    assert await value(stage, network.north, "first_response", "limit", before) == 5000
    assert sorted(row["outcome"] for row in await outcomes(stage)) == ["clean", "merged", "merged"]
    assert (await stage.resolve(network.north)).standard.orphans == ()


CONFLICTS: list[tuple[Any, dict[str, Any]]] = [
    (version("2.0.0", limit=TIGHT), {"outcome": "out_of_bounds", "proposal": "nearest", "proposed_value": "3600"}),
    (moved("2.0.0", TIGHT), {"outcome": "out_of_bounds", "clause_key_after": "response", "proposal": "nearest"}),
    (version("2.0.0", limit={"operators": []}), {"outcome": "locked", "proposal": "drop"}),
    (version("2.0.0", parameters=[]), {"outcome": "orphaned", "proposal": "drop", "clause_key_after": None}),
    (
        version("2.0.0", limit={"type": "text", "default": "soon", "unit": None, "bounds": {}}),
        {"outcome": "type_changed", "proposal": "drop", "ended": False},
    ),
    (
        version("2.0.0", limit={"unit": "business"}),
        {"outcome": "type_changed", "proposal": "drop", "ended": True},
    ),
]


@pytest.mark.parametrize(("given", "expected"), CONFLICTS)
async def test_what_does_not_fit_waits_with_a_proposal(stage: Stage, given: Any, expected: dict[str, Any]) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(5000))
    turn = await upgrade(stage, given)
    [outcome] = await outcomes(stage)
    assert {name: outcome[name] for name in expected} == expected
    assert (outcome["status"], outcome["settled_at"], outcome["at"]) == ("open", None, turn)
    assert (outcome["adaptation_id"], outcome["tenant_id"]) == (made.id, stage.network.north.tenant_id)
    [item] = await waiting_items(stage)
    facts = orjson.loads(item["facts"])
    assert (item["subject_id"], facts["merge_outcome_id"], facts["proposal"]) == (
        made.id,
        str(outcome["id"]),
        expected["proposal"],
    )
    [row] = await adaptations(stage)
    assert (row["value"], row["valid_to"]) == ("5000", turn if outcome["ended"] else None)
    found = await stage.resolve(stage.network.north)
    assert all(one.value == one.published_value for one in found.standard.values.values())


async def test_done_again_nothing_more_happens(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await stage.adapt(stage.network.north, greet({"de": "Hallo"}))
    await upgrade(stage, moved("2.0.0", TIGHT))
    rows, found = await stage.rows(), await outcomes(stage)
    assert sorted(one["outcome"] for one in found) == ["clean", "out_of_bounds"]
    for _ in range(2):
        assert not (await stage.act(stage.network.north, carry_adaptations, CODE)).more
    assert await stage.rows() == rows
    assert await outcomes(stage) == found


async def test_killed_in_the_middle_it_begins_again(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await stage.publish(moved("2.0.0", TIGHT), stage.clock.now() + timedelta(seconds=1))
    stage.clock.advance(timedelta(seconds=1))
    rows = await stage.rows()

    async def killed(unit: Any, code: str) -> None:
        await carry_adaptations(unit, code)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await stage.act(stage.network.north, killed, CODE)
    assert await stage.rows() == rows
    assert await outcomes(stage) == []
    await work_off(stage)
    assert [one["status"] for one in await outcomes(stage)] == ["open"]


async def test_many_are_carried_in_pieces(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry, "AT_ONCE", 1)
    await stage.publish()
    north = stage.network.north
    day = timedelta(days=1)
    for number in range(3):
        start = stage.clock.now() + number * day
        await stage.adapt(north, wish(5000 - number, valid_from=start, valid_to=start + day))
    await stage.adapt(north, greet({"de": "Hallo"}))
    await upgrade(stage, moved("2.0.0"))
    assert len(await outcomes(stage)) == 4
    for number in range(3):
        at = stage.clock.now() + number * day
        assert await value(stage, north, "response", "limit", at) == 5000 - number
    assert await waiting_items(stage) == []


async def test_a_later_version_that_fits_again_takes_what_waits_along(stage: Stage) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    await upgrade(stage, version("3.0.0"))
    assert [(one["version_number"], one["status"]) for one in await outcomes(stage)] == [
        ("2.0.0", "overtaken"),
        ("3.0.0", "followed"),
    ]
    assert await stage.limit(stage.network.north) == 5000
    assert await waiting_items(stage) == []
    assert {row["origin_id"] for row in await adaptations(stage)} == {made.id}


async def test_what_waits_is_judged_anew_by_a_later_version_and_not_twice(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    await upgrade(stage, version("3.0.0", limit={**TIGHT, "default": 3000, "bounds": {"maximum": 3000}}))
    assert [(one["version_number"], one["status"], one["proposed_value"]) for one in await outcomes(stage)] == [
        ("2.0.0", "overtaken", "3600"),
        ("3.0.0", "open", "3000"),
    ]
    [item] = await waiting_items(stage)
    assert orjson.loads(item["facts"])["version"] == "3.0.0"


@killed_and_repeated("standards.upgrade_turns")
async def test_a_version_to_come_splits_what_fits_and_warns_of_what_does_not(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    turn = stage.clock.now() + timedelta(days=30)
    await upgrade(stage, version("2.0.0", limit=TIGHT), turn)
    [outcome] = await outcomes(stage)
    assert (outcome["status"], outcome["at"]) == ("open", turn)
    assert await stage.limit(stage.network.north) == 5000
    assert await stage.limit(stage.network.north, turn) == 3600
    await upgrade(stage, version("3.0.0"), turn + timedelta(days=30))
    [outcome] = [one for one in await outcomes(stage) if one["status"] == "open"]
    before, after = await adaptations(stage)
    assert (outcome["version_number"], outcome["adaptation_id"]) == ("2.0.0", before["id"])
    assert [item["subject_id"] for item in await waiting_items(stage)] == [before["id"]]
    assert (before["valid_to"], after["valid_from"]) == (turn + timedelta(days=30),) * 2
    assert await stage.limit(stage.network.north, turn) == 3600
    assert await stage.limit(stage.network.north, turn + timedelta(days=30)) == 5000
    stage.clock.advance(timedelta(days=61))
    await work_off(stage)
    assert {one["status"] for one in await outcomes(stage)} == {"overtaken", "followed"}
    assert await waiting_items(stage) == []


async def test_what_was_ended_returns_with_a_version_it_fits(stage: Stage) -> None:
    await stage.publish()
    made = await stage.adapt(stage.network.north, wish(5000))
    turn = await upgrade(stage, version("2.0.0", limit={"unit": "business"}))
    [row] = await adaptations(stage)
    assert (row["valid_to"], row["origin_id"]) == (turn, made.id)
    back = await upgrade(stage, version("3.0.0"))
    assert await stage.limit(stage.network.north) == 5000
    assert await stage.limit(stage.network.north, turn) == 7200
    assert [row["valid_from"] for row in await adaptations(stage)][1:] == [back]
    assert [one["status"] for one in await outcomes(stage)] == ["overtaken", "followed"]
    assert await waiting_items(stage) == []


async def test_a_name_that_means_something_else_is_not_adapted_by_what_was_laid_on_the_other(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    given = moved("2.0.0", TIGHT)
    facts = version("2.0.0").clauses[1]
    swapped = type(given)(
        **{name: getattr(given, name) for name in given.__struct_fields__ if name != "clauses"},
        clauses=(*given.clauses, facts),
    )
    with pytest.raises(DomainError):
        await stage.approved(swapped)
    await upgrade(stage, given)
    [outcome] = await outcomes(stage)
    assert (outcome["outcome"], outcome["ended"]) == ("out_of_bounds", False)
    await upgrade(stage, version("3.0.0"))
    [waits] = [one for one in await outcomes(stage) if one["status"] == "open"]
    assert (waits["version_number"], waits["outcome"], waits["ended"]) == ("3.0.0", "orphaned", True)
    assert await stage.limit(stage.network.north) == 7200


async def test_a_region_that_is_carried_is_followed_by_those_below(stage: Stage) -> None:
    await stage.publish()
    network = stage.network
    await stage.adapt(network.region, wish(5200))
    below = Narrowing(bounds=Bounds(maximum=5500))
    await stage.adapt(network.region, wish(None, operator=Operator.NARROW, narrowing=below))
    await stage.adapt(network.north, wish(5000))
    await upgrade(stage, moved("2.0.0"))
    found = (await stage.resolve(network.north)).standard.values["response", "limit"]
    assert found.value == 5000
    assert {limit.set_by for limit in found.limits.values()} >= {network.region.tenant_id}


def narrowed(seconds: int) -> Any:
    from core.standards.policy.content import Bounds, Narrowing

    return Narrowing(bounds=Bounds(maximum=seconds))


async def test_the_owner_who_adapts_anew_or_withdraws_is_asked_no_more(stage: Stage) -> None:
    await stage.publish()
    north, south = stage.network.north, stage.network.south
    await stage.adapt(north, wish(5000))
    made = await stage.adapt(south, wish(4000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    assert len(await waiting_items(stage)) == 2
    await stage.adapt(north, wish(3000))
    withdrawn = WithdrawAdaptation(adaptation_id=made.id, reason="Not needed.")
    await stage.act(south, withdraw_adaptation, withdrawn)
    await work_off(stage)
    assert {one["status"] for one in await outcomes(stage)} == {"overtaken"}
    assert await waiting_items(stage) == []


async def test_versions_of_the_past_are_followed_without_asking_anybody(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000, valid_from=SINCE))
    await stage.publish(version("2.0.0", limit=TIGHT), SINCE + timedelta(days=30))
    await stage.publish(content("3.0.0"), SINCE + timedelta(days=60))
    await work_off(stage)
    assert {one["status"] for one in await outcomes(stage)} == {"followed"}
    for days, expected in ((0, 5000), (30, 3600), (60, 5000)):
        assert await stage.limit(stage.network.north, SINCE + timedelta(days=days)) == expected
