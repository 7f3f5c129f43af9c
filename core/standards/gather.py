"""Gather what is folded: the published versions and overlays of a lineage, and the tenant's own adaptations."""

from collections.abc import AsyncGenerator, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.merging.behind import bases_of, versions_behind
from core.standards.merging.upgrades import Whereabouts, place_in, standing_in, waivers_standing_in
from core.standards.models import Adaptation, PublishedOverlay, PublishedVersion, RolloutStage
from core.standards.policy.content import Narrowing, read_content
from core.standards.policy.lineage import Site
from core.standards.policy.overlays import Overlay, Version
from core.standards.policy.spans import Span
from core.standards.policy.waived import Waived
from core.standards.repository.adaptations import adaptations_of
from core.standards.repository.lineages import set_lineage
from core.standards.repository.published import overlays_of, versions_by_id
from core.standards.rollouts.policy.succession import Issue, Piece, Succession
from core.standards.rollouts.repository.standing import stages_of
from core.standards.rollouts.standing import succession_of
from core.standards.vocabulary import Operator, OverlayKind
from core.standards.waivers.models import WaiverSpan
from core.standards.waivers.repository import waiver_spans_of

AnyRow = TypeVar("AnyRow", PublishedOverlay, RolloutStage, PublishedVersion)


@frozen(kw_only=True)
class Gathered:
    """All that bears on one standard in one tenant.

    Attributes:
        lineage: The tenant and all above it, root first.
        versions: Published versions the tenant is on at some instant asked about, each with the span in which it is.
        above: Overlays of the units above, of all times.
        own: The tenant's own overlays, of all times.
        succession: What decides which version the tenant is on.
        waivers: What levels above granted the tenant, of all times, as they were granted.
        behind: Versions that overlays of the units above were laid over or waivers granted under, and those on the ways
            from there, where these are others than the tenant is on.
    """

    lineage: Sequence[UUID]
    versions: Sequence[Version]
    above: Sequence[Overlay]
    own: Sequence[Overlay]
    succession: Succession
    waivers: Sequence[Waived] = ()
    behind: Sequence[Version] = ()

    def above_on(self, version: Version, instant: datetime) -> Sequence[Overlay]:
        """Give what the units above laid as it stands in a version that they may not be on."""
        return standing_in(version, self.behind, self.above, instant)

    def overlays_on(self, version: Version, instant: datetime) -> Sequence[Overlay]:
        """Give all overlays as they bear on a version at an instant."""
        return [*self.above_on(version, instant), *self.own]

    def waivers_on(self, version: Version, instant: datetime) -> Sequence[Waived]:
        """Give the waivers that hold at an instant as they stand in a version."""
        return waivers_standing_in(version, self.behind, self.waivers, instant)

    def place_in(self, version: Version, based_on: UUID, place: Site) -> Whereabouts:
        """Tell where a place of one version stands in another."""
        return place_in(version, (*self.behind, *self.versions), based_on, place)

    def version_at(self, instant: datetime) -> Version | None:
        """Find the version that holds at an instant."""
        return next((one for one in self.versions if one.span.holds(instant)), None)

    def edges(self) -> Iterator[datetime]:
        """List the instants at which something begins or ends to hold."""
        for one in (*self.versions, *self.above, *self.own, *self.waivers):
            yield one.span.start
            if one.span.end is not None:
                yield one.span.end


@dataclass(slots=True)
class Shelf:
    """What several tenants below the same units read of these, read once.

    A tenant that is read with others does not publish the standard itself, so what it shares with them is what the
    units above it published. Who publishes meanwhile has everybody looked at again.

    Attributes:
        shared: Whether what is read is put on the shelf, and taken from it.
        without_waivers: Whether the tenant at hand is known to have been granted none.
    """

    shared: bool = False
    without_waivers: bool = False
    _known: dict[tuple[object, ...], Any] = field(default_factory=dict[tuple[object, ...], Any])

    async def overlays(
        self, unit: Unit, code: str, lineage: Sequence[UUID], known_at: datetime | None
    ) -> Sequence[PublishedOverlay]:
        """Give what the units of a lineage published."""
        if not self.shared:
            return await overlays_of(unit, code, lineage, known_at)
        key = ("overlays", code, *lineage[:-1])
        if key not in self._known:
            self._known[key] = apart(unit, await overlays_of(unit, code, lineage[:-1], known_at))
        return self._known[key]

    async def stages(
        self, unit: Unit, code: str, lineage: Sequence[UUID], known_at: datetime | None
    ) -> Sequence[RolloutStage]:
        """Give where the waves of the rollouts of a lineage stand."""
        if not self.shared:
            return await stages_of(unit, code, lineage, known_at)
        key = ("stages", code, *lineage[:-1])
        if key not in self._known:
            self._known[key] = apart(unit, await stages_of(unit, code, lineage[:-1], known_at))
        return self._known[key]

    async def versions(self, unit: Unit, ids: Collection[UUID]) -> Mapping[UUID, PublishedVersion]:
        """Give published versions by their ids."""
        missing = [one for one in ids if ("version", one) not in self._known]
        found = await versions_by_id(unit, missing) if missing else {}
        if self.shared:
            apart(unit, found.values())
            self._known.update({("version", id_): one for id_, one in found.items()})
        return {one: found[one] if one in found else self._known["version", one] for one in ids}


def apart(unit: Unit, rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Take rows out of the transaction they were read in: whatever becomes of that one, they stay as they were read."""
    found = list(rows)
    for row in found:
        unit.session.expunge(row)
    return found


async def gather(
    unit: Unit,
    code: str,
    lineage: Sequence[UUID],
    span: Span,
    known_at: datetime | None,
    own: Sequence[Adaptation] | None = None,
    following: Collection[UUID] | None = None,
    shelf: "Shelf | None" = None,
) -> Gathered:
    """Gather what bears on a standard in the unit's tenant.

    Args:
        unit: The tenant, last of the lineage.
        code: The standard.
        lineage: The tenant and all above it, root first, as placed at the time asked about.
        span: The time asked about; versions the tenant is on at no instant of it are not read.
        known_at: What was known then; what is known now where it is empty.
        own: The tenant's own adaptations as known then, where they were read before.
        following: Versions that name places which are looked for in others, beside that which holds first; empty where
            no places are looked for.
        shelf: What others below the same units have read of these just now; of what is known now alone.
    """
    shelf = shelf or Shelf()
    granted: Sequence[WaiverSpan] = () if shelf.without_waivers else await waiver_spans_of(unit, code, known_at)
    async with seeing(unit, lineage):
        rows = await shelf.overlays(unit, code, lineage, known_at)
        issued = [row for row in rows if row.kind == OverlayKind.VERSION]
        issues = [Issue(id=row.published_version_id, span=span_of(row)) for row in issued if row.published_version_id]
        stages = await shelf.stages(unit, code, lineage, known_at)
        succession = await succession_of(unit, code, stages, issues, known_at)
        pieces = [piece for piece in succession.pieces() if piece.span.meets(span)]
        on = {piece.version_id for piece in pieces}
        texts = await shelf.versions(unit, on)
        laid = [row for row in rows if row.kind == OverlayKind.ADAPTATION and row.owner_tenant_id != unit.tenant_id]
        above = [overlay_of(row, row.owner_tenant_id) for row in laid]
        waivers = [waived_of(row, succession) for row in granted]
        bases = bases_of((*above, *waivers), span.start)
        if following is not None:
            bases |= {*following, *(piece.version_id for piece in pieces[:1])}
        behind = await versions_behind(unit, bases, {one.id for one in issues}, on)
    mine = await adaptations_of(unit, code, known_at) if own is None else own
    return Gathered(
        lineage=lineage,
        versions=[version_of(row_behind(issued, one), texts[one.version_id], one.span) for one in pieces],
        above=above,
        own=[overlay_of(row, row.tenant_id) for row in mine],
        succession=succession,
        waivers=waivers,
        behind=behind,
    )


async def lineage_at(unit: Unit, instant: datetime) -> Sequence[UUID]:
    """Tell where the tenant stood at an instant.

    For an instant before the tenant was placed anywhere, such as that of an imported log, it is where it stands now.

    Raises:
        NotFound: The tenant is not of the network.
    """
    if unit.directory is None:
        return unit.scope.lineage
    for moment in (instant, unit.now):
        lineage = await unit.tree.lineage(unit.network_id, unit.tenant_id, moment)
        if lineage:
            return lineage
    raise NotFound(kind="tenant", key=str(unit.tenant_id))


@asynccontextmanager
async def seeing(unit: Unit, lineage: Sequence[UUID]) -> AsyncGenerator[None]:
    """Let a tenant that has moved read what the units above it at another time published, and only for as long."""
    moved = not set(lineage) <= set(unit.scope.lineage)
    if moved:
        await set_lineage(unit, [*unit.scope.lineage, *lineage])
    yield
    if moved:
        await set_lineage(unit, unit.scope.lineage)


def span_of(row: PublishedOverlay | Adaptation) -> Span:
    """Give when a row holds."""
    return Span(row.valid_from, row.valid_to)


def row_behind(issued: Sequence[PublishedOverlay], piece: Piece) -> PublishedOverlay:
    """Find the row by which a tenant is on a version; one that held again after a withdrawal has several."""
    rows = [row for row in issued if row.published_version_id == piece.version_id]
    return max((row for row in rows if row.valid_from <= piece.span.start), key=lambda row: row.valid_from)


def version_of(row: PublishedOverlay, version: PublishedVersion, span: Span) -> Version:
    """Give a published version as an overlay, with the span in which the tenant is on it."""
    return Version(
        id=version.id,
        overlay_id=row.id,
        owner_tenant_id=row.owner_tenant_id,
        content=read_content(version.document),
        hash=version.hash,
        author_id=version.author_id,
        approver_id=version.approver_id,
        span=span,
        recorded_from=row.recorded_from,
        published_at=version.published_at,
        withdrawn_at=version.withdrawn_at,
    )


def overlay_of(row: PublishedOverlay | Adaptation, owner: UUID) -> Overlay:
    """Give an adaptation as an overlay; a copy says the same as the adaptation it was made of."""
    adaptation_id = getattr(row, "adaptation_id", None) or row.id
    return Overlay(
        id=adaptation_id,
        owner_tenant_id=owner,
        clause_key=row.clause_key,
        parameter_key=row.parameter_key,
        variant=row.variant,
        operator=Operator(row.operator),
        value=row.value,
        narrowing=None if row.narrowing is None else msgspec.convert(row.narrowing, type=Narrowing),
        author_id=row.author_id,
        approver_id=row.approver_id,
        reason=row.reason,
        legal_basis=row.legal_basis,
        based_on=row.based_on,
        suggestion_id=row.suggestion_id,
        span=span_of(row),
        recorded_from=row.recorded_from,
    )


def waived_of(row: WaiverSpan, succession: Succession) -> Waived:
    """Give a granted span of a waiver as an overlay; one that does not say names a place of the version it began in."""
    return Waived(
        id=row.id,
        waiver_id=row.waiver_id,
        owner_tenant_id=row.tenant_id,
        clause_key=row.clause_key,
        parameter_key=row.parameter_key,
        variant=row.variant,
        operator=Operator.ASSIGN,
        value=row.value,
        author_id=row.author_id,
        approver_id=row.approver_id,
        reason=row.reason,
        legal_basis=row.legal_basis,
        based_on=row.based_on or succession.version_at(row.valid_from),
        span=Span(row.valid_from, row.valid_to),
        recorded_from=row.recorded_from,
        granted_by=row.granting_tenant_id,
        measure=row.measure,
        bound=row.bound,
        limit=row.bound_limit,
    )
