"""Which roles may be held and given, and what they permit, without any I/O."""

from collections.abc import Iterable, Mapping

from core.kernel.errors import InvalidInput
from core.kernel.scope import ActorKind, Scope
from tenants.errors import RoleDoesNotFit, RoleNotGrantable
from tenants.roles import BUILT_IN, RoleFacts, RoleKey

Roles = Mapping[str, RoleFacts]


def permissions_of(held: Iterable[str], kind: str, known: Roles) -> frozenset[str]:
    """Give the permissions that roles give in a tenant of a kind; a role that is no longer known gives none."""
    return frozenset(name for key in held if key in known for name in known[key].permissions_in(kind))


def check_roles(wanted: Iterable[str], kind: str, known: Roles) -> tuple[str, ...]:
    """Give the roles back, each once and in order, if all can be held in a tenant of a kind.

    Raises:
        InvalidInput: There are none.
        RoleDoesNotFit: One does not exist, or cannot be held there.
    """
    roles = tuple(sorted(set(wanted)))
    if not roles:
        raise InvalidInput(field="roles", problem="at least one role is needed")
    for key in roles:
        if key not in known or kind not in known[key].kinds:
            fitting = tuple(sorted(one for one, facts in known.items() if kind in facts.kinds))
            raise RoleDoesNotFit(role=key, kind=kind, fitting=fitting)
    return roles


def check_grantable(scope: Scope, roles: Iterable[str], known: Roles) -> None:
    """Refuse unless the actor may give, and take, all of these roles.

    A built-in role is given by holders of the roles that name it; a role that a network made, by whoever holds all of
    its permissions, or by its headquarters' administrators. The system may give any.

    Raises:
        RoleNotGrantable: One may not be given.
    """
    if scope.actor.kind is ActorKind.SYSTEM:
        return
    for key in roles:
        if not may_grant(scope, key, known):
            raise RoleNotGrantable(role=key)


def may_grant(scope: Scope, key: str, known: Roles) -> bool:
    """Tell whether the actor may give one role."""
    if any(key in BUILT_IN[held].grants for held in scope.roles if held in BUILT_IN):
        return True
    if key not in known:
        return RoleKey.HEADQUARTERS_ADMINISTRATOR.value in scope.roles
    own = known[key]
    administrator = RoleKey.HEADQUARTERS_ADMINISTRATOR.value in scope.roles
    return not own.built_in and (administrator or own.permissions <= scope.permissions)
