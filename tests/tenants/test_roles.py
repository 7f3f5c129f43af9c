"""Roles: what they permit, where they may be held, who may give them; held against the catalogue of permissions."""

import re
from itertools import chain

import pytest

from core.kernel.permissions import every_permission
from tenants.networks.models import TenantKind
from tenants.people.policy import may_grant, permissions_of
from tenants.roles import BUILT_IN, EVERYBODY, ONLY_AT_HEADQUARTERS, RoleFacts, RoleKey
from tests.tenants.office import Office

NAMED = {name for role in BUILT_IN.values() for name in role.permissions}
KINDS = [kind.value for kind in TenantKind]


FEATURES = {
    "kernel",
    "work",
    "queries",
    "audit",
    "customers",
    "privacy",
    "tenants",
    "sites",
    "people",
    "service_accounts",
    "plugins",
    "standards",
    "records",
    "sealing",
    "quality",
}


def test_every_permission_that_a_role_names_is_declared() -> None:
    assert NAMED - every_permission() == set()


def test_every_declared_permission_is_held_by_some_role() -> None:
    """Other tests declare permissions of features that the product does not have."""
    declared = {name for name in every_permission() if name.split(".")[0] in FEATURES}
    assert declared - NAMED == set()
    assert {name.split(".")[0] for name in NAMED} <= FEATURES


def test_the_nine_roles_are_there() -> None:
    assert set(BUILT_IN) == {key.value for key in RoleKey}
    assert all(re.fullmatch(r"[a-z_]+", key) and role.key == key for key, role in BUILT_IN.items())
    assert all(role.kinds <= set(KINDS) and role.kinds and role.grants <= set(BUILT_IN) for role in BUILT_IN.values())


@pytest.mark.parametrize("role", list(BUILT_IN.values()), ids=lambda role: role.key)
def test_every_role_lets_one_be_signed_in_and_see_the_standards(role: RoleFacts) -> None:
    assert role.permissions >= EVERYBODY


@pytest.mark.parametrize("kind", ["region", "franchisee"])
def test_nothing_of_the_whole_network_is_permitted_below_headquarters(kind: str) -> None:
    everything = permissions_of(BUILT_IN, kind, BUILT_IN)
    assert everything & ONLY_AT_HEADQUARTERS == set()
    assert permissions_of(BUILT_IN, "headquarters", BUILT_IN) >= ONLY_AT_HEADQUARTERS


def test_least_rights_where_it_matters() -> None:
    def held(role: RoleKey) -> frozenset[str]:
        return BUILT_IN[role.value].permissions

    changes = {name for name in NAMED if not name.split(".")[1].startswith(("read", "signed_in"))}
    for reader in (RoleKey.AUDITOR, RoleKey.PARTNER, RoleKey.READ_ONLY_CLIENT):
        assert held(reader) & changes == set()
    assert "standards.draft" not in held(RoleKey.HEADQUARTERS_ADMINISTRATOR), "who approves does not write"
    assert "standards.approve" not in held(RoleKey.STANDARDS_EDITOR), "who writes does not approve"
    assert "standards.adapt" not in held(RoleKey.CLERK)
    assert {role for role in RoleKey if "records.read_network" in held(role)} == {RoleKey.AUDITOR}
    for staff in (RoleKey.CLERK, RoleKey.MANAGER):
        assert {"people.invite", "people.manage_roles", "service_accounts.manage"} & held(staff) == set()


def test_a_role_gives_nothing_where_it_may_not_be_held() -> None:
    assert permissions_of(["headquarters_administrator", "franchise_owner"], "region", BUILT_IN) == frozenset()
    assert permissions_of(["gone"], "region", BUILT_IN) == frozenset()


def test_nobody_gives_a_role_with_more_than_they_may_give() -> None:
    """Following grants from any role never leads to a permission outside of what its kind of tenant knows."""
    for role in BUILT_IN.values():
        for kind in role.kinds - {"headquarters"}:
            reach = {role.key}
            while True:
                wider = reach | set(chain.from_iterable(BUILT_IN[key].grants for key in reach))
                if wider == reach:
                    break
                reach = wider
            gained = permissions_of(reach, kind, BUILT_IN) - permissions_of([role.key], kind, BUILT_IN)
            allowed = (
                ["standards.draft", "standards.publish", "standards.roll_out"] if role.key == "regional_manager" else []
            )
            assert gained <= set(allowed)


async def test_a_networks_own_role_is_given_by_whoever_holds_all_of_it(office: Office) -> None:
    night = RoleFacts(
        key="night",
        name="Night",
        description="Nights.",
        permissions=frozenset({"kernel.signed_in", "records.read"}),
        kinds=frozenset({"franchisee"}),
        built_in=False,
    )
    known = {**BUILT_IN, "night": night}
    north, headquarters = office.network.north, office.network.headquarters
    assert may_grant(office.acting(north, "franchise_owner"), "night", known)
    assert not may_grant(office.acting(north, "partner"), "night", known)
    assert may_grant(office.acting(headquarters, "headquarters_administrator"), "night", known)
    assert may_grant(office.acting(headquarters, "headquarters_administrator"), "gone", known)
    assert not may_grant(office.acting(north, "franchise_owner"), "gone", known)
    assert not may_grant(office.acting(north, "manager"), "clerk", known)
