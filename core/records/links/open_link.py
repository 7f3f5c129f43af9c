"""Open a link: a forged address is refused before anything is looked up, everything else in the tenant's own scope."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from opentelemetry import metrics

from core.kernel.clock import Clock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.frozen import frozen
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.unit import Unit
from core.records.links.errors import LinkOpensNothing
from core.records.links.look import look_at
from core.records.links.repository import Row, find_opened
from core.records.links.tokens import LinkSigner, LinkToken
from core.records.links.view import CustomerView

LOOKS: Final = metrics.get_meter("touchstone.records").create_counter(
    "touchstone.records.links", description="Links to customers' own views that were tried, by what came of it"
)


class LookOutcome(StrEnum):
    """What came of a link; it is counted, and whoever tried it is told no more than that it opens nothing."""

    OPENED = "opened"
    FORGED = "forged"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    ERASED = "erased"
    SUSPENDED = "suspended"


@frozen
class Opened:
    """What a link opened.

    Attributes:
        view: The record as its customer sees it.
        locale: The language of the tenant.
        network_id: The network.
        tenant_id: The tenant whose record it is.
    """

    view: CustomerView
    locale: str
    network_id: UUID
    tenant_id: UUID


class Links:
    """Opens links for people who have not signed in.

    Args:
        database: Where records are.
        directory: Knows the tenants.
        masters: The configured master keys.
        clock: Tells whether a link is over.
    """

    def __init__(self, database: Database, directory: Directory, masters: MasterKeys, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._masters = masters
        self._clock = clock
        self._signer = LinkSigner(masters)

    async def open(self, token: str, wanted: Sequence[str] = ()) -> Opened:
        """Give the view that a link opens.

        Args:
            token: What its address carries.
            wanted: Languages, the most wanted first.

        Raises:
            LinkOpensNothing: It is forged, over, revoked, or leads to nothing.
        """
        found = await self._tried(token, wanted)
        LOOKS.add(1, {"outcome": (LookOutcome.OPENED if isinstance(found, Opened) else found).value})
        if isinstance(found, Opened):
            return found
        raise LinkOpensNothing

    async def _tried(self, token: str, wanted: Sequence[str]) -> Opened | LookOutcome:
        read = self._signer.read(token)
        if read is None:
            return LookOutcome.FORGED
        now = self._clock.now()
        if read.expires_at <= now:
            return LookOutcome.EXPIRED
        lineage = await self._directory.lineage(read.network_id, read.tenant_id, now)
        if not lineage:
            return LookOutcome.UNKNOWN
        scope = scope_of(read, lineage, now)
        async with self._database.unit(scope, clock=self._clock, directory=self._directory, read_only=True) as unit:
            return await self._looked(unit, read, wanted)

    async def _looked(self, unit: Unit, token: LinkToken, wanted: Sequence[str]) -> Opened | LookOutcome:
        row = await find_opened(unit, token.link_id)
        tenant = await unit.tree.tenant(unit.network_id, unit.tenant_id)
        if row is None or tenant is None:
            return LookOutcome.UNKNOWN
        if not tenant.active:
            return LookOutcome.SUSPENDED
        refused = refusal_of(row, token)
        if refused is not None:
            return refused
        view = await look_at(unit, KeyRing(unit, self._masters), row["record_id"], wanted)
        return LookOutcome.UNKNOWN if view is None else Opened(view, tenant.locale, unit.network_id, unit.tenant_id)


def refusal_of(row: Row, token: LinkToken) -> LookOutcome | None:
    """Tell why a link opens nothing; none where it does."""
    if row["revoked_at"] is not None:
        return LookOutcome.REVOKED
    if row["expires_at"] != token.expires_at:
        return LookOutcome.EXPIRED
    return None if row["erased_at"] is None else LookOutcome.ERASED


def scope_of(token: LinkToken, lineage: tuple[UUID, ...], now: datetime) -> Scope:
    """Give the scope in which a link is looked at: its tenant, without any permission."""
    return Scope(
        network_id=token.network_id,
        tenant_id=token.tenant_id,
        lineage=lineage,
        actor=Actor(ActorKind.SYSTEM, token.link_id),
        permissions=frozenset(),
        instant=now,
    )
