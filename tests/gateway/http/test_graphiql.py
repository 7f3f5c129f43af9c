"""The page for developers works from this package alone, and gives its tokens to this machine alone."""

import gzip
import re
from hashlib import sha256
from pathlib import Path

import httpx2
import orjson
import pytest

from gateway.http.graphiql import ASSETS, PACKED, DemoToken
from tests.gateway.http.edge import Edge, edge_for, edge_of, settings_for

HTML = {"Accept": "text/html,application/xhtml+xml"}
TOKEN = DemoToken("Franchise manager </script><script>", "token-of-the-manager", "tenant-id", "{ hello }")
LARGEST_TRACKED = 500_000


async def page_of(edge: Edge, host: str = "127.0.0.1:8000") -> str:
    async with edge.client(host) as client:
        answer = await client.get("/graphql", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def setup_of(page: str) -> list[dict[str, str]]:
    found = re.search(r'<script type="application/json" id="setup">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return orjson.loads(found[1])["tokens"]


async def test_everything_the_page_asks_for_is_served_here() -> None:
    edge = edge_of()
    page = await page_of(edge)
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(named) == 7
    async with edge.client() as client:
        for path in named:
            if path != "data:,":
                assert path.startswith("/graphql/assets/")
                answer = await client.get(path)
                assert answer.status_code == 200
                assert len(answer.content) > 100
    assert not re.search(r"https?://", page)


async def test_nothing_but_this_servers_scripts_may_run_in_the_page() -> None:
    edge = edge_of()
    async with edge.client() as client:
        policy = (await client.get("/graphql", headers=HTML)).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    assert "default-src 'none';" in policy
    assert "<script>" not in await page_of(edge)


@pytest.mark.parametrize("name", PACKED)
async def test_assets_are_the_published_builds(name: str) -> None:
    edge = edge_of()
    async with edge.client() as client:
        packed = await client.get(f"/graphql/assets/{name}", headers={"Accept-Encoding": "gzip"})
        plain = await client.get(f"/graphql/assets/{name}", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    raw = (ASSETS / f"{name}.gz").read_bytes()
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < LARGEST_TRACKED
    row = next(line for line in (ASSETS / "LICENSES.md").read_text().splitlines() if f"`{name}.gz`" in line)
    assert sha256(plain.content).hexdigest() in row


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fgraphiql.py", "page.html", "graphiql.js.gz", "LICENSES.md"])
async def test_other_files_are_not_served(name: str) -> None:
    async with edge_of().client() as client:
        assert (await client.get(f"/graphql/assets/{name}")).status_code == 404


async def test_demo_tokens_are_offered_to_this_machine_alone(tmp_path: Path) -> None:
    listed = tmp_path / "tokens.json"
    edge = edge_of(demo_tokens=[TOKEN], edge=edge_for(demo_tokens_file=listed))
    page = await page_of(edge)
    assert setup_of(page) == [{"label": TOKEN.label, "token": TOKEN.token, "tenant": "tenant-id", "query": "{ hello }"}]
    assert page.count("</script>") == 5
    listed.write_bytes(orjson.dumps([{"label": "Clerk", "token": "minted-later", "unknown": 1}]))
    assert [one["token"] for one in setup_of(await page_of(edge))] == [TOKEN.token, "minted-later"]
    for foreign in ("rebound.example:8000", "192.0.2.7:8000", "localhost.evil.example"):
        assert setup_of(await page_of(edge, foreign)) == []


async def test_production_never_offers_tokens() -> None:
    production = settings_for(environment="production", builtin_issuer=False)
    assert setup_of(await page_of(edge_of(settings=production, demo_tokens=[TOKEN]))) == []


@pytest.mark.parametrize(
    ("host", "client", "offered"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("localhost", "::1", True),
        ("[::1]:8000", "127.0.0.1", True),
        ("127.0.0.1:8000", "192.0.2.7", False),
        ("localhost:8000", "testclient", False),
        ("localhost@evil.example", "127.0.0.1", False),
        ("evil.example#localhost", "127.0.0.1", False),
        ("[::1", "127.0.0.1", False),
        ("127.0.0.1:8000/..", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
async def test_tokens_are_given_to_this_machine_by_its_own_names_alone(host: str, client: str, offered: bool) -> None:
    edge = edge_of(demo_tokens=[TOKEN])
    transport = httpx2.ASGITransport(app=edge.app, client=(client, 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as caller:
        answer = await caller.get("/graphql", headers=HTML | {"Host": host})
    assert answer.status_code == 200
    assert bool(setup_of(answer.text)) is offered
