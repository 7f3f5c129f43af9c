"""Owners learn which of their adaptations a new bound excludes; what holds never waits for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from core.kernel.approvals import DecideApproval, approvals_of, decide_approval
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.services import Services
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
CHECKS = "SELECT * FROM outbox WHERE network_id = $1 AND topic = 'standards.check_adaptations' ORDER BY id"


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
    below = [scope.tenant_id for scope in network.scopes[1:]]
    assert sorted(row["target_tenant_id"] for row in sent) == sorted(below)
    assert {row["status"] for row in sent} == {"done"}


async def test_who_has_nothing_that_hangs_on_a_standard_is_not_told(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await work_off(stage)
    told = [row["target_tenant_id"] for row in await stage.admin.fetch(CHECKS, stage.network.id)]
    assert stage.network.south.tenant_id not in told
    await stage.publish(content("2.0.0", STRICTER), stage.clock.now())
    await work_off(stage)
    told = [row["target_tenant_id"] for row in await stage.admin.fetch(CHECKS, stage.network.id)]
    assert set(told) == {stage.network.north.tenant_id}


async def test_who_adapts_while_the_others_are_told_is_found_by_a_second_look(stage: Stage) -> None:
    await stage.publish()
    await work_off(stage)
    await stage.adapt(stage.network.north, wish(5000))
    await stage.admin.execute("DELETE FROM outbox WHERE network_id = $1 AND topic <> $2", stage.network.id, TELL)
    assert await stage.admin.fetch(CHECKS, stage.network.id) == []
    stage.clock.advance(SETTLED_AFTER)
    await work_off(stage)
    told = [row["target_tenant_id"] for row in await stage.admin.fetch(CHECKS, stage.network.id)]
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
