"""Suggestions in the schema: what is offered to units below, and what a tenant makes of it."""

from datetime import datetime

import strawberry
from strawberry import ID

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Expression, ToOne
from core.kernel.unit import Unit
from core.standards.errors import (
    BoundExceeded,
    BoundWidened,
    ClauseIsLocked,
    NoStandardInForce,
    PublisherCannotAdapt,
    UnknownParameter,
    VariantsAreAmbiguous,
    WrongType,
)
from core.standards.graphql.contexts import ContextInput
from core.standards.graphql.inputs import NarrowingInput
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import NarrowingType, narrowing_of
from core.standards.graphql.types import AdaptationType, as_text
from core.standards.graphql.vocabulary import Operator
from core.standards.graphql.waiver_types import tenant_named
from core.standards.models import Adaptation, Suggestion, SuggestionAnswer
from core.standards.permissions import ADAPT_STANDARDS, OFFER_SUGGESTIONS, READ_STANDARDS
from core.standards.proposals.errors import TwoMustAdapt
from core.standards.suggestions import answer as answering
from core.standards.suggestions import offer as offering
from core.standards.suggestions.errors import SuggestionDoesNotFit, SuggestionIsAnswered, SuggestionIsWithdrawn
from core.standards.suggestions.models import SuggestionVerdict

COST = 50

enumeration(
    SuggestionVerdict,
    description="What a tenant made of a suggestion.",
    values={"ADOPTED": "It became an adaptation.", "REJECTED": "It was found not to fit."},
)


@entity(Suggestion, permission=READ_STANDARDS, description="An adaptation that is offered to units below its owner.")
class SuggestionType:
    """One suggestion."""

    offered_by: ID = reads(tenant_named("owner_tenant_id"), description="Global id of the tenant that offers it.")
    source: str = reads(Column("source"), description="Where it comes from, such as the name of a locale pack.")
    locale: str = reads(Column("locale"), description="Language it is for, or with territory; empty for all.")
    territory: str = reads(Column("territory"), description="Country it is for; empty for all.")
    code: str = reads(Column("code"), description="The standard's name in the network.")
    clause_key: str = reads(Column("clause_key"), description="The clause.")
    parameter_key: str = reads(Column("parameter_key"), description="The parameter; empty for the clause's text.")
    variant: str = reads(
        Column("variant"), description="The contexts it is for, such as `tier=gold&channel=phone`; empty for all."
    )
    operator: Operator = reads(Column("operator"), description="What it does.")
    value: Json | None = reads(Column("value"), description="For all operators but `NARROW`.")
    narrowing: NarrowingType | None = reads(narrowing_of("narrowing"), description="For `NARROW`.")
    reason: str = reads(Column("reason"), description="Why.")
    legal_basis: str = reads(Column("legal_basis"), description="The law or rule that asks for it; may be empty.")
    from_version: str = reads(Column("from_version"), description="First version it is for; empty for all before.")
    before_version: str = reads(
        Column("before_version"), description="First version it is not for any more; empty where there is none."
    )
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever offered it.")
    offered_at: datetime = reads(Column("offered_at"), description="When.")
    withdrawn_at: datetime | None = reads(
        Column("withdrawn_at"), description="When it was taken back; what was adopted of it stays."
    )


@entity(SuggestionAnswer, permission=READ_STANDARDS, description="What the tenant made of a suggestion.")
class SuggestionAnswerType:
    """One answer."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    status: SuggestionVerdict = reads(Column("status"), description="What the tenant made of it.")
    reason: str = reads(Column("reason"), description="Why; may be empty where it was adopted.")
    suggestion: SuggestionType | None = reads(
        ToOne(Suggestion, by="suggestion_id"), description="The suggestion; empty where its owner is above no more."
    )
    adaptation: AdaptationType | None = reads(
        ToOne(Adaptation, by="adaptation_id"), description="The adaptation it became, as it was first made."
    )
    decided_by: str = reads(Expression(as_text("decided_by")), description="Id of whoever decided.")
    decided_at: datetime = reads(Column("decided_at"), description="When.")


@filters(Suggestion, description="Narrows a list of suggestions.")
class SuggestionFilter:
    """What suggestions can be narrowed by."""

    code: str | None = matches("code", description="For this standard.")
    source: str | None = matches("source", description="From this source.")


@filters(SuggestionAnswer, description="Narrows a list of answers to suggestions.")
class SuggestionAnswerFilter:
    """What answers can be narrowed by."""

    code: str | None = matches("code", description="For this standard.")
    status: SuggestionVerdict | None = matches("status", description="What the tenant made of them.")


@value(permission=READ_STANDARDS, description="A suggestion that fits the tenant, with what it made of it.")
class FittingSuggestionType:
    """One suggestion that fits."""

    suggestion: SuggestionType | None = shows("The suggestion.")
    status: SuggestionVerdict | None = shows("What the tenant made of it; empty where it has not answered.")
    adoptable: bool = shows("Whether adopting it now keeps to the tenant's bounds.")
    refusal: str | None = shows("What stands in the way, as one sentence; empty where nothing does.")
    refusal_code: str | None = shows("The same as the stable code of the refusal, such as `standards.bound_exceeded`.")


@input_type(description="An adaptation to offer.")
class OfferSuggestionInput:
    """A suggestion."""

    source: str = strawberry.field(description="Where it comes from, such as the name of a law firm.")
    code: str = strawberry.field(description="The standard's name in the network.")
    clause_key: str = strawberry.field(description="The clause.")
    reason: str = strawberry.field(description="Why.")
    parameter_key: str = strawberry.field(default="", description="The parameter; empty for the clause's text.")
    operator: Operator = strawberry.field(default=Operator.ASSIGN, description="What it does.")
    value: Json | None = strawberry.field(default=None, description="For all operators but `NARROW`.")
    narrowing: NarrowingInput | None = strawberry.field(default=None, description="For `NARROW`.")
    context: ContextInput | None = strawberry.field(default=None, description="The contexts it is for, all by default.")
    legal_basis: str = strawberry.field(default="", description="The law or rule that asks for it.")
    locale: str = strawberry.field(default="", description="Language it is for, such as `de`, or `de-AT`.")
    territory: str = strawberry.field(default="", description="Country it is for, such as `AT`.")
    from_version: str = strawberry.field(default="", description="First version of the standard it is for.")
    before_version: str = strawberry.field(default="", description="First version it is not for any more.")

    def to_command(self) -> offering.OfferSuggestion:
        """Give the command."""
        return offering.OfferSuggestion(
            source=self.source,
            code=self.code,
            clause_key=self.clause_key,
            parameter_key=self.parameter_key,
            context=self.context.to_context("context") if self.context else {},
            operator=self.operator,
            value=self.value,
            narrowing=self.narrowing.to_narrowing() if self.narrowing else None,
            reason=self.reason,
            legal_basis=self.legal_basis,
            locale=self.locale,
            territory=self.territory,
            from_version=self.from_version,
            before_version=self.before_version,
        )


@input_type(description="Which suggestion is taken back.")
class WithdrawSuggestionInput:
    """A suggestion to take back."""

    suggestion: ID = strawberry.field(description="The suggestion.")


@input_type(description="Which suggestion becomes an adaptation, and when.")
class AdoptSuggestionInput:
    """A suggestion to adopt."""

    suggestion: ID = strawberry.field(description="The suggestion.")
    expected_revision: int = strawberry.field(
        description="Revision of your side of the standard, as `effectiveStandard` gave it; 0 before your first change."
    )
    valid_from: datetime | None = strawberry.field(default=None, description="Since when it holds; now by default.")
    valid_to: datetime | None = strawberry.field(default=None, description="Until when; for good by default.")
    reason: str = strawberry.field(default="", description="Why; as suggested by default.")

    def to_command(self) -> answering.AdoptSuggestion:
        """Give the command."""
        return answering.AdoptSuggestion(
            suggestion_id=local_id(SuggestionType, self.suggestion),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which suggestion is not for the tenant, and why.")
class RejectSuggestionInput:
    """A suggestion to reject."""

    suggestion: ID = strawberry.field(description="The suggestion.")
    reason: str = strawberry.field(description="Why.")

    def to_command(self) -> answering.RejectSuggestion:
        """Give the command."""
        return answering.RejectSuggestion(suggestion_id=local_id(SuggestionType, self.suggestion), reason=self.reason)


@mutation(
    permission=OFFER_SUGGESTIONS,
    success=payload("OfferSuggestionSuccess", suggestion=SuggestionType),
    errors=(InvalidInput, NoStandardInForce, NotFound, UnknownParameter, WrongType),
    description="Offers an adaptation to the units below that it fits.",
)
async def offer_suggestion(unit: Unit, input: OfferSuggestionInput) -> Refs:
    """Offer an adaptation."""
    return Refs(suggestion=(await offering.offer_suggestion(unit, input.to_command())).id)


@mutation(
    permission=OFFER_SUGGESTIONS,
    success=payload("WithdrawSuggestionSuccess", suggestion=SuggestionType),
    errors=(NotFound, SuggestionIsWithdrawn),
    description="Takes a suggestion of the tenant acted in back; what was adopted of it stays.",
)
async def withdraw_suggestion(unit: Unit, input: WithdrawSuggestionInput) -> Refs:
    """Take an offer back."""
    suggestion_id = local_id(SuggestionType, input.suggestion)
    return Refs(suggestion=(await offering.withdraw_suggestion(unit, suggestion_id)).id)


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("AdoptSuggestionSuccess", answer=SuggestionAnswerType),
    errors=(
        BoundExceeded,
        BoundWidened,
        ClauseIsLocked,
        InvalidInput,
        NoStandardInForce,
        NotFound,
        PublisherCannotAdapt,
        StaleEdit,
        SuggestionDoesNotFit,
        SuggestionIsAnswered,
        TwoMustAdapt,
        UnknownParameter,
        VariantsAreAmbiguous,
        WrongType,
    ),
    description="Adapts the standard as suggested, within the bounds of the tenant acted in.",
)
async def adopt_suggestion(unit: Unit, input: AdoptSuggestionInput) -> Refs:
    """Adopt a suggestion."""
    return Refs(answer=(await answering.adopt_suggestion(unit, input.to_command())).id)


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("RejectSuggestionSuccess", answer=SuggestionAnswerType),
    errors=(InvalidInput, NotFound, SuggestionIsAnswered),
    description="Says that a suggestion is not for the tenant acted in; it can be adopted later still.",
)
async def reject_suggestion(unit: Unit, input: RejectSuggestionInput) -> Refs:
    """Reject a suggestion."""
    return Refs(answer=(await answering.reject_suggestion(unit, input.to_command())).id)


suggestions = query_connection(
    "suggestions",
    SuggestionType,
    order=("-id",),
    filter=SuggestionFilter,
    description="What the tenant acted in and the units above it offer, the latest first, whomever it fits.",
)
suggestion_answers = query_connection(
    "suggestion_answers",
    SuggestionAnswerType,
    order=("-id",),
    filter=SuggestionAnswerFilter,
    description="What the tenant acted in made of suggestions, the latest first.",
)


@query_field(
    permission=READ_STANDARDS,
    description="The suggestions for a standard that fit the tenant acted in now: its language, country and version.",
    arguments={"code": "The standard's name in the network."},
    cost=COST,
)
async def fitting_suggestions(unit: Unit, code: str) -> list[FittingSuggestionType]:
    """List what fits."""
    return [fitting_shown(one) for one in await answering.fitting_suggestions(unit, code)]


def fitting_shown(one: answering.Fitting) -> FittingSuggestionType:
    """Show a suggestion that fits."""
    return FittingSuggestionType(
        suggestion=one.suggestion.id,  # type: ignore[arg-type] - the id stands for the entity
        status=None if one.status is None else SuggestionVerdict(one.status),
        adoptable=one.refusal is None,
        refusal=None if one.refusal is None else one.refusal.message,
        refusal_code=None if one.refusal is None else one.refusal.code,
    )


QUERIES = [suggestions, suggestion_answers, fitting_suggestions]
MUTATIONS = [offer_suggestion, withdraw_suggestion, adopt_suggestion, reject_suggestion]
