"""Suggestions: offered by those above, listed where they fit, adopted within bounds, rejected with a reason."""

from typing import Any

import pytest

from core.standards.suggestions.policy import misfit
from tests.core.standards.builders import CODE, Stage, content
from tests.core.standards.waivers.asking import Front, front, work_off

OFFER: dict[str, Any] = {
    "source": "Chamber of commerce",
    "code": CODE,
    "clauseKey": "first_response",
    "parameterKey": "limit",
    "value": 3600,
    "reason": "The law wants an answer within the hour.",
    "legalBasis": "Service act, 12",
}
SUGGESTION = "suggestion { id source code offeredBy locale value withdrawnAt }"
ANSWER = "answer { status reason suggestion { id source } adaptation { value reason legalBasis } }"
FITTING = (
    "query Fit($code: String!) { fittingSuggestions(code: $code) {"
    " status adoptable refusal refusalCode suggestion { id value } } }"
)


async def stands(stage: Stage) -> tuple[Front, Front]:
    await stage.publish()
    return front(stage, stage.network.headquarters), front(stage, stage.network.north)


async def fitting(somebody: Front) -> list[Any]:
    return (await somebody.client.data(FITTING, code=CODE))["fittingSuggestions"]


async def test_a_suggestion_is_offered_adopted_and_named_by_why(stage: Stage) -> None:
    hq, north = await stands(stage)
    offered = await hq.done("offerSuggestion", SUGGESTION, **OFFER)
    [one] = await fitting(north)
    assert (one["status"], one["adoptable"], one["suggestion"]["id"]) == (None, True, offered["id"])
    answer = await north.done("adoptSuggestion", ANSWER, suggestion=offered["id"], expectedRevision=0)
    assert (answer["status"], answer["suggestion"]["source"]) == ("ADOPTED", "Chamber of commerce")
    assert answer["adaptation"] == {
        "value": 3600,
        "reason": OFFER["reason"],
        "legalBasis": OFFER["legalBasis"],
    }
    limit = await north.limit()
    assert (limit["value"], limit["why"][-1]["suggestion"]) == (3600, offered["id"])
    assert [one["status"] for one in await fitting(north)] == ["ADOPTED"]
    assert [one["status"] for one in await fitting(front(stage, stage.network.south))] == [None]
    before = await stage.rows()
    twice = await north.change("adoptSuggestion", ANSWER, suggestion=offered["id"], expectedRevision=1)
    assert twice["__typename"] == "SuggestionIsAnswered"
    no = await north.change("rejectSuggestion", ANSWER, suggestion=offered["id"], reason="No.")
    assert no["__typename"] == "SuggestionIsAnswered"
    assert await stage.rows() == before


async def test_what_a_region_adopts_reaches_the_units_below_with_its_name(stage: Stage) -> None:
    hq, north = await stands(stage)
    offered = await hq.done("offerSuggestion", SUGGESTION, **OFFER)
    region = front(stage, stage.network.region)
    await region.done("adoptSuggestion", ANSWER, suggestion=offered["id"], expectedRevision=0)
    await work_off(stage)
    limit = await north.limit()
    assert (limit["value"], limit["why"][-1]["suggestion"]) == (3600, offered["id"])


async def test_a_suggestion_outside_the_bounds_is_refused_with_the_bound(stage: Stage) -> None:
    hq, north = await stands(stage)
    offered = await hq.done("offerSuggestion", SUGGESTION, **{**OFFER, "value": 300})
    [one] = await fitting(north)
    assert (one["adoptable"], one["refusalCode"]) == (False, "standards.bound_exceeded")
    assert "600" in one["refusal"]
    before = await stage.rows()
    refused = await north.change("adoptSuggestion", ANSWER, suggestion=offered["id"], expectedRevision=0)
    assert refused["__typename"] == "BoundExceeded"
    assert await stage.rows() == before


async def test_a_rejected_suggestion_can_be_adopted_later(stage: Stage) -> None:
    hq, north = await stands(stage)
    offered = await hq.done("offerSuggestion", SUGGESTION, **OFFER)
    named = {"suggestion": offered["id"]}
    assert (await north.change("rejectSuggestion", ANSWER, **named, reason=" "))["__typename"] == "InvalidInput"
    answer = await north.done("rejectSuggestion", ANSWER, **named, reason="Not here.")
    assert (answer["status"], answer["adaptation"]) == ("REJECTED", None)
    assert (await north.change("rejectSuggestion", ANSWER, **named, reason="x"))["__typename"] == "SuggestionIsAnswered"
    answer = await north.done("adoptSuggestion", ANSWER, **named, expectedRevision=0)
    assert answer["status"] == "ADOPTED"


async def test_a_withdrawn_suggestion_is_offered_no_more_and_what_was_adopted_stays(stage: Stage) -> None:
    hq, north = await stands(stage)
    south = front(stage, stage.network.south)
    offered = await hq.done("offerSuggestion", SUGGESTION, **OFFER)
    named = {"suggestion": offered["id"]}
    await north.done("adoptSuggestion", ANSWER, **named, expectedRevision=0)
    assert (await hq.done("withdrawSuggestion", SUGGESTION, **named))["withdrawnAt"]
    assert (await hq.change("withdrawSuggestion", SUGGESTION, **named))["__typename"] == "SuggestionIsWithdrawn"
    assert await fitting(south) == []
    refused = await south.change("adoptSuggestion", ANSWER, **named, expectedRevision=0)
    assert refused["__typename"] == "SuggestionDoesNotFit"
    assert await north.value() == 3600


async def test_moves_of_the_wrong_tenant_or_role_change_nothing(stage: Stage) -> None:
    hq, north = await stands(stage)
    region = front(stage, stage.network.region)
    mine = await region.done("offerSuggestion", SUGGESTION, **OFFER)
    named = {"suggestion": mine["id"]}
    network = stage.network
    before = await stage.rows()
    tries: list[tuple[Front, str, dict[str, Any], str]] = [
        (front(stage, network.headquarters, "standards.offer_suggestions"), "offerSuggestion", OFFER, "NotPermitted"),
        (front(stage, network.region, "standards.offer_suggestions"), "withdrawSuggestion", named, "NotPermitted"),
        (front(stage, network.north, "standards.adapt"), "adoptSuggestion", adopting(named), "NotPermitted"),
        (front(stage, network.north, "standards.adapt"), "rejectSuggestion", {**named, "reason": "x"}, "NotPermitted"),
        (hq, "withdrawSuggestion", named, "NotFound"),
        (north, "withdrawSuggestion", named, "NotFound"),
        (hq, "adoptSuggestion", adopting(named), "NotFound"),
        (region, "adoptSuggestion", adopting(named), "NotFound"),
        (hq, "offerSuggestion", {**OFFER, "clauseKey": "else"}, "UnknownParameter"),
        (hq, "offerSuggestion", {**OFFER, "code": "else"}, "NoStandardInForce"),
        (hq, "offerSuggestion", {**OFFER, "value": "fast"}, "WrongType"),
        (hq, "offerSuggestion", {**OFFER, "value": None}, "InvalidInput"),
        (hq, "offerSuggestion", {**OFFER, "locale": "German"}, "InvalidInput"),
        (hq, "offerSuggestion", {**OFFER, "fromVersion": "2.0.0", "beforeVersion": "1.0.0"}, "InvalidInput"),
        (hq, "offerSuggestion", {**OFFER, "source": ""}, "InvalidInput"),
    ]
    for somebody, name, given, type_ in tries:
        refused = await somebody.change(name, "__typename", **given)
        assert refused["__typename"] == type_, (name, refused)
    assert await stage.rows() == before
    assert [one["suggestion"]["id"] for one in await fitting(north)] == [mine["id"]]
    assert await fitting(hq) == []


def adopting(named: dict[str, Any]) -> dict[str, Any]:
    return {**named, "expectedRevision": 0}


async def test_a_suggestion_for_later_versions_fits_from_them_on(stage: Stage) -> None:
    hq, north = await stands(stage)
    await hq.done("offerSuggestion", SUGGESTION, **OFFER, fromVersion="2.0.0")
    assert await fitting(north) == []
    await stage.publish(content("2.0.0"), stage.clock.now())
    assert len(await fitting(north)) == 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, None),
        ({"locale": "de"}, None),
        ({"locale": "de-AT"}, None),
        ({"locale": "de-DE"}, "locale"),
        ({"locale": "d"}, "locale"),
        ({"territory": "AT"}, None),
        ({"territory": "DE"}, "territory"),
        ({"versions": ("1.2.0", "")}, None),
        ({"versions": ("1.10.0", "")}, "version"),
        ({"versions": ("", "1.2.0")}, "version"),
        ({"versions": ("1.0.0", "1.10.0")}, None),
        ({"number": None}, "version"),
    ],
)
def test_whom_a_suggestion_fits(said: dict[str, Any], why: str | None) -> None:
    asked: dict[str, Any] = {"locale": "", "territory": "", "versions": ("", ""), "tenant_locale": "de-AT"}
    asked |= {"number": "1.2.0", **said}
    assert misfit(**asked) == why
