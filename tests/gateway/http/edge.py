"""A small product behind the real edge: a schema of a few fields, people kept in memory, clients in process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx2

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.access import IDENTIFIED, PUBLIC, SIGNED_IN
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.subscriptions import subscription
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.settings import Settings
from gateway.auth import errors
from gateway.auth.client_credentials import Account
from gateway.auth.identity import Opened, PersonToken, ServiceToken
from gateway.auth.own_issuers import builtin_issuer
from gateway.http.application import Application
from gateway.http.assembly import assemble
from gateway.http.edge_settings import EdgeSettings
from gateway.http.parts import Parts
from gateway.schema.assembly import build_schema
from tenants.permissions import DEFINE_ROLES
from tests.gateway.auth.issuing import KnownTrusts

SECRET_TEXT = "Ada Lovelace, +49 30 1234567"
NETWORK = uuid4()


@query_field(permission=PUBLIC, description="Greets anybody.")
async def hello() -> str:
    return "hello"


@query_field(permission=SIGNED_IN, description="Says in which tenant one acts.", arguments={"wait": "Seconds."})
async def tenant(context: RequestContext, wait: float = 0) -> str:
    WAITING.append(context.correlation_id)
    try:
        await asyncio.sleep(wait)
    finally:
        WAITING.remove(context.correlation_id)
    return str(context.acting.tenant_id)


@query_field(permission=IDENTIFIED, description="Says who one is.")
async def actor(context: RequestContext) -> str:
    assert context.identity is not None
    return str(context.identity.actor.id)


@query_field(permission=SIGNED_IN, description="Breaks.")
async def boom() -> str:
    raise RuntimeError(SECRET_TEXT)


@query_field(permission=DEFINE_ROLES, description="Is for nobody.")
async def rare() -> str:
    return "rare"


@query_field(permission=PUBLIC, description="Gives back.", arguments={"text": "A text.", "number": "A number."})
async def echo(text: str, number: int = 0) -> str:
    return f"{text} {number}"


@subscription(permission=SIGNED_IN, description="Counts.", returns=int, arguments={"to": "How far."})
async def count(to: int) -> AsyncIterator[int]:
    for number in range(to):
        yield number


@subscription(permission=SIGNED_IN, description="Says hello in the tenant and then waits for ever.", returns=str)
async def forever(context: RequestContext) -> AsyncIterator[str]:
    OPEN.append(context.correlation_id)
    try:
        yield str(context.acting.tenant_id)
        await asyncio.Event().wait()
    finally:
        OPEN.remove(context.correlation_id)


@subscription(permission=SIGNED_IN, description="Says hello in the tenant with every beat.", returns=str)
async def pulse(context: RequestContext) -> AsyncIterator[str]:
    OPEN.append(context.correlation_id)
    try:
        while True:
            yield str(context.acting.tenant_id)
            BEATS.append(asyncio.Event())
            await BEATS[-1].wait()
    finally:
        OPEN.remove(context.correlation_id)


@query_field(permission=SIGNED_IN, description="Counts the beats.")
async def beats() -> int:
    return len(BEATS)


@subscription(permission=SIGNED_IN, description="Breaks after the first.", returns=int)
async def breaking() -> AsyncIterator[int]:
    yield 1
    raise RuntimeError(SECRET_TEXT)


OPEN: list[str] = []
WAITING: list[str] = []
BEATS: list[asyncio.Event] = []
"""One for each time that somebody began to wait for the next beat, or that a test counted one."""

CONTRIBUTION = Contribution(
    feature="edge",
    queries=[hello, tenant, actor, boom, rare, echo, beats],
    subscriptions=[count, forever, breaking, pulse],
)


@dataclass
class People:
    """Who is a member of which tenants, and which service accounts there are."""

    tenants: dict[str, list[UUID]] = field(default_factory=dict[str, list[UUID]])
    suspended: set[UUID] = field(default_factory=set[UUID])
    permissions: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    moved: set[UUID] = field(default_factory=set[UUID])
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict[tuple[str, str], Account])

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:
        known = self.tenants.get(token.subject)
        if known is None:
            return Opened(token=token, withheld=errors.UnknownPerson())
        person = Actor(ActorKind.PERSON, UUID(int=hash(token.subject) % 2**64))
        if tenant_id is None and len(known) != 1:
            return Opened(token=token, actor=person, withheld=errors.TenantNotChosen())
        chosen = tenant_id or known[0]
        if chosen not in known:
            return Opened(token=token, actor=person, withheld=errors.NoMembership())
        if chosen in self.suspended:
            return Opened(token=token, actor=person, withheld=errors.TenantSuspended())
        scope = scope_of(person, chosen, at)
        held = self.permissions.get(token.subject, scope.permissions)
        lineage = (NETWORK, chosen) if chosen in self.moved else scope.lineage
        return Opened(token=token, actor=person, scope=replace(scope, permissions=held, lineage=lineage))

    async def service(self, token: ServiceToken, at: datetime) -> Opened:
        machine = Actor(ActorKind.SERVICE, token.account_id)
        return Opened(token=token, actor=machine, scope=scope_of(machine, token.tenant_id, at))

    async def authenticate(self, client_id: str, secret: str) -> Account | None:
        return self.accounts.get((client_id, secret))


def scope_of(who: Actor, tenant_id: UUID, at: datetime) -> Scope:
    return Scope(
        network_id=NETWORK,
        tenant_id=tenant_id,
        lineage=(tenant_id,),
        actor=who,
        permissions=frozenset({SIGNED_IN.name}),
        instant=at,
    )


def settings_for(**changes: object) -> Settings:
    given: dict[str, object] = {
        "environment": "development",
        "role_secret": "r",
        "master_key": "11" * 32,
        "cursor_key": "22" * 32,
        "builtin_issuer": True,
        "introspection": True,
        **changes,
    }
    return Settings.model_validate(given)


def edge_for(**changes: object) -> EdgeSettings:
    return EdgeSettings.model_validate({"token_memory_s": 0, **changes})


@dataclass
class Edge:
    """The app, the people behind it and a clock for tokens."""

    app: Application
    people: People
    trusts: KnownTrusts
    clock: SetClock
    settings: Settings

    def token(self, subject: str) -> str:
        issuer = builtin_issuer(self.settings)
        assert issuer is not None
        return issuer.mint(subject, self.clock.now())

    def headers(self, subject: str, tenant_id: UUID | None = None) -> dict[str, str]:
        named = {"Touchstone-Tenant": str(tenant_id)} if tenant_id else {}
        return {"Authorization": f"Bearer {self.token(subject)}", **named}

    def member(self, subject: str, tenants: int = 1) -> list[UUID]:
        self.people.tenants[subject] = [uuid4() for _ in range(tenants)]
        return self.people.tenants[subject]

    @asynccontextmanager
    async def client(self, host: str = "127.0.0.1:8000") -> AsyncGenerator[httpx2.AsyncClient, None]:
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=True)
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            yield client

    async def post(self, query: str, headers: dict[str, str] | None = None, **members: Any) -> httpx2.Response:
        async with self.client() as client:
            return await client.post("/graphql", json={"query": query, **members}, headers=headers)


def edge_of(
    database: Database | None = None, settings: Settings | None = None, edge: EdgeSettings | None = None, **more: Any
) -> Edge:
    """Put an edge together."""
    configured = settings or settings_for()
    people, trusts, clock = People(), KnownTrusts(), SetClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    parts = Parts(
        settings=configured,
        edge=edge or edge_for(),
        database=database or Database("postgresql://127.0.0.1:1/none", "none"),
        schema=build_schema([CONTRIBUTION], configured),
        trust=trusts,
        scopes=people,
        accounts=people,
        token_clock=clock,
        **more,
    )
    return Edge(assemble(parts), people, trusts, clock, configured)
