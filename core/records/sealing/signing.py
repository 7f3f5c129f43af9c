"""The keys that sign a tenant's log: made at first use, wrapped by the master key, followed by one another."""

from dataclasses import field, replace
from typing import Final

from core.kernel.clock import recorded_now
from core.kernel.crypto import MasterKeys
from core.kernel.direct import NewRow, fetch, write
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.sealing.policy.heads import Head, LogName, checkpoint_of, endorsement_text
from core.records.sealing.policy.notes import public_half, sign

PURPOSE: Final = "sealing.signing_key"
NEWEST: Final = "SELECT number FROM signing_keys WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1"


@frozen
class Signer:
    """The key that signs now.

    Attributes:
        number: 1 for the tenant's first.
        secret: The private half, 32 bytes; never printed, stored or sent.
    """

    number: int
    secret: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public half."""
        return public_half(self.secret)

    def signed(self, log: LogName, said: Head) -> Head:
        """Sign what a head says of the log."""
        head = replace(said, key_number=self.number)
        return replace(head, signature=sign(checkpoint_of(log, head).text, self.secret))


async def signer_of(unit: Unit, masters: MasterKeys) -> Signer:
    """Give the tenant's signing key, made at first use; whoever calls holds the lock of the log's positions."""
    found = await fetch(unit, NEWEST, unit.tenant_id)
    if found:
        return await named(unit, masters, found[0]["number"])
    first = await named(unit, masters, 1)
    await write_key(unit, first, endorsed_by=first)
    return first


async def next_signer(unit: Unit, masters: MasterKeys) -> Signer:
    """Make the key that signs from now on; the one before vouches for it, and can sign nothing more."""
    before = await signer_of(unit, masters)
    after = await named(unit, masters, before.number + 1)
    await write_key(unit, after, endorsed_by=before)
    await KeyRing(unit, masters).drop_named_key(PURPOSE, before.number)
    return after


async def named(unit: Unit, masters: MasterKeys, number: int) -> Signer:
    """Give a key by its number, made where it is not there."""
    key = await KeyRing(unit, masters).named_key(PURPOSE, number)
    return Signer(number, key.secret)


async def write_key(unit: Unit, key: Signer, endorsed_by: Signer) -> None:
    """Write the public half of a key down, signed by the one before."""
    log, now = LogName(unit.network_id, unit.tenant_id), recorded_now()
    values = {
        "tenant_id": unit.tenant_id,
        "network_id": unit.network_id,
        "id": log.key_id(key.number),
        "number": key.number,
        "public_key": key.public,
        "endorsement": sign(endorsement_text(log, key.number, key.public, now), endorsed_by.secret),
        "recorded_at": now,
    }
    await write(unit, NewRow("signing_keys", values))
