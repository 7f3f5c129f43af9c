"""Files that nobody gives as evidence are deleted in time, also those that a killed process left; given ones stay."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from core.kernel.blobs import Blobs
from core.kernel.crypto import MasterKeys
from core.kernel.graphql.ids import global_id
from core.kernel.idle import run_until_idle
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.records.customers.register import RegisterCustomer, register_customer
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.receive import SWEEP
from core.records.evidence.sweep import sweep_evidence
from core.records.execution.commands import AddContact
from core.records.execution.rebuild import check_record
from core.records.privacy.erase import EraseCustomer, erase_customer
from core.records.privacy.registry import Forgotten, forget
from tests.core.records.conftest import MASTER_KEY
from tests.core.records.evidence.desk import PNG, Desk, desk_on
from tests.support.cluster import ROLE_SECRET

KILLED = Path(__file__).with_name("killed_sender.py")


async def sweep(desk: Desk, hours: float) -> int:
    chain = desk.shop.chain
    settings = EvidenceSettings(kept_hours=hours)
    return await sweep_evidence(
        lambda: chain.database.unit(desk.shop.scope, clock=chain.clock), desk.services.get(Blobs), settings
    )


async def rows(desk: Desk) -> int:
    query = "SELECT count(*) FROM evidence_uploads WHERE tenant_id = $1"
    return await desk.shop.admin.fetchval(query, desk.shop.scope.tenant_id)


async def timers(desk: Desk) -> list[datetime]:
    query = "SELECT due_at FROM timers WHERE tenant_id = $1 AND kind = $2"
    return [row["due_at"] for row in await desk.shop.admin.fetch(query, desk.shop.scope.tenant_id, SWEEP)]


async def test_what_waits_too_long_is_deleted_once_and_what_was_given_stays(desk: Desk) -> None:
    record = await desk.shop.open()
    evidence = await desk.prove(record)
    kept = desk.files()
    await desk.send(record, PNG + b"waits")
    assert (len(desk.files()), await rows(desk)) == (2, 2)
    assert await sweep(desk, 24) == 0
    assert (len(desk.files()), await rows(desk)) == (2, 2)
    assert await sweep(desk, 0) == 1
    assert await sweep(desk, 0) == 0
    assert (desk.files(), await rows(desk)) == (kept, 1)
    assert (await desk.fetch(evidence, desk.shop.scope)).status_code == 200


async def test_files_of_records_whose_time_is_over_are_deleted_and_no_others(desk: Desk) -> None:
    over, stays = await desk.shop.open(), await desk.shop.open()
    gone, kept = await desk.prove(over), await desk.prove(stays)
    for path in desk.files():
        os.utime(path, (0, 0))
    for _ in range(2):
        await desk.shop.run(lambda unit: forget(unit, Forgotten(customer_id=None, record_ids=[over])))
    assert len(await timers(desk)) == 1
    assert (await desk.fetch(gone, desk.shop.scope)).status_code == 404
    assert await sweep(desk, 24) == 1
    assert (len(desk.files()), (await desk.fetch(kept, desk.shop.scope)).status_code) == (1, 200)


async def test_files_from_before_a_record_knew_its_customer_go_with_the_customer(desk: Desk) -> None:
    record, stays = await desk.shop.open(), await desk.shop.open()
    early, kept = await desk.prove(record), await desk.prove(stays, PNG + b"another")
    command = RegisterCustomer(name="Eva")

    async def known(unit: Unit) -> UUID:
        return await register_customer(unit, keys(unit), command)

    eva = await desk.shop.run(known)
    await desk.shop.act(record, AddContact(channel="phone", customer_id=eva))
    late = await desk.prove(record, PNG + b"her own")
    for path in desk.files():
        os.utime(path, (0, 0))
    assert [(await desk.fetch(one, desk.shop.scope)).status_code for one in (early, late)] == [200, 200]
    erasing = EraseCustomer(customer_id=eva, expected_version=1, reason_code="asked_for", legal_basis="GDPR 17")
    await desk.shop.run(lambda unit: erase_customer(unit, keys(unit), erasing))
    told = [(await desk.fetch(one, desk.shop.scope)).status_code for one in (early, late, kept)]
    assert told == [404, 410, 200]
    assert len(await timers(desk)) == 1
    assert [await sweep(desk, 24), await sweep(desk, 24)] == [1, 0]
    assert len(desk.files()) == 2
    assert await desk.shop.run(lambda unit: check_record(unit, record)) == ()


def keys(unit: Unit) -> KeyRing:
    return KeyRing(unit, MasterKeys.read(MASTER_KEY))


async def test_the_worker_sweeps_when_the_time_has_come_and_comes_again_for_what_waits(desk: Desk) -> None:
    clock = desk.clock
    await desk.send(await desk.shop.open(), PNG)
    assert await timers(desk) == [clock.now() + timedelta(hours=24)]
    background = Background(database=desk.shop.chain.database, services=desk.services, clock=clock)
    clock.advance(timedelta(hours=25))
    await run_until_idle(background, network_id=desk.shop.scope.network_id)
    assert await timers(desk) == [clock.now() + timedelta(hours=24)], "in real time it came a moment ago"
    assert (len(desk.files()), await rows(desk)) == (1, 1)
    long_ago = "UPDATE evidence_uploads SET recorded_at = recorded_at - interval '2 days' WHERE tenant_id = $1"
    await desk.shop.admin.execute(long_ago, desk.shop.scope.tenant_id)
    for path in desk.files():
        os.utime(path, (0, 0))
    clock.advance(timedelta(hours=25))
    await run_until_idle(background, network_id=desk.shop.scope.network_id)
    assert (desk.files(), await rows(desk), await timers(desk)) == ([], 0, [])


async def test_a_sender_killed_between_file_and_row_leaves_a_file_that_is_found(desk: Desk) -> None:
    record = await desk.shop.open()
    scope, chain = desk.shop.scope, desk.shop.chain
    given: dict[str, Any] = {
        "DATABASE_URL": chain.database.url,
        "ROLE_SECRET": ROLE_SECRET,
        "MASTER_KEY": MASTER_KEY,
        "FOLDER": str(desk.folder),
        "NETWORK": str(scope.network_id),
        "TENANT": str(scope.tenant_id),
        "RECORD": str(record),
    }
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(KILLED)],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    (grown,) = ended.stdout.split()
    assert int(grown) < 48 * 1024, "KiB more for 96 MiB: a file passes through little memory"
    assert (len(desk.files()), await rows(desk)) == (1, 0)
    assert len(await timers(desk)) == 1, "whoever begins sees to it that somebody comes"
    unfinished = desk.files()[0].with_name("half#1")
    unfinished.write_bytes(b"half")
    os.utime(unfinished, (0, 0))
    assert await sweep(desk, 24) == 1, "what was half put in its place, and nothing younger"
    assert len(await timers(desk)) == 1, "the file is young: it is looked at again"
    assert await sweep(desk, 0) == 1
    assert desk.files() == []


async def test_what_breaks_off_leaves_no_file(desk: Desk) -> None:
    record = await desk.shop.open()

    async def torn() -> AsyncIterator[bytes]:
        yield PNG
        raise ConnectionError

    async def outlived() -> AsyncIterator[bytes]:
        yield PNG
        await desk.shop.admin.execute("DELETE FROM data_keys WHERE tenant_id = $1", desk.shop.scope.tenant_id)

    assert (await desk.send(record, torn())).status_code == 500
    assert (await desk.send(record, outlived())).status_code == 410, "its key was gone before it had arrived"
    assert (desk.files(), await rows(desk)) == ([], 0)


async def test_who_sends_too_slowly_is_not_waited_for(desk: Desk) -> None:
    record = await desk.shop.open()
    slow = desk_on(desk.shop, desk.folder, idle_s=0.05)

    begun = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield PNG
        begun.set()
        await asyncio.Event().wait()

    assert (await slow.send(record, stalling())).status_code == 408
    begun.clear()
    full = desk_on(desk.shop, desk.folder, at_once=1)
    waiting = asyncio.create_task(full.send(record, stalling()))
    await begun.wait()
    busy = await full.send(record, PNG)
    assert (busy.status_code, busy.json()["errors"][0]["extensions"]["code"]) == (503, "gateway.too_many_requests")
    waiting.cancel()
    await asyncio.wait([waiting])
    assert (await full.send(record, PNG)).status_code == 201


async def test_strangers_and_one_tenants_slow_senders_leave_room_to_others(desk: Desk) -> None:
    record, elsewhere = await desk.shop.open(), await desk.shop.chain.tenant("south")
    begun = asyncio.Event()

    async def stalling() -> AsyncIterator[bytes]:
        yield PNG
        begun.set()
        await asyncio.Event().wait()

    async def stranger() -> int:
        path = f"/records/{global_id('Record', record)}/evidence"
        async with desk_of.client() as client:
            return (await client.post(path, content=stalling(), params={"kind": "PHOTO"})).status_code

    desk_of = desk_on(desk.shop, desk.folder, at_once=1)
    unknown = asyncio.create_task(stranger())
    await begun.wait()
    assert (await desk_of.send(record, PNG)).status_code == 201, "who has no token takes no place"
    assert await unknown == 401
    desk_of, begun = desk_on(desk.shop, desk.folder, at_once=2), asyncio.Event()
    waiting = asyncio.create_task(desk_of.send(record, stalling()))
    await begun.wait()
    assert (await desk_of.send(record, PNG)).status_code == 503, "half of the room is one tenant's"
    assert (await desk_of.send(record, PNG, scope=elsewhere)).status_code == 404, "a neighbour is heard"
    waiting.cancel()
    await asyncio.wait([waiting])
    assert (await desk_of.send(record, PNG)).status_code == 201
