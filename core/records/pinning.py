"""Which effective standard a record pins: what held for its tenant at the instant it was opened."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce
from core.standards.gather import gather, lineage_at
from core.standards.policy.spans import Span
from core.standards.resolve import MOMENT, effective_for_instants

Wanted: TypeAlias = tuple[str, datetime]
"""Code of a standard, and when a record was opened."""


@frozen
class Pin:
    """What a record pins: the hash of the effective document and the published version it was folded from."""

    hash: str
    version: str


async def pin(unit: Unit, wanted: Collection[Wanted]) -> dict[Wanted, Pin]:
    """Find, and store, what records pin; where no standard was in force, there is no entry."""
    instants: dict[str, set[datetime]] = defaultdict(set)
    for code, opened_at in wanted:
        instants[code].add(opened_at)
    pins: dict[Wanted, Pin] = {}
    for code, opened in instants.items():
        pins.update(await pin_all(unit, code, sorted(opened)))
    return pins


async def pin_all(unit: Unit, code: str, opened: Sequence[datetime]) -> dict[Wanted, Pin]:
    """Find what the records of one standard pin, leaving out those opened while none was in force."""
    try:
        return dict(await pinned(unit, code, opened))
    except NoStandardInForce:
        within = await in_force(unit, code, opened)
    return dict(await pinned(unit, code, within)) if within else {}


async def in_force(unit: Unit, code: str, opened: Sequence[datetime]) -> list[datetime]:
    """Give the instants at which a version of the standard held, where the tenant stood in the tree then."""
    places: dict[tuple[UUID, ...], list[datetime]] = defaultdict(list)
    for instant in opened:
        places[tuple(await lineage_at(unit, instant))].append(instant)
    found: list[datetime] = []
    for lineage, instants in places.items():
        gathered = await gather(unit, code, lineage, Span(instants[0], instants[-1] + MOMENT), None)
        found += [instant for instant in instants if gathered.version_at(instant) is not None]
    return found


async def pinned(unit: Unit, code: str, opened: Sequence[datetime]) -> Iterator[tuple[Wanted, Pin]]:
    """Ask for what held at each instant.

    Raises:
        NoStandardInForce: Nothing held at one of them.
    """
    found = await effective_for_instants(unit, code, opened)
    return (((code, at), Pin(period.view.hash, period.view.version)) for at, period in found.items())
