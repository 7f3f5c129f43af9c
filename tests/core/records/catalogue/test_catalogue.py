"""The service catalogue: published by headquarters, offered by whoever may, each tenant by itself."""

from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.ids import global_id
from core.kernel.scope import Scope
from core.records.catalogue.errors import ServiceIsNotOffered
from core.records.catalogue.offer import check_service_type
from tests.core.standards.builders import Stage
from tests.core.standards.test_graphql import Client, client
from tests.support.networks import BuiltNetwork

PROBLEM = "__typename ... on Problem { code message hint }"
SERVICE = "service { id key kind title { locale text } parts grantedTo status withdrawnAt standardCode revision }"
OFFER = "offer { id key basedOn title { text } status endedAt revision }"


def change(name: str, shown: str) -> str:
    big = name[0].upper() + name[1:]
    return (
        f"mutation M($input: {big}Input!, $key: String!) {{ {name}(input: $input, idempotencyKey: $key)"
        f" {{ {PROBLEM} ... on {big}Success {{ {shown} }} }} }}"
    )


PUBLISH = change("publishService", SERVICE)
WITHDRAW = change("withdrawService", SERVICE)
TAKE = change("offerService", OFFER)
OWN = change("offerOwnService", OFFER)
END = change("endOffer", OFFER)
OFFERED = "{ offeredServices }"
OFFERABLE = "{ offerableServices { offered service { key kind } } }"
CATALOGUE = "query C($f: CatalogueServiceFilter) { catalogueServices(filter: $f) { nodes { key status grantedTo } } }"
OFFERS = "query O($f: ServiceOfferFilter) { serviceOffers(filter: $f) { nodes { key status title { text } } } }"
TABLES = ("catalogue_services", "service_offers", "audit_entries", "outbox")
TITLE = [{"locale": "en", "text": "Service"}]


@dataclass
class Market:
    """A network with a catalogue: advice for all, repairs for the region, a bundle of both, and a frame."""

    stage: Stage
    editor: Client
    region: Client
    north: Client
    keys: int = 0

    async def publish(self, key: str, kind: str = "BASIC", **said: Any) -> Any:
        return await self.send(
            self.editor, PUBLISH, **{"title": TITLE, "expectedRevision": 0, **said}, key=key, kind=kind
        )

    async def send(self, who: Client, query: str, **input: Any) -> Any:
        self.keys += 1
        return await who.ask(query, input=input, key=str(self.keys))

    async def rows(self) -> dict[str, list[str]]:
        return {
            table: sorted(
                str(row["row"])
                for row in await self.stage.admin.fetch(
                    f"SELECT t::text AS row FROM {table} t WHERE network_id = $1", self.stage.network.id
                )
            )
            for table in TABLES
        }


@pytest.fixture
async def market(database: Database, clock: SetClock, network: BuiltNetwork, admin: asyncpg.Connection) -> Market:
    stage = Stage(database, clock, network, admin)
    editor, manager, north = (client(stage, one) for one in (network.headquarters, network.region, network.north))
    made = Market(stage, editor, manager, north)
    await made.publish("advice")
    region = global_id("Tenant", network.region.tenant_id)
    await made.publish("repair", "ADDITIONAL", grantedTo=[region])
    await made.publish("care", "BUNDLE", parts=["repair", "advice"])
    await made.publish("custom", "BESPOKE")
    return made


async def test_a_tenant_offers_what_it_may_and_adds_its_own(market: Market) -> None:
    assert await market.north.ask(OFFERED) == []
    assert await market.north.ask(OFFERABLE) == [
        {"offered": False, "service": {"key": key, "kind": kind}}
        for key, kind in (("advice", "BASIC"), ("care", "BUNDLE"), ("custom", "BESPOKE"), ("repair", "ADDITIONAL"))
    ]
    lacking = await market.send(market.north, TAKE, key="care")
    assert (lacking["code"], "advice, repair" in lacking["message"]) == ("records.parts_do_not_fit", True)
    for key in ("advice", "repair", "care", "care"):
        assert (await market.send(market.north, TAKE, key=key))["offer"]["status"] == "OFFERED"
    own = {"key": "own.lantern", "basedOn": "custom", "title": TITLE, "expectedRevision": 0}
    lantern = (await market.send(market.north, OWN, **own))["offer"]
    assert (lantern["basedOn"], lantern["revision"]) == ("custom", 1)
    again = await market.send(market.north, OWN, **{**own, "expectedRevision": 1})
    assert again["offer"]["revision"] == 2
    assert await market.north.ask(OFFERED) == ["advice", "care", "own.lantern", "repair"]
    assert await market.region.ask(OFFERED) == []
    assert (await market.region.ask(OFFERS))["nodes"] == []
    ended = next(one for one in (await market.north.ask("{ serviceOffers { nodes { id key revision } } }"))["nodes"])
    gone = await market.send(market.north, END, offer=ended["id"], expectedRevision=ended["revision"])
    assert (gone["offer"]["key"], gone["offer"]["status"]) == ("advice", "ENDED")
    assert await market.north.ask(OFFERED) == ["own.lantern", "repair"], "a bundle lacks a part"
    assert (await market.send(market.north, TAKE, key="advice"))["offer"]["endedAt"] is None
    assert await market.north.ask(OFFERED) == ["advice", "care", "own.lantern", "repair"]


async def test_what_headquarters_withdraws_or_grants_no_more_is_offered_by_nobody(market: Market) -> None:
    for key in ("advice", "repair"):
        await market.send(market.north, TAKE, key=key)
    own = {"key": "own.lantern", "basedOn": "custom", "title": TITLE, "expectedRevision": 0}
    await market.send(market.north, OWN, **own)
    south = global_id("Tenant", market.stage.network.south.tenant_id)
    changed = await market.publish("repair", "ADDITIONAL", grantedTo=[south], expectedRevision=1)
    assert (changed["service"]["grantedTo"], changed["service"]["revision"]) == ([south], 2)
    assert await market.north.ask(OFFERED) == ["advice", "own.lantern"]
    nodes = await market.editor.ask("{ catalogueServices { nodes { id key revision } } }")
    services = {one["key"]: one for one in nodes["nodes"]}
    moved = {"service": services["custom"]["id"], "expectedRevision": 1}
    assert (await market.send(market.editor, WITHDRAW, **moved))["service"]["status"] == "WITHDRAWN"
    assert await market.north.ask(OFFERED) == ["advice"]
    held = await market.send(market.editor, WITHDRAW, service=services["advice"]["id"], expectedRevision=1)
    assert held["code"] == "records.service_is_in_bundle"
    shown = (await market.north.ask(CATALOGUE, f={"status": "WITHDRAWN"}))["nodes"]
    assert [one["key"] for one in shown] == ["custom"]


def refusals() -> list[tuple[str, str, dict[str, Any], str]]:
    said = {"title": TITLE, "expectedRevision": 0}
    own = {"basedOn": "custom", **said}
    return [
        ("editor", PUBLISH, {"key": "own.x", "kind": "BASIC", **said}, "kernel.invalid_input"),
        ("editor", PUBLISH, {"key": "No", "kind": "BASIC", **said}, "kernel.invalid_input"),
        ("editor", PUBLISH, {"key": "x", "kind": "BASIC", **said, "title": []}, "kernel.invalid_input"),
        ("editor", PUBLISH, {"key": "x", "kind": "BASIC", **said, "standardCode": "none"}, "kernel.invalid_input"),
        ("editor", PUBLISH, {"key": "x", "kind": "BASIC", **said, "parts": ["advice"]}, "kernel.invalid_input"),
        ("editor", PUBLISH, {"key": "x", "kind": "BUNDLE", **said, "parts": ["advice"]}, "kernel.invalid_input"),
        (
            "editor",
            PUBLISH,
            {"key": "x", "kind": "BUNDLE", **said, "parts": ["advice", "custom"]},
            "records.parts_do_not_fit",
        ),
        ("editor", PUBLISH, {"key": "advice", "kind": "ADDITIONAL", **said}, "records.service_key_is_taken"),
        ("editor", PUBLISH, {"key": "advice", "kind": "BASIC", **said}, "kernel.stale_edit"),
        ("editor", PUBLISH, {"key": "x", "kind": "BASIC", **said, "grantedTo": ["#stranger"]}, "kernel.not_found"),
        ("north", TAKE, {"key": "custom"}, "records.service_is_a_frame"),
        ("north", TAKE, {"key": "none"}, "kernel.not_found"),
        ("editor", TAKE, {"key": "repair"}, "records.service_is_not_granted"),
        ("north", OWN, {"key": "lantern", **own}, "kernel.invalid_input"),
        ("north", OWN, {"key": "own.x", **own, "basedOn": "advice"}, "records.service_is_a_frame"),
        ("north", OWN, {"key": "own.x", **own, "expectedRevision": 3}, "kernel.stale_edit"),
    ]


@pytest.mark.parametrize(("who", "query", "given", "code"), refusals())
async def test_what_is_refused_changes_nothing(
    market: Market, strangers: BuiltNetwork, who: str, query: str, given: dict[str, Any], code: str
) -> None:
    before = await market.rows()
    stranger = global_id("Tenant", strangers.north.tenant_id)
    given = {name: [stranger] if said == ["#stranger"] else said for name, said in given.items()}
    assert (await market.send(getattr(market, who), query, **given))["code"] == code
    assert await market.rows() == before


async def test_neighbours_and_lower_roles_change_nothing(market: Market, strangers: BuiltNetwork) -> None:
    offer = (await market.send(market.north, TAKE, key="advice"))["offer"]
    before = await market.rows()
    stage = market.stage
    for scope in (stage.network.south, stage.network.region, strangers.north):
        other = client(stage, scope)
        assert (await market.send(other, END, offer=offer["id"], expectedRevision=1))["code"] == "kernel.not_found"
    assert (await client(stage, strangers.headquarters).ask(CATALOGUE))["nodes"] == []
    for without, query, given in (
        ("records.offer_services", TAKE, {"key": "repair"}),
        ("records.publish_services", PUBLISH, {"key": "x", "kind": "BASIC", "title": TITLE, "expectedRevision": 0}),
    ):
        lower = client(stage, stage.network.north, without=without)
        assert (await market.send(lower, query, **given))["code"] == "kernel.not_permitted"
    assert await market.rows() == before


async def test_a_record_is_classified_as_what_its_tenant_offers(market: Market, strangers: BuiltNetwork) -> None:
    await market.send(market.north, TAKE, key="advice")
    north: Scope = market.stage.network.north
    async with market.stage.unit(north, read_only=True) as unit:
        await check_service_type(unit, "advice")
        with pytest.raises(ServiceIsNotOffered):
            await check_service_type(unit, "repair")
    async with market.stage.unit(strangers.north, read_only=True) as unit:
        await check_service_type(unit, "whatever they call it")
