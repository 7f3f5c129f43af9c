"""What became of a tenant's adaptations in new versions, and what its owner decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Expression, Hole, Splicing, ToOne
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
from core.standards.graphql.json_values import Json
from core.standards.graphql.merging_vocabulary import MergeOutcome, MergeStatus, ProposalKind, Resolution
from core.standards.graphql.types import AdaptationType, PublishedVersionType, as_text
from core.standards.graphql.vocabulary import Facet
from core.standards.graphql.waiver_types import WaiverType
from core.standards.merging import resolve_merge as resolving
from core.standards.merging.errors import MergeIsSettled, WaiverComesTooEarly, WaiverIsProposed
from core.standards.merging.models import MergeOutcomeRow
from core.standards.models import Adaptation, PublishedVersion, Waiver
from core.standards.permissions import ADAPT_STANDARDS, READ_STANDARDS
from core.standards.proposals.errors import TwoMustAdapt
from core.standards.waivers.errors import NoCompensatingMeasure, NoWaiverNeeded, WaiverIsThere, WaiverTooLong


@value(permission=READ_STANDARDS, description="A clause, or a parameter of one.", name="StandardPlace")
class PlaceType:
    """A place."""

    clause_key: str = shows("The clause.")
    parameter_key: str = shows("The parameter; empty for the clause's text.")


def place_named(clause: str, parameter: str) -> Hole:
    """Read two columns as a place, where they are filled."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [
            None if row[clause] is None else PlaceType(clause_key=row[clause], parameter_key=row[parameter] or "")
            for row in rows
        ]

    return Hole((clause, parameter), fill, alone=True)


def level_named(column: str) -> Hole:
    """Read a tenant's id as its global id, where there is one."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [None if row[column] is None else global_id("Tenant", row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


@entity(
    MergeOutcomeRow,
    permission=READ_STANDARDS,
    description="What became of one of the tenant's adaptations in a new version.",
    name="MergeOutcome",
)
class MergeOutcomeType:
    """One outcome."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    outcome: MergeOutcome = reads(Column("outcome"), description="What became of it.")
    status: MergeStatus = reads(Column("status"), description="Whether it waits for its owner.")
    version_number: str = reads(Column("version_number"), description="Number of the new version.")
    version: PublishedVersionType | None = reads(
        ToOne(PublishedVersion, by="version_id"), description="The new version."
    )
    based_on: PublishedVersionType | None = reads(
        ToOne(PublishedVersion, by="based_on"), description="The version it was laid over."
    )
    adaptation: AdaptationType | None = reads(
        ToOne(Adaptation, by="adaptation_id"), description="The adaptation as it was laid."
    )
    before: PlaceType = reads(place_named("clause_key", "parameter_key"), description="Where it was laid.")
    after: PlaceType | None = reads(
        place_named("clause_key_after", "parameter_key_after"),
        description="Where that stands in the new version; empty where it is gone, or is no longer one place.",
    )
    variant: str = reads(
        Column("variant"), description="The contexts it is for, such as `tier=gold&channel=phone`; empty for all."
    )
    at: datetime = reads(Column("at"), description="Since when the outcome holds.")
    limit_kind: Facet | None = reads(Column("limit_kind"), description="The bound it does not keep to.")
    limit_value: Json | None = reads(Column("limit_value"), description="That bound, in the form of the type.")
    set_by: ID | None = reads(
        level_named("set_by"), description="Global id of the tenant whose bound or lock stands in the way."
    )
    problem: str = reads(Column("problem"), description="What is wrong with the form of its value; may be empty.")
    proposal: ProposalKind = reads(Column("proposal"), description="What is proposed.")
    proposed_place: PlaceType | None = reads(
        place_named("proposed_clause_key", "proposed_parameter_key"), description="Where it would stand."
    )
    proposed_value: Json | None = reads(Column("proposed_value"), description="What it would say.")
    ended: bool = reads(
        Column("ended"),
        description="Whether the adaptation was ended, because its place means something else in the new version.",
    )
    waiver: WaiverType | None = reads(
        ToOne(Waiver, by="waiver_id"), description="The waiver that was asked for instead; it says what became of it."
    )
    resolution: Resolution | None = reads(Column("resolution"), description="What its owner decided.")
    reason: str = reads(Column("reason"), description="Why; empty where nobody decided.")
    resolved_by: str | None = reads(Expression(as_text("resolved_by")), description="Id of whoever decided.")
    settled_at: datetime | None = reads(Column("settled_at"), description="Since when nothing waits.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When the outcome was found.")


@filters(MergeOutcomeRow, description="Narrows a list of outcomes.")
class MergeOutcomeFilter:
    """What outcomes can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    version: ID | None = matches("version_id", description="In this version.", refers_to="PublishedVersion")
    outcome: MergeOutcome | None = matches("outcome", description="Of this kind.")
    open: bool | None = matches(
        "settled_at", "empty", description="True for what waits for its owner, false for what does not."
    )


merge_outcomes = query_connection(
    "merge_outcomes",
    MergeOutcomeType,
    order=("-id",),
    filter=MergeOutcomeFilter,
    description="What became of the adaptations of the tenant acted in when new versions were published, latest first.",
)


@input_type(description="What to do about an adaptation that does not fit a new version.")
class ResolveMergeInput:
    """A decision."""

    outcome: ID = strawberry.field(description="What waits.")
    action: Resolution = strawberry.field(description="What is done.")
    reason: str = strawberry.field(description="Why.")
    value: Json | None = strawberry.field(
        default=None, description="For `ADJUST`, the value laid instead, in the form of its type."
    )
    compensating_measure: str = strawberry.field(
        default="", description="For `ASK_WAIVER`, what you do instead of keeping to the standard."
    )
    until: datetime | None = strawberry.field(default=None, description="For `ASK_WAIVER`, until when.")

    def to_command(self) -> resolving.ResolveMerge:
        """Give the command."""
        return resolving.ResolveMerge(
            outcome_id=local_id(MergeOutcomeType, self.outcome),
            action=self.action,
            value=self.value,
            measure=self.compensating_measure,
            until=self.until,
            reason=self.reason,
        )


@mutation(
    permission=ADAPT_STANDARDS,
    success=payload("ResolveMergeSuccess", outcome=MergeOutcomeType),
    errors=(
        BoundExceeded,
        BoundWidened,
        ClauseIsLocked,
        InvalidInput,
        MergeIsSettled,
        NoCompensatingMeasure,
        NoStandardInForce,
        NoWaiverNeeded,
        NotFound,
        PublisherCannotAdapt,
        StaleEdit,
        TwoMustAdapt,
        UnknownParameter,
        VariantsAreAmbiguous,
        WaiverIsProposed,
        WaiverComesTooEarly,
        WaiverIsThere,
        WaiverTooLong,
        WrongType,
    ),
    description="Decides about an adaptation that does not fit a new version.",
)
async def resolve_merge(unit: Unit, input: ResolveMergeInput) -> Refs:
    """Decide about what waits."""
    return Refs(outcome=(await resolving.resolve_merge(unit, input.to_command())).id)
