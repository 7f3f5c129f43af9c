"""Gather one standard for many tenants at once: what units above publish is read once, the rest chunk by chunk."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from core.kernel.unit import Unit
from core.standards.across.repository import (
    adaptations,
    adapting_tenants,
    adoptions,
    assignments,
    published_overlays,
    stages,
    waiver_spans,
)
from core.standards.gather import Gathered, overlay_of, span_of, version_of, waived_of
from core.standards.merging.behind import bases_of, version_read
from core.standards.models import PublishedVersion
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.repository.published import versions_by_id
from core.standards.rollouts.policy.succession import Issue, Piece, Stage, Succession
from core.standards.rollouts.standing import stage_of
from core.standards.vocabulary import OverlayKind

Anything = TypeVar("Anything")

FIRST: Final = UUID(int=0)
"""Lies before every id there is."""

AT_ONCE: Final = 100
"""Tenants that are gathered together, so that whoever else waits for the process does not wait long."""

ADAPTATIONS_AT_ONCE: Final = 2_000


@dataclass(slots=True, kw_only=True)
class Across:
    """One standard in a part of the network.

    Attributes:
        unit: Reads as the region or network role.
        code: The standard.
        instant: The instant asked about.
        tenants: The tenants that are read, in order; empty for the whole network.
        issued: For each published version, the row that says when it holds.
        texts: The published versions.
        above: What each unit that has others below it has adapted.
        stages: Where the waves of rollouts stand.
        read: The published versions for what they say alone, once they were asked for.
    """

    unit: Unit
    code: str
    instant: datetime
    tenants: Sequence[UUID] | None
    issued: Mapping[UUID, Any]
    texts: dict[UUID, PublishedVersion]
    above: Mapping[UUID, Sequence[Overlay]]
    stages: Sequence[Any]
    versions: dict[tuple[UUID, Span], Version] = field(default_factory=dict[tuple[UUID, Span], Version])
    read: Sequence[Version] = ()
    plain: dict[tuple[UUID, ...], list[Piece]] = field(default_factory=dict[tuple[UUID, ...], list[Piece]])

    @classmethod
    async def open(cls, unit: Unit, code: str, instant: datetime, tenants: Sequence[UUID] | None) -> Self:
        """Read what is the same for all tenants."""
        rows = await published_overlays(unit, code)
        issued = {row.published_version_id: row for row in rows if row.kind == OverlayKind.VERSION}
        above: dict[UUID, list[Overlay]] = defaultdict(list)
        for row in rows:
            if row.kind == OverlayKind.ADAPTATION:
                above[row.owner_tenant_id].append(overlay_of(row, row.owner_tenant_id))
        bases = {one for laid in above.values() for one in bases_of(laid, instant)}
        return cls(
            unit=unit,
            code=code,
            instant=instant,
            tenants=None if tenants is None else sorted(tenants),
            issued=issued,
            texts=dict(await versions_by_id(unit, {*issued, *bases})) if issued else {},
            above=above,
            stages=await stages(unit, code),
        )

    async def chunks(self, after: UUID = FIRST, *, everybody: bool = False) -> AsyncGenerator[Sequence[Gathered]]:
        """Gather tenant after tenant, in the order of their ids.

        Args:
            after: The tenant to begin behind.
            everybody: Whether tenants that have adapted nothing are gathered too; then the tenants must be named.
        """
        while ids := await self.next_tenants(after, everybody=everybody):
            yield await self.gather(ids)
            after = ids[-1]

    async def next_tenants(self, after: UUID, *, everybody: bool) -> Sequence[UUID]:
        """Name the tenants of the next chunk."""
        if self.tenants is None and not everybody:
            return await adapting_tenants(self.unit, self.code, after, ADAPTATIONS_AT_ONCE)
        return [one for one in self.tenants or () if one > after][:AT_ONCE]

    async def gather(self, tenants: Sequence[UUID]) -> list[Gathered]:
        """Gather what bears on the standard in some tenants; those that are not in the tree are left out."""
        unit, code = self.unit, self.code
        lineages = await unit.tree.lineages(unit.network_id, tenants, self.instant)
        own = by_tenant(
            (row.tenant_id, overlay_of(row, row.tenant_id)) for row in await adaptations(unit, code, tenants)
        )
        spans = await waiver_spans(unit, code, tenants)
        await self.read_texts({row.based_on for row in spans if row.based_on is not None})
        granted = by_tenant((row.tenant_id, row) for row in spans)
        waves: dict[UUID, dict[UUID, UUID]] = defaultdict(dict)
        adopted: dict[UUID, dict[UUID, list[Span]]] = defaultdict(lambda: defaultdict(list))
        if self.stages:
            for row in await assignments(unit, code, tenants):
                waves[row.adopter_id][row.published_version_id] = row.wave_id
            for row in await adoptions(unit, code, tenants):
                adopted[row.tenant_id][row.published_version_id].append(span_of(row))
        return [
            self.gathered(lineages[one], own.get(one, ()), granted.get(one, ()), waves[one], adopted[one])
            for one in tenants
            if one in lineages
        ]

    def gathered(
        self,
        lineage: tuple[UUID, ...],
        own: Sequence[Overlay],
        granted: Sequence[Any],
        waves: Mapping[UUID, UUID],
        adopted: Mapping[UUID, Sequence[Span]],
    ) -> Gathered:
        """Put together what bears on one tenant."""
        issues = [
            Issue(id=key, span=span_of(row)) for key, row in self.issued.items() if row.owner_tenant_id in lineage
        ]
        succession = Succession(issues=issues, stages=self.stages_for(lineage, waves), adoptions=adopted)
        above = [overlay for unit in lineage[:-1] for overlay in self.above.get(unit, ())]
        versions = [self.version(piece) for piece in self.pieces(lineage, succession)]
        on = {one.id for one in versions if one.span.holds(self.instant)}
        waivers = [waived_of(row, succession) for row in granted]
        apart = bool(bases_of((*above, *waivers), self.instant) - on)
        return Gathered(
            lineage=lineage,
            versions=versions,
            above=above,
            own=own,
            waivers=waivers,
            succession=succession,
            behind=self.every_version() if apart else (),
        )

    async def read_texts(self, named: Collection[UUID]) -> None:
        """Read published versions that are not read yet: what a waiver was granted under may be withdrawn by now."""
        missing = set(named) - self.texts.keys()
        if missing:
            self.texts |= await versions_by_id(self.unit, missing)
            self.read = ()

    def every_version(self) -> Sequence[Version]:
        """Give all that was published, for what it says alone, read once."""
        if not self.read:
            self.read = [version_read(row) for row in self.texts.values()]
        return self.read

    def pieces(self, lineage: tuple[UUID, ...], succession: Succession) -> list[Piece]:
        """Tell which version a tenant is on when; without rollouts it is the same below one unit."""
        if self.stages or lineage[-1] in {row.owner_tenant_id for row in self.issued.values()}:
            return succession.pieces()
        if lineage[:-1] not in self.plain:
            self.plain[lineage[:-1]] = succession.pieces()
        return self.plain[lineage[:-1]]

    def stages_for(self, lineage: tuple[UUID, ...], waves: Mapping[UUID, UUID]) -> dict[UUID, list[Stage]]:
        """Tell where a tenant's waves stand."""
        found: dict[UUID, list[Stage]] = {}
        for row in self.stages:
            if row.owner_tenant_id not in lineage:
                continue
            mine = found.setdefault(row.published_version_id, [])
            wave = waves.get(row.published_version_id)
            if row.wave_id == wave or (wave is None and row.is_rest):
                mine.append(stage_of(row))
        return found

    def version(self, piece: Piece) -> Version:
        """Give a version with the span in which a tenant is on it, read once for all that are."""
        key = (piece.version_id, piece.span)
        if key not in self.versions:
            text = self.texts[piece.version_id]
            self.versions[key] = version_of(self.issued[piece.version_id], text, piece.span)
        return self.versions[key]


def by_tenant(pairs: Iterable[tuple[UUID, Anything]]) -> Mapping[UUID, Sequence[Anything]]:
    """Sort what is each a tenant's by whose it is."""
    found: dict[UUID, list[Anything]] = defaultdict(list)
    for tenant_id, one in pairs:
        found[tenant_id].append(one)
    return found
