"""A document that was retired is served no more, also to those whose read was answered in the same words before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest

from core.kernel.clock import SetClock, SystemClock
from core.kernel.database import Database
from core.kernel.scope import Scope
from gateway.auth.own_issuers import builtin_issuer
from gateway.documents.identifiers import hash_of
from gateway.documents.known import KnownDocuments
from gateway.http.running import Operations
from tenants.people.persons import Identity
from tests.gateway.documents.front_end import FrontEnd
from tests.gateway.http.edge import edge_for, settings_for
from tests.gateway.http.whole_app import whole_app
from tests.support.cluster import ROLE_SECRET
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office, somebody

QUERY = "{ memberships(first: 50) { nodes { id } } }"


@dataclass
class House:
    """The product's edge, and how often a read was answered without looking at its words."""

    office: Office
    settings: Any
    app: Any
    again: list[bool] = field(default_factory=list[bool])

    async def joined(self, scope: Scope, role: str) -> Mapping[str, str]:
        """Somebody with a role in a tenant, by their token."""
        builtin = builtin_issuer(self.settings)
        assert builtin is not None
        identity = Identity(issuer=builtin.issuer, subject=somebody().subject)
        await self.office.joined(scope, role, identity=identity)
        return {"Authorization": f"Bearer {builtin.mint(identity.subject, SystemClock().now())}"}

    async def ask(self, headers: Mapping[str, str], tenant: UUID, body: dict[str, Any]) -> tuple[Any, list[str], bool]:
        """What is answered, which errors it has, and whether it was answered as a read that is known."""
        before = len(self.again)
        given = {**headers, "Touchstone-Tenant": str(tenant), "Content-Type": "application/json"}
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url="http://127.0.0.1:8000"
        ) as client:
            answer = (await client.post("/graphql", content=orjson.dumps(body), headers=given)).json()
        codes = [one["extensions"]["code"] for one in answer.get("errors", [])]
        return answer.get("data"), codes, any(self.again[before:])


@pytest.fixture
def house(
    database: Database, clock: SetClock, network: BuiltNetwork, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> House:
    """An edge that serves registered documents alone."""
    office = Office(database=database, clock=clock, network=network, admin=admin)
    settings = settings_for(master_key="ab" * 32, role_secret=ROLE_SECRET, trusted_documents_only=True)
    app = whole_app(settings, database, edge=edge_for(token_memory_s=5), clock=office.clock)
    house = House(office, settings, app)
    real = Operations.read_again

    async def read_again(self: Operations, *given: Any) -> bytes | None:
        found = await real(self, *given)
        house.again.append(found is not None)
        return found

    monkeypatch.setattr(Operations, "read_again", read_again)
    return house


def forgotten(*_: object) -> None:
    """What was looked up has become too old."""


@pytest.mark.parametrize("named", [True, False])
async def test_a_document_that_was_retired_is_not_served_because_it_was_asked_before(
    house: House, front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    north = house.office.network.north
    text = f"# {front_end.application}\n{QUERY}"
    await front_end.register(text)
    owner = await house.joined(north, "franchise_owner")
    body: dict[str, Any] = {"documentId": f"sha256:{hash_of(text)}"} if named else {"query": text}
    answers = [await house.ask(owner, north.tenant_id, body) for _ in range(2)]
    assert [(codes, again) for _, codes, again in answers] == [([], False), ([], True)]
    await front_end.retire()
    monkeypatch.setattr(KnownDocuments, "recall", forgotten)
    _, codes, again = await house.ask(owner, north.tenant_id, body)
    assert (codes, again) == (["gateway.document_unknown" if named else "gateway.document_not_trusted"], False)
