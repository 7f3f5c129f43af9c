"""Rotation of the master key: the data keys of all tenants are wrapped by the current one, tenant by tenant.

Nothing that is sealed is touched. Each batch is a transaction of its own, so whatever ends a rotation, what it has done
stays done, and the next one goes on where it ended.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import text

from core.kernel.audit import record_act
from core.kernel.clock import Clock
from core.kernel.crypto import MasterKeyIsMissing, MasterKeys
from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.roles import Role
from core.kernel.scope import Actor, ActorKind, Scope

BATCH = 500
HELD = text("""
    SELECT network_id, tenant_id, master_key_id, count(*) AS keys FROM data_keys
    GROUP BY network_id, tenant_id, master_key_id ORDER BY network_id, tenant_id, master_key_id
""")


@frozen(kw_only=True)
class HeldKeys:
    """Data keys of one tenant that one master key wraps.

    Attributes:
        network_id: The tenant's network.
        tenant_id: Whose keys they are.
        master_key_id: The name of the master key, from which nobody finds the key.
        keys: How many there are.
    """

    network_id: UUID
    tenant_id: UUID
    master_key_id: str
    keys: int


Progress = Callable[[HeldKeys, int], object]
"""Told whose keys were wrapped anew just now, and how many of them."""


async def held_keys(database: Database) -> list[HeldKeys]:
    """List whose data keys stand under which master key, in all networks."""
    async with database.transaction(Role.WORKER, {}, read_only=True) as session:
        return [HeldKeys(**row) for row in (await session.execute(HELD)).mappings()]


def under_older(held: Sequence[HeldKeys], masters: MasterKeys) -> list[HeldKeys]:
    """Choose those that another master key than the current one wraps."""
    return [one for one in held if one.master_key_id != masters.current]


async def rotate_keys(database: Database, masters: MasterKeys, *, clock: Clock, progress: Progress) -> list[HeldKeys]:
    """Wrap every data key by the current master key; done twice it changes nothing.

    Args:
        database: Where the keys are.
        masters: The current master key and all older ones that still wrap something.
        clock: When it happens, for the audit trail.
        progress: Told after each batch.

    Returns:
        What is left under older master keys: nothing, unless somebody else held or made keys meanwhile.

    Raises:
        MasterKeyIsMissing: Keys stand under a master key that is not configured; nothing was changed.
    """
    found = under_older(await held_keys(database), masters)
    for one in found:
        if one.master_key_id not in masters.names:
            raise MasterKeyIsMissing(master_key_id=one.master_key_id)
    for one in found:
        while done := await rewrap_some(database, masters, one, clock):
            progress(one, done)
    return under_older(await held_keys(database), masters)


async def rewrap_some(database: Database, masters: MasterKeys, held: HeldKeys, clock: Clock) -> int:
    """Wrap some of a tenant's keys anew and record it; tell how many."""
    scope = Scope(
        network_id=held.network_id,
        tenant_id=held.tenant_id,
        lineage=(),
        actor=Actor(ActorKind.SYSTEM, held.tenant_id),
        permissions=frozenset(),
        instant=clock.now(),
    )
    async with database.unit(scope, clock=clock) as unit:
        done = await KeyRing(unit, masters).rewrap(BATCH)
        if done:
            details = {"keys": done, "masterKey": masters.current}
            await record_act(
                unit, action="kernel.rewrap_keys", subject_kind="tenant", subject_id=held.tenant_id, details=details
            )
    return done
