"""Where two are needed, nobody ends an adaptation alone; what is taken back is asked no more."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.approvals import WithdrawApproval, approvals_of, withdraw_approval
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.scope import Scope
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.approve import SubmitVersion, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.proposals.decide import ApproveAdaptation, approve_adaptation
from core.standards.proposals.errors import ProposalIsDecided, TwoMustAdapt
from core.standards.proposals.propose import RuleAdaptations, propose_adaptation, propose_withdrawal, rule_adaptations
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.merging.working import moved, upgrade, value
from tests.core.standards.test_jobs import work_off
from tests.support.networks import as_person


def two(stage: Stage) -> tuple[Scope, Scope]:
    north = stage.network.north
    return as_person(north, north.permissions), as_person(north, north.permissions)


def approving(proposal: Any, revision: int = 1) -> ApproveAdaptation:
    return ApproveAdaptation(proposal_id=proposal.id, expected_revision=revision)


async def test_two_end_an_adaptation_where_two_are_needed(stage: Stage) -> None:
    await stage.publish()
    author, approver = two(stage)
    made = await stage.adapt(author, wish(3600))
    await stage.act(stage.network.north, rule_adaptations, RuleAdaptations(by_two=True))
    stage.clock.advance(timedelta(hours=1))
    ending = WithdrawAdaptation(adaptation_id=made.id, reason="No more.")
    before = await stage.rows()
    with pytest.raises(TwoMustAdapt):
        await stage.act(author, withdraw_adaptation, ending)
    for refusal, command in (
        (NotFound, WithdrawAdaptation(adaptation_id=stage.network.id, reason="No more.")),
        (StaleEdit, WithdrawAdaptation(adaptation_id=made.id, reason="No more.", expected_revision=9)),
    ):
        with pytest.raises(refusal):
            await stage.act(author, propose_withdrawal, command)
    assert await stage.rows() == before
    proposal = await stage.act(author, propose_withdrawal, ending)
    assert (proposal.withdraws, await stage.limit(author)) == (made.id, 3600)
    left = await stage.act(approver, approve_adaptation, approving(proposal))
    assert (left.valid_to, left.ended_because) == (stage.clock.now(), "No more.")
    assert await stage.limit(author) == 7200
    again = await stage.act(author, propose_adaptation, wish(3000))
    before = await stage.rows()
    with pytest.raises(ProposalIsDecided):
        await stage.act(approver, approve_adaptation, approving(proposal, 2))
    assert await stage.rows() == before
    assert again.status == "asked"


async def test_what_a_version_carried_along_since_is_ended_where_it_stands(stage: Stage) -> None:
    await stage.publish()
    author, approver = two(stage)
    made = await stage.adapt(author, wish(3600))
    proposal = await stage.act(author, propose_withdrawal, WithdrawAdaptation(adaptation_id=made.id, reason="No more."))
    await upgrade(stage, moved("2.0.0"))
    assert await value(stage, author, "response", "limit") == 3600
    stage.clock.advance(timedelta(hours=1))
    await stage.act(approver, approve_adaptation, approving(proposal))
    assert await value(stage, author, "response", "limit") == 7200


async def take_back(stage: Stage, author: Scope, subject: Any) -> None:
    async with stage.unit(author) as unit:
        asked = (await approvals_of(unit, subject.id))[0]
        await withdraw_approval(unit, WithdrawApproval(approval_id=asked.id))
    for _ in range(2):
        await work_off(stage)


async def test_a_proposal_that_is_taken_back_is_asked_no_more(stage: Stage) -> None:
    await stage.publish()
    author, approver = two(stage)
    proposal = await stage.act(author, propose_adaptation, wish(3600))
    await take_back(stage, author, proposal)
    row = await stage.admin.fetchrow("SELECT * FROM adaptation_proposals WHERE id = $1", proposal.id)
    assert row is not None
    assert (row["status"], row["decided_by"], row["revision"]) == ("withdrawn", None, 2)
    with pytest.raises(ProposalIsDecided):
        await stage.act(approver, approve_adaptation, approving(proposal, 2))
    assert await stage.limit(author) == 7200


async def test_a_version_whose_approval_is_taken_back_is_a_draft_again(stage: Stage) -> None:
    place = stage.network.headquarters
    author = as_person(place, place.permissions)
    version = await stage.act(author, draft_standard, DraftStandard(content=content()))
    version = await stage.act(author, submit_version, SubmitVersion(version_id=version.id, expected_revision=1))
    await take_back(stage, author, version)
    status = "SELECT status, revision FROM standard_versions WHERE id = $1"
    row = await stage.admin.fetchrow(status, version.id)
    assert row is not None
    assert row["status"] == "draft"
    again = SubmitVersion(version_id=version.id, expected_revision=row["revision"])
    assert (await stage.act(author, submit_version, again)).status == "in_review"
