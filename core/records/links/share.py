"""Give a customer a link to their own view of a record, and take it back."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.audit import act_row
from core.kernel.clock import recorded_now
from core.kernel.crypto import MasterKeys
from core.kernel.direct import write
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.records.customers.errors import CustomerIsErased
from core.records.errors import ContentIsRemoved
from core.records.links.errors import TooManyLinks
from core.records.links.permissions import SHARE_RECORDS
from core.records.links.repository import count_live, find_shared, link_row, lock_link, revoke
from core.records.links.tokens import LinkSigner, LinkToken

USUAL_DAYS: Final = 30
MOST_DAYS: Final = 365
MOST: Final = 20
"""Links of one record that open its view at the same time."""


@frozen
class SharedLink:
    """A link that was made.

    Attributes:
        id: The link.
        token: What its address carries; it is told this once and kept nowhere.
        expires_at: From when on it opens nothing.
    """

    id: UUID
    token: str
    expires_at: datetime


async def share_record(unit: Unit, masters: MasterKeys, record_id: UUID, valid_days: int = USUAL_DAYS) -> SharedLink:
    """Make a link that opens the customer's own view of one record, and nothing else.

    Raises:
        NotPermitted: The actor may not share records.
        InvalidInput: It would last for less than a day or more than a year.
        NotFound: There is no such record in this tenant.
        ContentIsRemoved: Its time was over, and there is nothing to be seen.
        CustomerIsErased: The record's customer was erased; there is nobody to share it with.
        TooManyLinks: It has as many as it may have.
    """
    unit.scope.require(SHARE_RECORDS)
    if not 1 <= valid_days <= MOST_DAYS:
        raise InvalidInput(field="validDays", problem=f"1 to {MOST_DAYS} days are possible")
    found = await find_shared(unit, record_id)
    if found is None:
        raise NotFound(kind="record", key=str(record_id))
    if found["removed_at"] is not None:
        raise ContentIsRemoved
    if found["erased_at"] is not None:
        raise CustomerIsErased
    if await count_live(unit, record_id) >= MOST:
        raise TooManyLinks(most=MOST)
    link_id, now = new_id(), unit.now
    expires_at = now.replace(microsecond=0) + timedelta(days=valid_days)
    values = {
        "id": link_id,
        "record_id": record_id,
        "actor_kind": unit.scope.actor.kind.value,
        "actor_id": unit.scope.actor.id,
        "shared_at": now,
        "expires_at": expires_at,
        "recorded_at": recorded_now(),
    }
    told = {"link": link_id, "expires_at": expires_at}
    act = act_row(unit, "records.share", "record", record_id, told)
    await write(unit, act, link_row(unit, values))
    token = LinkToken(network_id=unit.network_id, tenant_id=unit.tenant_id, link_id=link_id, expires_at=expires_at)
    return SharedLink(link_id, LinkSigner(masters).sign(token), expires_at)


async def revoke_link(unit: Unit, link_id: UUID) -> UUID:
    """Have a link open nothing from now on; one that was revoked stays so.

    Raises:
        NotPermitted: The actor may not share records.
        NotFound: There is no such link in this tenant.
    """
    unit.scope.require(SHARE_RECORDS)
    found = await lock_link(unit, link_id)
    if found is None:
        raise NotFound(kind="link", key=str(link_id))
    if found["revoked_at"] is None:
        await revoke(unit, link_id, unit.now, recorded_now())
        await write(unit, act_row(unit, "records.revoke_link", "record", found["record_id"], {"link": link_id}))
    return link_id
