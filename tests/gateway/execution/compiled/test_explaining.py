"""Operators see how a query is executed; nobody else does."""

from dataclasses import replace

import pytest

from core.kernel.permissions import EXPLAIN_QUERIES
from gateway.answering.explaining import explained
from tests.support.api import Api, whole_answering
from tests.support.networks import BuiltNetwork

pytestmark = pytest.mark.anyio

MIXED = "query($n: Int) { sites(first: $n) { nodes { key } } roles { name } }"


async def test_an_operator_sees_ways_sql_and_plan(api: Api, network: BuiltNetwork) -> None:
    told = await explained(whole_answering(), MIXED, {"n": 3}, api.context(network.north))
    assert told["fields"] == [
        {"field": "sites", "way": "compiled"},
        {"field": "roles", "way": "interpreted", "reason": "Query.roles is read by code"},
    ]
    assert "FROM sites" in told["sql"]
    assert any("sites" in line for line in told["explain"])


async def test_analyzing_runs_the_statement_inside_the_walls(api: Api, network: BuiltNetwork) -> None:
    told = await explained(whole_answering(), MIXED, {}, api.context(network.north), analyze=True)
    assert any("actual time" in line for line in told["explain"])


async def test_whoever_may_not_see_it_is_told_so(api: Api, network: BuiltNetwork) -> None:
    less = replace(network.north, permissions=network.north.permissions - {EXPLAIN_QUERIES.name})
    told = await explained(whole_answering(), MIXED, {}, api.context(less))
    assert set(told) == {"refused"}
    assert told["refused"]["code"] == "kernel.not_permitted"


async def test_without_a_tenant_nothing_is_told(api: Api) -> None:
    assert set(await explained(whole_answering(), MIXED, {}, api.context(None))) == {"refused"}


@pytest.mark.parametrize("document", ["{ nothingOfTheKind }", "mutation { __typename }", "{"])
async def test_what_is_not_compiled_is_said_to_be(api: Api, network: BuiltNetwork, document: str) -> None:
    told = await explained(whole_answering(), document, {}, api.context(network.north))
    assert told["fields"] == []
    assert "interpreted" in told["reason"]
