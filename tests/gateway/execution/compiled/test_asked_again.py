"""Reads that are asked again in the same words go a short way, and nobody gets more by it than by the long one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import orjson
import pytest

from core.kernel.scope import Scope
from gateway.answering.answering import Answering
from gateway.auth.identity import Opened, PersonToken, ServiceToken
from gateway.auth.own_issuers import builtin_issuer
from gateway.http.assembly import assemble
from gateway.http.parts import Parts
from tests.gateway.auth.issuing import KnownTrusts
from tests.gateway.execution.compiled.houses import House
from tests.gateway.http.edge import People, edge_for, settings_for

PAGE = "query($size: Int!) { records(first: $size) { nodes { id channel openedAt } pageInfo { endCursor } } }"


@dataclass
class Members:
    """Whose token opens which scope."""

    scopes: dict[str, Scope] = field(default_factory=dict[str, Scope])
    opened: int = 0

    async def person(self, token: PersonToken, tenant_id: UUID | None, at: datetime) -> Opened:  # noqa: ARG002 - as every source
        self.opened += 1
        scope = self.scopes[token.subject]
        return Opened(token=token, actor=scope.actor, scope=scope.at(at))

    async def service(self, token: ServiceToken, at: datetime) -> Opened:  # noqa: ARG002 - as every source
        raise AssertionError


@dataclass
class Asking:
    """An API over a house, and what is asked of it."""

    client: httpx2.AsyncClient
    members: Members
    house: House
    settings: Any

    def __post_init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self.now = datetime.now(UTC)

    async def ask(self, subject: str, query: str = PAGE, **variables: Any) -> httpx2.Response:
        issuer = builtin_issuer(self.settings)
        assert issuer is not None
        sent = orjson.dumps({"query": query, "variables": variables})
        token = self.tokens.setdefault(subject, issuer.mint(subject, self.now))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return await self.client.post("/graphql", content=sent, headers=headers)


@asynccontextmanager
async def asking(house: House, **edge: Any) -> AsyncGenerator[Asking]:
    settings, members = settings_for(), Members()
    for name, acting in (("ada", house.acting("everything", 2)), ("ben", house.acting("everything", 3))):
        assert acting.scope is not None
        members.scopes[name] = acting.scope
    members.scopes["cleo"] = replace(members.scopes["ada"], permissions=frozenset())
    parts = Parts(
        settings=settings,
        edge=edge_for(token_memory_s=5, **edge),
        database=house.both.database,
        schema=house.schema,
        trust=KnownTrusts(),
        scopes=members,
        accounts=People(),
        services=house.services,
    )
    transport = httpx2.ASGITransport(app=assemble(parts), raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield Asking(client, members, house, settings)


@pytest.fixture
async def api(house: House) -> AsyncGenerator[Asking]:
    async with asking(house) as made:
        yield made


def long_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Close the long way."""

    async def closed(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(Answering, "execute", closed)


async def test_the_short_way_gives_the_same_bytes(api: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await api.ask("ada", size=5)
    assert first.json()["data"]["records"]["nodes"]
    long_way(monkeypatch)
    again = await api.ask("ada", size=5)
    assert again.status_code == 200
    cursors = [one.json()["data"]["records"].pop("pageInfo") for one in (first, again)]
    assert all(one["endCursor"] for one in cursors)
    assert again.json()["data"]["records"]["nodes"] == first.json()["data"]["records"]["nodes"]
    assert again.json()["extensions"] == first.json()["extensions"]
    assert {**again.headers, "x-request-id": ""} == {**first.headers, "x-request-id": ""}


async def test_another_tenant_gets_their_own(api: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    query = "{ records(first: 3) { nodes { id } } }"
    longs = {name: (await api.ask(name, query)).content for name in ("ada", "ben")}
    long_way(monkeypatch)
    shorts = {name: (await api.ask(name, query)).content for name in ("ben", "ada")}
    assert shorts == longs
    assert longs["ada"] != longs["ben"]


async def test_who_may_not_read_is_refused_the_second_time_too(api: Asking) -> None:
    for _ in range(2):
        assert (await api.ask("ada", size=2)).json().get("errors") is None
        refused = (await api.ask("cleo", size=2)).json()
        assert refused["data"] == {"records": None}
        assert refused["errors"][0]["extensions"]["code"] == "kernel.not_permitted"


async def test_a_token_that_is_looked_at_anew_goes_the_long_way(house: House) -> None:
    async with asking(house) as api:
        await api.ask("ada", size=4)
        await api.ask("ada", size=4)
        assert api.members.opened == 1
        api.members.scopes["ada"] = replace(api.members.scopes["ada"], permissions=frozenset())
        api.tokens.clear()
        api.now += timedelta(seconds=1)
        assert (await api.ask("ada", size=4)).json()["data"] == {"records": None}


async def test_what_may_cost_more_than_somebody_has_is_refused(api: Asking) -> None:
    one = "records(first: 200) { nodes { steps(first: 200) { nodes { id } } } }"
    assert (await api.ask("ada", f"{{ {one} }}")).json()["errors"][0]["extensions"]["code"] == "gateway.too_costly"
    assert (await api.ask("ada", f"{{ {one} }}")).json()["errors"][0]["extensions"]["code"] == "gateway.too_costly"


async def test_a_body_that_differs_in_a_sign_is_another(api: Asking) -> None:
    counts = [len((await api.ask("ada", size=size)).json()["data"]["records"]["nodes"]) for size in (2, 3, 2, 3)]
    assert counts == [2, 3, 2, 3]


async def test_who_asks_how_it_was_done_is_told_every_time(api: Asking) -> None:
    sent = orjson.dumps({"query": "{ records(first: 1) { nodes { id } } }", "extensions": {"plan": True}})
    await api.ask("ada", size=1)
    headers = {"Authorization": f"Bearer {api.tokens['ada']}", "Content-Type": "application/json"}
    for _ in range(2):
        told = (await api.client.post("/graphql", content=sent, headers=headers)).json()
        assert told["extensions"]["plan"]["fields"] == [{"field": "records", "way": "compiled"}]
