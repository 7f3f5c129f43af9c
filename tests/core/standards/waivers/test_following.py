"""A waiver goes along with the clause it was granted for; where that is gone its owner is told."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.document import converted
from core.standards.merging.upgrades import waivers_standing_in
from core.standards.policy.content import StandardContent
from core.standards.policy.fold import fold
from core.standards.policy.lineage import lineage_over, origins
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.waived import Waived, waive
from core.standards.vocabulary import Outcome
from tests.core.standards.builders import FACTS, Stage
from tests.core.standards.made_up import SHOPS, scene, waiver
from tests.core.standards.merging.upgrading import HQ, NOON, REGION
from tests.core.standards.merging.working import moved, upgrade, version
from tests.core.standards.test_previews import findings, looked
from tests.core.standards.test_waived_views import values as drifting
from tests.core.standards.waivers.asking import (
    DAY,
    REQUEST,
    WAIVER,
    Front,
    asking,
    bounded,
    changing,
    granted,
    kinds,
    waiting,
    work_off,
)
from tests.support.repeating import killed_and_repeated

PLACES = "{ waivers(first: 5) { nodes { id clauseKey parameterKey revision } } }"
ASKED = "{ waiversGranted(first: 5) { nodes { clauseKey parameterKey } } }"


def by_hand(versions: list[Version], onto: Version, one: Waived) -> tuple[Waived | None, bool]:
    """The waiver as somebody would grant it in a version who knows what became of its place; whether it fits there."""
    way = [version.content for version in versions[: versions.index(onto) + 1]]
    lineage = lineage_over(way)
    there = lineage[one.clause_key, one.parameter_key]
    if len(there) != 1 or (not there[0][1] and len(origins(lineage)[there[0]]) > 1):
        return None, False
    [site] = there
    defined = [
        {(clause.key, found.key): (found.type, found.unit) for clause, found in version.content.parameters()}
        for version in (versions[0], onto)
    ]
    before, after = defined[0].get((one.clause_key, one.parameter_key)), defined[1].get(site)
    return replace(one, clause_key=site[0], parameter_key=site[1], based_on=onto.id), before == after


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_waiver_that_went_along_is_as_one_granted_where_its_place_is_now(chance: Random) -> None:
    made = scene(chance)
    onto = chance.choice(made.versions[1:])
    shop = chance.choice(SHOPS)
    one = waiver(chance, shop, made.versions[0])
    lineage: list[UUID] = [HQ, REGION, shop]
    overlays: list[Overlay] = []
    plain = fold(onto, overlays, lineage, NOON)
    [standing] = waivers_standing_in(onto, made.versions, [one], NOON)
    found = waive(plain, [standing], overlays, lineage, NOON)
    expected, fits = by_hand(made.versions, onto, one)
    if expected is not None and fits:
        assert standing.lost is None
        assert found == waive(plain, [replace(expected, based_on=one.based_on)], overlays, lineage, NOON)
        return
    assert {place: held.value for place, held in found.values.items()} == {
        place: held.value for place, held in plain.values.items()
    }
    told = [*found.orphans, *(judged for held in found.every() for judged in held.why)]
    outcome = Outcome.ORPHANED if expected is None else Outcome.WRONG_TYPE
    assert [judged.outcome for judged in told if isinstance(judged.overlay, Waived)] == [outcome]


def without_limit(number: str) -> StandardContent:
    """The renamed standard without the limit that the waiver is about."""
    facts: dict[str, Any] = {
        **FACTS,
        "number": number,
        "clauses": [one for one in FACTS["clauses"] if one["key"] != "first_response"],
    }
    return converted(facts)


async def at(client: Any, clause: str) -> Any:
    """What holds for a limit, with its reasons."""
    values = (await client.effective())["values"]
    return next(one for one in values if (one["clauseKey"], one["parameterKey"]) == (clause, "limit"))


async def lost(stage: Stage) -> list[Any]:
    rows = await stage.admin.fetch(
        "SELECT facts FROM work_items WHERE network_id = $1 AND kind = 'standards.waiver_suspended'"
        " AND status = 'open' ORDER BY id",
        stage.network.id,
    )
    return [orjson.loads(row["facts"]) for row in rows]


async def named(client: Front, query: str) -> set[tuple[str, str]]:
    """The places that a list of waivers names."""
    [nodes] = [found["nodes"] for found in (await client.client.data(query)).values()]
    return {(one["clauseKey"], one["parameterKey"]) for one in nodes}


@killed_and_repeated("standards.waiver.moved", "standards.waiver.turn")
async def test_a_renamed_clause_takes_its_waiver_along(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    _, next_version = await stage.approved(moved("2.0.0"))
    await looked(stage, next_version)
    assert {name for name, found in await findings(stage) if found == "limits_changed"} == set()
    turn = stage.clock.now() + timedelta(hours=1)
    await upgrade(stage, moved("3.0.0"), turn)
    assert await named(north, PLACES) == {("first_response", "limit")}, "the version has not begun"
    assert await lost(stage) == []
    stage.clock.advance(timedelta(hours=2))
    held = await at(north, "response")
    assert (held["value"], held["why"][-1]["kind"], held["why"][-1]["outcome"]) == (1200, "WAIVER", "IN_FORCE")
    assert await north.value(turn - timedelta(minutes=1)) == 1200, "before, it stands where it stood"
    [entry] = await drifting(stage)
    assert (entry["tenantKey"], entry["value"], entry["underWaiver"]) == ("north", 1200, True)
    for _ in range(2):
        await work_off(stage)
        assert await named(north, PLACES) == await named(region, ASKED) == {("response", "limit")}
    said: dict[str, Any] = {"clauseKey": "response", "value": 900}
    before = await stage.rows()
    assert (await north.change("askWaiver", WAIVER, **asking(stage, **said)))["__typename"] == "WaiverIsThere"
    assert await stage.rows() == before


async def test_it_is_renewed_where_it_stands(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region, 20)
    found = await north.waiver()
    await upgrade(stage, moved("2.0.0"), stage.clock.now() + 10 * DAY)
    until = (stage.clock.now() + 60 * DAY).isoformat()
    await north.done("renewWaiver", WAIVER, **changing(found, until=until, reason="Not done."))
    await work_off(stage)
    decision = changing(await waiting(region), verdict="GRANTED", reason="Go on.")
    await region.done("decideWaiver", REQUEST, **decision)
    await work_off(stage)
    for days, clause in ((5, "first_response"), (10, "response"), (20, "response")):
        stage.clock.advance(days * DAY)
        assert (await at(north, clause))["value"] == 1200
    await work_off(stage)
    assert kinds(await north.waiver()) == [("ASKED", 0), ("GRANTED", 0), ("ASKED", 1), ("GRANTED", 1)]
    stage.clock.advance(30 * DAY)
    assert (await at(north, "response"))["value"] == 7200


async def test_where_its_clause_is_gone_the_owner_is_told_before_and_after(stage: Stage) -> None:
    north, region = await bounded(stage)
    found = await granted(stage, north, region)
    _, next_version = await stage.approved(without_limit("2.0.0"))
    await looked(stage, next_version)
    [told] = (await findings(stage))["north", "waiver_lost"]
    assert (told["place"], told["value"], told["problem"]) == ("first_response.limit", 1200, "orphaned")
    await upgrade(stage, without_limit("3.0.0"))
    [item] = await lost(stage)
    assert (item["outcome"], item["place"], item["proposal"]) == ("orphaned", "first_response.limit", "drop")
    await work_off(stage)
    assert len(await lost(stage)) == 1
    ended = await north.done("endWaiver", WAIVER, **changing(found, reason="There is nothing to waive."))
    assert ended["status"] == "ENDED"
    assert await lost(stage) == []


async def test_what_counts_something_else_now_waits_with_a_proposal(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    await upgrade(stage, version("2.0.0", limit={"unit": "business"}))
    held = await at(north, "first_response")
    assert (held["value"], held["why"][-1]["outcome"]) == (7200, "WRONG_TYPE")
    [item] = await lost(stage)
    assert (item["outcome"], item["proposal"], item["proposed_place"]) == (
        "wrong_type",
        "ask_waiver",
        "first_response.limit",
    )
    await upgrade(stage, version("3.0.0", limit={"unit": "elapsed"}))
    assert await lost(stage) == []
    assert (await at(north, "first_response"))["value"] == 1200
