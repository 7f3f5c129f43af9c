"""Offer an adaptation to the units below, and take an offer back."""

from collections.abc import Callable
from dataclasses import field
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import InvalidInput, NotFound
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce, UnknownParameter, WrongType
from core.standards.gather import gather, lineage_at
from core.standards.models import Suggestion
from core.standards.permissions import OFFER_SUGGESTIONS
from core.standards.policy.checks import at, checked_note
from core.standards.policy.content import Narrowing, address, plain_narrowing
from core.standards.policy.documents import JsonValue
from core.standards.policy.fold import slot_received
from core.standards.policy.overlays import Overlay
from core.standards.policy.slots import Slot, own_limits
from core.standards.policy.spans import Span
from core.standards.policy.values import normalised
from core.standards.policy.variants import Context, checked_context, selector_text
from core.standards.policy.wordings import normalised_wording
from core.standards.resolve import MOMENT
from core.standards.suggestions.errors import SuggestionIsWithdrawn
from core.standards.suggestions.policy import checked_selector, checked_versions
from core.standards.suggestions.repository import add_suggestion, suggestion_by_id
from core.standards.vocabulary import Operator


@frozen(kw_only=True)
class OfferSuggestion:
    """Offer an adaptation.

    Attributes:
        source: Where it comes from.
        code: The standard.
        clause_key: The clause.
        parameter_key: The parameter; empty for the clause's text.
        context: The contexts it is for, by context key; all by default.
        operator: What is done.
        value: For all operators but ``narrow``.
        narrowing: For ``narrow``.
        reason: Why.
        legal_basis: The law or rule that asks for it.
        locale: Language it is for, or language and territory; empty for all.
        territory: Country it is for; empty for all.
        from_version: First version of the standard it is for; empty for all before.
        before_version: First version it is not for any more; empty where there is none.
    """

    source: str
    code: str
    clause_key: str
    parameter_key: str = ""
    context: Context = field(default_factory=dict[str, str])
    operator: Operator = Operator.ASSIGN
    value: JsonValue = None
    narrowing: Narrowing | None = None
    reason: str
    legal_basis: str = ""
    locale: str = ""
    territory: str = ""
    from_version: str = ""
    before_version: str = ""


async def offer_suggestion(unit: Unit, command: OfferSuggestion) -> Suggestion:
    """Offer an adaptation of a standard that is in force to all units below that it fits.

    Raises:
        NotPermitted: The actor may not offer.
        NoStandardInForce: No version of the standard holds now.
        UnknownParameter: The version in force has no such clause or parameter.
        WrongType: The value has not the form of its type.
        InvalidInput: A selector or a range has not its form, or the source or the reason is missing.
    """
    unit.scope.require(OFFER_SUGGESTIONS)
    with at("context"):
        variant = selector_text(checked_context(command.context))
    value = await checked_value(unit, command)
    locale, territory = checked_as("locale", checked_selector, command.locale, command.territory)
    first, beyond = checked_as("fromVersion", checked_versions, command.from_version, command.before_version)
    suggestion = Suggestion(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        source=checked_note("source", command.source, required=True),
        locale=locale,
        territory=territory,
        code=command.code,
        clause_key=command.clause_key,
        parameter_key=command.parameter_key,
        variant=variant,
        operator=command.operator.value,
        value=value,
        narrowing=None if command.narrowing is None else plain_narrowing(command.narrowing),
        reason=checked_note("reason", command.reason, required=True),
        legal_basis=checked_note("legalBasis", command.legal_basis),
        from_version=first,
        before_version=beyond,
        author_id=unit.scope.actor.id,
        offered_at=unit.now,
    )
    await told(unit, suggestion, "standards.offer_suggestion", "standards.suggestion_offered")
    await add_suggestion(unit, suggestion)
    return suggestion


async def withdraw_suggestion(unit: Unit, suggestion_id: UUID) -> Suggestion:
    """Take an offer back; what tenants adopted of it stays theirs.

    Raises:
        NotPermitted: The actor may not offer.
        NotFound: The tenant offers no such suggestion.
        SuggestionIsWithdrawn: It was taken back before.
    """
    unit.scope.require(OFFER_SUGGESTIONS)
    suggestion = await suggestion_by_id(unit, suggestion_id)
    if suggestion is None or suggestion.owner_tenant_id != unit.tenant_id:
        raise NotFound(kind="suggestion", key=str(suggestion_id))
    if suggestion.withdrawn_at is not None:
        raise SuggestionIsWithdrawn
    await told(unit, suggestion, "standards.withdraw_suggestion", "standards.suggestion_withdrawn")
    suggestion.withdrawn_at = unit.now
    await unit.session.flush()
    return suggestion


async def told(unit: Unit, suggestion: Suggestion, action: str, topic: str) -> None:
    """Write the audit entry and the event; the reference row is written after them."""
    facts = {"code": suggestion.code, "suggestion_id": suggestion.id}
    await record_act(unit, action=action, subject_kind="suggestion", subject_id=suggestion.id, details=facts)
    await send(unit, topic, facts)


def checked_as(field: str, check: Callable[..., tuple[str, str]], *given: str) -> tuple[str, str]:
    """Check texts, and name the field where they have not their form."""
    try:
        return check(*given)
    except ValueError as problem:
        raise InvalidInput(field=field, problem=str(problem)) from problem


async def checked_value(unit: Unit, command: OfferSuggestion) -> JsonValue:
    """Give the value in the one form it is kept in; whether a tenant may adapt it so is seen when it adopts it."""
    narrows = command.operator is Operator.NARROW
    if narrows is (command.narrowing is None) or narrows is (command.value is not None):
        raise InvalidInput(field="value", problem="narrow takes a narrowing, every other operator a value")
    slot = await published(unit, command)
    try:
        if narrows:
            own_limits(slot, as_overlay(unit, command))
            return None
        return normalised_wording(command.value) if slot.type is None else normalised(slot.type, command.value)
    except ValueError as problem:
        place = address(command.clause_key, command.parameter_key)
        expected = "wording" if slot.type is None else slot.type.value
        raise WrongType(place=place, expected=expected, problem=str(problem)) from problem


async def published(unit: Unit, command: OfferSuggestion) -> Slot:
    """Give the place as the version that is in force now publishes it."""
    lineage = await lineage_at(unit, unit.now)
    gathered = await gather(unit, command.code, lineage, Span(unit.now, unit.now + MOMENT), None)
    version = gathered.version_at(unit.now)
    if version is None:
        raise NoStandardInForce(standard=command.code, at=unit.now)
    slot = slot_received(version, (), lineage, unit.now, (command.clause_key, command.parameter_key))
    if slot is None:
        place = address(command.clause_key, command.parameter_key)
        raise UnknownParameter(standard=command.code, place=place, at=unit.now)
    return slot


def as_overlay(unit: Unit, command: OfferSuggestion) -> Overlay:
    """Give a narrowing as the overlay it would be."""
    return Overlay(
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        clause_key=command.clause_key,
        parameter_key=command.parameter_key,
        operator=command.operator,
        narrowing=command.narrowing,
        author_id=unit.scope.actor.id,
        span=Span(unit.now),
        recorded_from=unit.now,
    )
