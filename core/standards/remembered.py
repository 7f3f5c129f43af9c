"""What was folded for a tenant, remembered by all that bears on it, and forgotten where too much is."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.bearing import Bearing
from core.standards.gather import Gathered
from core.standards.policy.fold import EffectiveStandard
from core.standards.policy.spans import Span

MOST_VALUES: Final = 50_000
"""Values that one process remembers, of all tenants and standards together; some hundred bytes each."""


@frozen
class Resolved:
    """What holds, with all it was folded of.

    Attributes:
        gathered: What it was folded of.
        standard: Values with their reasons.
        document: The effective document, canonical text.
        hash: SHA-256 of the document.
        span: While it holds, as long as nothing that bears on it changes.
        numbers: The numbers of all versions that were issued to the tenant, by their ids.
        languages: The locales of the tenant and of the network's root, in this order.
    """

    gathered: Gathered
    standard: EffectiveStandard
    document: str
    hash: str
    span: Span
    numbers: Mapping[UUID, str]
    languages: Mapping[UUID, str]


@dataclass(slots=True)
class Memory:
    """The standards that were asked for last, each with what bore on it."""

    kept: OrderedDict[tuple[UUID, str], tuple[Bearing, Resolved]] = field(
        default_factory=OrderedDict[tuple[UUID, str], tuple[Bearing, "Resolved"]]
    )
    values: int = 0

    def find(self, tenant_id: UUID, code: str, instant: datetime) -> tuple[Bearing, Resolved] | None:
        """Find what holds at an instant while the same bears on it as when it was folded."""
        known = self.kept.get((tenant_id, code))
        if known is None or not known[1].span.holds(instant):
            return None
        self.kept.move_to_end((tenant_id, code))
        return known

    def keep(self, tenant_id: UUID, code: str, bears: Bearing, resolved: Resolved) -> None:
        """Remember what holds, and forget what was asked for longest ago; what is too much by itself is not kept."""
        self.drop((tenant_id, code))
        self.kept[tenant_id, code] = bears, resolved
        self.values += size(resolved)
        while self.values > MOST_VALUES:
            self.drop(next(iter(self.kept)))

    def drop(self, key: tuple[UUID, str]) -> None:
        """Forget one."""
        if key in self.kept:
            self.values -= size(self.kept.pop(key)[1])


def size(resolved: Resolved) -> int:
    """Count the values and clauses that are kept."""
    return sum(1 for _ in resolved.standard.every()) + len(resolved.standard.version.content.clauses)


MEMORY: Final = Memory()
