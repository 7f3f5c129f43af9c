"""Drafts laid before the units below: who reads them, who comments, and how the answer comes back."""

from datetime import datetime

import pytest

from core.kernel.graphql.ids import global_id
from core.standards.approve import SubmitVersion, submit_version
from core.standards.draft import DraftStandard, draft_standard
from tests.core.standards.builders import CODE, Stage, content
from tests.core.standards.consultation.consulting import (
    ANSWERED,
    COMMENT,
    CONSULTATION,
    DAY,
    drafted,
    laid_open,
    listed,
    opening,
    own,
    received,
    saying,
)
from tests.core.standards.waivers.asking import front, work_off
from tests.support.networks import as_person, build_network


async def test_a_draft_is_laid_open_commented_on_and_the_answer_comes_back(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    assert (opened["code"], opened["note"], opened["closedAt"]) == (CODE, "Is it enough?", None)
    [seen] = await listed(floor.north)
    assert (seen["id"], seen["hash"], seen["version"]) == (opened["id"], floor.version.hash, None)
    assert seen["document"]["clauses"][1]["key"] == "first_response"
    said = await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    assert (said["status"], said["consultation"]["id"]) == ("OPEN", opened["id"])
    assert await received(floor.hq) == []
    await work_off(stage)
    [comment] = await received(floor.hq, version=floor.draft, clause="first_response", open=True)
    assert comment["fromTenant"] == global_id("Tenant", stage.network.north.tenant_id)
    assert (comment["parameterKey"], comment["text"]) == ("limit", "Two hours are too long.")
    assert (comment["version"], comment["consultation"]) == ({"id": floor.draft}, {"id": opened["id"]})
    answer = {"comment": comment["id"], "expectedRevision": comment["revision"]}
    done = await floor.hq.done("answerComment", ANSWERED, **answer, verdict="ACCEPTED", note="One hour, then.")
    assert (done["status"], done["answer"], done["answeredBy"]) == (
        "ACCEPTED",
        "One hour, then.",
        str(floor.hq.scope.actor.id),
    )
    assert [one["status"] for one in await own(floor.north)] == ["OPEN"]
    await work_off(stage)
    [known] = await own(floor.north, consultation=opened["id"], open=False)
    assert (known["status"], known["answer"]) == ("ACCEPTED", "One hour, then.")
    assert (await own(floor.north, open=True), await received(floor.hq, open=True)) == ([], [])


async def test_lists_are_narrowed_by_what_is_asked(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    other = await drafted(stage, content(code="another"))
    await laid_open(stage, other)
    assert [one["code"] for one in await listed(floor.north, code="another")] == ["another"]
    assert len(await listed(floor.north)) == 2
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened, clauseKey="greeting", parameterKey=""))
    await floor.region.done("commentOnDraft", COMMENT, **saying(opened))
    await work_off(stage)
    assert [one["clauseKey"] for one in await received(floor.hq, clause="greeting")] == ["greeting"]
    assert len(await received(floor.hq, version=floor.draft)) == 3
    assert await received(floor.hq, version=other.draft) == []
    assert len(await own(floor.north)) == 2
    assert len(await own(floor.region)) == 1


async def test_no_person_crosses_to_the_other_tenant(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    await work_off(stage)
    [comment] = await received(floor.hq)
    decision = {"comment": comment["id"], "expectedRevision": 1, "verdict": "DECLINED", "note": "No."}
    await floor.hq.done("answerComment", ANSWERED, **decision)
    await work_off(stage)
    rows = await stage.rows()
    assert len(rows["draft_comments"]) == len(rows["consultation_comments"]) == 1
    assert str(floor.north.scope.actor.id) in rows["draft_comments"][0]
    assert str(floor.north.scope.actor.id) not in "".join(rows["consultation_comments"] + rows["consultations"])
    assert str(floor.hq.scope.actor.id) not in "".join(rows["draft_comments"] + rows["consultations"])
    texts = "".join(rows["outbox"] + rows["audit_entries"])
    assert "Two hours are too long." not in texts, "what is said travels in no command and stands in no trail"


async def test_what_the_draft_becomes_later_is_not_in_what_was_laid_open(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    place = stage.network.headquarters
    again = DraftStandard(content=content(limit={"default": 3600}), expected_revision=floor.version.revision)
    changed = await stage.act(as_person(place, place.permissions), draft_standard, again)
    [seen] = await listed(floor.north)
    assert (seen["hash"], seen["document"]) == (opened["hash"], opened["document"])
    assert changed.hash != seen["hash"]
    submitting = SubmitVersion(version_id=changed.id, expected_revision=changed.revision)
    await stage.act(as_person(place, place.permissions), submit_version, submitting)
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    assert len(await listed(floor.north)) == 1


async def test_only_units_below_see_what_is_laid_open(stage: Stage) -> None:
    place = stage.network.region
    author = as_person(place, place.permissions)
    version = await stage.act(author, draft_standard, DraftStandard(content=content(code="regional")))
    floor = await drafted(stage)
    given = {"version": global_id("StandardVersion", version.id), "expectedRevision": version.revision}
    opened = await floor.region.done("openConsultation", CONSULTATION, **opening(stage, floor, **given))
    strangers = front(stage, (await build_network(stage.database, stage.clock)).north)
    assert [len(await listed(one)) for one in (floor.north, floor.region, floor.hq, strangers)] == [1, 1, 0, 0]
    for outsider in (floor.hq, strangers):
        refused = await outsider.change("commentOnDraft", COMMENT, **saying(opened))
        assert refused["__typename"] == "NotFound"


@pytest.mark.parametrize("closed", [True, False])
async def test_nobody_comments_once_it_is_over_and_what_came_in_time_is_answered(stage: Stage, *, closed: bool) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    if closed:
        closing = {"consultation": opened["id"], "expectedRevision": opened["revision"]}
        shut = await floor.hq.done("closeConsultation", CONSULTATION, **closing)
        assert (datetime.fromisoformat(shut["closedAt"]), shut["revision"]) == (stage.clock.now(), 2)
    else:
        stage.clock.advance(10 * DAY)
    assert await listed(floor.north) == await listed(floor.hq) == []
    await work_off(stage)
    before = await stage.rows()
    late = await floor.north.change("commentOnDraft", COMMENT, **saying(opened))
    again = {"consultation": opened["id"], "expectedRevision": 2 if closed else 1}
    twice = await floor.hq.change("closeConsultation", CONSULTATION, **again)
    assert [late["__typename"], twice["__typename"]] == ["ConsultationIsOver"] * 2
    assert await stage.rows() == before
    [comment] = await received(floor.hq)
    decision = {"comment": comment["id"], "expectedRevision": 1, "verdict": "ACCEPTED"}
    assert (await floor.hq.done("answerComment", ANSWERED, **decision))["status"] == "ACCEPTED"
    anew = await floor.hq.done("openConsultation", CONSULTATION, **opening(stage, floor))
    assert [one["id"] for one in await listed(floor.north)] == [anew["id"]]
