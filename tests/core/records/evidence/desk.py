"""A tenant whose staff give evidence: over HTTP as front ends send it, and through the API."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2

from core.kernel.blob_settings import BlobSettings
from core.kernel.blobs import Blobs
from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.graphql.ids import global_id
from core.kernel.scope import Scope
from core.kernel.services import Services
from core.records.evidence.limits import EvidenceSettings
from gateway.auth.errors import NoMembership, UnknownPerson
from gateway.auth.identity import Opened, PersonToken, ServiceToken
from gateway.auth.own_issuers import builtin_issuer
from gateway.http.application import Application
from gateway.http.assembly import assemble
from gateway.http.parts import Parts
from gateway.wiring import make_services
from tests.core.records.conftest import MASTER_KEY, person
from tests.core.records.execution.executing import Shop
from tests.core.records.opening import answering
from tests.gateway.auth.issuing import KnownTrusts
from tests.gateway.http.edge import People, edge_for, settings_for
from tests.support.api import SETTINGS, Answer, Api, answer_of, whole_schema

PNG = b"\x89PNG\r\n\x1a\n"
CONFIGURED = settings_for()
PROCESS: dict[str, Any] = {
    "steps": [
        {
            "key": "repair",
            "position": 1,
            "evidence": [
                {"key": "plate", "kinds": ["photo"], "place": "customer"},
                {"key": "receipt", "kinds": ["document"], "secondPerson": True},
            ],
        },
        {"key": "report", "position": 2},
    ]
}
ADD = """mutation($input: AddEvidenceInput!, $key: String!) { done: addEvidence(input: $input, idempotencyKey: $key) {
  __typename ... on AddEvidenceSuccess { record { id version } evidence { id step kind bytes place sha256 storedHash } }
  ... on Problem { code } } }"""


@dataclass
class Members:
    """Who may act where."""

    scopes: dict[str, Scope] = field(default_factory=dict[str, Scope])

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:
        scope = self.scopes.get(token.subject)
        if scope is None:
            return Opened(token=token, withheld=UnknownPerson())
        if tenant_id not in {None, scope.tenant_id}:
            return Opened(token=token, actor=scope.actor, withheld=NoMembership())
        return Opened(token=token, actor=scope.actor, scope=scope.at(at))

    async def service(self, token: ServiceToken, at: datetime) -> Opened:
        del at
        return Opened(token=token, withheld=NoMembership())


@dataclass
class Desk:
    """A tenant, and the edge in front of it.

    Attributes:
        shop: The tenant.
        folder: Where files are kept.
        services: What the product is wired with.
        app: The edge.
        members: Who may act where.
    """

    shop: Shop
    folder: Path
    services: Services
    app: Application
    members: Members
    clock: SetClock

    @property
    def blobs(self) -> Blobs:
        return self.services.get(Blobs)

    def colleague(self, *without: str) -> Scope:
        """Somebody else of the tenant, without some permissions."""
        scope = self.shop.scope
        return replace(scope, actor=person(), permissions=scope.permissions - set(without))

    def headers(self, scope: Scope | None) -> dict[str, str]:
        if scope is None:
            return {}
        subject = str(uuid4())
        self.members.scopes[subject] = scope
        issuer = builtin_issuer(CONFIGURED)
        assert issuer is not None
        token = issuer.mint(subject, self.clock.now())
        return {"Authorization": f"Bearer {token}", "Touchstone-Tenant": str(scope.tenant_id)}

    @asynccontextmanager
    async def client(self) -> AsyncGenerator[httpx2.AsyncClient, None]:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client

    async def send(
        self,
        record: UUID,
        content: bytes | AsyncIterator[bytes],
        kind: str = "PHOTO",
        media_type: str = "image/png",
        scope: Scope | None = None,
        **query: str,
    ) -> httpx2.Response:
        headers = {**self.headers(scope or self.shop.scope), "Content-Type": media_type}
        path = f"/records/{global_id('Record', record)}/evidence"
        async with self.client() as client:
            return await client.post(path, content=content, params={"kind": kind, **query}, headers=headers)

    async def fetch(self, evidence: str, scope: Scope | None) -> httpx2.Response:
        async with self.client() as client:
            return await client.get(f"/evidence/{evidence}", headers=self.headers(scope))

    async def ask(
        self, document: str, scope: Scope | None = None, *, compiled: bool = True, **variables: Any
    ) -> Answer:
        context = Api(self.shop.chain.database, self.services, self.clock).context(scope or self.shop.scope)
        context.settings = CONFIGURED
        return answer_of(await answering(compiled).execute(document, variables, context))

    async def add(self, record: UUID, upload: str, scope: Scope | None = None, **said: Any) -> Any:
        """Give a file as evidence, on the record as it is now; what came of it."""
        given = {"record": global_id("Record", record), "upload": upload, "step": "repair", "place": "CUSTOMER", **said}
        given.setdefault("version", (await self.shop.row(record))["version"])
        told = await self.ask(ADD, scope, input=given, key=uuid4().hex)
        assert not told.codes, told.said
        return (told.data or {})["done"]

    async def prove(self, record: UUID, content: bytes = PNG + b"plate", scope: Scope | None = None) -> str:
        """Send a photo and give it as evidence; its global id."""
        sent = await self.send(record, content, scope=scope)
        assert sent.status_code == 201, sent.text
        done = await self.add(record, sent.json()["upload"], scope)
        assert done["__typename"] == "AddEvidenceSuccess", done
        return done["evidence"]["id"]

    def files(self) -> list[Path]:
        """What is stored, and whatever else lies where files are stored."""
        return sorted(one for one in self.folder.rglob("*") if one.is_file())

    async def everything(self) -> tuple[str, list[Path]]:
        """What there is, in rows and files."""
        return await self.shop.digest(), self.files()


def desk_on(shop: Shop, folder: Path, **limits: Any) -> Desk:
    """Put a desk before a tenant."""
    chain = shop.chain
    services = make_services(chain.database, SETTINGS)
    services.put(Blobs, Blobs(BlobSettings(folder=folder), folder))
    services.put(EvidenceSettings, EvidenceSettings.model_validate(limits))
    services.put(MasterKeys, MasterKeys.read(MASTER_KEY))
    members = Members()
    parts = Parts(
        settings=CONFIGURED,
        edge=edge_for(max_body_bytes=2_048),
        database=chain.database,
        schema=whole_schema(),
        trust=KnownTrusts(),
        scopes=members,
        accounts=People(),
        directory=chain.directory,
        services=services,
        clock=chain.clock,
        token_clock=chain.clock,
    )
    return Desk(shop, folder, services, assemble(parts), members, chain.clock)
