"""Owners learn which of their adaptations a new bound excludes; what holds never waits for it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from core.kernel.approvals import DecideApproval, approvals_of, decide_approval
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.outbox import send
from core.kernel.services import Services
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.standards import jobs
from core.standards.adapt import WithdrawAdaptation, withdraw_adaptation
from core.standards.approve import SubmitVersion, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.merging.carry import ITEM
from core.standards.resolve import SETTLED_AFTER
from tenants.directory import TenantDirectory
from tenants.networks.move import MoveTenant, move_tenant
from tests.core.standards.builders import CODE, SINCE, Stage, content, wish
from tests.support.networks import as_person, provisioned

STRICTER = {"default": 3600, "bounds": {"minimum": 600, "maximum": 3600}}


async def work_off(stage: Stage) -> None:
    """Do everything that waits in the network."""
    load_handlers()
    services = Services()
    services.put(Directory, TenantDirectory(stage.database))
    background = Background(database=stage.database, services=services, clock=stage.clock)
    await run_until_idle(background, network_id=stage.network.id)


async def items(stage: Stage) -> list[Any]:
    return await stage.admin.fetch(
        "SELECT * FROM work_items WHERE network_id = $1 AND kind = $2 ORDER BY id", stage.network.id, ITEM
    )


async def test_a_publication_tells_the_owners_of_what_it_suspends(stage: Stage) -> None:
    await stage.publish()
    north, south = stage.network.north, stage.network.south
    suspended = await stage.adapt(north, wish(5000))
    await stage.adapt(south, wish(3000))
    await work_off(stage)
    assert await items(stage) == []
    await stage.publish(content("2.0.0", STRICTER), stage.clock.now() + timedelta(seconds=1))
    stage.clock.advance(timedelta(seconds=1))
    assert [await stage.limit(north), await stage.limit(south)] == [3600, 3000]
    await work_off(stage)
    [item] = await items(stage)
    assert (item["tenant_id"], item["subject_id"], item["status"]) == (north.tenant_id, suspended.id, "open")
    facts = orjson.loads(item["facts"])
    assert (facts["code"], facts["outcome"]) == (CODE, "out_of_bounds")
    assert [await stage.limit(north), await stage.limit(south)] == [3600, 3000]


async def test_owners_learn_of_a_suspension_to_come(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    turn = stage.clock.now() + timedelta(days=30)
    await stage.publish(content("2.0.0", STRICTER), turn)
    await work_off(stage)
    [item] = await items(stage)
    assert orjson.loads(item["facts"])["at"] == turn.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert await stage.limit(stage.network.north) == 5000


async def test_a_region_suspends_and_gives_way_again(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    made = await stage.adapt(stage.network.region, wish(4000))
    await work_off(stage)
    assert [item["status"] for item in await items(stage)] == ["open"]
    await stage.act(
        stage.network.region,
        withdraw_adaptation,
        WithdrawAdaptation(adaptation_id=made.id, ends=SINCE, reason="A mistake."),
    )
    await work_off(stage)
    assert [item["status"] for item in await items(stage)] == ["done"]
    assert await stage.limit(stage.network.north) == 5000


TELL = "standards.tell_below"
CHECKS = "SELECT * FROM outbox WHERE network_id = $1 AND topic = 'standards.check_many' ORDER BY id"


async def checked(stage: Stage) -> list[UUID]:
    """Give the tenants that commands were for, one after the other."""
    rows = await stage.admin.fetch(CHECKS, stage.network.id)
    return [UUID(one) for row in rows for one in orjson.loads(row["payload"])["tenants"]]


async def test_telling_many_units_is_cut_into_pieces(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    network = stage.network
    await stage.publish()
    for scope in (network.region, network.north, network.south):
        await stage.adapt(scope, wish(7000))
    await work_off(stage)
    await stage.admin.execute("DELETE FROM outbox WHERE network_id = $1", network.id)
    await stage.publish(content("2.0.0", STRICTER), stage.clock.now())
    await work_off(stage)
    sent = [
        row for row in await stage.admin.fetch(CHECKS, network.id) if row["tenant_id"] == network.headquarters.tenant_id
    ]
    told = [UUID(one) for row in sent for one in orjson.loads(row["payload"])["tenants"]]
    assert sorted(told) == sorted(scope.tenant_id for scope in network.scopes[1:])
    assert {row["status"] for row in sent} == {"done"}


WRITTEN = """SELECT (SELECT count(*) FROM adaptations WHERE network_id = $1) AS adaptations,
    (SELECT count(*) FROM merge_outcomes WHERE network_id = $1) AS outcomes,
    (SELECT count(*) FROM work_items WHERE network_id = $1 AND kind = 'standards.adaptation_suspended') AS items,
    (SELECT count(*) FROM audit_entries WHERE network_id = $1 AND action = 'standards.carry') AS acts"""


async def run_again(stage: Stage, topic: str) -> None:
    """Run all commands of a topic again, those that are done as well."""
    again = "UPDATE outbox SET status = 'waiting', due_at = $3 WHERE network_id = $1 AND topic = $2"
    await stage.admin.execute(again, stage.network.id, topic, stage.clock.now())
    await work_off(stage)


async def three_adapted(stage: Stage) -> None:
    """Let the region and both of its units adapt, and publish a version in which one of these does not fit."""
    await stage.publish()
    for scope, limit in zip(stage.network.scopes[1:], (6500, 3000, 3200), strict=True):
        await stage.adapt(scope, wish(limit))
    await work_off(stage)
    await stage.publish(content("2.0.0", STRICTER), stage.clock.now() + timedelta(seconds=1))
    stage.clock.advance(timedelta(seconds=1))


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_command_for_many_that_is_killed_in_between_does_the_rest(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    await three_adapted(stage)
    real, looked = jobs.check, list[UUID]()

    async def killed(unit: Unit, code: str, *given: Any) -> None:
        await real(unit, code, *given)
        looked.append(unit.tenant_id)
        if len(looked) == place + 1:
            raise OSError

    monkeypatch.setattr(jobs, "check", killed)
    with pytest.raises(OSError):
        await work_off(stage)
    before = await stage.admin.fetchrow(WRITTEN, stage.network.id)
    assert before["acts"] <= place, "what the killed transaction did is not there"
    stage.clock.advance(timedelta(minutes=1))
    await work_off(stage)
    once = await stage.admin.fetchrow(WRITTEN, stage.network.id)
    assert (once["outcomes"], once["items"], once["acts"]) == (3, 1, 2)
    await run_again(stage, jobs.CHECK_MANY)
    assert await stage.admin.fetchrow(WRITTEN, stage.network.id) == once, "done again, nothing more happens"


@pytest.mark.parametrize("place", [1, 2])
async def test_who_was_looked_at_before_a_command_for_many_was_killed_is_not_looked_at_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    await three_adapted(stage)
    before = Counter(await checked(stage))
    real, begun, done = jobs.check, Counter[UUID](), Counter[UUID]()

    async def effect(unit: Unit, code: str, *given: Any) -> None:
        await real(unit, code, *given)
        await send(unit, "standards.tried", {"tenant": unit.tenant_id})
        begun[unit.tenant_id] += 1
        if begun.total() == place + 1:
            raise OSError
        done[unit.tenant_id] += 1

    monkeypatch.setattr(jobs, "check", effect)
    with pytest.raises(OSError):
        await work_off(stage)
    for _ in range(2):
        await run_again(stage, jobs.CHECK_MANY)
    commands = Counter(await checked(stage))
    assert done == commands - before, "each tenant once for each command that names it"
    effects = "SELECT count(*) FROM outbox WHERE network_id = $1 AND topic = 'standards.tried'"
    assert await stage.admin.fetchval(effects, stage.network.id) == done.total()
    receipts = "SELECT tenant_id FROM command_receipts WHERE network_id = $1 AND topic = $2"
    kept = await stage.admin.fetch(receipts, stage.network.id, jobs.CHECK_MANY)
    assert Counter(row["tenant_id"] for row in kept) == commands


async def test_trouble_in_one_tenant_keeps_no_other_from_being_looked_at(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three_adapted(stage)
    real, troubled = jobs.check, stage.network.north.tenant_id

    async def failing(unit: Unit, code: str, *given: Any) -> None:
        await real(unit, code, *given)
        if unit.tenant_id == troubled and given:
            raise ValueError

    monkeypatch.setattr(jobs, "check", failing)
    await work_off(stage)
    alone = "SELECT * FROM outbox WHERE network_id = $1 AND topic = $2 AND target_tenant_id <> tenant_id"
    [sent] = await stage.admin.fetch(alone, stage.network.id, jobs.CHECK)
    assert (sent["target_tenant_id"], sent["status"]) == (troubled, "done")
    acts = await stage.admin.fetchrow(WRITTEN, stage.network.id)
    assert (acts["outcomes"], acts["acts"]) == (3, 2)


async def test_who_has_nothing_that_hangs_on_a_standard_is_not_told(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await work_off(stage)
    told = await checked(stage)
    assert stage.network.south.tenant_id not in told
    await stage.publish(content("2.0.0", STRICTER), stage.clock.now())
    await work_off(stage)
    told = await checked(stage)
    assert set(told) == {stage.network.north.tenant_id}


async def test_who_adapts_while_the_others_are_told_is_found_by_a_second_look(stage: Stage) -> None:
    await stage.publish()
    await work_off(stage)
    await stage.adapt(stage.network.north, wish(5000))
    await stage.admin.execute("DELETE FROM outbox WHERE network_id = $1 AND topic <> $2", stage.network.id, TELL)
    assert await stage.admin.fetch(CHECKS, stage.network.id) == []
    stage.clock.advance(SETTLED_AFTER)
    await work_off(stage)
    told = await checked(stage)
    assert set(told) == {stage.network.north.tenant_id}


async def test_units_placed_below_later_inherit_what_was_adapted_before(stage: Stage) -> None:
    await stage.publish()
    network, hq = stage.network, stage.network.headquarters
    [east] = await provisioned(stage.database, stage.clock, hq, hq, ("east", "region"))
    await stage.adapt(east, wish(5000))
    copies = "SELECT count(*) FROM published_overlays WHERE owner_tenant_id = $1 AND recorded_to IS NULL"
    assert await stage.admin.fetchval(copies, east.tenant_id) == 0
    [seat] = await provisioned(stage.database, stage.clock, hq, east, ("seat", "franchisee"))
    await work_off(stage)
    assert await stage.limit(seat) == 5000
    command = MoveTenant(tenant_id=network.north.tenant_id, parent_id=east.tenant_id, since=stage.clock.now())
    await stage.act(hq, move_tenant, command)
    await work_off(stage)
    assert await stage.limit(replace(network.north, lineage=(*east.lineage, network.north.tenant_id))) == 5000
    assert await stage.admin.fetchval(copies, east.tenant_id) == 1
    await stage.adapt(east, wish(4000, valid_from=SINCE))
    assert await stage.limit(seat) == 4000
    assert await stage.admin.fetchval(copies, east.tenant_id) == 1


async def test_a_decision_made_in_the_inbox_reaches_the_version(stage: Stage) -> None:
    place = stage.network.headquarters
    version = await stage.act(place, draft_standard, DraftStandard(content=content()))
    version = await stage.act(
        place, submit_version, SubmitVersion(version_id=version.id, expected_revision=version.revision)
    )
    async with stage.unit(as_person(place, place.permissions)) as unit:
        asked = (await approvals_of(unit, version.id))[0]
        await decide_approval(unit, DecideApproval(approval_id=asked.id, verdict="approved"))
    await work_off(stage)
    status = await stage.admin.fetchval("SELECT status FROM standard_versions WHERE id = $1", version.id)
    assert status == "approved"
