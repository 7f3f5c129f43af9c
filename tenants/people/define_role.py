"""Make roles of the network's own, beside the built-in ones."""

from collections.abc import Iterable
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.permissions import SIGNED_IN, every_permission
from core.kernel.unit import Unit
from tenants.errors import KeyIsTaken
from tenants.networks.headquarters import require_headquarters
from tenants.people.models import NetworkRole
from tenants.people.repository import add_role, take_role
from tenants.permissions import DEFINE_ROLES
from tenants.roles import BUILT_IN, EVERYWHERE, HEADQUARTERS, ONLY_AT_HEADQUARTERS
from tenants.values import check_key, check_name


@frozen(kw_only=True)
class DefineRole:
    """A role of the network's own.

    Attributes:
        key: Short stable name; none of the built-in ones.
        name: Name to show.
        description: One sentence on who should hold it.
        permissions: Names of the permissions it gives.
        kinds: Kinds of tenant it may be held in.
        id: The role to change; none for a new one.
        expected_version: The version the change was made to.
    """

    key: str
    name: str
    description: str
    permissions: frozenset[str]
    kinds: frozenset[str]
    id: UUID | None = None
    expected_version: int = 0


async def define_role(unit: Unit, command: DefineRole) -> NetworkRole:
    """Make a role, or change one; whoever holds it has its permissions within seconds.

    Raises:
        OnlyHeadquarters: The scope is of another tenant.
        KeyIsTaken: There is a role of that key.
        InvalidInput: A permission or a kind is unknown, or a permission cannot be given in that kind of tenant.
        StaleEdit: The role was changed since.
        NotFound: The network has no such role of its own.
    """
    unit.scope.require(DEFINE_ROLES)
    await require_headquarters(unit)
    role = await changed(unit, command) if command.id else await added(unit, command)
    details = {"permissions": sorted(role.permissions), "kinds": sorted(role.kinds)}
    await record_act(unit, action="tenants.define_role", subject_kind="role", subject_id=role.id, details=details)
    await send(unit, "tenants.role_defined", {"role_id": role.id})
    return role


async def added(unit: Unit, command: DefineRole) -> NetworkRole:
    """Write a new role."""
    role = NetworkRole(
        network_id=unit.network_id,
        owner_tenant_id=unit.tenant_id,
        key=check_key(command.key),
        name=check_name(command.name),
        description=check_name(command.description, "description"),
        permissions=check_permissions(command.permissions, command.kinds),
        kinds=check_kinds(command.kinds),
        recorded_at=recorded_now(),
    )
    if role.key in BUILT_IN or not await add_role(unit, role):
        raise KeyIsTaken(kind="role", key=role.key)
    return role


async def changed(unit: Unit, command: DefineRole) -> NetworkRole:
    """Change a role; its key stays."""
    role = await take_role(unit, command.id) if command.id else None
    if role is None:
        raise NotFound(kind="role", key=str(command.id))
    if role.version != command.expected_version:
        raise StaleEdit(kind="role", expected=command.expected_version, actual=role.version)
    role.name = check_name(command.name)
    role.description = check_name(command.description, "description")
    role.permissions = check_permissions(command.permissions, command.kinds)
    role.kinds = check_kinds(command.kinds)
    role.recorded_at = recorded_now()
    role.version += 1
    await unit.session.flush()
    return role


def check_permissions(wanted: Iterable[str], kinds: frozenset[str]) -> list[str]:
    """Give the permissions in order, with the one everybody needs, if they exist and can be given there."""
    names = {*wanted, SIGNED_IN.name}
    unknown = names - every_permission()
    if unknown:
        raise InvalidInput(field="permissions", problem=f"unknown: {', '.join(sorted(unknown))}")
    if names & ONLY_AT_HEADQUARTERS and kinds != HEADQUARTERS:
        held_back = ", ".join(sorted(names & ONLY_AT_HEADQUARTERS))
        raise InvalidInput(field="permissions", problem=f"only at headquarters: {held_back}")
    return sorted(names)


def check_kinds(wanted: frozenset[str]) -> list[str]:
    """Give the kinds in order, if they exist."""
    if not wanted or not wanted <= EVERYWHERE:
        raise InvalidInput(field="kinds", problem=f"some of {', '.join(sorted(EVERYWHERE))} are needed")
    return sorted(wanted)
