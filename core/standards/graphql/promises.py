"""Promises in the schema."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
import strawberry

from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field
from core.kernel.graphql.types import entity, reads, shows, value
from core.kernel.reads import Column, Expression, Hole, Splicing
from core.kernel.unit import Unit
from core.standards.errors import NoStandardInForce, UnknownParameter, WrongType
from core.standards.graphql.inputs import texts
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import LocalizedTextInput, LocalizedTextType, texts_of
from core.standards.graphql.vocabulary import ParameterType
from core.standards.models import Promise
from core.standards.permissions import PROMISE_STANDARDS, READ_STANDARDS
from core.standards.promises import make
from core.standards.promises.errors import PromiseExceedsStandard
from core.standards.promises.policy import Better, JudgedLimit, PromisedLimit, Shortfall, read_limit
from core.standards.promises.standing import PromiseStanding, promise_standing

COST = 50

enumeration(
    Better,
    name="BetterFor",
    description="Which way customers are better served.",
    values={
        "LOWER": "The lower the value the better, as with a time limit.",
        "HIGHER": "The higher the value the better, as with a target.",
    },
)
enumeration(
    Shortfall,
    name="PromiseShortfall",
    description="Why a standard does not deliver what is promised.",
    values={
        "MORE_THAN_DELIVERED": "More is promised than is delivered.",
        "NO_SUCH_PARAMETER": "The standard has no such parameter, or no version of it holds.",
        "WRONG_TYPE": "The parameter has another type now.",
    },
)


@value(permission=READ_STANDARDS, description="One value that customers are promised.", name="PromisedLimit")
class PromisedLimitType:
    """One promised value."""

    clause_key: str = shows("The clause.")
    parameter_key: str = shows("The parameter that says what is delivered.")
    value: Json = shows("What is promised, in the form of the parameter's type.")
    better: Better = shows("Which way customers are better served.")


@value(permission=READ_STANDARDS, description="One promised value beside what the standard delivers.")
class JudgedLimitType:
    """One promised value beside what is delivered."""

    promised: PromisedLimitType = shows("What is promised.")
    type: ParameterType | None = shows("Type of the parameter; empty where there is none.")
    delivered: list[Json] = shows("What holds for the parameter; several values where it differs by context.")
    kept: bool = shows("Whether the standard delivers it.")
    shortfall: Shortfall | None = shows("Why it is not kept.")


def limit_shown(limit: PromisedLimit) -> PromisedLimitType:
    """Show a promised value."""
    return PromisedLimitType(
        clause_key=limit.clause_key, parameter_key=limit.parameter_key, value=limit.value, better=limit.better
    )


async def fill_limits(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show the promised values of some rows."""
    return [[limit_shown(read_limit(one)) for one in row["limits"]] for row in rows]


async def fill_expected(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Show the expected times of some rows."""
    return [None if row["expected_time"] is None else limit_shown(read_limit(row["expected_time"])) for row in rows]


@entity(Promise, permission=READ_STANDARDS, description="What the tenant promises its customers of a standard.")
class PromiseType:
    """One promise; corrected ones stay readable."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    scope: list[LocalizedTextType] = reads(texts_of("scope"), description="What is offered to whom, per language.")
    limits: list[PromisedLimitType] = reads(Hole(("limits",), fill_limits, alone=True), description="What is promised.")
    expected_time: PromisedLimitType | None = reads(
        Hole(("expected_time",), fill_expected, alone=True), description="How long it usually takes, in seconds."
    )
    reason: str = reads(Column("reason"), description="Why it was made or changed, for those inside.")
    ended_because: str = reads(Column("ended_because"), description="Why it was ended; empty where it was not.")
    author_id: str = reads(
        Expression(lambda row: sa.cast(row.c.author_id, sa.Text)), description="Id of whoever made it."
    )
    valid_from: datetime = reads(Column("valid_from"), description="Since when it holds.")
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when it holds; open where empty.")
    recorded_from: datetime = reads(Column("recorded_from"), description="Since when that is known.")
    recorded_to: datetime | None = reads(
        Column("recorded_to"), description="Until when that was known; empty for what is known now."
    )
    revision: int = reads(Column("revision"), description="Revision of the tenant's side of the standard that made it.")


@filters(Promise, description="Narrows a list of promises.")
class PromiseFilter:
    """What promises can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    known_now: bool | None = matches(
        "recorded_to", "empty", description="True for what is known now, false for what was changed or ended."
    )


@value(permission=READ_STANDARDS, description="A promise beside what the standard delivers at an instant.")
class PromiseStandingType:
    """How a promise stands."""

    promise: PromiseType | None = shows("The promise that holds at the instant.")
    at: datetime = shows("The instant.")
    version: str | None = shows("Number of the version that holds; empty where none does.")
    kept: bool = shows("Whether the standard delivers all that is promised.")
    limits: list[JudgedLimitType] = shows("Each promised value beside what is delivered.")
    expected_time: JudgedLimitType | None = shows("The expected time likewise.")


@input_type(description="One value to promise.", name="PromisedLimitInput")
class PromisedLimitInput:
    """One value to promise."""

    clause_key: str = strawberry.field(description="The clause.")
    parameter_key: str = strawberry.field(description="The parameter that says what is delivered.")
    value: Json = strawberry.field(description="What is promised, in the form of the parameter's type.")
    better: Better = strawberry.field(description="Which way customers are better served.")

    def to_limit(self) -> PromisedLimit:
        """Give the promised value."""
        return PromisedLimit(
            clause_key=self.clause_key, parameter_key=self.parameter_key, value=self.value, better=self.better
        )


@input_type(description="How long it usually takes; never less than the standard's own limit.")
class ExpectedTimeInput:
    """An expected time."""

    clause_key: str = strawberry.field(description="The clause of the limit it is held against.")
    parameter_key: str = strawberry.field(description="The duration it is held against.")
    seconds: Json = strawberry.field(description="Whole seconds.")

    def to_limit(self) -> PromisedLimit:
        """Give it as a promised value."""
        return PromisedLimit(
            clause_key=self.clause_key, parameter_key=self.parameter_key, value=self.seconds, better=Better.LOWER
        )


@input_type(description="What to promise customers of a standard.")
class MakePromiseInput:
    """A promise."""

    code: str = strawberry.field(description="The standard's name in the network.")
    scope: list[LocalizedTextInput] = strawberry.field(description="What is offered to whom, per language.")
    expected_revision: int = strawberry.field(
        description="Revision of your side of the standard, as `effectiveStandard` gave it; 0 before your first change."
    )
    limits: list[PromisedLimitInput] = strawberry.field(
        default_factory=list[PromisedLimitInput], description="What is promised; each parameter once."
    )
    expected_time: ExpectedTimeInput | None = strawberry.field(default=None, description="How long it usually takes.")
    valid_from: datetime | None = strawberry.field(default=None, description="Since when it holds; now by default.")
    valid_to: datetime | None = strawberry.field(default=None, description="Until when; for good by default.")
    reason: str = strawberry.field(default="", description="Why, for those inside.")

    def to_command(self) -> make.MakePromise:
        """Give the command."""
        return make.MakePromise(
            code=self.code,
            scope=texts("scope", self.scope),
            limits=[one.to_limit() for one in self.limits],
            expected_time=None if self.expected_time is None else self.expected_time.to_limit(),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


@input_type(description="Which promise ends, and when.")
class EndPromiseInput:
    """Which promise ends."""

    promise: strawberry.ID = strawberry.field(description="The promise.")
    reason: str = strawberry.field(description="Why.")
    expected_revision: int = strawberry.field(description="Revision of your side of the standard, as you read it.")
    ends: datetime | None = strawberry.field(
        default=None, description="When it ends; now by default. At its beginning or before, nothing is left of it."
    )

    def to_command(self) -> make.EndPromise:
        """Give the command."""
        return make.EndPromise(
            promise_id=local_id(PromiseType, self.promise),
            ends=self.ends,
            reason=self.reason,
            expected_revision=self.expected_revision,
        )


promises = query_connection(
    "promises",
    PromiseType,
    order=("-id",),
    filter=PromiseFilter,
    description="What the tenant acted in promises customers, the latest first; what was changed stays in the list.",
)


@query_field(
    permission=READ_STANDARDS,
    description="What the tenant acted in promises of a standard, beside what the standard delivers at that instant.",
    arguments={
        "code": "The standard's name in the network.",
        "at": "The instant asked about; now by default.",
    },
    cost=COST,
)
async def promise(unit: Unit, code: str, at: datetime | None = None) -> PromiseStandingType | None:
    """Hold a promise against the standard."""
    found = await promise_standing(unit, code, at)
    return None if found is None else standing_shown(found)


@mutation(
    permission=PROMISE_STANDARDS,
    success=payload("MakePromiseSuccess", promise=PromiseType),
    errors=(
        InvalidInput,
        NoStandardInForce,
        PromiseExceedsStandard,
        StaleEdit,
        UnknownParameter,
        WrongType,
    ),
    description="Promises customers something of a standard, never more than it delivers; what it overlaps gives way.",
)
async def make_promise(unit: Unit, input: MakePromiseInput) -> Refs:
    """Make a promise."""
    return Refs(promise=(await make.make_promise(unit, input.to_command())).id)


@mutation(
    permission=PROMISE_STANDARDS,
    success=payload("EndPromiseSuccess", promise=PromiseType),
    errors=(InvalidInput, NotFound, StaleEdit),
    description="Ends a promise.",
)
async def end_promise(unit: Unit, input: EndPromiseInput) -> Refs:
    """End a promise."""
    return Refs(promise=(await make.end_promise(unit, input.to_command())).id)


def judged_shown(one: JudgedLimit) -> JudgedLimitType:
    """Show a promised value beside what is delivered."""
    return JudgedLimitType(
        promised=limit_shown(one.promised),
        type=one.type,
        delivered=list(one.delivered),
        kept=one.kept,
        shortfall=one.shortfall,
    )


def standing_shown(standing: PromiseStanding) -> PromiseStandingType:
    """Show how a promise stands."""
    return PromiseStandingType(
        promise=cast("Any", standing.promise.id),  # the entity is read by its id
        at=standing.at,
        version=standing.version,
        kept=standing.kept,
        limits=[judged_shown(one) for one in standing.limits],
        expected_time=None if standing.expected_time is None else judged_shown(standing.expected_time),
    )
