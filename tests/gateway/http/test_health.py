"""Health and readiness, against the real database and queue and against none."""

from core.kernel.database import Database
from tests.gateway.http.edge import Edge, edge_of, settings_for
from tests.support.cluster import Address


async def ask(edge: Edge, path: str) -> tuple[int, dict[str, object]]:
    async with edge.client() as client:
        answer = await client.get(path)
    return answer.status_code, answer.json()


async def test_a_server_with_all_it_needs_is_ready(database: Database, address: Address) -> None:
    edge = edge_of(database, settings_for(REDIS_URL=address.redis_url))
    ready = {"database": "ok", "migrations": "ok", "queue": "ok"}
    assert await ask(edge, "/readyz") == (200, {"status": "ready", "checks": ready})


async def test_what_is_missing_is_named_and_nothing_more_is_told(database: Database) -> None:
    edge = edge_of(database, settings_for(REDIS_URL="redis://127.0.0.1:1/0"))
    found = {"database": "ok", "migrations": "ok", "queue": "failing"}
    assert await ask(edge, "/readyz") == (503, {"status": "not ready", "checks": found})


async def test_a_server_without_its_database_is_up_but_not_ready(address: Address) -> None:
    edge = edge_of(settings=settings_for(REDIS_URL=address.redis_url))
    assert await ask(edge, "/healthz") == (200, {"status": "up"})
    status, body = await ask(edge, "/readyz")
    assert (status, body["checks"]) == (503, {"database": "failing", "migrations": "failing", "queue": "ok"})


async def test_an_older_schema_is_not_ready(database: Database, address: Address, older_schema: None) -> None:
    edge = edge_of(database, settings_for(REDIS_URL=address.redis_url))
    status, body = await ask(edge, "/readyz")
    assert (status, body["checks"]) == (503, {"database": "ok", "migrations": "failing", "queue": "ok"})
