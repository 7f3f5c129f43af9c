"""Lists that somebody narrowed are kept: for oneself, or for the tenant; and fit the list again, exactly."""

from asyncio import gather
from dataclasses import replace
from typing import Any

import pytest

from core.records.saved_views import keep
from tests.core.records.conftest import Chain, person
from tests.support.api import Api, Client

VIEW = "view { id name owner shared filter ordering columns gone version }"
USE = "query Use($filter: RecordFilter) { records(filter: $filter) { totalCount } }"
LIST = "{ savedViews { id name shared filter } }"
ONE = "query One($id: ID!) { savedView(id: $id) { name } }"
NODE = "query One($id: ID!) { node(id: $id) { ... on SavedView { name } } }"
FILTER: dict[str, Any] = {
    "status": "WAITING",
    "waitingFor": "CUSTOMER",
    "channel": "phone",
    "priority": "high",
    "openedFrom": "2026-11-01T00:00:00.000000Z",
    "resolvedTo": "2026-11-21T09:00:00.000000Z",
    "holderRole": "field",
}


@pytest.fixture
async def ann(chain: Chain, api: Api) -> Client:
    return Client(api, await chain.tenant("north"))


def other(client: Client) -> Client:
    """Somebody else in the same tenant."""
    assert client.scope is not None
    return replace(client, scope=replace(client.scope, actor=person()))


async def saved(client: Client, **said: Any) -> Any:
    given: dict[str, Any] = {"name": "Mine", "filter": FILTER, "columns": ["externalId", "site.name"], **said}
    done = await client.change("saveView", VIEW, **given)
    assert done["__typename"] == "SaveViewSuccess", done
    return done["view"]


async def names(client: Client) -> list[str]:
    return [one["name"] for one in (await client.data(LIST))["savedViews"]]


async def test_a_view_fits_the_list_again(ann: Client) -> None:
    view = await saved(ann, ordering="EARLIEST_FIRST")
    assert view["filter"] == FILTER
    assert (view["columns"], view["ordering"], view["gone"]) == (["externalId", "site.name"], "EARLIEST_FIRST", [])
    assert (view["shared"], view["version"]) == (False, 1)
    assert (await ann.data(USE, filter=view["filter"]))["records"]["totalCount"] == 0
    whole = await saved(ann, name="Whole", filter=None)
    assert whole["filter"] == {}
    assert (await ann.data(LIST))["savedViews"] == [
        {"id": one["id"], "name": one["name"], "shared": False, "filter": one["filter"]} for one in (view, whole)
    ]


async def test_a_private_view_is_its_owners(ann: Client, chain: Chain) -> None:
    view, bob = await saved(ann), other(ann)
    assert ann.scope is not None
    south = replace(ann, scope=replace(await chain.tenant("south"), actor=ann.scope.actor))
    for stranger in (bob, south):
        assert await names(stranger) == []
        assert (await stranger.data(ONE, id=view["id"])) == {"savedView": None}
        assert (await stranger.data(NODE, id=view["id"])) == {"node": None}
        for change in ("changeView", "deleteView"):
            refused = await stranger.change(change, "__typename", view=view["id"], version=1)
            assert refused["code"] == "kernel.not_found"
    assert (await ann.data(ONE, id=view["id"]))["savedView"] == {"name": "Mine"}
    assert (await saved(bob))["name"] == "Mine"


async def test_a_view_is_shared_changed_and_deleted(ann: Client, admin: Any) -> None:
    view, bob = await saved(ann), other(ann).without("records.share_views")
    change: dict[str, Any] = {"view": view["id"], "version": 1}
    refused = await ann.without("records.share_views").change("changeView", VIEW, **change, shared=True)
    assert refused["code"] == "kernel.not_permitted"
    done = (await ann.change("changeView", VIEW, **change, shared=True, name="Ours", filter={"status": "OPEN"}))["view"]
    assert (done["name"], done["filter"], done["shared"], done["version"]) == ("Ours", {"status": "OPEN"}, True, 2)
    assert await names(bob) == ["Ours"]
    assert (await bob.data(NODE, id=view["id"]))["node"] == {"name": "Ours"}
    stale = await ann.change("changeView", VIEW, **change, name="Late")
    assert stale["code"] == "kernel.stale_edit"
    for verb in ("changeView", "deleteView"):
        refused = await bob.change(verb, "__typename", view=view["id"], version=2)
        assert refused["code"] == "kernel.not_permitted"
    again = (await other(ann).change("changeView", VIEW, view=view["id"], version=2, columns=["status"]))["view"]
    assert (again["columns"], again["filter"]) == (["status"], {"status": "OPEN"})
    gone = await ann.change("deleteView", "name", view=view["id"], version=3)
    assert gone == {"__typename": "DeleteViewSuccess", "name": "Ours"}
    assert await admin.fetchval("SELECT count(*) FROM saved_views WHERE tenant_id = $1", ann.tenant_id) == 0


async def test_what_cannot_be_saved_is_not(ann: Client, admin: Any) -> None:
    await saved(ann)
    second = await saved(ann, name="Second")
    clerk = ann.without("records.share_views")
    wrongs: list[tuple[dict[str, Any], str]] = [
        ({"name": "  "}, "kernel.invalid_input"),
        ({"name": "x" * 101}, "kernel.invalid_input"),
        ({"columns": ["DROP TABLE"]}, "kernel.invalid_input"),
        ({"columns": ["a"] * 51}, "kernel.invalid_input"),
        ({"name": "Mine"}, "records.view_name_taken"),
        ({"shared": True}, "kernel.not_permitted"),
    ]
    for said, code in wrongs:
        assert (await clerk.change("saveView", VIEW, **{"name": "New", **said}))["code"] == code
        change: dict[str, Any] = {"view": second["id"], "version": 1, **said}
        assert (await clerk.change("changeView", VIEW, **change))["code"] == code
    assert await names(ann) == ["Mine", "Second"]
    assert await admin.fetchval("SELECT max(version) FROM saved_views WHERE tenant_id = $1", ann.tenant_id) == 1
    query = 'mutation($filter: RecordFilter) { saveView(idempotencyKey: "w", input: {name: "W", filter: $filter})'
    assert (await ann.ask(query + " { __typename } }", filter={"colour": "red"})).data is None


async def test_nobody_has_too_many_and_what_is_gone_is_said(
    ann: Client, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await saved(ann)
    monkeypatch.setattr(keep, "MOST", 1)
    refused = await ann.change("saveView", VIEW, name="More")
    assert refused["code"] == "records.too_many_views"
    stored = '{"channel":"phone","colour":"red","status":"FORGOTTEN"}'
    await admin.execute("UPDATE saved_views SET filter = $2 WHERE tenant_id = $1", ann.tenant_id, stored)
    found = await ann.data("query($id: ID!) { savedView(id: $id) { gone filter } }", id=view["id"])
    assert found["savedView"]["gone"] == ["colour", "status"]
    assert (await ann.ask(USE, filter=found["savedView"]["filter"])).data is None
    assert (await ann.holding("records.open").ask(LIST)).codes == ["kernel.not_permitted"]


async def test_two_views_that_are_called_the_same_at_once_are_not(ann: Client) -> None:
    for number in range(4):
        one, other_one = [await saved(ann, name=f"{which} {number}") for which in ("One", "Other")]
        wished = f"Wished {number}"

        async def renamed(view: Any, name: str = wished) -> Any:
            return await ann.change("changeView", VIEW, view=view["id"], version=view["version"], name=name)

        new = ann.change("saveView", VIEW, name=wished, filter=FILTER)
        done = await gather(renamed(one), renamed(other_one), new)
        told = sorted(answer.get("code", "") for answer in done)
        assert told == ["", "records.view_name_taken", "records.view_name_taken"]
        assert (await names(ann)).count(wished) == 1


async def test_a_filter_is_as_long_as_a_list_of_views_bears(ann: Client) -> None:
    view = await saved(ann)
    long = {"channel": "x" * 10_000}
    refused = await ann.change("saveView", "view { id }", name="Long", filter=long)
    assert (refused["__typename"], refused["code"]) == ("InvalidInput", "kernel.invalid_input")
    said: dict[str, Any] = {"view": view["id"], "version": view["version"], "filter": long}
    assert (await ann.change("changeView", "view { id }", **said))["__typename"] == "InvalidInput"
    assert (await ann.data(LIST))["savedViews"][0]["filter"] == FILTER
    assert await names(ann) == ["Mine"]
