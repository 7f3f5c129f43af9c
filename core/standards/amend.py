"""Amend a tenant's adaptations: close what is known no longer, add what is, and let units below read the same."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from core.kernel.direct import add_many
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.models import Adaptation
from core.standards.policy.content import plain_narrowing
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.repository.adaptations import (
    Head,
    add_adaptations,
    close_adaptations,
    hold_heads,
    known_adaptations,
)
from core.standards.repository.published import close_overlays, copied_adaptations, copy_adaptations
from core.standards.vocabulary import aspect_of


async def amend(unit: Unit, *, closed: Sequence[Adaptation], added: Sequence[Adaptation], head: Head) -> None:
    """Write a change of the tenant's adaptations; the copies for units below are the last statements.

    Args:
        unit: The owner's transaction.
        closed: What is known no longer.
        added: What is known from now on.
        head: The revision the change is made under.
    """
    ids = [row.id for row in closed]
    if ids:
        await close_adaptations(unit, ids, head.recorded_at)
    await add_adaptations(unit, added)
    await copy_change(unit, ids, added, head, below=await has_below(unit))


async def amend_many(
    unit: Unit, *, closed: Sequence[UUID], added: Sequence[Mapping[str, Any]], head: Head, below: bool
) -> None:
    """Write a change of many adaptations at once; see :func:`amend`.

    Args:
        unit: The owner's transaction.
        closed: Ids of what is known no longer.
        added: What is known from now on, by column.
        head: The revision the change is made under.
        below: Whether there are units below.
    """
    if closed:
        await close_adaptations(unit, closed, head.recorded_at)
    await add_many(unit, Adaptation.__tablename__, added)
    await copy_change(unit, closed, [SimpleNamespace(**row) for row in added], head, below=below)


async def has_below(unit: Unit) -> bool:
    """Tell whether there are units below the tenant now."""
    return bool(await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now))


async def copy_change(unit: Unit, ids: Sequence[UUID], added: Sequence[Any], head: Head, *, below: bool) -> None:
    """Let units below read a change; a unit that had others below it once goes on ending what these may read."""
    copies = await copied_adaptations(unit, ids) if ids else {}
    if copies:
        await close_overlays(unit, list(copies.values()), head.recorded_at)
    if below or copies:
        await copy_adaptations(unit, added, head.recorded_at)


def row_of(unit: Unit, code: str, overlay: Overlay, based_on: UUID, head: Head) -> Adaptation:
    """Make the row of an overlay."""
    return Adaptation(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=overlay.id,
        code=code,
        clause_key=overlay.clause_key,
        parameter_key=overlay.parameter_key,
        variant=overlay.variant,
        aspect=aspect_of(overlay.operator).value,
        operator=overlay.operator.value,
        value=overlay.value,
        narrowing=None if overlay.narrowing is None else plain_narrowing(overlay.narrowing),
        reason=overlay.reason,
        legal_basis=overlay.legal_basis,
        based_on=based_on,
        origin_id=overlay.id,
        revision=head.revision,
        suggestion_id=overlay.suggestion_id,
        author_id=overlay.author_id,
        approver_id=overlay.approver_id,
        valid_from=overlay.span.start,
        valid_to=overlay.span.end,
        recorded_from=head.recorded_at,
    )


def split(row: Adaptation, taken: Span, head: Head) -> list[Adaptation]:
    """Give what is left of an adaptation once a span is taken out of its validity: nothing, one piece or two."""
    kept = row.model_dump(exclude={"id", "valid_from", "valid_to", "recorded_from", "recorded_to", "revision"})
    return [
        Adaptation(
            **kept,
            id=new_id(),
            valid_from=piece.start,
            valid_to=piece.end,
            recorded_from=head.recorded_at,
            revision=head.revision,
        )
        for piece in Span(row.valid_from, row.valid_to).without(taken)
    ]


async def publish_overlays(unit: Unit) -> None:
    """Copy every adaptation that is known now to where units below read it, unless it is there.

    A copy made late is recorded from now on, so that what units below were told before is still told of that time.
    """
    recorded = await hold_heads(unit)
    own = await known_adaptations(unit)
    copies = await copied_adaptations(unit, [row.id for row in own]) if own else {}
    await copy_adaptations(unit, [row for row in own if row.id not in copies], recorded)
