"""The catalogue of permissions: features declare theirs, roles are made of them, fields ask for them."""

from functools import cache

from core.kernel.discovery import import_modules
from core.kernel.errors import NotPermitted
from core.kernel.frozen import frozen


@frozen
class Permission:
    """One thing an actor may do.

    Attributes:
        name: ``<feature>.<verb>``, stable, stored with roles and service accounts.
        description: One sentence an administrator understands.
    """

    name: str
    description: str


CATALOGUE: dict[str, Permission] = {}


def permission(name: str, description: str) -> Permission:
    """Declare a permission once, at import; declaring it twice with another meaning is refused."""
    declared = Permission(name, description)
    if CATALOGUE.setdefault(name, declared) != declared:
        msg = f"The permission {name} is declared twice with different descriptions."
        raise ValueError(msg)
    return declared


SIGNED_IN = permission("kernel.signed_in", "Be signed in to the tenant at all; every role holds it.")
READ_WORK = permission("work.read", "See the work items and background jobs of one's tenant.")
DO_WORK = permission("work.do", "Take, complete or dismiss work items and cancel background jobs.")
REPLAY_WORK = permission("work.replay", "Send work again that was given up after its last attempt.")
EXPLAIN_QUERIES = permission("queries.explain", "See how a query is executed: its SQL and the database's plan.")


def every_permission() -> frozenset[str]:
    """Name every permission that any feature declares in its ``permissions.py``, whatever was imported so far.

    This is what the system holds where it acts by itself: in jobs, at set-up and from the command line.
    """
    import_declarations()
    return frozenset(CATALOGUE)


@cache
def import_declarations() -> None:
    """Import every feature's ``permissions.py``, once a process."""
    import_modules("permissions")


def require(held: frozenset[str], needed: Permission) -> None:
    """Refuse unless the permission is held.

    Raises:
        NotPermitted: The permission is not among those held.
    """
    if needed.name not in held:
        raise NotPermitted(permission=needed.name)
