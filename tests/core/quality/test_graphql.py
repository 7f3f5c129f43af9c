"""The dashboards through GraphQL: each tenant sees its own, those above see what is below, nobody sees more."""

from dataclasses import replace
from datetime import date
from typing import Any

from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.quality.repository import add_up_days, keep_figures
from tests.support.api import Api
from tests.support.networks import BuiltNetwork, as_person

CODE = "incident-handling"
OWN = """{ qualityDashboard(period: {standardCode: "incident-handling"}) {
    tenants { tenantKey } whole { figures { records withinPublishedLimit withinPublishedShare } } } }"""
WIDE = """{ networkQuality(period: {standardCode: "incident-handling"}) {
    tenants { tenantKey performance { figures { records } } } whole { figures { records } } days { day } } }"""


async def served(database: Database, scope: Scope, records: int) -> None:
    rows = [
        {
            "id": new_id(),
            "standard_code": CODE,
            "day": date(2012, 5, 1 + number % 3),
            "resolution_seconds": 100 if number % 2 else 300_000,
            "published_limit_seconds": 172_800,
            "effective_limit_seconds": 172_800,
            "step_count": 3,
        }
        for number in range(records)
    ]
    async with database.unit(scope) as unit:
        await keep_figures(unit, rows)
        await add_up_days(unit, CODE, [date(2012, 5, day) for day in (1, 2, 3)])


async def serve_everywhere(database: Database, network: BuiltNetwork, strangers: BuiltNetwork) -> None:
    await served(database, network.north, 4)
    await served(database, network.south, 6)
    await served(database, network.region, 2)
    await served(database, strangers.north, 9)


def keys(answer: Any) -> set[str]:
    return {one["tenantKey"] for one in answer["tenants"]}


async def test_a_tenant_sees_its_own_figures_alone(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork
) -> None:
    await serve_everywhere(database, network, strangers)
    answer = await api.execute(network.north, OWN)
    assert answer.data is not None
    shown = answer.data["qualityDashboard"]
    assert keys(shown) == {"north"}
    assert shown["whole"]["figures"] == {"records": 4, "withinPublishedLimit": 2, "withinPublishedShare": 0.5}


async def test_those_above_see_what_is_below_and_nobody_else(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork
) -> None:
    await serve_everywhere(database, network, strangers)
    for scope, seen, records in (
        (network.headquarters, {"north", "south", "west"}, 12),
        (network.region, {"north", "south", "west"}, 12),
        (network.south, {"south"}, 6),
        (strangers.headquarters, {"north"}, 9),
    ):
        answer = await api.execute(scope, WIDE)
        assert answer.data is not None
        assert keys(answer.data["networkQuality"]) == seen
        assert answer.data["networkQuality"]["whole"]["figures"]["records"] == records


async def test_a_wide_read_is_written_down(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork, admin: Any
) -> None:
    await serve_everywhere(database, network, strangers)
    manager = as_person(network.region, network.region.permissions)
    await api.execute(manager, WIDE)
    [grant] = await admin.fetch("SELECT * FROM reading_grants WHERE tenant_id = $1", network.region.tenant_id)
    assert grant["actor_id"] == manager.actor.id
    assert grant["kind"] == "region"


async def test_a_role_without_the_permission_sees_nothing_and_leaves_nothing(
    api: Api, database: Database, network: BuiltNetwork, strangers: BuiltNetwork, admin: Any
) -> None:
    await serve_everywhere(database, network, strangers)
    clerk = as_person(network.headquarters, frozenset({"kernel.signed_in", "records.read"}))
    for document, field in ((WIDE, "networkQuality"), (OWN, "qualityDashboard")):
        answer = await api.execute(clerk, document)
        assert answer.data == {field: None}
        assert answer.codes == ["kernel.not_permitted"]
    assert await admin.fetchval("SELECT count(*) FROM reading_grants WHERE actor_id = $1", clerk.actor.id) == 0


async def test_nobody_is_asked_without_a_token(api: Api, network: BuiltNetwork) -> None:
    assert (await api.execute(None, OWN)).codes == ["gateway.not_signed_in"]
    assert (await api.execute(replace(network.north, permissions=frozenset()), OWN)).codes == ["kernel.not_permitted"]
