"""Resolve a standard: what holds for the tenant at an instant, as known now or as known then."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.direct import all_hold
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.bearing import Bearing, bearing_on, still_bears
from core.standards.errors import NoStandardInForce, TooRecentToKnow
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.permissions import OVERSEE_STANDARDS, READ_STANDARDS
from core.standards.policy.checks import at as place
from core.standards.policy.documents import hash_of
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import EffectiveStandard, EffectiveValue, fold
from core.standards.policy.locales import checked_locale
from core.standards.policy.spans import Span
from core.standards.policy.variants import Context, checked_context
from core.standards.policy.view import EffectivePeriod, EffectiveView, read_view
from core.standards.policy.waived import waive
from core.standards.remembered import MEMORY, Resolved
from core.standards.repository.adaptations import keep_document, kept_documents, revision_of
from core.standards.rollouts.policy.succession import Succession
from core.standards.rollouts.upcoming import UpcomingVersion, issue_numbers, upcoming_versions

SETTLED_AFTER: Final = timedelta(seconds=10)
"""A write ends within five seconds, so what was known longer ago than this never changes again."""

MOMENT: Final = timedelta(microseconds=1)
END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)


@frozen(kw_only=True)
class Resolution:
    """What holds, and why.

    Attributes:
        standard: Values with their reasons.
        document: The effective document, canonical text.
        hash: SHA-256 of the document.
        at: The instant it holds at.
        known_at: The instant of knowledge; empty for now.
        revision: Revision of the tenant's own side as it is now, to send back with an adaptation.
        context: What was asked to be known of the situation.
        locales: In which languages texts are shown, the most wanted first.
        numbers: The numbers of all versions that were issued to the tenant, by their ids.
        succession: What decides which of them it is on.
    """

    standard: EffectiveStandard
    document: str
    hash: str
    at: datetime
    known_at: datetime | None
    revision: int
    context: Context
    locales: Sequence[str]
    numbers: Mapping[UUID, str]
    succession: Succession

    @property
    def upcoming(self) -> Sequence[UpcomingVersion]:
        """The versions the tenant is not on yet, the newest first."""
        return upcoming_versions(self.succession, self.numbers, self.at)

    @property
    def chosen(self) -> Sequence[EffectiveValue]:
        """Every parameter and every adaptable text, in reading order, as it holds in the context."""
        return [self.standard.choose(place, self.context) for place in self.standard.values]


async def effective_standard(
    unit: Unit,
    code: str,
    at: datetime | None = None,
    known_at: datetime | None = None,
    context: Context | None = None,
    *,
    locale: str = "",
    own: bool = True,
) -> Resolution:
    """Resolve a standard for the unit's tenant; nothing is written.

    Args:
        unit: The tenant.
        code: The standard.
        at: The instant asked about; now by default.
        known_at: Answer as was known at this instant; at least ten seconds ago.
        context: What is known of the situation, by context key; it chooses among variants, the document has them all.
        locale: The language wanted first; after it come the tenant's own and that of the network.
        own: Whether the unit acts in the tenant; one that reads in a tenant below remembers nothing.

    Raises:
        NotPermitted: The actor may not read standards.
        NoStandardInForce: No version holds at that instant.
        TooRecentToKnow: A write might still change what was known then.
        InvalidInput: An instant has no zone, or the context or the locale is none.
    """
    unit.scope.require(READ_STANDARDS)
    with place("context"):
        situation = checked_context(context or {})
    instant = zoned(at, "at") or unit.now
    check_known_at(zoned(known_at, "knownAt"))
    if own and known_at is None:
        found, revision = await resolved_now(unit, code, instant)
    else:
        lineage = await lineage_at(unit, instant)
        found, revision = await resolved(unit, code, lineage, instant, known_at), await revision_of(unit, code)
    return Resolution(
        standard=found.standard,
        document=found.document,
        hash=found.hash,
        at=instant,
        known_at=known_at,
        revision=revision,
        context=situation,
        locales=[*asked_for(locale), *found.languages.values()],
        numbers=found.numbers,
        succession=found.gathered.succession,
    )


async def resolved_now(unit: Unit, code: str, instant: datetime) -> tuple[Resolved, int]:
    """Give what holds as known now: remembered where the same bears on it as before, folded where not.

    Returns:
        What holds, and the revision of the tenant's own side.
    """
    known = MEMORY.find(unit.tenant_id, code, instant)
    if known is not None and await still_holds(unit, code, *known, instant):
        return known[1], known[0].own
    lineage = await lineage_at(unit, instant)
    if not set(lineage) <= set(unit.scope.lineage):  # It has moved, and sees less here than bears on it.
        return await resolved(unit, code, lineage, instant, None), await revision_of(unit, code)
    bears, _ = (await bearing_on(unit, {code: ""}, lineage))[code]
    found = await resolved(unit, code, lineage, instant, None)
    after, _ = (await bearing_on(unit, {code: ""}, lineage))[code]
    if after == bears:  # Nobody published in between.
        MEMORY.keep(unit.tenant_id, code, bears, found)
    return found, bears.own


async def still_holds(unit: Unit, code: str, bears: Bearing, found: Resolved, instant: datetime) -> bool:
    """Ask in one statement whether the tenant stands where it stood, and nothing else bears on what was folded."""
    if not set(bears.lineage) <= set(unit.scope.lineage):
        return False
    same = [still_bears(unit, code, bears)]
    if unit.directory is not None:
        same.append(unit.directory.still_placed(unit.network_id, bears.lineage, instant))
        same.append(unit.directory.still_speak(unit.network_id, found.languages))
    return await all_hold(unit, same)


async def resolved(
    unit: Unit, code: str, lineage: Sequence[UUID], instant: datetime, known_at: datetime | None
) -> Resolved:
    """Gather and fold what holds at an instant."""
    gathered = await gather(unit, code, lineage, Span(instant, instant + MOMENT), known_at)
    standard = folded(gathered, code, instant)
    document = effective_text(standard)
    return Resolved(
        gathered=gathered,
        standard=standard,
        document=document,
        hash=hash_of(document),
        span=span_around(gathered, instant),
        numbers=await issue_numbers(unit, gathered),
        languages=await languages_of(unit, lineage),
    )


def span_around(gathered: Gathered, instant: datetime) -> Span:
    """Tell while what holds at an instant does: since something began or ended last, until something does next."""
    edges = sorted(set(gathered.edges()))
    start = max(edge for edge in edges if edge <= instant)
    return Span(start, next((edge for edge in edges if edge > instant), None))


async def effective_standard_below(
    unit: Unit,
    tenant_id: UUID,
    code: str,
    at: datetime | None = None,
    known_at: datetime | None = None,
    context: Context | None = None,
    *,
    locale: str = "",
) -> Resolution:
    """Resolve a standard for a unit below the one acted in, or for itself; the unit of work reads that far.

    Raises:
        NotPermitted: The actor may not read what holds in units below.
        NotFound: The tenant is not below the one acted in.
        NoStandardInForce: No version holds there at that instant.
        TooRecentToKnow: A write might still change what was known then.
        InvalidInput: An instant has no zone, or the context or the locale is none.
    """
    unit.scope.require(OVERSEE_STANDARDS)
    below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    if tenant_id not in {unit.tenant_id, *below}:
        raise NotFound(kind="unit below", key=str(tenant_id))
    lineage = await unit.tree.lineage(unit.network_id, tenant_id, unit.now)
    seen = replace(unit, scope=replace(unit.scope, tenant_id=tenant_id, lineage=lineage))
    return await effective_standard(seen, code, at, known_at, context, locale=locale, own=False)


async def locales_wanted(unit: Unit, locale: str, lineage: Sequence[UUID]) -> Sequence[str]:
    """List the languages wanted: what is asked for, the tenant's own, that of the network's root."""
    asked = asked_for(locale)
    return [*asked, *(await languages_of(unit, lineage)).values()]


def asked_for(locale: str) -> Sequence[str]:
    """Give the language that is asked for, if one is.

    Raises:
        InvalidInput: It is none.
    """
    with place("locale"):
        return [checked_locale(locale)] if locale else []


async def languages_of(unit: Unit, lineage: Sequence[UUID]) -> Mapping[UUID, str]:
    """Give the locales of the last tenant of a lineage and of its root, in this order."""
    if unit.directory is None:
        return {}
    known = {one.id: one.locale for one in await unit.tree.tenants(unit.network_id, {lineage[0], lineage[-1]})}
    return {one: known[one] for one in (lineage[-1], lineage[0]) if one in known}


def zoned(instant: datetime | None, field: str) -> datetime | None:
    """Refuse an instant without a zone, and the very last one, after which no other comes."""
    if instant is not None and instant.tzinfo is None:
        raise InvalidInput(field=field, problem="an instant needs a zone")
    if instant == END_OF_TIME:
        raise InvalidInput(field=field, problem="give an instant before the calendar's last")
    return instant


def check_known_at(known_at: datetime | None) -> None:
    """Refuse to tell what was known so recently that the answer might still change."""
    latest = recorded_now() - SETTLED_AFTER
    if known_at is not None and known_at > latest:
        raise TooRecentToKnow(latest=latest)


def folded(gathered: Gathered, code: str, instant: datetime) -> EffectiveStandard:
    """Fold what was gathered."""
    version = gathered.version_at(instant)
    if version is None:
        raise NoStandardInForce(standard=code, at=instant)
    overlays = gathered.overlays_on(version, instant)
    standard = fold(version, overlays, gathered.lineage, instant)
    return waive(standard, gathered.waivers_on(version, instant), overlays, gathered.lineage, instant)


async def effective_for_import(unit: Unit, code: str, at: datetime) -> EffectivePeriod:
    """Resolve a standard for a record that was opened at an instant, and store the document for it to pin.

    Args:
        unit: The tenant.
        code: The standard.
        at: When the record was opened.

    Returns:
        The view to pin and judge by, and the span in which the same holds while the tenant stands where it stood.

    Raises:
        NoStandardInForce: No version holds at that instant.
    """
    return (await effective_for_instants(unit, code, [at]))[at]


async def effective_for_instants(
    unit: Unit, code: str, instants: Collection[datetime]
) -> Mapping[datetime, EffectivePeriod]:
    """Resolve a standard for many records at once, and store each document once.

    Args:
        unit: The tenant.
        code: The standard.
        instants: When the records were opened.

    Raises:
        NoStandardInForce: No version holds at one of the instants.
    """
    found: dict[datetime, EffectivePeriod] = {}
    by_lineage: dict[Sequence[UUID], Gathered] = {}
    known: dict[Sequence[UUID], list[EffectivePeriod]] = {}
    whole = Span(min(instants), max(instants) + MOMENT)
    for instant in sorted(set(instants)):
        lineage = tuple(await lineage_at(unit, instant))
        if lineage not in by_lineage:
            by_lineage[lineage] = await gather(unit, code, lineage, whole, None)
        periods = known.setdefault(lineage, [])
        if not periods or not periods[-1].span.holds(instant):
            periods.append(await kept_period(unit, by_lineage[lineage], code, instant))
        found[instant] = periods[-1]
    return found


async def kept_period(unit: Unit, gathered: Gathered, code: str, instant: datetime) -> EffectivePeriod:
    """Fold at an instant, store the document and tell how long it holds."""
    standard = folded(gathered, code, instant)
    document = effective_text(standard)
    view = read_view(hash_of(document), document)
    await keep_document(unit, hash_=view.hash, code=code, version=view.version, document=document)
    return EffectivePeriod(view=view, span=span_around(gathered, instant))


async def pinned_views(unit: Unit, hashes: Collection[str]) -> Mapping[str, EffectiveView]:
    """Read the documents that records of the tenant have pinned, by hash; unknown hashes are left out."""
    documents = await kept_documents(unit, hashes)
    return {hash_: read_view(hash_, document) for hash_, document in documents.items()}
