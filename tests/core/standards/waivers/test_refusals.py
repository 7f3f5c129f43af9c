"""Moves that are refused: each by its name, and without a trace in the database."""

from typing import Any

import pytest

from core.kernel.graphql.ids import split_id
from core.standards.waivers.decide import close_request
from core.standards.waivers.settle import revoked
from tests.core.standards.builders import Stage, wish
from tests.core.standards.waivers.asking import (
    DAY,
    REQUEST,
    WAIVER,
    Front,
    asking,
    bounded,
    changing,
    front,
    granted,
    same_person,
    work_off,
)
from tests.support.networks import BuiltNetwork, as_person


@pytest.mark.parametrize(
    ("said", "type_"),
    [
        ({"value": 4000}, "NoWaiverNeeded"),
        ({"value": 7200}, "NoWaiverNeeded"),
        ({"value": "1200"}, "WrongType"),
        ({"value": -1}, "WrongType"),
        ({"clauseKey": "else"}, "UnknownParameter"),
        ({"parameterKey": "else"}, "UnknownParameter"),
        ({"context": {"channel": "phone"}}, "UnknownParameter"),
        ({"code": "else"}, "NoStandardInForce"),
        ({"compensatingMeasure": "  "}, "NoCompensatingMeasure"),
        ({"reason": ""}, "InvalidInput"),
        ({"until": "2026-11-21T08:00:00Z"}, "InvalidInput"),
        ({"until": "2028-11-21T08:00:00Z"}, "WaiverTooLong"),
    ],
)
async def test_a_question_that_is_none_changes_nothing(stage: Stage, said: dict[str, Any], type_: str) -> None:
    north, _ = await bounded(stage)
    before = await stage.rows()
    refused = await north.change("askWaiver", WAIVER, **asking(stage, **said))
    assert refused["__typename"] == type_, refused
    assert refused["message"]
    assert refused["hint"]
    assert await stage.rows() == before


async def test_the_publisher_and_a_tenant_that_has_asked_already_are_refused(stage: Stage) -> None:
    north, _ = await bounded(stage)
    hq = front(stage, stage.network.headquarters)
    await north.done("askWaiver", WAIVER, **asking(stage))
    before = await stage.rows()
    assert (await hq.change("askWaiver", WAIVER, **asking(stage)))["__typename"] == "PublisherCannotAdapt"
    again = await front(stage, stage.network.north).change("askWaiver", WAIVER, **asking(stage, value=1500))
    assert again["__typename"] == "WaiverIsThere"
    assert await stage.rows() == before


async def test_each_move_needs_its_permission_its_tenant_and_another_person(
    stage: Stage, strangers: BuiltNetwork
) -> None:
    north, region = await bounded(stage)
    asked = await north.done("askWaiver", WAIVER, **asking(stage))
    await work_off(stage)
    waits = await region.request()
    decision = changing(waits, verdict="GRANTED", reason="Yes.")
    [approval] = (await region.client.data("{ approvals(first: 5) { nodes { id } } }"))["approvals"]["nodes"]
    network = stage.network
    before = await stage.rows()
    tries: list[tuple[Front, str, dict[str, Any], str]] = [
        (front(stage, network.north, "standards.ask_waivers"), "askWaiver", asking(stage), "NotPermitted"),
        (front(stage, network.north, "standards.ask_waivers"), "endWaiver", ending(asked), "NotPermitted"),
        (front(stage, network.region, "standards.grant_waivers"), "decideWaiver", decision, "NotPermitted"),
        (front(stage, network.south), "endWaiver", ending(asked), "NotFound"),
        (front(stage, network.south), "decideWaiver", decision, "NotFound"),
        (front(stage, network.headquarters), "decideWaiver", decision, "NotFound"),
        (north, "decideWaiver", decision, "NotFound"),
        (Front(stage, as_person(strangers.region, network.region.permissions)), "decideWaiver", decision, "NotFound"),
        (same_person(stage, north, network.region), "decideWaiver", decision, "AskerMayNotDecide"),
        (same_person(stage, north, network.region), "decideApproval", inbox(approval), "AuthorMayNotApprove"),
        (region, "decideWaiver", {**decision, "expectedRevision": 9}, "StaleEdit"),
        (region, "decideWaiver", {**decision, "reason": ""}, "InvalidInput"),
        (region, "decideWaiver", {**decision, "until": far(stage)}, "InvalidInput"),
        (region, "revokeWaiver", changing(waits, reason="No."), "WaiverIsElsewhere"),
        (region, "changeWaiverRules", {"expectedRevision": 0, "mostRenewals": 9}, "NotPermitted"),
        (north, "renewWaiver", {**ending(asked), "until": far(stage)}, "WaiverIsElsewhere"),
    ]
    for somebody, name, given, type_ in tries:
        refused = await somebody.change(name, "__typename", **given)
        assert refused["__typename"] == type_, (name, refused)
    assert await stage.rows() == before


def ending(waiver: Any) -> dict[str, Any]:
    return changing(waiver, reason="No more.")


def inbox(approval: Any) -> dict[str, Any]:
    return {"approval": approval["id"], "verdict": "APPROVED"}


def far(stage: Stage) -> str:
    return (stage.clock.now() + 300 * DAY).isoformat()


async def test_whoever_asked_takes_nothing_back_in_another_tenant(stage: Stage) -> None:
    """Who may end a waiver where it was asked for may not, as somebody else, put it down to the level above."""
    north, region = await bounded(stage)
    await granted(stage, north, region)
    revocation = changing(await region.request(), reason="No more.")
    before = await stage.rows()
    refused = await same_person(stage, north, stage.network.region).change("revokeWaiver", REQUEST, **revocation)
    assert refused["__typename"] == "AskerMayNotDecide"
    assert await stage.rows() == before
    assert (await region.change("revokeWaiver", REQUEST, **revocation))["__typename"] == "RevokeWaiverSuccess"


async def test_words_of_tenants_that_a_waiver_is_nothing_to_end_nothing(stage: Stage) -> None:
    """A command is heard only from the tenant that asked, or from a level that granted."""
    north, region = await bounded(stage)
    found = await granted(stage, north, region)
    network, now = stage.network, stage.clock.now()
    waiver_id = split_id(found["id"])[1]
    ended = {"waiver_id": waiver_id, "status": "ended", "at": now.isoformat()}
    taken = {"waiver_id": waiver_id, "at": now.isoformat(), "by": str(network.south.actor.id)}
    before = await stage.rows()
    async with stage.unit(network.region) as unit:
        await close_request(unit, network.south.tenant_id, ended)
    async with stage.unit(network.north) as unit:
        await revoked(unit, network.headquarters.tenant_id, taken, "No more.")
    assert await stage.rows() == before
    async with stage.unit(network.north) as unit:
        await revoked(unit, network.region.tenant_id, taken, "No more.")
    async with stage.unit(network.region) as unit:
        await close_request(unit, network.north.tenant_id, ended)
    assert ((await north.waiver())["status"], (await region.request())["status"]) == ("REVOKED", "ENDED")


async def test_renewals_are_refused_where_they_are_none(stage: Stage) -> None:
    north, region = await bounded(stage)
    hq = front(stage, stage.network.headquarters)
    found = await granted(stage, north, region)
    later = (stage.clock.now() + 120 * DAY).isoformat()
    renewal = changing(found, until=later, reason="Still.")
    before = await stage.rows()
    tries: list[tuple[dict[str, Any], str]] = [
        ({"until": found["expiresAt"]}, "InvalidInput"),
        ({"until": (stage.clock.now() + 367 * DAY).isoformat()}, "WaiverTooLong"),
        ({"expectedRevision": 1}, "StaleEdit"),
        ({"reason": " "}, "InvalidInput"),
    ]
    for said, type_ in tries:
        assert (await north.change("renewWaiver", WAIVER, **{**renewal, **said}))["__typename"] == type_
    south = front(stage, stage.network.south)
    assert (await south.change("renewWaiver", WAIVER, **renewal))["__typename"] == "NotFound"
    assert await stage.rows() == before
    await hq.done("changeWaiverRules", "rules { mostRenewals }", expectedRevision=0, mostRenewals=0)
    before = await stage.rows()
    assert (await north.change("renewWaiver", WAIVER, **renewal))["__typename"] == "TooManyRenewals"
    assert await stage.rows() == before
    await hq.done("changeWaiverRules", "rules { mostRenewals }", expectedRevision=1, mostRenewals=1)
    asked = await north.done("renewWaiver", WAIVER, **renewal)
    twice = await north.change("renewWaiver", WAIVER, **{**renewal, "expectedRevision": asked["revision"]})
    assert twice["__typename"] == "WaiverIsElsewhere"


async def test_what_was_asked_for_too_long_ago_is_not_granted(stage: Stage) -> None:
    north, region = await bounded(stage)
    await north.done("askWaiver", WAIVER, **asking(stage, 5))
    await work_off(stage)
    waits = await region.request()
    stage.clock.advance(6 * DAY)
    before = await stage.rows()
    decision = changing(waits, verdict="GRANTED", reason="Yes.")
    assert (await region.change("decideWaiver", REQUEST, **decision))["__typename"] == "WaiverIsOver"
    assert await stage.rows() == before


async def test_a_waiver_is_not_needed_once_the_bound_is_gone_and_an_adaptation_beside_it_is_kept(stage: Stage) -> None:
    north, region = await bounded(stage)
    await stage.adapt(stage.network.north, wish(4000))
    found = await granted(stage, north, region, 30)
    assert [await north.value(), found["bound"]] == [1200, "minimum"]
    stage.clock.advance(31 * DAY)
    assert await north.value() == 4000, "it falls back to what the tenant adapted"
