"""Where two persons are needed, nobody is both of them by way of a service account."""

from dataclasses import replace

import pytest

from core.kernel.approvals import AuthorMayNotApprove, DecideApproval, approvals_of, decide_approval
from core.kernel.scope import Actor, ActorKind, Scope
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import StandardVersion
from core.standards.proposals.decide import ApproveAdaptation, approve_adaptation
from core.standards.proposals.propose import propose_adaptation
from tenants.accounts.service_accounts import CreateServiceAccount, RotateSecret, create_service_account, rotate_secret
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.waivers.asking import REQUEST, WAIVER, Front, asking, bounded, changing, work_off
from tests.support.api import Api
from tests.support.networks import as_person
from tests.tenants.office import Office


@pytest.fixture
def stage(office: Office) -> Stage:
    Api.on(office.database, office.clock)  # wires the product as every process does
    return Stage(office.database, office.clock, office.network, office.admin)


async def account_of(stage: Stage, maker: Scope, name: str = "till") -> Scope:
    """A machine that may do everything here, made by somebody."""
    made = await stage.act(maker, create_service_account, CreateServiceAccount(name=name, roles=maker.roles))
    return replace(maker, actor=Actor(ActorKind.SERVICE, made.account.id))


def keeper_of(place: Scope, role: str = "franchise_owner") -> Scope:
    """Somebody who may do everything here, and give their role to accounts."""
    return replace(as_person(place, place.permissions), roles=(role,))


@pytest.mark.parametrize("way", ["through the account", "of the account", "between two accounts", "through a chain"])
async def test_nobody_approves_through_an_account_what_they_proposed(stage: Stage, way: str) -> None:
    await stage.publish()
    owner = keeper_of(stage.network.north)
    first = await account_of(stage, owner)
    second = await account_of(stage, first if way == "through a chain" else owner, "screen")
    author, approver = {
        "through the account": (owner, first),
        "of the account": (first, owner),
        "between two accounts": (first, second),
        "through a chain": (owner, second),
    }[way]
    proposal = await stage.act(author, propose_adaptation, wish(3600))
    async with stage.unit(owner, read_only=True) as unit:
        asked = (await approvals_of(unit, proposal.id))[0]
    before = await stage.rows()
    with pytest.raises(AuthorMayNotApprove):
        await stage.act(approver, approve_adaptation, ApproveAdaptation(proposal_id=proposal.id, expected_revision=1))
    with pytest.raises(AuthorMayNotApprove):
        await stage.act(approver, decide_approval, DecideApproval(approval_id=asked.id, verdict="approved"))
    assert await stage.rows() == before
    other = as_person(stage.network.north, stage.network.north.permissions)
    command = ApproveAdaptation(proposal_id=proposal.id, expected_revision=1)
    assert (await stage.act(other, approve_adaptation, command)).approver_id == other.actor.id


async def test_whoever_was_given_an_accounts_secret_is_its_hand_too(stage: Stage) -> None:
    await stage.publish()
    maker, rotator = keeper_of(stage.network.north), keeper_of(stage.network.north)
    account = await account_of(stage, maker)
    rotated = RotateSecret(account_id=account.actor.id, expected_version=1)
    await stage.act(rotator, rotate_secret, rotated)
    proposal = await stage.act(rotator, propose_adaptation, wish(3600))
    command = ApproveAdaptation(proposal_id=proposal.id, expected_revision=1)
    with pytest.raises(AuthorMayNotApprove):
        await stage.act(account, approve_adaptation, command)


@pytest.mark.parametrize("writes", ["account", "person"])
async def test_nobody_approves_a_standard_that_their_account_wrote(stage: Stage, writes: str) -> None:
    place = stage.network.headquarters
    keeper, other = keeper_of(place, "headquarters_administrator"), as_person(place, place.permissions)
    account = await account_of(stage, keeper)
    author, approver = (account, keeper) if writes == "account" else (keeper, account)
    version = await stage.act(author, draft_standard, DraftStandard(content=content()))
    # Somebody else hands it in: who wrote it is held against the approver, not only who asked.
    version = await stage.act(other, submit_version, SubmitVersion(version_id=version.id, expected_revision=1))
    before = await stage.rows()
    with pytest.raises(AuthorMayNotApprove):
        await stage.act(approver, approve_version, approving(version))
    assert await stage.rows() == before
    third = as_person(place, place.permissions)
    assert (await stage.act(third, approve_version, approving(version))).approver_id == third.actor.id


def approving(version: StandardVersion) -> ApproveVersion:
    return ApproveVersion(version_id=version.id, expected_revision=version.revision)


@pytest.mark.parametrize("inbox", [False, True])
async def test_nobody_decides_in_one_tenant_what_their_account_asked_for_in_another(stage: Stage, inbox: bool) -> None:
    _, region = await bounded(stage)
    keeper = keeper_of(stage.network.north)
    account = await account_of(stage, keeper)
    await Front(stage, account).done("askWaiver", WAIVER, **asking(stage))
    await work_off(stage)
    oneself = Front(stage, replace(stage.network.region, actor=keeper.actor))
    waits = await region.request()
    if inbox:
        asked = "SELECT approval_id FROM waiver_requests WHERE tenant_id = $1"
        approval = await stage.admin.fetchval(asked, region.scope.tenant_id)
        decision = DecideApproval(approval_id=approval, verdict="approved")
        await stage.act(oneself.scope, decide_approval, decision)
        await work_off(stage)
        assert (await region.request())["status"] == "REJECTED"
        return
    before = await stage.rows()
    refused = await oneself.change("decideWaiver", REQUEST, **changing(waits, verdict="GRANTED", reason="Yes."))
    assert refused["code"] == "standards.asker_may_not_decide"
    assert await stage.rows() == before
    await region.done("decideWaiver", REQUEST, **changing(waits, verdict="GRANTED", reason="Yes."))
