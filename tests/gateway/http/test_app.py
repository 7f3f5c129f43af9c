"""The whole product behind the edge, and the server as a process."""

import asyncio
import os
import signal
import socket
import sys
from typing import Any

import httpx2
import pytest

from core.kernel.clock import SetClock, SystemClock
from core.kernel.database import Database
from gateway.auth.own_issuers import BuiltinIssuerInProduction, builtin_issuer
from gateway.http.app import create_app
from gateway.http.features import contributions
from gateway.server.errors import AddressIsTaken
from gateway.server.serving import serve
from gateway.unreachable import DatabaseIsUnreachable
from tenants.people.persons import Identity
from tests.gateway.http.edge import edge_for, edge_of, settings_for
from tests.support.cluster import ROLE_SECRET, Address
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody

SERVE = """
from core.kernel.settings import load_settings
from gateway.server.serving import run_server
import sys
run_server(load_settings(), "127.0.0.1", int(sys.argv[1]))
"""


def whole(**changes: object) -> Any:
    return settings_for(master_key="ab" * 32, role_secret=ROLE_SECRET, **changes)


def test_every_feature_with_a_schema_is_found() -> None:
    names = [one.feature for one in contributions()]
    assert len(names) == len(set(names))
    assert {"records", "quality"} <= set(names)


async def test_a_member_signs_in_to_the_product(
    database: Database, clock: SetClock, network: BuiltNetwork, admin: Any
) -> None:
    settings = whole()
    builtin = builtin_issuer(settings)
    assert builtin is not None
    identity = Identity(issuer=builtin.issuer, subject=somebody().subject)
    await Office(database=database, clock=clock, network=network, admin=admin).joined(
        network.north, "clerk", identity=identity
    )
    app = create_app(settings, database, edge=edge_for(), clock=clock)
    headers = {"Authorization": f"Bearer {builtin.mint(identity.subject, SystemClock().now())}"}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        schema = await client.post("/graphql", json={"query": "{ __schema { queryType { fields { name } } } }"})
        fields = [one["name"] for one in schema.json()["data"]["__schema"]["queryType"]["fields"]]
        assert "node" in fields
        signed_in = await client.post("/graphql", json={"query": '{ node(id: "bm90aGluZw") { id } }'}, headers=headers)
        assert signed_in.json()["errors"][0]["extensions"]["code"] == "gateway.bad_id"
        without = await client.post("/graphql", json={"query": '{ node(id: "bm90aGluZw") { id } }'})
        assert without.status_code == 401
        foreign = {**headers, "Touchstone-Tenant": str(network.south.tenant_id)}
        elsewhere = await client.post("/graphql", json={"query": '{ node(id: "x") { id } }'}, headers=foreign)
        assert elsewhere.json()["errors"][0]["extensions"]["code"] == "auth.no_membership"
        assert elsewhere.status_code == 403


def test_production_does_not_start_with_the_builtin_issuer(database: Database) -> None:
    with pytest.raises(BuiltinIssuerInProduction):
        create_app(whole(environment="production"), database, edge=edge_for())


async def test_a_server_says_why_it_does_not_come_up(database: Database, free_port: int) -> None:
    limits = edge_for()
    with pytest.raises(DatabaseIsUnreachable) as away:
        await serve(edge_of().app, limits, "127.0.0.1", free_port)
    assert "127.0.0.1:1/none" in away.value.message
    with socket.create_server(("127.0.0.1", free_port)), pytest.raises(AddressIsTaken):
        await serve(edge_of(database).app, limits, "127.0.0.1", free_port)
    with pytest.raises(AddressIsTaken):
        await serve(edge_of(database).app, limits, "192.0.2.1", free_port)


@pytest.mark.crash
async def test_the_process_serves_until_it_is_told_to_stop_and_ends_well(
    database: Database, address: Address, free_port: int
) -> None:
    process = await start(database, address, free_port)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port}") as client:
            await up(client, process)
            ready = await client.get("/readyz")
            assert ready.json()["status"] == "ready"
            answer = await client.post("/graphql", json={"query": "{ __typename }"})
            assert answer.json()["data"] == {"__typename": "Query"}
            page = await client.get("/metrics")
            assert "touchstone_http_requests_total" in page.text
        process.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, out.decode()
    assert "server.stopped" in out.decode()
    assert "Traceback" not in out.decode()


async def start(database: Database, address: Address, port: int) -> asyncio.subprocess.Process:
    environment = {
        **os.environ,
        "DATABASE_URL": database.url,
        "REDIS_URL": address.redis_url,
        "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
        "TOUCHSTONE_MASTER_KEY": "ab" * 32,
        "TOUCHSTONE_CURSOR_KEY": "cd" * 32,
        "TOUCHSTONE_ENVIRONMENT": "development",
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVE, str(port)),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def up(client: httpx2.AsyncClient, process: asyncio.subprocess.Process) -> None:
    answers: list[int] = []

    async def ask() -> None:
        try:
            answers.append((await client.get("/healthz")).status_code)
        except httpx2.TransportError:
            assert process.returncode is None

    async with asyncio.timeout(120):
        while not answers:
            await ask()
            await asyncio.sleep(0.05)
