"""The whole product in production: machines of two tenants ask for registered documents, and for nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.settings import Settings
from gateway.documents.identifiers import hash_of
from gateway.http.edge_settings import ServerKind
from gateway.server.http_server import server_of
from gateway.server.listening import listening
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account
from tests.gateway.documents.front_end import FrontEnd
from tests.gateway.http.edge import edge_for
from tests.gateway.http.whole_app import whole_app
from tests.support.cluster import ROLE_SECRET
from tests.support.networks import BuiltNetwork

ME = "query Records($n: Int!) { records(first: $n) { nodes { id channel } } myTenant { key name } }"
PRODUCTION = {
    "environment": "production",
    "role_secret": ROLE_SECRET,
    "master_key": "ab" * 32,
    "cursor_key": "cd" * 32,
    "role_costs": {"clerk": 60, "manager": 120},
}


@dataclass
class Product:
    """The product on a port, and machines that ask it."""

    url: str
    database: Database

    async def machine(self, scope: Scope, *roles: str) -> "Machine":
        """Sign in a service account of a tenant."""
        async with self.database.unit(scope) as unit:
            issued = await create_service_account(unit, CreateServiceAccount(name=f"till {new_id().hex}", roles=roles))
        form = {
            "grant_type": "client_credentials",
            "client_id": issued.client_id,
            "client_secret": issued.secret,
        }
        async with httpx2.AsyncClient(base_url=self.url, timeout=20, verify=False) as client:
            answer = await client.post("/oauth/token", data=form)
        return Machine(self.url, answer.json()["access_token"])


@dataclass
class Machine:
    """A service account that has signed in."""

    url: str
    token: str

    async def ask(self, **body: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(base_url=self.url, timeout=20, verify=False) as client:
            return (await client.post("/graphql", json=body, headers=headers)).json()


@asynccontextmanager
async def product(database: Database, **more: object) -> AsyncGenerator[Product, None]:
    edge = edge_for()
    app = whole_app(Settings.model_validate({**PRODUCTION, **more}), database, edge=edge)
    (listener,) = listening("127.0.0.1", 0, edge.write_timeout_s)
    server = server_of(ServerKind.UVICORN, app, edge)
    task = asyncio.create_task(server.serve(listener))
    try:
        yield Product(f"http://127.0.0.1:{listener.getsockname()[1]}", database)
    finally:
        server.stop()
        await task


@pytest.fixture(params=[True, False], ids=["compiled", "interpreted"])
async def api(request: pytest.FixtureRequest, database: Database) -> AsyncGenerator[Product, None]:
    async with product(database, compiled_reads=request.param) as running:
        yield running


def codes(answer: dict[str, Any]) -> list[str]:
    return [one["extensions"]["code"] for one in answer.get("errors", [])]


async def test_each_tenant_is_answered_with_its_own_by_hash_and_by_nothing_else(
    api: Product, network: BuiltNetwork, strangers: BuiltNetwork, front_end: FrontEnd
) -> None:
    ours, theirs = await api.machine(network.north, "clerk"), await api.machine(strangers.headquarters, "auditor")
    named = {"documentId": f"sha256:{hash_of(ME)}", "variables": {"n": 2}}
    await front_end.register(ME, "query Me { myTenant { key } }")
    for free in ("{ myTenant { key } }", f"{ME} # and more"):
        assert codes(await ours.ask(query=free, variables={"n": 2})) == ["gateway.document_not_trusted"]
    first, second = await ours.ask(**named), await theirs.ask(**named)
    assert first["data"]["myTenant"]["key"] == "north"
    assert second["data"]["myTenant"]["name"] == f"Network {strangers.key}"
    assert await ours.ask(query=ME, variables={"n": 2}) == first
    assert first["extensions"]["cost"]["asked"] == second["extensions"]["cost"]["asked"]


async def test_an_operation_may_cost_what_the_most_generous_role_allows(
    api: Product, network: BuiltNetwork, front_end: FrontEnd
) -> None:
    await front_end.register(ME)

    async def ask(scope: Scope, size: int, *roles: str) -> dict[str, Any]:
        machine = await api.machine(scope, *roles)
        return await machine.ask(documentId=hash_of(ME), variables={"n": size})

    small = await ask(network.north, 50, "clerk")
    assert (codes(small), small["extensions"]["cost"]["limit"]) == ([], 60)
    large = await ask(network.north, 100, "clerk")
    assert (codes(large), large["extensions"]["cost"]["limit"]) == (["gateway.too_costly"], 60)
    assert "may cost 60" in large["errors"][0]["message"]
    both = await ask(network.south, 100, "clerk", "manager")
    assert (codes(both), both["extensions"]["cost"]["limit"]) == ([], 120)
    other = await ask(network.south, 150, "clerk", "read_only_client")
    assert (codes(other), other["extensions"]["cost"]["limit"]) == ([], 20_000)
