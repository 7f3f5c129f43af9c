"""Front ends change the tree, people, accounts and plugins; who may not, changes nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.graphql.naming import camel
from tenants.graphql import CONTRIBUTION
from tests.support.api import Client, global_tenant
from tests.support.networks import BuiltNetwork
from tests.tenants.client import front_end, guest
from tests.tenants.office import Office, somebody

NOBODY = str(uuid4())


@dataclass(frozen=True)
class Call:
    """A mutation with an input that is well-formed, on things that are not there."""

    input: dict[str, Any]
    type_: str = ""


CALLS = {
    "provisionTenant": Call({"key": "east", "name": "East", "parent": global_id("Tenant", NOBODY)}),
    "moveTenant": Call({"tenant": global_id("Tenant", NOBODY), "parent": global_id("Tenant", NOBODY)}),
    "suspendTenant": Call({"tenant": global_id("Tenant", NOBODY)}, "TenantInput"),
    "resumeTenant": Call({"tenant": global_id("Tenant", NOBODY)}, "TenantInput"),
    "changeSettings": Call({"version": 1, "name": "Else"}),
    "openSite": Call({"key": "main", "name": "Main"}),
    "changeSite": Call({"site": global_id("Site", NOBODY), "version": 1}),
    "invitePerson": Call({"roles": ["clerk"]}),
    "withdrawInvitation": Call({"invitation": global_id("Invitation", NOBODY)}),
    "changeRoles": Call({"membership": global_id("Membership", NOBODY), "roles": ["clerk"], "version": 1}),
    "endMembership": Call({"membership": global_id("Membership", NOBODY), "version": 1}),
    "defineRole": Call({"key": "k", "name": "n", "description": "d", "permissions": [], "kinds": ["REGION"]}),
    "registerIssuer": Call({"issuer": "https://login.example.com", "audience": "a", "name": "n"}),
    "withdrawIssuer": Call({"issuer": global_id("Issuer", NOBODY)}),
    "createServiceAccount": Call({"name": "till", "roles": ["clerk"]}),
    "rotateSecret": Call({"serviceAccount": global_id("ServiceAccount", NOBODY), "version": 1}),
    "revokeServiceAccount": Call({"serviceAccount": global_id("ServiceAccount", NOBODY)}),
    "approvePlugin": Call({"plugin": "p", "scopes": []}),
    "withdrawPluginApproval": Call({"plugin": "p"}, "PluginInput"),
    "enablePlugin": Call({"plugin": "p", "scopes": []}),
    "disablePlugin": Call({"plugin": "p"}, "PluginInput"),
    "revokePlugin": Call({"plugin": "p"}, "PluginInput"),
}
OF_HEADQUARTERS = (
    "provisionTenant",
    "moveTenant",
    "suspendTenant",
    "resumeTenant",
    "defineRole",
    "registerIssuer",
    "withdrawIssuer",
    "approvePlugin",
    "withdrawPluginApproval",
)
OF_THINGS = {
    "changeSite": "NotFound",
    "withdrawInvitation": "NotFound",
    "changeRoles": "NotFound",
    "endMembership": "NotFound",
    "rotateSecret": "NotFound",
    "revokeServiceAccount": "NotFound",
    "disablePlugin": "NotFound",
    "revokePlugin": "NotFound",
    "enablePlugin": "PluginNotApproved",
}


@pytest.fixture
def headquarters(office: Office) -> Client:
    return front_end(office, office.network.headquarters)


@pytest.fixture
def north(office: Office) -> Client:
    return front_end(office, office.network.north)


def test_every_mutation_is_tried() -> None:
    declared = {camel(one.name) for one in CONTRIBUTION.mutations}
    assert declared == {*CALLS, "acceptInvitation"}


@pytest.mark.parametrize("name", CALLS)
async def test_without_its_permission_a_mutation_changes_nothing(
    office: Office, headquarters: Client, name: str
) -> None:
    call = CALLS[name]
    lower = headquarters.holding("tenants.read", "people.read")
    async with office.nothing_changes():
        refused = await lower.change(name, "__typename", type_=call.type_, **call.input)
    assert (refused["__typename"], refused["code"]) == ("NotPermitted", "kernel.not_permitted")


@pytest.mark.parametrize("name", OF_HEADQUARTERS)
async def test_what_is_headquarters_own_is_refused_below(office: Office, name: str) -> None:
    call = CALLS[name]
    async with office.nothing_changes():
        refused = await front_end(office, office.network.region).change(
            name, "__typename", type_=call.type_, **call.input
        )
    assert refused["__typename"] == "OnlyHeadquarters"


@pytest.mark.parametrize("name", OF_THINGS)
async def test_what_is_not_there_is_a_named_refusal(office: Office, north: Client, name: str) -> None:
    call = CALLS[name]
    async with office.nothing_changes():
        refused = await north.change(name, "__typename", type_=call.type_, **call.input)
    assert refused["__typename"] == OF_THINGS[name]


async def test_a_tenant_is_provisioned_moved_suspended_and_resumed(office: Office, headquarters: Client) -> None:
    fields = "tenant { id key name kind status currency above { nodes { parent { key } } } }"
    made = await headquarters.change(
        "provisionTenant",
        fields,
        key="east",
        name="East",
        parent=global_tenant(office.network.region),
        kind="FRANCHISEE",
        currency="JPY",
        since="2011-01-01T00:00:00Z",
    )
    east = made["tenant"]
    assert (east["key"], east["kind"], east["status"], east["currency"]) == ("east", "FRANCHISEE", "ACTIVE", "JPY")
    assert east["above"]["nodes"] == [{"parent": {"key": "west"}}]
    moved = await headquarters.change(
        "moveTenant", fields, tenant=east["id"], parent=global_tenant(office.network.headquarters)
    )
    assert moved["tenant"]["above"]["nodes"] == [{"parent": {"key": "hq"}}]
    suspended = await headquarters.change("suspendTenant", fields, type_="TenantInput", tenant=east["id"])
    assert suspended["tenant"]["status"] == "SUSPENDED"
    again = await headquarters.change("suspendTenant", fields, type_="TenantInput", tenant=east["id"])
    assert again["__typename"] == "AlreadySo"
    resumed = await headquarters.change("resumeTenant", fields, type_="TenantInput", tenant=east["id"])
    assert resumed["tenant"]["status"] == "ACTIVE"
    twice = await headquarters.change(
        "moveTenant", fields, tenant=global_tenant(office.network.region), parent=global_tenant(office.network.region)
    )
    assert twice["__typename"] == "PlacementWouldCycle"


async def test_the_same_request_is_done_once(office: Office, headquarters: Client) -> None:
    key, region = uuid4().hex, global_tenant(office.network.region)

    async def provision(name: str) -> Any:
        query = (
            "mutation Go($input: ProvisionTenantInput!, $key: String!) {"
            " provisionTenant(input: $input, idempotencyKey: $key) {"
            " __typename ... on ProvisionTenantSuccess { tenant { id } } } }"
        )
        given = {"key": "twice", "name": name, "parent": region}
        return (await headquarters.data(query, input=given, key=key))["provisionTenant"]

    once = await provision("Twice")
    async with office.nothing_changes():
        assert await provision("Twice") == once
        assert (await provision("Other"))["__typename"] == "IdempotencyKeyReused"


async def test_settings_and_sites_are_changed(north: Client) -> None:
    changed = await north.change(
        "changeSettings",
        "settings { name locale preferences version }",
        version=1,
        name="North Star",
        locale="fr-FR",
        preferences={"theme": "dark"},
    )
    assert changed["settings"] == {
        "name": "North Star",
        "locale": "fr-FR",
        "preferences": {"theme": "dark"},
        "version": 2,
    }
    fields = "site { id key name timeZone status version address { lines city country } }"
    opened = await north.change(
        "openSite",
        fields,
        key="main",
        name="Main",
        address={"lines": ["1 High Street"], "city": "Leeds", "country": "GB"},
    )
    site = opened["site"]
    assert site["address"] == {"lines": ["1 High Street"], "city": "Leeds", "country": "GB"}
    closed = await north.change("changeSite", fields, site=site["id"], version=1, closed=True, timeZone="Europe/London")
    assert (closed["site"]["status"], closed["site"]["timeZone"], closed["site"]["version"]) == (
        "CLOSED",
        "Europe/London",
        2,
    )
    stale = await north.change("changeSite", fields, site=site["id"], version=1, name="x")
    assert stale["__typename"] == "StaleEdit"
    wrong = await north.change("openSite", fields, key="second", name="Second", address={"country": "XX"})
    assert wrong["__typename"] == "InvalidInput"


async def test_a_person_is_invited_accepts_is_promoted_and_leaves(office: Office, north: Client) -> None:
    identity = somebody()
    invited = await north.change(
        "invitePerson",
        "invitation { id roles invitee status expiresAt } invitationCode expiresAt",
        roles=["clerk"],
        invitee="Ann of the night shift",
        lifetimeSeconds=3600,
    )
    assert invited["invitation"]["invitee"] == "Ann of the night shift"
    assert invited["expiresAt"] == "2026-11-21T10:00:00.000000Z"
    ann, key = guest(office, identity), uuid4().hex

    async def accept() -> Any:
        query = (
            "mutation Go($input: AcceptInvitationInput!, $key: String!) {"
            " acceptInvitation(input: $input, idempotencyKey: $key) { __typename"
            " ... on AcceptInvitationSuccess { tenant { key } } ... on Problem { code } } }"
        )
        given = {"code": invited["invitationCode"], "displayName": "Ann Example"}
        return (await ann.data(query, input=given, key=key))["acceptInvitation"]

    joined = await accept()
    assert joined == {"__typename": "AcceptInvitationSuccess", "tenant": {"key": "north"}}
    async with office.nothing_changes():
        assert await accept() == joined, "sent again, the request is answered as before"
        other = await guest(office, somebody()).change(
            "acceptInvitation", "tenant { key }", code=invited["invitationCode"], displayName="Eve"
        )
        assert other["code"] == "tenants.invitation_not_usable"
    (member,) = await north.nodes("memberships", "id displayName roles status version personId")
    assert (member["displayName"], member["roles"], member["status"]) == ("Ann Example", ["clerk"], "ACTIVE")
    promoted = await north.change(
        "changeRoles", "membership { roles version }", membership=member["id"], roles=["manager"], version=1
    )
    assert promoted["membership"] == {"roles": ["manager"], "version": 2}
    ended = await north.change("endMembership", "membership { status }", membership=member["id"], version=2)
    assert ended["membership"] == {"status": "ENDED"}


async def test_a_machine_accepts_no_invitation(office: Office, north: Client) -> None:
    code = (await office.invite(office.network.north, "clerk")).code.write()
    async with office.nothing_changes():
        refused = await north.change("acceptInvitation", "tenant { key }", code=code, displayName="Robot")
    assert refused["__typename"] == "InvitationNotUsable"


async def test_an_invitation_is_withdrawn_or_made_for_a_unit_below(office: Office) -> None:
    region = front_end(office, office.network.region)
    own = await region.change("invitePerson", "invitation { id }", roles=["regional_manager"])
    withdrawn = await region.change(
        "withdrawInvitation", "invitation { status closedAt }", invitation=own["invitation"]["id"]
    )
    assert withdrawn["invitation"]["status"] == "WITHDRAWN"
    below = await region.change(
        "invitePerson",
        "invitation { id } invitationCode",
        roles=["franchise_owner"],
        tenant=global_tenant(office.network.north),
    )
    assert below["invitation"] is None
    await office.carry_out()
    (kept,) = await front_end(office, office.network.north).nodes("invitations", "roles status invitee")
    assert kept == {"roles": ["franchise_owner"], "status": "PENDING", "invitee": None}
    for lifetime in (1, -1, 2**31 - 1):
        refused = await region.change("invitePerson", "invitationCode", roles=["clerk"], lifetimeSeconds=lifetime)
        assert refused["__typename"] == "InvalidInput"


async def test_roles_issuers_and_plugins_are_kept_by_headquarters(office: Office, headquarters: Client) -> None:
    role = await headquarters.change(
        "defineRole",
        "role { id key permissions kinds version }",
        key="night-shift",
        name="Night shift",
        description="Serves at night.",
        permissions=["records.read"],
        kinds=["FRANCHISEE"],
    )
    assert role["role"]["permissions"] == ["kernel.signed_in", "records.read"]
    assert role["role"]["kinds"] == ["FRANCHISEE"]
    issuer = await headquarters.change(
        "registerIssuer", "issuer { id issuer status }", issuer="https://a.example", audience="touchstone", name="A"
    )
    withdrawn = await headquarters.change("withdrawIssuer", "issuer { status }", issuer=issuer["issuer"]["id"])
    assert withdrawn["issuer"] == {"status": "WITHDRAWN"}
    approved = await headquarters.change(
        "approvePlugin", "pluginApproval { plugin scopes status }", plugin="scoring", scopes=["records.read"]
    )
    assert approved["pluginApproval"] == {"plugin": "scoring", "scopes": ["records.read"], "status": "APPROVED"}
    north = front_end(office, office.network.north)
    fields = "pluginActivation { plugin enabled scopes configuration revokedAt }"
    enabled = await north.change(
        "enablePlugin", fields, plugin="scoring", scopes=["records.read"], configuration={"strict": True}
    )
    assert enabled["pluginActivation"]["configuration"] == {"strict": True}
    disabled = await north.change("disablePlugin", fields, type_="PluginInput", plugin="scoring")
    assert (disabled["pluginActivation"]["enabled"], disabled["pluginActivation"]["scopes"]) == (
        False,
        ["records.read"],
    )
    revoked = await north.change("revokePlugin", fields, type_="PluginInput", plugin="scoring")
    assert revoked["pluginActivation"]["scopes"] == []
    stopped = await headquarters.change(
        "withdrawPluginApproval", "pluginApproval { status }", type_="PluginInput", plugin="scoring"
    )
    assert stopped["pluginApproval"] == {"status": "WITHDRAWN"}


async def test_a_machines_secret_is_shown_once(north: Client) -> None:
    key = uuid4().hex

    async def create() -> Any:
        query = (
            "mutation Go($input: CreateServiceAccountInput!, $key: String!) {"
            " createServiceAccount(input: $input, idempotencyKey: $key) {"
            " ... on CreateServiceAccountSuccess { secret serviceAccount { id clientId name roles status } } } }"
        )
        given = {"name": "till", "roles": ["clerk"]}
        return (await north.data(query, input=given, key=key))["createServiceAccount"]

    first, again = await create(), await create()
    assert first["secret"]
    assert again["secret"] is None
    assert again["serviceAccount"] == first["serviceAccount"]
    account = first["serviceAccount"]
    rotated = await north.change(
        "rotateSecret",
        "secret serviceAccount { version previousUntil }",
        serviceAccount=account["id"],
        version=1,
        graceSeconds=60,
    )
    assert rotated["secret"] != first["secret"]
    assert rotated["serviceAccount"]["previousUntil"] == "2026-11-21T09:01:00.000000Z"
    revoked = await north.change("revokeServiceAccount", "serviceAccount { status }", serviceAccount=account["id"])
    assert revoked["serviceAccount"] == {"status": "REVOKED"}


async def test_ids_of_another_tenant_or_network_lead_nowhere(office: Office, strangers: BuiltNetwork) -> None:
    north = front_end(office, office.network.north)
    site = (await north.change("openSite", "site { id }", key="main", name="Main"))["site"]["id"]
    invitation = (await north.change("invitePerson", "invitation { id }", roles=["clerk"]))["invitation"]["id"]
    account = (await north.change("createServiceAccount", "serviceAccount { id }", name="till", roles=["clerk"]))[
        "serviceAccount"
    ]["id"]
    member = global_id("Membership", (await office.joined(office.network.north, "clerk")).membership_id)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("changeSite", {"site": site, "version": 1, "name": "Ours"}),
        ("withdrawInvitation", {"invitation": invitation}),
        ("rotateSecret", {"serviceAccount": account, "version": 1}),
        ("revokeServiceAccount", {"serviceAccount": account}),
        ("changeRoles", {"membership": member, "roles": ["manager"], "version": 1}),
        ("endMembership", {"membership": member, "version": 1}),
        ("invitePerson", {"roles": ["clerk"], "tenant": global_tenant(office.network.north)}),
    ]
    async with office.nothing_changes():
        for scope in (office.network.south, strangers.north):
            for name, given in calls:
                refused = await front_end(office, scope).change(name, "__typename", **given)
                assert refused["__typename"] == "NotFound", name
        for name in ("suspendTenant", "resumeTenant"):
            foreign = front_end(office, strangers.headquarters)
            refused = await foreign.change(
                name, "__typename", type_="TenantInput", tenant=global_tenant(office.network.north)
            )
            assert refused["__typename"] == "NotFound"
