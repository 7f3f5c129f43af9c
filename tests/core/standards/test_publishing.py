"""From draft to publication: who may do what, in which order, and what is published in the end."""

from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.kernel.approvals import AuthorMayNotApprove, DecideApproval, approvals_of, decide_approval
from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted, StaleEdit
from core.standards.approve import (
    ApproveVersion,
    SubmitVersion,
    approve_version,
    settle_decision,
    submit_version,
)
from core.standards.document import converted
from core.standards.draft import DraftStandard, draft_standard
from core.standards.errors import CodeIsTaken, NoStandardInForce, VersionIsElsewhere, VersionIsNotNewer
from core.standards.models import StandardVersion
from core.standards.permissions import APPROVE_STANDARDS, DRAFT_STANDARDS, PUBLISH_STANDARDS
from core.standards.policy.checks import checked_content
from core.standards.policy.content import content_hash, content_text
from core.standards.publish import PublishVersion, publish_version
from tests.core.standards.builders import FACTS, SINCE, Stage, content, wish
from tests.core.standards.test_graphql import APPROVE, SUBMIT, client, drafted, moving
from tests.support.networks import as_person


def submit(version: StandardVersion) -> SubmitVersion:
    return SubmitVersion(version_id=version.id, expected_revision=version.revision)


def approve(version: StandardVersion) -> ApproveVersion:
    return ApproveVersion(version_id=version.id, expected_revision=version.revision)


def publish(version: StandardVersion, valid_from: datetime | None = None) -> PublishVersion:
    return PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=valid_from)


async def test_a_published_version_holds_for_every_unit_below_with_its_canonical_text(stage: Stage) -> None:
    version = await stage.publish()
    assert (version.status, version.valid_from) == ("published", SINCE)
    row = await stage.admin.fetchrow("SELECT * FROM published_versions WHERE network_id = $1", stage.network.id)
    expected = checked_content(content())
    assert row is not None
    assert (row["document"], row["hash"]) == (content_text(expected), content_hash(expected))
    assert row["approver_id"] != row["author_id"]
    for scope in stage.network.scopes:
        assert await stage.limit(scope) == 7200


async def test_every_step_is_audited_and_told(stage: Stage) -> None:
    await stage.publish()
    acts = await stage.admin.fetch(
        "SELECT action FROM audit_entries WHERE network_id = $1 AND action LIKE 'standards.%' ORDER BY id",
        stage.network.id,
    )
    assert [row["action"] for row in acts] == [
        "standards.draft",
        "standards.submit",
        "standards.approve",
        "standards.publish",
    ]
    topics = await stage.admin.fetch(
        "SELECT topic, payload FROM outbox WHERE network_id = $1 AND topic LIKE 'standards.%'", stage.network.id
    )
    assert {"standards.drafted", "standards.submitted", "standards.approved", "standards.published"} <= {
        row["topic"] for row in topics
    }


async def test_a_draft_is_written_whole_again_and_only_as_it_was_read(stage: Stage) -> None:
    author = stage.network.headquarters
    first = await stage.act(author, draft_standard, DraftStandard(content=content()))
    again = DraftStandard(
        content=content(limit={"default": 1200}), expected_revision=first.revision, change_log="Faster"
    )
    second = await stage.act(author, draft_standard, again)
    assert (second.id, second.revision, second.change_log) == (first.id, 2, "Faster")
    kept = await stage.admin.fetch("SELECT default_value FROM parameters WHERE version_id = $1", first.id)
    assert sorted(row["default_value"] for row in kept) == ["100", "1200"]
    before = await stage.rows()
    for stale in (again, DraftStandard(content=content())):
        with pytest.raises(StaleEdit):
            await stage.act(author, draft_standard, stale)
    assert await stage.rows() == before


async def test_whoever_wrote_any_of_it_does_not_approve_it(stage: Stage) -> None:
    place = stage.network.headquarters
    first, second = (as_person(place, place.permissions) for _ in range(2))
    version = await stage.act(first, draft_standard, DraftStandard(content=content()))
    command = DraftStandard(content=content(limit={"default": 1200}), expected_revision=version.revision)
    version = await stage.act(second, draft_standard, command)
    version = await stage.act(second, submit_version, submit(version))
    before = await stage.rows()
    for writer in (first, second):
        with pytest.raises(AuthorMayNotApprove):
            await stage.act(writer, approve_version, approve(version))
    assert await stage.rows() == before
    third = as_person(place, place.permissions)
    assert (await stage.act(third, approve_version, approve(version))).approver_id == third.actor.id


@pytest.mark.parametrize(("decider", "status"), [("third", "approved"), ("first", "draft"), ("reject", "draft")])
async def test_a_decision_made_in_the_inbox_is_followed(stage: Stage, decider: str, status: str) -> None:
    place = stage.network.headquarters
    first, second, third = (as_person(place, place.permissions) for _ in range(3))
    version = await stage.act(first, draft_standard, DraftStandard(content=content()))
    command = DraftStandard(content=content(), expected_revision=version.revision)
    version = await stage.act(second, draft_standard, command)
    version = await stage.act(second, submit_version, submit(version))
    async with stage.unit(first if decider == "first" else third) as unit:
        asked = (await approvals_of(unit, version.id))[0]
        verdict: Any = "rejected" if decider == "reject" else "approved"
        await decide_approval(unit, DecideApproval(approval_id=asked.id, verdict=verdict))
    for _ in range(2):
        async with stage.unit(place) as unit:
            await settle_decision(unit, version.id, version.revision)
    row = await stage.admin.fetchrow("SELECT status, revision FROM standard_versions WHERE id = $1", version.id)
    assert row is not None
    assert (row["status"], row["revision"]) == (status, version.revision + 1)


async def test_a_decision_about_an_earlier_text_says_nothing_of_a_later_one(stage: Stage) -> None:
    """The word of a rejection comes late, or a second time, when the version is asked for again."""
    place = stage.network.headquarters
    author, other = (as_person(place, place.permissions) for _ in range(2))
    version = await stage.act(author, draft_standard, DraftStandard(content=content()))
    first = await stage.act(author, submit_version, submit(version))
    async with stage.unit(other) as unit:
        [asked] = await approvals_of(unit, version.id)
        await decide_approval(unit, DecideApproval(approval_id=asked.id, verdict="rejected"))
    async with stage.unit(place) as unit:
        await settle_decision(unit, first.id, first.revision)
    command = SubmitVersion(version_id=first.id, expected_revision=first.revision + 1)
    second = await stage.act(author, submit_version, command)
    before = await stage.rows()
    async with stage.unit(place) as unit:
        await settle_decision(unit, first.id, first.revision)
    assert await stage.rows() == before
    assert (await stage.act(other, approve_version, approve(second))).status == "approved"


async def test_what_was_changed_behind_an_approval_is_not_published(stage: Stage) -> None:
    """The draft's rows are no longer what was approved, by whatever hand."""
    approver, version = await stage.approved(content())
    changed = "UPDATE parameters SET default_value = '6000' WHERE tenant_id = $1 AND version_id = $2 AND key = 'limit'"
    done = await stage.admin.execute(changed, stage.network.headquarters.tenant_id, version.id)
    assert done == "UPDATE 1"
    before = await stage.rows()
    with pytest.raises(RuntimeError, match="is not what was approved"):
        await stage.act(approver, publish_version, publish(version))
    assert await stage.rows() == before


async def test_each_act_needs_its_permission(stage: Stage) -> None:
    place = stage.network.headquarters
    _, version = await stage.approved(content())
    draft = await stage.act(place, draft_standard, DraftStandard(content=content("2.0.0")))
    before = await stage.rows()
    tries: list[tuple[str, Any, Any]] = [
        (DRAFT_STANDARDS.name, draft_standard, DraftStandard(content=content("3.0.0"))),
        (DRAFT_STANDARDS.name, submit_version, submit(draft)),
        (APPROVE_STANDARDS.name, approve_version, approve(draft)),
        (PUBLISH_STANDARDS.name, publish_version, publish(version)),
    ]
    for missing, use_case, command in tries:
        with pytest.raises(NotPermitted):
            await stage.act(as_person(place, place.permissions - {missing}), use_case, command)
    assert await stage.rows() == before


async def test_another_tenant_finds_no_version_of_ours(stage: Stage) -> None:
    _, version = await stage.approved(content())
    before = await stage.rows()
    for scope in (stage.network.region, stage.network.north):
        for use_case, command in ((submit_version, submit(version)), (publish_version, publish(version))):
            with pytest.raises(NotFound):
                await stage.act(scope, use_case, command)  # type: ignore[arg-type]
    assert await stage.rows() == before


async def test_a_version_goes_its_way_step_by_step(stage: Stage) -> None:
    place = stage.network.headquarters
    other = as_person(place, place.permissions)
    version = await stage.act(place, draft_standard, DraftStandard(content=content()))
    refused: list[tuple[Any, Any]] = [(approve_version, approve(version)), (publish_version, publish(version))]
    for use_case, command in refused:
        with pytest.raises(VersionIsElsewhere):
            await stage.act(other, use_case, command)
    version = await stage.act(place, submit_version, submit(version))
    again = DraftStandard(content=content(), expected_revision=version.revision)
    with pytest.raises(VersionIsElsewhere) as found:
        await stage.act(place, draft_standard, again)
    assert (found.value.status, found.value.needed) == ("in_review", "draft")
    stale = replace(approve(version), expected_revision=version.revision - 1)
    with pytest.raises(StaleEdit):
        await stage.act(other, approve_version, stale)


async def test_a_successor_ends_its_predecessor_and_nothing_overlaps(stage: Stage) -> None:
    await stage.publish()
    turn = stage.clock.now() + timedelta(days=30)
    await stage.publish(content("1.1.0", {"default": 3600}), turn)
    assert await stage.limit(stage.network.north) == 7200
    assert await stage.limit(stage.network.north, at=turn) == 3600
    rows = await stage.admin.fetch(
        "SELECT status, valid_to FROM standard_versions WHERE network_id = $1 ORDER BY minor", stage.network.id
    )
    assert [(row["status"], row["valid_to"]) for row in rows] == [("superseded", turn), ("published", None)]


@pytest.mark.parametrize(
    ("number", "days"), [("1.0.1", 0), ("1.0.1", -1), ("0.9.0", 1)], ids=["same start", "before", "lower number"]
)
async def test_a_version_that_does_not_come_after_is_refused(stage: Stage, number: str, days: int) -> None:
    drafts = [content("0.9.0"), content("1.0.1")]
    prepared = {given.number: await stage.approved(given) for given in drafts}
    await stage.publish()
    approver, version = prepared[number]
    before = await stage.rows()
    with pytest.raises(VersionIsNotNewer):
        await stage.act(approver, publish_version, publish(version, SINCE + timedelta(days)))
    assert await stage.rows() == before


async def test_a_code_belongs_to_one_tenant_of_the_network(stage: Stage) -> None:
    await stage.publish(scope=stage.network.region)
    with pytest.raises(CodeIsTaken):  # the region's is seen from below
        await stage.act(stage.network.north, draft_standard, DraftStandard(content=content("2.0.0")))
    approver, version = await stage.approved(content("2.0.0"))
    before = await stage.rows()
    with pytest.raises(CodeIsTaken):  # and guarded by the database where it is not seen
        await stage.act(approver, publish_version, publish(version))
    assert await stage.rows() == before


async def test_strangers_see_nothing_of_it(stage: Stage, strangers: Any) -> None:
    await stage.publish()
    for scope in strangers.scopes:
        with pytest.raises(NoStandardInForce):
            await stage.resolve(scope)


def parameter(**said: Any) -> dict[str, Any]:
    """The change that puts one other parameter into a clause."""
    return {"parameters": [{"key": "a", "type": "integer", "default": 9, **said}]}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("code", {"code": "Not A Code"}),
        ("number", {"number": "1"}),
        ("title", {"title": {}}),
        ("format", {"format": "else"}),
        ("clauses", {"clauses": []}),
        ("clauses[0].body", {0: {"body": {"steps": []}}}),
        ("clauses[0].body", {0: {"body": None}}),
        ("clauses[0].body", {0: {"body": {"steps": [{"key": "a", "position": 0}]}}}),
        ("clauses[0].body", {0: {"body": {"steps": [{"key": "a", "position": 1}] * 2}}}),
        ("clauses[2].body", {2: {"body": {"steps": []}}}),
        ("clauses[2].key", {2: {"key": "first_response"}}),
        ("clauses[2].key", {2: {"key": "first_response.limit"}}),
        ("clauses[2].operators", {2: {"operators": ["append"]}}),
        ("clauses[0].operators", {0: {"operators": ["assign"]}}),
        ("clauses[1].text", {1: {"text": {"en": " "}}}),
        ("clauses[1].parameters[0].key", {1: parameter(key="A")}),
        ("clauses[1].parameters[0].default", {1: parameter(default="1")}),
        ("clauses[1].parameters[0].unit", {1: parameter(unit="elapsed")}),
        ("clauses[1].parameters[0].operators", {1: parameter(operators=["remove"])}),
        ("clauses[1].parameters[0].bounds", {1: parameter(type="choice", default="a")}),
        ("clauses[1].parameters[0].bounds", {1: parameter(type="text", default="a", bounds={"minimum": 1})}),
        ("clauses[1].parameters[0].default", {1: parameter(bounds={"maximum": 1})}),
        ("clauses[3].parameters[0].operators", {3: parameter(operators=["assign"])}),
    ],
)
async def test_a_draft_that_is_not_well_formed_names_the_place(stage: Stage, path: str, change: dict[Any, Any]) -> None:
    facts = deepcopy(FACTS)
    for where, said in change.items():
        if isinstance(where, int):
            facts["clauses"][where] |= said
        else:
            facts[where] = said
    before = await stage.rows()
    command = DraftStandard(content=converted(facts))
    with pytest.raises(InvalidInput) as found:
        await stage.act(stage.network.headquarters, draft_standard, command)
    assert found.value.field == path
    assert await stage.rows() == before


async def test_an_instant_without_a_zone_is_refused(stage: Stage) -> None:
    approver, version = await stage.approved(content())
    with pytest.raises(InvalidInput):
        await stage.act(approver, publish_version, publish(version, datetime(2026, 1, 1)))  # noqa: DTZ001
    await stage.publish(content("2.0.0"))
    refused: list[DomainError] = []
    for command in (wish(valid_from=datetime(2026, 1, 1)), wish(valid_to=datetime(2027, 1, 1))):  # noqa: DTZ001
        with pytest.raises(InvalidInput) as found:
            await stage.adapt(stage.network.north, command)
        refused.append(found.value)
    assert [one.field for one in refused if isinstance(one, InvalidInput)] == ["validFrom", "validTo"]


async def test_whoever_wrote_a_version_does_not_approve_it(stage: Stage) -> None:
    author, submitter = (client(stage, stage.network.headquarters) for _ in range(2))
    version = await drafted(author)
    version = (await submitter.change(SUBMIT, **moving(version)))["version"]
    before = await stage.rows()
    for one in (author, submitter):
        refused = await one.change(APPROVE, **moving(version))
        assert refused["code"] == "work.author_may_not_approve", "neither who wrote it nor who handed it in"
    assert await stage.rows() == before
    approved = await client(stage, stage.network.headquarters).change(APPROVE, **moving(version))
    assert approved["version"]["status"] == "APPROVED"
