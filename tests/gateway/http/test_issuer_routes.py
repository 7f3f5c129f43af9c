"""Client credentials end to end, and the documents by which others verify this server's tokens."""

from uuid import uuid4

import httpx2
import pytest

from gateway.auth.client_credentials import MOST_FAILURES, Account
from gateway.auth.published_keys import fetch_keys, read_keys
from gateway.auth.reading import read_token
from gateway.auth.verify import signed_payload
from tests.gateway.http.edge import NETWORK, Edge, edge_of, settings_for

FORM = {"grant_type": "client_credentials", "client_id": "machine", "client_secret": "secret"}


@pytest.fixture
def edge() -> Edge:
    edge = edge_of()
    edge.people.accounts["machine", "secret"] = Account(uuid4(), NETWORK, uuid4())
    return edge


async def exchange(edge: Edge, form: dict[str, str], **more: object) -> httpx2.Response:
    async with edge.client() as client:
        return await client.post("/oauth/token", data=form, **more)  # type: ignore[arg-type]


async def test_credentials_become_a_token_for_one_tenant(edge: Edge) -> None:
    answer = await exchange(edge, FORM)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    account = edge.people.accounts["machine", "secret"]
    token = answer.json()["access_token"]
    asked = await edge.post("{ tenant actor }", {"Authorization": f"Bearer {token}"})
    assert asked.json()["data"] == {"tenant": str(account.tenant_id), "actor": str(account.account_id)}


async def test_basic_authentication_does_as_well(edge: Edge) -> None:
    answer = await exchange(edge, {"grant_type": "client_credentials"}, auth=("machine", "secret"))
    assert answer.status_code == 200


async def test_a_service_token_for_another_tenant_than_its_own_is_refused(edge: Edge) -> None:
    token = (await exchange(edge, FORM)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Touchstone-Tenant": str(uuid4())}
    answer = await edge.post("{ tenant }", headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (403, "auth.tenant_mismatch")


async def test_wrong_credentials_are_refused_alike_and_slowed_down(edge: Edge) -> None:
    for wrong in ({"client_secret": "x"}, {"client_id": "nobody"}, {"client_secret": ""}):
        answer = await exchange(edge, FORM | wrong)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"
        assert answer.headers["www-authenticate"].startswith("Basic")
    for _ in range(MOST_FAILURES):
        answer = await exchange(edge, FORM | {"client_secret": "guess"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["code"] == "auth.too_many_failures"


async def test_other_requests_are_told_what_is_wrong(edge: Edge) -> None:
    assert (await exchange(edge, FORM | {"grant_type": "password"})).json()["error"] == "unsupported_grant_type"
    async with edge.client() as client:
        answer = await client.post("/oauth/token", json=FORM)
        got = await client.get("/oauth/token")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert got.status_code == 405


async def test_others_can_verify_this_servers_tokens_by_discovery(edge: Edge) -> None:
    class Inside:
        """Fetches from the app itself."""

        async def fetch(self, url: str) -> dict[str, object]:
            async with edge.client() as client:
                return (await client.get(url)).json()

    public = edge.settings.public_url
    keys = await fetch_keys(Inside(), public)
    token = read_token(edge.token("ada"))
    assert b'"sub":"ada"' in signed_payload(token, keys[token.kid])
    service = read_token((await exchange(edge, FORM)).json()["access_token"])
    keys = await fetch_keys(Inside(), f"{public}/oauth")
    assert signed_payload(service, keys[service.kid])


async def test_without_the_builtin_issuer_only_the_service_key_is_published() -> None:
    edge = edge_of(settings=settings_for(environment="production", builtin_issuer=False))
    async with edge.client() as client:
        discovery = await client.get("/.well-known/openid-configuration")
        keys = await client.get("/.well-known/jwks.json")
    assert discovery.status_code == 404
    assert len(read_keys(keys.json())) == 1


async def test_while_the_master_key_is_rotated_the_keys_of_both_are_published() -> None:
    both = f"{'22' * 32},{'11' * 32}"
    edge = edge_of(settings=settings_for(environment="production", builtin_issuer=False, master_key=both))
    async with edge.client() as client:
        keys = await client.get("/.well-known/jwks.json")
    assert len(read_keys(keys.json())) == 2
