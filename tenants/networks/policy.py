"""The rules of the tree, without any I/O: what fits below what, and how placements follow one another in time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from core.kernel.frozen import frozen
from tenants.networks.models import TenantKind

FITS_BELOW = {
    TenantKind.REGION.value: frozenset({TenantKind.HEADQUARTERS.value, TenantKind.REGION.value}),
    TenantKind.FRANCHISEE.value: frozenset({TenantKind.HEADQUARTERS.value, TenantKind.REGION.value}),
}


@frozen(kw_only=True)
class Placement:
    """A tenant's place for a half-open span of valid time, as it is known now.

    Attributes:
        child_id: The tenant.
        parent_id: The tenant directly above, none for the root.
        valid_from: Since when.
        valid_to: Until when; none while it holds without an end.
    """

    child_id: UUID
    parent_id: UUID | None
    valid_from: datetime
    valid_to: datetime | None = None

    def holds_at(self, instant: datetime) -> bool:
        """Tell whether the placement holds at an instant."""
        return self.valid_from <= instant and (self.valid_to is None or instant < self.valid_to)

    def reaches(self, instant: datetime) -> bool:
        """Tell whether the placement still holds at an instant or later."""
        return self.valid_to is None or self.valid_to > instant


@frozen(kw_only=True)
class Rewriting:
    """How known placements of one tenant change: some are known no more, others take their place."""

    closed: tuple[Placement, ...]
    added: tuple[Placement, ...]


def fits_below(kind: str, parent_kind: str) -> bool:
    """Tell whether a tenant of a kind can be directly below one of another."""
    return parent_kind in FITS_BELOW.get(kind, frozenset())


def place_from(known: Iterable[Placement], child_id: UUID, parent_id: UUID, since: datetime) -> Rewriting:
    """Put a tenant below a parent from an instant on, whatever was planned for later.

    Args:
        known: The tenant's placements as known now.
        child_id: The tenant.
        parent_id: Its new parent.
        since: From when.

    Returns:
        What is closed (each placement that reaches beyond the instant) and what is added: the part before the
        instant as it was, and the new place.
    """
    closed = tuple(one for one in known if one.reaches(since))
    kept = tuple(
        Placement(child_id=child_id, parent_id=one.parent_id, valid_from=one.valid_from, valid_to=since)
        for one in closed
        if one.valid_from < since
    )
    return Rewriting(closed=closed, added=(*kept, Placement(child_id=child_id, parent_id=parent_id, valid_from=since)))


def lineage_at(placements: Iterable[Placement], tenant_id: UUID, instant: datetime) -> tuple[UUID, ...]:
    """List the tenant and all above it at an instant, root first; empty where it was not in the tree."""
    way, arrived = climb(parents_at(placements, instant), tenant_id)
    return tuple(reversed(way)) if arrived else ()


def parents_at(placements: Iterable[Placement], instant: datetime) -> dict[UUID, UUID | None]:
    """Give every tenant's parent at an instant."""
    return {one.child_id: one.parent_id for one in placements if one.holds_at(instant)}


def climb(parents: Mapping[UUID, UUID | None], tenant_id: UUID) -> tuple[list[UUID], bool]:
    """Walk from a tenant upwards; tell the way, and whether it arrived at a root."""
    way: list[UUID] = []
    at: UUID | None = tenant_id
    while at is not None:
        if at not in parents or at in way:
            return way, False
        way.append(at)
        at = parents[at]
    return way, True


def is_placed_from(placements: Iterable[Placement], since: datetime) -> bool:
    """Tell whether one tenant's placements cover all time from an instant on, without a gap."""
    at: datetime | None = since
    for one in sorted(placements, key=lambda placement: placement.valid_from):
        if at is None or not one.reaches(at):
            continue
        if one.valid_from > at:
            return False
        at = one.valid_to
    return at is None


def would_cycle(placements: Sequence[Placement], child_id: UUID, parent_id: UUID, since: datetime) -> bool:
    """Tell whether the parent is the tenant itself, or below it at any instant from the given one on.

    Args:
        placements: Every placement of the network, as known now.
        child_id: The tenant that is to be placed.
        parent_id: Its new parent.
        since: From when.
    """
    if child_id == parent_id:
        return True
    changes = {since, *(one.valid_from for one in placements if one.valid_from > since)}
    return any(child_id in climb(parents_at(placements, instant), parent_id)[0] for instant in changes)
