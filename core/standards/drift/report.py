"""Report the drift of the tenant acted in and all below it: page by page, and in sums."""

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.directory import TenantFacts
from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.across.gathering import FIRST, Across
from core.standards.across.repository import published_codes
from core.standards.drift.policy import Difference, Key, differences
from core.standards.permissions import OVERSEE_STANDARDS
from core.standards.policy.content import address
from core.standards.resolve import folded, zoned
from core.standards.vocabulary import Outcome

MOST: Final = 100
"""Differences on one page, and lines of each list of a summary."""


@frozen(kw_only=True)
class AskDrift:
    """Which drift is asked for.

    Attributes:
        code: Of this standard; of all where it is empty.
        at: At this instant; now by default.
        inherited: Whether values that a unit above set are listed for every unit below that has them.
    """

    code: str | None = None
    at: datetime | None = None
    inherited: bool = False


@frozen(kw_only=True)
class DriftPage:
    """One page of differences.

    Attributes:
        at: The instant.
        found: The differences, by standard, tenant and place.
        tenants: The tenants they are of.
        more: The difference to go on behind; empty on the last page.
    """

    at: datetime
    found: Sequence[Difference]
    tenants: Mapping[UUID, TenantFacts]
    more: Key | None


@dataclass(slots=True, kw_only=True)
class DriftSums:
    """Sums of drift.

    Attributes:
        at: The instant.
        outcomes: Differences by what became of the overlay.
        under_waiver: How many of them are waivers.
        standards: Differences by standard.
        places: Differences by standard and place.
        tenants: Differences by tenant.
        names: The tenants with most differences.
    """

    at: datetime
    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])
    under_waiver: int = 0
    standards: Counter[str] = field(default_factory=Counter[str])
    places: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    tenants: Counter[UUID] = field(default_factory=Counter[UUID])
    names: Mapping[UUID, TenantFacts] = field(default_factory=dict[UUID, TenantFacts])

    def add(self, one: Difference) -> None:
        """Count a difference."""
        self.outcomes[one.outcome] += 1
        self.under_waiver += one.under_waiver
        self.standards[one.code] += 1
        self.places[one.code, address(one.clause_key, one.parameter_key)] += 1
        self.tenants[one.tenant_id] += 1


async def drift_page(unit: Unit, asked: AskDrift, first: int, after: Key | None) -> DriftPage:
    """Read one page; the unit reads the tenant acted in and all below it.

    Raises:
        NotPermitted: The actor may not oversee standards.
        InvalidInput: The page is too large, or the instant has no zone.
    """
    unit.scope.require(OVERSEE_STANDARDS)
    if not 0 < first <= MOST:
        raise InvalidInput(field="first", problem=f"a page has 1 to {MOST} differences")
    found: list[Difference] = []
    async for one in drift(unit, asked, after):
        found.append(one)
        if len(found) > first:
            break
    shown = found[:first]
    return DriftPage(
        at=instant_of(unit, asked),
        found=shown,
        tenants=await named(unit, {one.tenant_id for one in shown} | {one.overlay.owner_tenant_id for one in shown}),
        more=shown[-1].key if len(found) > first else None,
    )


async def drift_sums(unit: Unit, asked: AskDrift) -> DriftSums:
    """Add up all drift; the unit reads the tenant acted in and all below it.

    Raises:
        NotPermitted: The actor may not oversee standards.
        InvalidInput: The instant has no zone.
    """
    unit.scope.require(OVERSEE_STANDARDS)
    sums = DriftSums(at=instant_of(unit, asked))
    async for one in drift(unit, asked, None):
        sums.add(one)
    sums.names = await named(unit, {tenant_id for tenant_id, _ in sums.tenants.most_common(MOST)})
    return sums


async def drift(unit: Unit, asked: AskDrift, after: Key | None) -> AsyncGenerator[Difference]:
    """Fold tenant after tenant and give what differs; nothing is kept, so memory does not grow with the network."""
    instant, tenants = instant_of(unit, asked), await tenants_of(unit, everybody=asked.inherited)
    begin = after[0] if after else ""
    codes = [asked.code] if asked.code is not None else await published_codes(unit, begin)
    for code in codes:
        across = await Across.open(unit, code, instant, tenants)
        start = before(after[1]) if after is not None and after[0] == code else FIRST
        async for chunk in across.chunks(start, everybody=asked.inherited):
            for gathered in chunk:
                if gathered.version_at(instant) is None or not (gathered.above or gathered.own or gathered.waivers):
                    continue
                for one in differences(folded(gathered, code, instant), inherited=asked.inherited):
                    if after is None or one.key > after:
                        yield one


def before(tenant_id: UUID) -> UUID:
    """Give the id right before one, so that the tenant itself comes again."""
    return UUID(int=tenant_id.int - 1)


def instant_of(unit: Unit, asked: AskDrift) -> datetime:
    """Give the instant asked about."""
    return zoned(asked.at, "at") or unit.scope.instant


async def tenants_of(unit: Unit, *, everybody: bool) -> Sequence[UUID] | None:
    """Name the tenants that are read; nothing where it is whoever has adapted anything in the whole network."""
    if unit.scope.is_root and not everybody:
        return None
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.scope.instant)
    return (unit.tenant_id, *below)


async def named(unit: Unit, ids: set[UUID]) -> dict[UUID, TenantFacts]:
    """Tell who some tenants are."""
    return {one.id: one for one in await unit.tree.tenants(unit.network_id, ids)} if ids else {}
