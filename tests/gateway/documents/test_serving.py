"""Registered documents over real connections: POST, server-sent events and websockets, free texts served or not."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect

from core.kernel.database import Database
from gateway.documents.identifiers import hash_of
from tests.gateway.documents.front_end import FrontEnd
from tests.gateway.http.edge import Edge, edge_of, settings_for
from tests.gateway.http.serving import Served, served

TENANT = "query Where { tenant }"
ECHO = "query Again($text: String!) { echo(text: $text) }"
COUNT = "subscription Count($to: Int!) { count(to: $to) }"
NOWHERE = hash_of("nowhere")
RESPONSE = "application/graphql-response+json"
EVENTS = {"Accept": "text/event-stream"}
BOTH = {"Accept": f"{RESPONSE}, text/event-stream"}


@pytest.fixture(params=[True, False], ids=["trusted only", "free texts too"])
async def api(request: pytest.FixtureRequest, database: Database) -> AsyncGenerator[Served, None]:
    settings = settings_for(trusted_documents_only=request.param)
    async with served(database, settings=settings) as running:
        yield running


@pytest.fixture
async def strict(database: Database) -> AsyncGenerator[Served, None]:
    async with served(database, settings=settings_for(trusted_documents_only=True)) as running:
        yield running


def by_id(text: str, **more: Any) -> dict[str, Any]:
    return {"documentId": f"sha256:{hash_of(text)}", **more}


def by_apollo(hash_: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}, **more}


async def post(api: Served, body: dict[str, Any], subject: str | None = "ada", **headers: str) -> httpx2.Response:
    given = api.edge.headers(subject) if subject else {}
    async with httpx2.AsyncClient(base_url=api.url, timeout=10, verify=False) as http:
        return await http.post("/graphql", json=body, headers=given | headers)


def code(answer: httpx2.Response) -> str:
    (error,) = answer.json()["errors"]
    assert "data" not in answer.json()
    return error["extensions"]["code"]


async def test_a_registered_document_is_served_by_its_hash_to_each_tenant_its_own(
    api: Served, front_end: FrontEnd
) -> None:
    (ours,), (theirs,) = api.edge.member("ada"), api.edge.member("bob")
    await front_end.register(TENANT, ECHO)
    for body in (by_id(TENANT), by_apollo(hash_of(TENANT)), {"documentId": hash_of(TENANT)}, {"query": TENANT}):
        for subject, home in (("ada", ours), ("bob", theirs)):
            answer = await post(api, body, subject)
            assert (answer.status_code, answer.json()["data"]) == (200, {"tenant": str(home)})
    said = await post(api, by_id(ECHO, variables={"text": "x"}, operationName="Again"), None)
    assert said.json()["data"] == {"echo": "x 0"}


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (RESPONSE, 400)])
async def test_an_unknown_hash_is_one_error_with_the_code_its_client_knows(
    api: Served, accept: str, status: int
) -> None:
    api.edge.member("ada")
    unknown = await post(api, {"documentId": f"sha256:{NOWHERE}"}, Accept=accept)
    assert (unknown.status_code, code(unknown)) == (status, "gateway.document_unknown")
    assert unknown.headers["content-type"].startswith(accept)
    apollo = await post(api, by_apollo(NOWHERE), Accept=accept)
    assert (apollo.status_code, code(apollo)) == (status, "PERSISTED_QUERY_NOT_FOUND")
    assert apollo.json()["errors"][0]["message"] == "PersistedQueryNotFound"


async def test_a_text_that_is_not_registered_is_refused_with_a_hint(strict: Served, front_end: FrontEnd) -> None:
    strict.edge.member("ada")
    await front_end.register(TENANT)
    for text in ("{ tenant }", f"{TENANT} ", "{ __schema { types { name } } }", "{ __typename }#", "{ nothing"):
        answer = await post(strict, {"query": text})
        assert (answer.status_code, code(answer)) == (200, "gateway.document_not_trusted")
        assert "register" in answer.json()["errors"][0]["extensions"]["hint"]
        assert text not in answer.text


async def test_nothing_that_a_request_brings_is_registered(api: Served, admin: Any) -> None:
    api.edge.member("ada")
    text = f"# {hash_of(api.url)}\n{{ tenant }}"
    held = await admin.fetchval("SELECT count(*) FROM trusted_documents")
    first = await post(api, by_apollo(hash_of(text), query=text))
    trusted = api.edge.settings.serves_trusted_documents_only
    assert ("data" in first.json()) is not trusted
    assert code(await post(api, by_apollo(hash_of(text)))) == "PERSISTED_QUERY_NOT_FOUND"
    assert await admin.fetchval("SELECT count(*) FROM trusted_documents") == held


async def test_a_bad_token_is_refused_before_anything_is_looked_up(strict: Served) -> None:
    answer = await post(strict, by_id(TENANT), None, Authorization="Bearer nonsense")
    assert (answer.status_code, code(answer)) == (401, "auth.malformed_token")


async def test_what_a_token_does_not_open_stays_closed(api: Served, front_end: FrontEnd) -> None:
    await front_end.register(TENANT)
    answer = await post(api, by_id(TENANT), None)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "auth.missing_token"


@pytest.mark.parametrize("accept", [EVENTS, BOTH])
async def test_a_subscription_is_served_by_its_hash_as_events(
    api: Served, front_end: FrontEnd, accept: dict[str, str]
) -> None:
    api.edge.member("ada")
    await front_end.register(COUNT)
    for body in (by_id(COUNT, variables={"to": 2}), by_apollo(hash_of(COUNT), variables={"to": 2})):
        answer = await post(api, body, **accept)
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
        assert [one["data"]["count"] for one in events] == [0, 1]


async def test_events_of_what_is_not_registered_are_refused(strict: Served) -> None:
    strict.edge.member("ada")
    answer = await post(strict, {"query": "subscription { forever }"}, **EVENTS)
    assert (answer.status_code, code(answer)) == (400, "gateway.document_not_trusted")
    unknown = await post(strict, {"documentId": NOWHERE}, **BOTH)
    assert (unknown.status_code, code(unknown)) == (400, "gateway.document_unknown")


async def test_a_websocket_serves_registered_documents_and_tells_what_is_none(api: Served, front_end: FrontEnd) -> None:
    (home,) = api.edge.member("ada")
    await front_end.register(COUNT, TENANT)
    protocol: Any = ["graphql-transport-ws"]
    async with connect(api.socket_url, subprotocols=protocol) as socket:

        async def ask(body: dict[str, Any]) -> list[dict[str, Any]]:
            await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": body}))
            heard = [json.loads(await socket.recv())]
            while heard[-1]["type"] == "next":
                heard.append(json.loads(await socket.recv()))
            return heard

        await socket.send(json.dumps({"type": "connection_init", "payload": api.edge.headers("ada")}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        counted = await ask(by_id(COUNT, variables={"to": 2}))
        assert [one["payload"]["data"]["count"] for one in counted[:-1]] == [0, 1]
        assert (await ask(by_apollo(hash_of(TENANT))))[0]["payload"]["data"] == {"tenant": str(home)}
        (unknown,) = await ask(by_apollo(NOWHERE))
        assert unknown["type"] == "error"
        assert unknown["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        free = await ask({"query": "{ tenant hello }"})
        if api.edge.settings.serves_trusted_documents_only:
            assert free[0]["payload"][0]["extensions"]["code"] == "gateway.document_not_trusted"
        else:
            assert free[0]["payload"]["data"] == {"tenant": str(home), "hello": "hello"}


def edge_in(environment: str, database: Database, **more: object) -> Edge:
    production = {"environment": environment, "builtin_issuer": False, "introspection": False}
    return edge_of(database, settings_for(**production, **more))


@pytest.mark.parametrize(
    ("environment", "said", "refused"),
    [
        ("production", None, True),
        ("production", False, False),
        ("development", None, False),
        ("development", True, True),
    ],
)
async def test_production_serves_registered_documents_alone_unless_it_is_told_otherwise(
    database: Database, front_end: FrontEnd, environment: str, said: bool | None, refused: bool
) -> None:
    edge = edge_in(environment, database, trusted_documents_only=said)
    await front_end.register("query Hello { hello }")
    free = (await edge.post("{ hello }")).json()
    assert ("errors" in free, "data" in free) == (refused, not refused)
    async with edge.client() as client:
        answer = await client.post("/graphql", json=by_id("query Hello { hello }"))
    assert answer.json()["data"] == {"hello": "hello"}


async def test_introspection_stays_closed_to_a_registered_document(database: Database, front_end: FrontEnd) -> None:
    text = "query Types { __schema { types { name } } }"
    await front_end.register(text)
    edge = edge_in("production", database)
    async with edge.client() as client:
        answer = await client.post("/graphql", json=by_id(text))
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.introspection_off"
