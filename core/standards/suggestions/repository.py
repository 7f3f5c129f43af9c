"""SQL of suggestions and of what tenants made of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from core.kernel.unit import Unit
from core.standards.models import Adaptation, Suggestion, SuggestionAnswer


async def suggestion_by_id(unit: Unit, suggestion_id: UUID) -> Suggestion | None:
    """Find a suggestion that the tenant or a unit above it offers."""
    found = await unit.session.execute(
        select(Suggestion).where(
            col(Suggestion.network_id) == unit.network_id,
            col(Suggestion.id) == suggestion_id,
            col(Suggestion.owner_tenant_id).in_(unit.scope.lineage),
        )
    )
    return found.scalar_one_or_none()


async def suggestions_of(unit: Unit, code: str) -> Sequence[Suggestion]:
    """List what the units above offer for a standard and have not withdrawn."""
    found = await unit.session.execute(
        select(Suggestion)
        .where(
            col(Suggestion.network_id) == unit.network_id,
            col(Suggestion.code) == code,
            col(Suggestion.owner_tenant_id).in_(unit.scope.lineage[:-1]),
            col(Suggestion.withdrawn_at).is_(None),
        )
        .order_by(col(Suggestion.id))
    )
    return found.scalars().all()


async def add_suggestion(unit: Unit, suggestion: Suggestion) -> None:
    """Add a suggestion; a reference row, so this is the last statement."""
    unit.session.add(suggestion)
    await unit.session.flush()


async def answers_to(unit: Unit, ids: Collection[UUID]) -> dict[UUID, SuggestionAnswer]:
    """Read what the tenant made of suggestions, by the suggestion."""
    found = await unit.session.execute(
        select(SuggestionAnswer).where(
            col(SuggestionAnswer.tenant_id) == unit.tenant_id, col(SuggestionAnswer.suggestion_id).in_(ids)
        )
    )
    return {row.suggestion_id: row for row in found.scalars()}


async def keep_answer(unit: Unit, answer: SuggestionAnswer) -> UUID:
    """Write what the tenant makes of a suggestion, over what it made of it before; gives the row's id."""
    fresh = insert(SuggestionAnswer).values(answer.model_dump())
    changed = ("status", "reason", "adaptation_id", "decided_by", "decided_at")
    statement = fresh.on_conflict_do_update(
        constraint="suggestion_answers_once",
        set_={
            **{name: getattr(fresh.excluded, name) for name in changed},
            "revision": col(SuggestionAnswer.revision) + 1,
        },
    ).returning(col(SuggestionAnswer.id))
    return (await unit.session.execute(statement)).scalar_one()


async def is_known_still(unit: Unit, origin_id: UUID) -> bool:
    """Tell whether anything is left of an adaptation, as known now."""
    found = await unit.session.execute(
        select(col(Adaptation.id))
        .where(
            col(Adaptation.tenant_id) == unit.tenant_id,
            col(Adaptation.recorded_to).is_(None),
            col(Adaptation.origin_id) == origin_id,
            (col(Adaptation.valid_to).is_(None)) | (col(Adaptation.valid_to) > unit.now),
        )
        .limit(1)
    )
    return found.scalar() is not None
