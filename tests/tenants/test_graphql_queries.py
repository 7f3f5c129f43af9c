"""Front ends see who they are, the tree around them, and their own tenant's people, sites, accounts and plugins."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from core.kernel.graphql.ids import global_id
from core.kernel.graphql.naming import camel
from core.kernel.key_ring import KeyRing
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind
from gateway.auth.identity import TokenIdentity
from tenants.accounts.register_issuer import RegisterIssuer, register_issuer
from tenants.accounts.service_accounts import CreateServiceAccount, create_service_account
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin
from tenants.activations.enable_plugin import EnablePlugin, enable_plugin
from tenants.graphql import CONTRIBUTION
from tenants.login import authenticate_service_account, resolve_scope
from tenants.networks.move import MoveTenant, move_tenant
from tenants.networks.provision import ProvisionTenant, provision_tenant
from tenants.people.define_role import DefineRole, define_role
from tenants.sites.open import OpenSite, open_site
from tests.support.api import global_tenant
from tests.support.networks import BuiltNetwork
from tests.tenants.client import front_end, guest
from tests.tenants.office import Office, somebody

ME = (
    "{ me { kind id displayName permissions tenant { id key } tenants { key name networkId }"
    " roles { key name grantable builtIn } } }"
)
LISTS = {
    "sites": "key name status",
    "memberships": "displayName roles personId",
    "invitations": "invitee roles status",
    "serviceAccounts": "name clientId roles",
    "pluginActivations": "plugin enabled configuration",
    "issuers": "issuer audience status",
    "networkRoles": "key permissions kinds",
    "pluginApprovals": "plugin scopes status",
}
OF_THE_TENANT = ("sites", "memberships", "invitations", "serviceAccounts", "pluginActivations")
ELSEWHERE = {"me", "myTenant", "myNetwork", "mySettings", "roles", "tenant", "tenants", "site"}


@pytest.fixture
async def furnished(office: Office) -> Office:
    """One of everything in the northern tenant and the network."""
    network = office.network
    north, headquarters = network.north, network.headquarters
    await office.run(north, lambda unit: open_site(unit, OpenSite(key="main", name="Main")))
    await office.joined(north, "clerk")
    await office.invite(north, "clerk", invitee="Ann")
    account = CreateServiceAccount(name="till", roles=("clerk",))
    await office.run(north, lambda unit: create_service_account(unit, account))
    await office.run(headquarters, lambda unit: approve_plugin(unit, ApprovePlugin(plugin="p")))
    await office.run(north, lambda unit: enable_plugin(unit, EnablePlugin(plugin="p", configuration={"a": 1})))
    issuer = RegisterIssuer(issuer="https://a.example", audience="b", name="A")
    await office.run(headquarters, lambda unit: register_issuer(unit, issuer))
    role = DefineRole(
        key="night",
        name="Night",
        description="Nights.",
        permissions=frozenset({"records.read"}),
        kinds=frozenset({"franchisee"}),
    )
    await office.run(headquarters, lambda unit: define_role(unit, role))
    return office


def test_every_query_is_tried() -> None:
    assert {camel(one.name) for one in CONTRIBUTION.queries} == {*LISTS, *ELSEWHERE}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_shows_what_is_there(furnished: Office, name: str) -> None:
    found = await front_end(furnished, furnished.network.north).nodes(name, LISTS[name])
    assert len(found) == (2 if name == "invitations" else 1)
    assert all(value is not None for key, value in found[0].items() if key != "displayName")


@pytest.mark.parametrize("name", OF_THE_TENANT)
async def test_another_tenant_sees_nothing_of_it(furnished: Office, strangers: BuiltNetwork, name: str) -> None:
    network = furnished.network
    for scope in (network.south, network.region, network.headquarters, strangers.north):
        assert await front_end(furnished, scope).nodes(name, LISTS[name]) == []


@pytest.mark.parametrize("name", ["issuers", "networkRoles", "pluginApprovals"])
async def test_another_network_sees_nothing_of_it(furnished: Office, strangers: BuiltNetwork, name: str) -> None:
    for scope in (strangers.headquarters, strangers.north):
        assert await front_end(furnished, scope).nodes(name, LISTS[name]) == []


@pytest.mark.parametrize(
    "query", [*(f"{name} {{ nodes {{ __typename }} }}" for name in LISTS), "tenants { nodes { key } }", "roles { key }"]
)
async def test_without_its_permission_nothing_is_seen(furnished: Office, query: str) -> None:
    scope = replace(furnished.network.north, permissions=frozenset())
    answer = await front_end(furnished, scope).ask(f"{{ {query} }}")
    assert answer.codes == ["kernel.not_permitted"]
    assert answer.data is not None
    assert list(answer.data.values()) == [None]


async def test_who_one_is_in_a_tenant(office: Office) -> None:
    identity, north = somebody(), office.network.north
    joined = await office.accept((await office.invite(north, "franchise_owner")).code.write(), identity)
    await office.joined(office.network.south, "clerk", identity=identity)
    scope = await resolve_scope(office.database, who=identity, tenant_id=north.tenant_id, instant=office.clock.now())
    me = (await front_end(office, scope).data(ME))["me"]
    assert (me["kind"], me["id"], me["displayName"]) == ("person", str(joined.person_id), "Ann Example")
    assert me["tenant"] == {"id": global_tenant(north), "key": "north"}
    assert [one["key"] for one in me["tenants"]] == ["north", "south"]
    assert me["tenants"][0]["networkId"] == global_id("Network", office.network.id)
    assert me["roles"] == [{"key": "franchise_owner", "name": "Franchise owner", "grantable": True, "builtIn": True}]
    assert me["permissions"] == sorted(scope.permissions)


async def test_who_one_is_before_a_tenant_is_named(office: Office) -> None:
    identity = somebody()
    unknown = (await guest(office, identity).data(ME))["me"]
    assert (unknown["tenant"], unknown["tenants"], unknown["permissions"]) == (None, [], [])
    joined = await office.joined(office.network.north, "clerk", identity=identity)
    known = front_end(office, None, TokenIdentity(Actor(ActorKind.PERSON, joined.person_id), identity))
    me = (await known.data(ME))["me"]
    assert (me["tenant"], [one["key"] for one in me["tenants"]]) == (None, ["north"])


async def test_without_a_token_one_is_nobody(office: Office) -> None:
    answer = await front_end(office, None).ask(ME)
    assert answer.codes == ["gateway.not_signed_in"]


async def test_who_a_machine_is(office: Office) -> None:
    command = CreateServiceAccount(name="till", roles=("clerk",))
    made = await office.run(office.network.north, lambda unit: create_service_account(unit, command))
    scope = await authenticate_service_account(office.database, made.client_id, made.secret, office.clock.now())
    me = (await front_end(office, scope).data(ME))["me"]
    assert (me["kind"], me["displayName"], [one["key"] for one in me["tenants"]]) == ("service", "till", ["north"])


async def test_me_beside_other_fields_takes_one_connection(furnished: Office) -> None:
    query = ME[:-1] + " sites { nodes { key } } myTenant { key } tenants { nodes { key } } }"
    engine: Any = furnished.database.pool(Role.APP)
    # What furnishing has sent wakes workers, on a connection of its own.
    await furnished.database._hints.settle()  # pyright: ignore[reportPrivateUsage]
    assert engine.pool.checkedout() == 0
    most = 0

    def note(*_: object) -> None:
        nonlocal most
        most = max(most, engine.pool.checkedout())

    event.listen(engine.sync_engine, "checkout", note)
    try:
        data = await front_end(furnished, furnished.network.north).data(query)
    finally:
        event.remove(engine.sync_engine, "checkout", note)
    assert data["sites"]["nodes"] == [{"key": "main"}]
    assert most == 1


async def keys(office: Office, scope: Any) -> set[str]:
    return {one["key"] for one in await front_end(office, scope).nodes("tenants", "key")}


async def test_one_sees_the_tenants_above_and_below_and_no_neighbours(office: Office, strangers: BuiltNetwork) -> None:
    network = office.network
    provision = ProvisionTenant(
        key="far", name="Far", parent_id=network.headquarters.tenant_id, since=office.clock.now() + timedelta(days=9)
    )
    await office.run(network.headquarters, lambda unit: provision_tenant(unit, provision))
    assert await keys(office, network.headquarters) == {"hq", "west", "north", "south", "far"}
    assert await keys(office, network.region) == {"hq", "west", "north", "south"}
    assert await keys(office, network.north) == {"hq", "west", "north"}
    assert await keys(office, strangers.headquarters) == {"hq", "west", "north", "south"}
    seen = {
        "headquarters": network.headquarters.tenant_id,
        "north": network.north.tenant_id,
        "south": network.south.tenant_id,
    }
    query = "query One($id: ID!) { tenant(id: $id) { key } }"
    north = front_end(office, network.north)
    for name, one in seen.items():
        found = (await north.data(query, id=global_tenant(one)))["tenant"]
        assert (found is None) == (name == "south")
    assert (await front_end(office, strangers.north).data(query, id=global_tenant(network.north)))["tenant"] is None


async def test_edges_of_the_tree_stay_within_what_one_sees(office: Office) -> None:
    network = office.network
    query = (
        "{ myTenant { key above { nodes { validFrom parent { key below { nodes { tenant { key } } }"
        " above { nodes { parent { key } } } } } } below { nodes { tenant { key } } } } }"
    )

    def below(tenant: Any) -> set[str]:
        return {one["tenant"]["key"] for one in tenant["below"]["nodes"]}

    north = (await front_end(office, network.north).data(query))["myTenant"]
    (place,) = north["above"]["nodes"]
    assert (place["validFrom"], place["parent"]["key"]) == ("2010-01-01T00:00:00.000000Z", "west")
    assert below(place["parent"]) == {"north"}, "not its neighbour"
    assert place["parent"]["above"]["nodes"] == [{"parent": {"key": "hq"}}]
    assert below(north) == set()
    region = (await front_end(office, network.region).data(query))["myTenant"]
    assert below(region) == {"north", "south"}
    top = (await front_end(office, network.headquarters).data(query))["myTenant"]
    assert (top["above"]["nodes"][0]["parent"], below(top)) == (None, {"west"})


async def test_places_over_time_are_shown_as_known_now(office: Office) -> None:
    network = office.network
    command = MoveTenant(
        tenant_id=network.north.tenant_id,
        parent_id=network.headquarters.tenant_id,
        since=office.clock.now() + timedelta(days=1),
    )
    await office.run(network.headquarters, lambda unit: move_tenant(unit, command))
    query = "{ myTenant { above { nodes { parent { key } } } placements { nodes { validTo parent { key } } } } }"
    shown = (await front_end(office, network.north).data(query))["myTenant"]
    assert shown["above"]["nodes"] == [{"parent": {"key": "west"}}]
    assert shown["placements"]["nodes"] == [
        {"validTo": "2026-11-22T09:00:00.000000Z", "parent": {"key": "west"}},
        {"validTo": None, "parent": {"key": "hq"}},
    ]
    office.clock.advance(timedelta(days=1))
    shown = (await front_end(office, network.north).data(query))["myTenant"]
    assert shown["above"]["nodes"] == [{"parent": {"key": "hq"}}]


async def test_tenants_are_paged_filtered_and_counted(office: Office) -> None:
    headquarters = front_end(office, office.network.headquarters)
    query = (
        "query Page($after: String) { tenants(first: 2, after: $after, filter: {kind: [REGION, FRANCHISEE]}) {"
        " totalCount nodes { key } pageInfo { hasNextPage endCursor } } }"
    )
    first = (await headquarters.data(query))["tenants"]
    assert (first["totalCount"], [one["key"] for one in first["nodes"]]) == (3, ["north", "south"])
    rest = (await headquarters.data(query, after=first["pageInfo"]["endCursor"]))["tenants"]
    assert ([one["key"] for one in rest["nodes"]], rest["pageInfo"]["hasNextPage"]) == (["west"], False)
    north = (await front_end(office, office.network.north).data(query))["tenants"]
    assert north["totalCount"] == 2, "what is not seen is not counted"


async def test_ones_own_tenant_network_settings_and_roles(furnished: Office) -> None:
    await furnished.carry_out()
    north = front_end(furnished, furnished.network.north)
    data = await north.data(
        "{ myTenant { key sites { nodes { key } } } myNetwork { key headquarters { key } }"
        " mySettings { name version preferences } roles { key builtIn grantable permissions } }"
    )
    assert data["myTenant"] == {"key": "north", "sites": {"nodes": [{"key": "main"}]}}
    assert data["myNetwork"] == {"key": furnished.network.key, "headquarters": {"key": "hq"}}
    assert data["mySettings"] == {"name": "North", "version": 1, "preferences": {}}
    shown = {one["key"]: one for one in data["roles"]}
    assert set(shown) == {
        "auditor",
        "clerk",
        "franchise_owner",
        "manager",
        "night",
        "partner",
        "read_only_client",
    }
    assert shown["night"]["builtIn"] is False
    assert "records.read_network" not in shown["auditor"]["permissions"]


async def test_an_object_is_read_again_by_its_id_inside_its_walls_only(
    furnished: Office, strangers: BuiltNetwork
) -> None:
    north = front_end(furnished, furnished.network.north)
    (site,) = await north.nodes("sites", "id")
    query = "query One($id: ID!) { site(id: $id) { key } node(id: $id) { id ... on Site { name } } }"
    found = await north.data(query, id=site["id"])
    assert found == {"site": {"key": "main"}, "node": {"id": site["id"], "name": "Main"}}
    for scope in (furnished.network.south, furnished.network.headquarters, strangers.north):
        assert await front_end(furnished, scope).data(query, id=site["id"]) == {"site": None, "node": None}


async def test_a_neighbour_is_not_found_by_its_id_either(furnished: Office) -> None:
    network = furnished.network
    headquarters, north = front_end(furnished, network.headquarters), front_end(furnished, network.north)
    south = next(
        one
        for one in await headquarters.nodes("tenants", "id key placements { nodes { id } }")
        if one["key"] == "south"
    )
    places = [one["id"] for one in south["placements"]["nodes"]]
    query = "query One($id: ID!) { node(id: $id) { id } }"
    for each in (south["id"], *places):
        assert await north.data(query, id=each) == {"node": None}
        for scope in (network.headquarters, network.south):
            assert await front_end(furnished, scope).data(query, id=each) == {"node": {"id": each}}
    own = (await north.data("{ myTenant { id placements { nodes { id } } } }"))["myTenant"]
    for each in (own["id"], *(one["id"] for one in own["placements"]["nodes"])):
        assert await north.data(query, id=each) == {"node": {"id": each}}


async def test_an_erased_persons_name_is_gone_and_the_membership_stays(office: Office) -> None:
    north = office.network.north
    joined = await office.joined(north, "clerk")
    await office.run(north, lambda unit: KeyRing(unit, office.masters).erase(joined.person_id))
    (member,) = await front_end(office, north).nodes("memberships", "displayName roles")
    assert member == {"displayName": None, "roles": ["clerk"]}
