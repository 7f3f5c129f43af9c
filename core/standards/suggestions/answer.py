"""What a tenant makes of suggestions: it lists those that fit it, adopts them within its bounds, or rejects them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from core.kernel.audit import record_act
from core.kernel.errors import DomainError, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.adapt import Adapt, adapt
from core.standards.gather import Gathered, gather, lineage_at
from core.standards.judge import check_overlay
from core.standards.models import Suggestion, SuggestionAnswer
from core.standards.permissions import ADAPT_STANDARDS, READ_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.policy.content import Narrowing
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.policy.variants import read_selector
from core.standards.suggestions.errors import SuggestionDoesNotFit, SuggestionIsAnswered
from core.standards.suggestions.models import SuggestionVerdict
from core.standards.suggestions.policy import misfit
from core.standards.suggestions.repository import (
    answers_to,
    is_known_still,
    keep_answer,
    suggestion_by_id,
    suggestions_of,
)
from core.standards.vocabulary import Operator


@frozen(kw_only=True)
class Fitting:
    """A suggestion that fits the tenant.

    Attributes:
        suggestion: The suggestion.
        status: What the tenant made of it; empty where it has not answered.
        refusal: Why it could not be adopted now; empty where it could.
    """

    suggestion: Suggestion
    status: str | None
    refusal: DomainError | None


@frozen(kw_only=True)
class AdoptSuggestion:
    """Make a suggestion one's own.

    Attributes:
        suggestion_id: The suggestion.
        valid_from: Since when; now by default.
        valid_to: Until when; for good by default.
        reason: Why; as suggested by default.
        expected_revision: Revision of the tenant's side of the standard as it was read.
    """

    suggestion_id: UUID
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str = ""
    expected_revision: int | None = None


@frozen(kw_only=True)
class RejectSuggestion:
    """Say that a suggestion is not for the tenant, and why."""

    suggestion_id: UUID
    reason: str


async def fitting_suggestions(unit: Unit, code: str) -> Sequence[Fitting]:
    """List the suggestions for a standard that fit the tenant now, with what it made of them.

    Raises:
        NotPermitted: The actor may not read standards.
    """
    unit.scope.require(READ_STANDARDS)
    lineage = await lineage_at(unit, unit.now)
    gathered = await gather(unit, code, lineage, Span(unit.now), None)
    locale = await locale_of(unit)
    rows = [row for row in await suggestions_of(unit, code) if misfit_of(row, locale, gathered, unit.now) is None]
    answers = await answers_to(unit, [row.id for row in rows]) if rows else {}
    return [
        Fitting(
            suggestion=row,
            status=answers[row.id].status if row.id in answers else None,
            refusal=refusal_of(unit, row, gathered),
        )
        for row in rows
    ]


def refusal_of(unit: Unit, row: Suggestion, gathered: Gathered) -> DomainError | None:
    """Give what adopting a suggestion from now on would be refused with, if it would be."""
    overlay = Overlay(
        id=row.id,
        owner_tenant_id=unit.tenant_id,
        clause_key=row.clause_key,
        parameter_key=row.parameter_key,
        variant=row.variant,
        operator=Operator(row.operator),
        value=row.value,
        narrowing=narrowing_of(row),
        author_id=row.author_id,
        span=Span(unit.now),
        recorded_from=unit.now,
    )
    try:
        check_overlay(gathered, row.code, overlay)
    except DomainError as refusal:
        return refusal
    return None


def narrowing_of(row: Suggestion) -> Narrowing | None:
    """Give what a suggestion narrows, where it does."""
    return None if row.narrowing is None else msgspec.convert(row.narrowing, type=Narrowing)


async def locale_of(unit: Unit) -> str:
    """Give the tenant's locale, such as ``de-AT``."""
    tenant = await unit.tree.tenant(unit.network_id, unit.tenant_id)
    return tenant.locale if tenant else ""


def misfit_of(row: Suggestion, locale: str, gathered: Gathered, now: datetime) -> str | None:
    """Say what of a suggestion does not fit a tenant of a locale now."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    version = gathered.version_at(now)
    return misfit(
        locale=row.locale,
        territory=row.territory,
        versions=(row.from_version, row.before_version),
        tenant_locale=locale,
        number=None if version is None else version.content.number,
    )


async def adopt_suggestion(unit: Unit, command: AdoptSuggestion) -> SuggestionAnswer:
    """Adapt the standard as suggested: within the tenant's bounds, as every adaptation.

    Raises:
        NotPermitted: The actor may not adapt.
        NotFound: No unit above offers such a suggestion.
        TwoMustAdapt: The tenant wants one person to propose adaptations and another to approve them.
        SuggestionDoesNotFit: It is for others, or withdrawn.
        SuggestionIsAnswered: The tenant has adopted it, and something of that holds still.
        UnknownParameter: There is no such clause or parameter at some instant of its validity.
        ClauseIsLocked: It is core, or the operator is not granted.
        WrongType: The value has not the form of the parameter's type.
        BoundExceeded: The value does not keep to a bound.
        BoundWidened: The narrowing would widen what is received.
        VariantsAreAmbiguous: It would add a variant that is just as specific as another.
        NoStandardInForce: No version holds at some instant of its validity.
        PublisherCannotAdapt: The tenant publishes the standard itself.
        StaleEdit: The tenant's side of the standard was changed since it was read.
        InvalidInput: The span is empty or an instant has no zone.
    """
    unit.scope.require(ADAPT_STANDARDS)
    row = await suggestion_offered(unit, command.suggestion_id)
    gathered = await gather(unit, row.code, await lineage_at(unit, unit.now), Span(unit.now), None)
    why = misfit_of(row, await locale_of(unit), gathered, unit.now)
    if why is not None:
        raise SuggestionDoesNotFit(why=why)
    before = (await answers_to(unit, [row.id])).get(row.id)
    if before is not None and before.adaptation_id and await is_known_still(unit, before.adaptation_id):
        raise SuggestionIsAnswered(status=before.status)
    asked = Adapt(
        code=row.code,
        clause_key=row.clause_key,
        parameter_key=row.parameter_key,
        context=read_selector(row.variant),
        operator=Operator(row.operator),
        value=row.value,
        narrowing=narrowing_of(row),
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        reason=command.reason or row.reason,
        legal_basis=row.legal_basis,
        suggestion_id=row.id,
        expected_revision=command.expected_revision,
    )
    answer = answer_of(unit, row, SuggestionVerdict.ADOPTED, command.reason)
    made = await adapt(unit, asked)
    answer.adaptation_id = made.id
    return await answered(unit, answer, "standards.adopt_suggestion")


async def reject_suggestion(unit: Unit, command: RejectSuggestion) -> SuggestionAnswer:
    """Say that a suggestion is not for the tenant; it can be adopted later still.

    Raises:
        NotPermitted: The actor may not adapt.
        NotFound: No unit above offers such a suggestion.
        SuggestionIsAnswered: It was rejected before, or adopted and something of that holds still.
        InvalidInput: The reason is missing.
    """
    unit.scope.require(ADAPT_STANDARDS)
    row = await suggestion_offered(unit, command.suggestion_id)
    reason = checked_note("reason", command.reason, required=True)
    before = (await answers_to(unit, [row.id])).get(row.id)
    stands = before is not None and (before.adaptation_id is None or await is_known_still(unit, before.adaptation_id))
    if before is not None and stands:
        raise SuggestionIsAnswered(status=before.status)
    return await answered(unit, answer_of(unit, row, SuggestionVerdict.REJECTED, reason), "standards.reject_suggestion")


async def suggestion_offered(unit: Unit, suggestion_id: UUID) -> Suggestion:
    """Find a suggestion that a unit above offers."""
    row = await suggestion_by_id(unit, suggestion_id)
    if row is None or row.owner_tenant_id == unit.tenant_id:
        raise NotFound(kind="suggestion", key=str(suggestion_id))
    return row


def answer_of(unit: Unit, row: Suggestion, verdict: SuggestionVerdict, reason: str) -> SuggestionAnswer:
    """Make the row of an answer."""
    return SuggestionAnswer(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        suggestion_id=row.id,
        code=row.code,
        status=verdict.value,
        reason=checked_note("reason", reason),
        decided_by=unit.scope.actor.id,
        decided_at=unit.now,
    )


async def answered(unit: Unit, answer: SuggestionAnswer, action: str) -> SuggestionAnswer:
    """Write an answer with its audit entry and event."""
    answer.id = await keep_answer(unit, answer)
    facts = {"code": answer.code, "suggestion_id": answer.suggestion_id}
    await record_act(unit, action=action, subject_kind="suggestion", subject_id=answer.suggestion_id, details=facts)
    await send(unit, "standards.suggestion_answered", {**facts, "status": answer.status})
    return answer
