"""Refusals of consultation: each is named, and changes nothing."""

from datetime import timedelta
from typing import Any

from core.kernel.graphql.ids import global_id
from tests.core.standards.builders import Stage, content
from tests.core.standards.consultation.consulting import (
    ANSWERED,
    COMMENT,
    drafted,
    laid_open,
    opening,
    received,
    saying,
)
from tests.core.standards.waivers.asking import Front, front, work_off

Tries = list[tuple[Front, str, dict[str, Any], str]]


async def refuse_all(stage: Stage, tries: Tries) -> None:
    """Try, see each refused by its name, and nothing changed."""
    before = await stage.rows()
    for somebody, name, given, type_ in tries:
        refused = await somebody.change(name, "__typename", **given)
        assert refused["__typename"] == type_, (name, given, refused)
        assert await stage.rows() == before, (name, given)


async def test_what_cannot_be_laid_open_or_closed(stage: Stage) -> None:
    floor = await drafted(stage)
    approved = (await stage.approved(content("2.0.0", code="approved")))[1]
    elsewhere = {"version": global_id("StandardVersion", approved.id), "expectedRevision": approved.revision}
    good = opening(stage, floor)
    opened = await laid_open(stage, floor)
    other = await drafted(stage, content(code="another"))
    fresh = opening(stage, other)
    closing = {"consultation": opened["id"], "expectedRevision": 1}
    unskilled = front(stage, stage.network.headquarters, "standards.draft")
    ended = (stage.clock.now() - timedelta(days=1)).isoformat()
    tries: Tries = [
        (unskilled, "openConsultation", fresh, "NotPermitted"),
        (unskilled, "closeConsultation", closing, "NotPermitted"),
        (floor.hq, "openConsultation", good, "ConsultationIsOpen"),
        (floor.hq, "openConsultation", {**fresh, "expectedRevision": 77}, "StaleEdit"),
        (floor.hq, "openConsultation", {**fresh, "until": ended}, "InvalidInput"),
        (floor.hq, "openConsultation", {**fresh, "until": stage.clock.now().isoformat()}, "InvalidInput"),
        (floor.hq, "openConsultation", {**fresh, "note": "\u0007"}, "InvalidInput"),
        (floor.hq, "openConsultation", {**fresh, **elsewhere}, "VersionIsElsewhere"),
        (floor.region, "openConsultation", fresh, "NotFound"),
        (floor.north, "openConsultation", fresh, "NotFound"),
        (floor.hq, "closeConsultation", {**closing, "expectedRevision": 2}, "StaleEdit"),
        (floor.region, "closeConsultation", closing, "NotFound"),
        (floor.north, "closeConsultation", closing, "NotFound"),
    ]
    await refuse_all(stage, tries)


async def test_what_cannot_be_said(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    silent = front(stage, stage.network.north, "standards.comment")
    missing = global_id("Consultation", floor.version.id)
    tries: Tries = [
        (silent, "commentOnDraft", saying(opened), "NotPermitted"),
        (floor.hq, "commentOnDraft", saying(opened), "OwnerDoesNotComment"),
        (floor.north, "commentOnDraft", saying({"id": missing}), "NotFound"),
        (floor.north, "commentOnDraft", saying(opened, clauseKey="else"), "PlaceIsUnknown"),
        (floor.north, "commentOnDraft", saying(opened, parameterKey="else"), "PlaceIsUnknown"),
        (floor.north, "commentOnDraft", saying(opened, clauseKey="greeting"), "PlaceIsUnknown"),
        (floor.north, "commentOnDraft", saying(opened, clauseKey="", parameterKey=""), "PlaceIsUnknown"),
        (floor.north, "commentOnDraft", saying(opened, text="x" * 2_001), "CommentIsTooLong"),
        (floor.north, "commentOnDraft", saying(opened, text=" "), "InvalidInput"),
        (floor.north, "commentOnDraft", saying(opened, text="\u0007"), "InvalidInput"),
    ]
    await refuse_all(stage, tries)
    longest = await floor.north.done("commentOnDraft", COMMENT, **saying(opened, text="x" * 2_000))
    assert len(longest["text"]) == 2_000


async def test_what_cannot_be_answered(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    for text in ("One.", "Two."):
        await floor.north.done("commentOnDraft", COMMENT, **saying(opened, text=text))
    await work_off(stage)
    two, one = await received(floor.hq)
    done = await floor.hq.done(
        "answerComment", ANSWERED, comment=one["id"], expectedRevision=1, verdict="DECLINED", note="It was tried."
    )
    given = {"comment": two["id"], "expectedRevision": 1, "verdict": "ACCEPTED"}
    again = {"comment": one["id"], "verdict": "ACCEPTED"}
    unskilled = front(stage, stage.network.headquarters, "standards.draft")
    tries: Tries = [
        (unskilled, "answerComment", given, "NotPermitted"),
        (floor.region, "answerComment", given, "NotFound"),
        (floor.north, "answerComment", given, "NotFound"),
        (floor.hq, "answerComment", {**given, "expectedRevision": 2}, "StaleEdit"),
        (floor.hq, "answerComment", {**again, "expectedRevision": 1}, "StaleEdit"),
        (floor.hq, "answerComment", {**again, "expectedRevision": done["revision"]}, "CommentIsAnswered"),
        (floor.hq, "answerComment", {**given, "verdict": "DECLINED"}, "InvalidInput"),
        (floor.hq, "answerComment", {**given, "note": "x" * 2_001}, "CommentIsTooLong"),
    ]
    await refuse_all(stage, tries)
