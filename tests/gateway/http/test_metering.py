"""What operations cost is summed up by tenant, for as many tenants as figures may tell apart."""

import re

import pytest

from core.kernel.database import Database
from core.kernel.telemetry import configure_telemetry, metrics_page
from gateway.http import metering
from tests.gateway.http.edge import Edge, edge_for, edge_of, settings_for
from tests.gateway.http.serving import served
from tests.gateway.http.test_event_stream import EVENTS, client

SUM = re.compile(r"touchstone_graphql_cost_total(?:\{(.*?)\})? (\S+)")


@pytest.fixture(scope="module", autouse=True)
def telemetry() -> None:
    """Providers are set once per process, as OpenTelemetry has it."""
    configure_telemetry(settings_for())


def spent(tenant: object) -> float:
    """What a tenant's operations cost so far, as a scraper reads it."""
    page = metrics_page()[0].decode()
    return sum(float(cost) for labels, cost in SUM.findall(page) if f'tenant_id="{tenant}"' in labels)


async def asked(edge: Edge, query: str, subject: str = "ada") -> int:
    """Ask, and give the cost that was told."""
    answer = await edge.post(query, edge.headers(subject))
    return answer.json()["extensions"]["cost"]["asked"]


async def test_what_ran_is_metered_for_its_tenant_alone() -> None:
    edge = edge_of()
    (ours,), (theirs,) = edge.member("ada"), edge.member("bob")
    costs = [await asked(edge, query) for query in ("{ tenant }", "{ tenant hello }", "{ boom }", "{ rare hello }")]
    assert all(costs)
    other = await asked(edge, "{ tenant }", "bob")
    assert (spent(ours), spent(theirs)) == (sum(costs), other)


async def test_what_was_refused_before_it_ran_costs_nothing() -> None:
    edge = edge_of(settings=settings_for(max_cost=1))
    (ours,) = edge.member("ada")
    answer = await edge.post("{ tenant hello }", edge.headers("ada"))
    assert answer.json()["errors"][0]["extensions"]["code"] == "gateway.too_costly"
    assert answer.json()["extensions"]["cost"]["asked"] > 1
    await edge.post("{ nothing }", edge.headers("ada"))
    assert spent(ours) == 0


async def test_each_event_of_a_subscription_is_metered(database: Database) -> None:
    async with served(database, edge_for()) as api, client(api) as http:
        (ours,) = api.edge.member("ada")
        headers = api.edge.headers("ada") | EVENTS
        answer = await http.post("/graphql", json={"query": "subscription { count(to: 3) }"}, headers=headers)
        assert answer.text.count("event: next") == 3
        once = spent(ours) / 3
        assert once == int(once) > 0


async def test_tenants_beyond_those_that_are_told_apart_are_one_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    edge = edge_of()
    (ours,), (theirs,) = edge.member("ada"), edge.member("bob")
    await asked(edge, "{ tenant }")
    monkeypatch.setattr(metering._costs, "most", len(metering._costs))
    before = spent("other")
    first, second = await asked(edge, "{ tenant }"), await asked(edge, "{ tenant }", "bob")
    assert (spent(ours), spent(theirs)) == (2 * first, 0)
    assert spent("other") == before + second
