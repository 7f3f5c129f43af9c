"""A new signing key: the one before vouches for it and is thrown away; what it signed stays valid."""

from uuid import UUID

from core.kernel.audit import act_row
from core.kernel.crypto import MasterKeys
from core.kernel.direct import write
from core.kernel.outbox import sent_row
from core.kernel.unit import Unit
from core.records.sealing.permissions import ROTATE_KEYS
from core.records.sealing.policy.heads import LogName
from core.records.sealing.repository import asking, lock_positions
from core.records.sealing.signing import next_signer


async def rotate_signing_key(unit: Unit, masters: MasterKeys) -> UUID:
    """Have the tenant's log signed by a new key from now on; give the id of its row.

    Raises:
        NotPermitted: The actor may not.
    """
    unit.scope.require(ROTATE_KEYS)
    log = LogName(unit.network_id, unit.tenant_id)
    await lock_positions(asking(unit), log)
    after = await next_signer(unit, masters)
    id_ = log.key_id(after.number)
    details = {"number": after.number, "key": log.key(after.public).text}
    await write(
        unit,
        act_row(unit, "sealing.rotate_key", "signing_key", id_, details),
        sent_row(unit, "sealing.key_rotated", {"number": after.number}),
    )
    return id_
