"""Jobs are followed as they go, and the audit trail is read, inside one tenant and with the permission alone."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from core.kernel.audit import record_act
from core.kernel.background.graphql import subscriptions
from core.kernel.changes import Changes
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.jobs import advance, open_job
from core.kernel.outbox import send
from core.kernel.scope import Scope
from core.kernel.services import Services
from gateway.live.change_feed import ChangeFeed
from tests.support.api import Api
from tests.support.networks import BuiltNetwork, as_person

FOLLOW = "subscription ($job: ID!) { jobProgress(job: $job) { status done total } }"
AUDIT = "{ auditEntries(first: 50) { nodes { action subjectKind actorKind details } } }"


async def opened(database: Database, scope: Scope) -> UUID:
    async with database.unit(scope) as unit:
        return (await open_job(unit, kind="tests.count", subject_kind="test", subject_id=new_id(), total=2)).id


async def test_a_job_is_followed_to_its_end(api: Api, database: Database, network: BuiltNetwork) -> None:
    job = await opened(database, network.north)
    told: list[tuple[str, int]] = []
    async for answer in api.follow(network.north, FOLLOW, {"job": global_id("Job", job)}):
        assert answer.data is not None, answer.codes
        shown = answer.data["jobProgress"]
        told.append((shown["status"], shown["done"]))
        if shown["done"] < 2:
            async with database.unit(network.north) as unit:
                await advance(unit, job)
    assert [done for _, done in told] == [0, 1, 2]
    assert told[-1] == ("DONE", 2)


async def test_who_follows_a_job_is_woken_by_what_its_tenant_sends(
    api: Api, database: Database, network: BuiltNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "LOOK_EVERY_S", 600.0)
    feed = ChangeFeed(database)
    job = await opened(database, network.north)
    services = Services()
    services.put(Directory, api.services.get(Directory))
    services.put(Changes, feed)
    woken = replace(api, services=services)
    told: list[int] = []
    async with asyncio.timeout(60):
        async for answer in woken.follow(network.north, FOLLOW, {"job": global_id("Job", job)}):
            assert answer.data is not None, answer.codes
            told.append(answer.data["jobProgress"]["done"])
            if told[-1] < 2:
                async with database.unit(network.north) as unit:
                    await advance(unit, job)
                    await send(unit, "tests.counted", {})
    assert told == [0, 1, 2]


async def test_nobody_follows_anothers_job(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork
) -> None:
    job = await opened(database, network.north)
    for scope in (network.south, strangers.north, network.headquarters):
        [answer] = [one async for one in api.follow(scope, FOLLOW, {"job": global_id("Job", job)})]
        assert answer.codes == ["kernel.not_found"]
    clerk = as_person(network.north, frozenset({"kernel.signed_in"}))
    [answer] = [one async for one in api.follow(clerk, FOLLOW, {"job": global_id("Job", job)})]
    assert answer.codes == ["kernel.not_permitted"]


async def test_the_audit_trail_is_read_in_ones_own_tenant_alone(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork
) -> None:
    async with database.unit(network.north) as unit:
        await record_act(unit, action="tests.try", subject_kind="test", subject_id=new_id(), details={"count": 3})
    mine = await api.execute(network.north, AUDIT)
    assert mine.data is not None
    tried = [one for one in mine.data["auditEntries"]["nodes"] if one["action"] == "tests.try"]
    assert tried == [{"action": "tests.try", "subjectKind": "test", "actorKind": "system", "details": '{"count":3}'}]
    for scope in (network.south, network.region, network.headquarters, strangers.north):
        theirs = await api.execute(scope, AUDIT)
        assert theirs.data is not None
        assert all(one["action"] != "tests.try" for one in theirs.data["auditEntries"]["nodes"])
    clerk = as_person(network.north, frozenset({"kernel.signed_in"}))
    assert (await api.execute(clerk, AUDIT)).codes == ["kernel.not_permitted"]
