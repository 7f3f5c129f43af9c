"""One proposes, another approves; what is out of bounds by then is refused; nobody adapts alone where two are due."""

from datetime import timedelta
from typing import Any

import pytest

from core.kernel.approvals import AuthorMayNotApprove, DecideApproval, Verdict, approvals_of, decide_approval
from core.kernel.errors import NotFound, NotPermitted, StaleEdit
from core.standards.errors import BoundExceeded
from core.standards.permissions import ADAPT_STANDARDS, PROPOSE_ADAPTATIONS, RULE_ADAPTATIONS
from core.standards.proposals.decide import REFUSED_ITEM, ApproveAdaptation, approve_adaptation, settle_proposal
from core.standards.proposals.errors import ProposalIsDecided, TwoMustAdapt
from core.standards.proposals.propose import RuleAdaptations, propose_adaptation, rule_adaptations
from tests.core.standards.builders import SINCE, Stage, content, wish
from tests.support.networks import as_person


async def test_two_persons_adapt_and_both_are_named(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    author, approver = (as_person(north, north.permissions) for _ in range(2))
    proposal = await stage.act(author, propose_adaptation, wish(3600, valid_from=SINCE, legal_basis="Law"))
    assert await stage.limit(north) == 7200
    stage.clock.advance(timedelta(days=3))
    decided = ApproveAdaptation(proposal_id=proposal.id, expected_revision=1)
    made = await stage.act(approver, approve_adaptation, decided)
    assert (made.author_id, made.approver_id) == (author.actor.id, approver.actor.id)
    assert (await stage.limit(north), made.legal_basis) == (3600, "Law")
    found = (await stage.resolve(north)).standard.values["first_response", "limit"]
    assert found.why[0].overlay.approver_id == approver.actor.id
    before = await stage.rows()
    with pytest.raises(ProposalIsDecided):
        await stage.act(approver, approve_adaptation, decided)
    assert await stage.rows() == before


async def test_a_proposal_that_may_not_be_changes_nothing(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    author, lower = (as_person(north, north.permissions) for _ in range(2))
    before = await stage.rows()
    with pytest.raises(BoundExceeded):
        await stage.act(author, propose_adaptation, wish(9000))
    stranger = as_person(north, north.permissions - {PROPOSE_ADAPTATIONS.name})
    with pytest.raises(NotPermitted):
        await stage.act(stranger, propose_adaptation, wish())
    assert await stage.rows() == before
    proposal = await stage.act(author, propose_adaptation, wish())
    before = await stage.rows()
    lower = as_person(north, north.permissions - {ADAPT_STANDARDS.name})
    tries: list[tuple[type[Exception], Any, int]] = [
        (AuthorMayNotApprove, author, 1),
        (NotPermitted, lower, 1),
        (StaleEdit, as_person(north, north.permissions), 2),
        (NotFound, stage.network.south, 1),
    ]
    for refusal, scope, revision in tries:
        command = ApproveAdaptation(proposal_id=proposal.id, expected_revision=revision)
        with pytest.raises(refusal):
            await stage.act(scope, approve_adaptation, command)
    assert await stage.rows() == before


async def test_what_is_out_of_bounds_by_then_is_refused_with_the_bound(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    proposal = await stage.act(as_person(north, north.permissions), propose_adaptation, wish(5000))
    await stage.publish(content("2.0.0", {"default": 3600, "bounds": {"maximum": 3600}}), stage.clock.now())
    before = await stage.rows()
    with pytest.raises(BoundExceeded) as found:
        await stage.act(north, approve_adaptation, ApproveAdaptation(proposal_id=proposal.id, expected_revision=1))
    assert (found.value.bound, found.value.limit) == ("maximum", "3600")
    assert await stage.rows() == before


@pytest.mark.parametrize(
    ("verdict", "tightened", "status"),
    [("approved", False, "approved"), ("approved", True, "refused"), ("rejected", False, "rejected")],
)
async def test_a_decision_made_in_the_inbox_is_followed_once(
    stage: Stage, verdict: Verdict, tightened: bool, status: str
) -> None:
    await stage.publish()
    north = stage.network.north
    proposal = await stage.act(as_person(north, north.permissions), propose_adaptation, wish(5000))
    if tightened:
        await stage.publish(content("2.0.0", {"default": 3600, "bounds": {"maximum": 3600}}), stage.clock.now())
    async with stage.unit(north) as unit:
        asked = (await approvals_of(unit, proposal.id))[0]
        await decide_approval(unit, DecideApproval(approval_id=asked.id, verdict=verdict))
    for _ in range(2):
        async with stage.unit(north) as unit:
            await settle_proposal(unit, proposal.id)
    row = await stage.admin.fetchrow("SELECT * FROM adaptation_proposals WHERE id = $1", proposal.id)
    assert row is not None
    assert (row["status"], row["revision"]) == (status, 2)
    assert row["refusal"] == ("standards.bound_exceeded" if tightened else "")
    assert await stage.limit(north) == {"approved": 5000, "refused": 3600, "rejected": 7200}[status]
    told = await stage.admin.fetchval(
        "SELECT count(*) FROM work_items WHERE kind = $1 AND subject_id = $2", REFUSED_ITEM, proposal.id
    )
    assert told == int(tightened)
    laid = await stage.admin.fetchval("SELECT count(*) FROM adaptations WHERE network_id = $1", stage.network.id)
    assert laid == int(status == "approved")


async def test_nobody_adapts_alone_where_two_are_due(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    lower = as_person(north, north.permissions - {RULE_ADAPTATIONS.name})
    with pytest.raises(NotPermitted):
        await stage.act(lower, rule_adaptations, RuleAdaptations(by_two=True))
    await stage.act(north, rule_adaptations, RuleAdaptations(by_two=True))
    before = await stage.rows()
    with pytest.raises(TwoMustAdapt):
        await stage.adapt(north, wish())
    assert await stage.rows() == before
    await stage.adapt(stage.network.south, wish())
    proposal = await stage.act(as_person(north, north.permissions), propose_adaptation, wish())
    await stage.act(north, approve_adaptation, ApproveAdaptation(proposal_id=proposal.id, expected_revision=1))
    assert await stage.limit(north) == 3600
    await stage.act(north, rule_adaptations, RuleAdaptations(by_two=False))
    await stage.adapt(north, wish(3000))
