"""The personal part of an event: sealed before it is written, by the key of whoever it speaks of."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Self
from uuid import UUID

from core.kernel.crypto import OpenKey, Place, seal
from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.records.customers.errors import CustomerIsErased
from core.records.events.policy import Happening
from core.records.events.told import id_in
from core.records.events.writing import TABLE

COLUMN: Final = "sealed"
LONGEST: Final = 4_000
CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@frozen
class Sealer:
    """Seals personal parts.

    Attributes:
        ring: The keys of the tenant.
        subject_id: The customer the texts speak of, whose key seals; the tenant's own key where nobody is known.
    """

    ring: KeyRing
    subject_id: UUID | None = None

    def of(self, customer_id: UUID | None) -> Self:
        """Give what seals texts of a customer."""
        return self if customer_id is None else replace(self, subject_id=customer_id)

    async def key(self) -> OpenKey:
        """Give the key that seals.

        Raises:
            CustomerIsErased: The customer's key is gone, and nobody gets another one.
        """
        if self.subject_id is None:
            return await self.ring.tenant_key()
        try:
            return await self.ring.known_person_key(self.subject_id)
        except KeyIsErased as erased:
            raise CustomerIsErased from erased

    async def seal(self, text: str, event_id: UUID) -> bytes:
        """Seal a text for the event it belongs to; it opens nowhere else.

        Raises:
            CustomerIsErased: The customer's key is gone, and nobody gets another one.
        """
        return seal(await self.key(), text, Place(TABLE, COLUMN, event_id))


def checked_private(text: str | None, field: str = "reason") -> str:
    """Give a personal text as it is sealed.

    Raises:
        InvalidInput: It is too long, or holds characters that no text has.
    """
    said = (text or "").strip()
    if len(said) > LONGEST or CONTROL.search(said):
        raise InvalidInput(field=field, problem=f"use at most {LONGEST} characters, and no control characters")
    return said


async def sealed(happenings: Sequence[Happening], sealer: Sealer | None) -> list[tuple[UUID, Happening]]:
    """Name happenings by the ids of their events, and seal what is personal of them.

    Raises:
        RuntimeError: Something is personal and there are no keys; this is a mistake in the wiring.
    """
    done: list[tuple[UUID, Happening]] = []
    for one in happenings:
        id_ = new_id()
        if one.private and sealer is None:
            msg = "A personal text came without keys to seal it."
            raise RuntimeError(msg)
        if one.private and sealer is not None:
            whose = sealer.of(id_in(one.facts, "customer"))
            done.append((id_, replace(one, sealed=await whose.seal(one.private, id_), private="")))
        else:
            done.append((id_, one))
    return done
