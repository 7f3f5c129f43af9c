"""What differs between versions, and between the network and a tenant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.queries import query_field
from core.kernel.graphql.types import shows, value
from core.kernel.unit import Unit
from core.standards.diffs import compare as comparing
from core.standards.diffs.policy import Change, ClauseDiff, FieldChange, ParameterDiff, ValueDiff
from core.standards.diffs.words import SpanKind, TextDiff
from core.standards.graphql.effective import OverlayReasonType, judged_all
from core.standards.graphql.json_values import Json
from core.standards.graphql.types import StandardVersionType
from core.standards.graphql.vocabulary import ParameterType
from core.standards.permissions import READ_STANDARDS

COST = 60

enumeration(
    SpanKind,
    name="TextSpanKind",
    description="What became of a part of a text.",
    values={"EQUAL": "It stayed.", "INSERTED": "It came.", "DELETED": "It went."},
)
enumeration(
    Change,
    name="StandardChange",
    description="What became of a clause or parameter.",
    values={
        "ADDED": "It was not there before.",
        "REMOVED": "It is there no more.",
        "MOVED": "It was renamed, or is made of others; it may have changed as well.",
        "CHANGED": "It says something else.",
    },
)


@value(permission=READ_STANDARDS, description="A part of a text that stayed, came or went.", name="TextSpan")
class TextSpanType:
    """One span."""

    kind: SpanKind = shows("What became of it.")
    text: str = shows("The part.")


@value(permission=READ_STANDARDS, description="How a text differs in one language.", name="TextDiff")
class TextDiffType:
    """One language."""

    locale: str = shows("The language as a BCP 47 tag.")
    spans: list[TextSpanType] = shows(
        "In reading order: those not inserted spell the old text, those not deleted the new one."
    )


@value(permission=READ_STANDARDS, description="A field that says something else.", name="FieldChange")
class FieldChangeType:
    """One field."""

    field: str = shows("The field, such as `default`, `operators` or `bounds.maximum`.")
    old: Json | None = shows("What it said.")
    new: Json | None = shows("What it says.")


@value(permission=READ_STANDARDS, description="What became of one parameter.", name="ParameterDiff")
class ParameterDiffType:
    """One parameter."""

    change: Change = shows("What became of it.")
    before: str = shows("The clause and the parameter before, joined by a dot; empty where it was added.")
    after: str = shows("The same now; empty where it was removed.")
    fields: list[FieldChangeType] = shows("What it says otherwise.")


@value(permission=READ_STANDARDS, description="What became of one clause.", name="ClauseDiff")
class ClauseDiffType:
    """One clause."""

    change: Change = shows("What became of it.")
    before: list[str] = shows("The clauses it was made of; none where it was added.")
    after: str = shows("The clause now; empty where it was removed.")
    fields: list[FieldChangeType] = shows("What it says otherwise.")
    texts: list[TextDiffType] = shows("How its text differs, in every language in which it does.")
    parameters: list[ParameterDiffType] = shows("What became of its parameters, where they are not as they were.")


@value(permission=READ_STANDARDS, description="What differs between two versions of a standard.", name="StandardDiff")
class StandardDiffType:
    """What differs between two versions."""

    code: str = shows("The standard's name in the network.")
    before: str = shows("Number of the one version.")
    after: str = shows("Number of the other.")
    title: list[TextDiffType] = shows("How the title differs, in every language in which it does.")
    fields: list[FieldChangeType] = shows("What the version as a whole says otherwise.")
    clauses: list[ClauseDiffType] = shows("Clauses that are not as they were: in reading order, those removed last.")


@value(permission=READ_STANDARDS, description="A value that is not as published.", name="ValueDiff")
class ValueDiffType:
    """One value."""

    clause_key: str = shows("The clause.")
    parameter_key: str = shows("The parameter; empty for the clause's text.")
    variant: str = shows("The contexts it holds in, such as `tier=gold&channel=phone`; empty for all others.")
    type: ParameterType | None = shows("Type of the value; empty for a text per language.")
    published: Json = shows("What is published.")
    held: Json = shows("What holds.")
    texts: list[TextDiffType] = shows("For a clause's text, how it differs.")
    why: list[OverlayReasonType] = shows("Every overlay below the published version that bears on it.")


@value(
    permission=READ_STANDARDS,
    description="What differs between the network's published version and what holds in a tenant.",
    name="TenantDiff",
)
class TenantDiffType:
    """What differs between the network and a tenant."""

    code: str = shows("The standard's name in the network.")
    version: str = shows("Number of the published version.")
    at: datetime = shows("The instant compared at.")
    values: list[ValueDiffType] = shows("Every value that is not as published, in reading order.")


@input_type(description="A version to compare: a published one by its number, or one of your own by its id.")
class StandardSideInput:
    """One side."""

    version: str | None = strawberry.field(default=None, description="Number of a published version.")
    draft: ID | None = strawberry.field(default=None, description="A version of your own, such as a draft.")

    def to_side(self) -> comparing.Side:
        """Give the side."""
        own = None if self.draft is None else local_id(StandardVersionType, self.draft)
        return comparing.Side(number=self.version, version_id=own)


def texts_shown(texts: Iterable[TextDiff]) -> list[TextDiffType]:
    """Show how texts differ."""
    return [
        TextDiffType(locale=one.locale, spans=[TextSpanType(kind=span.kind, text=span.text) for span in one.spans])
        for one in texts
    ]


def fields_shown(fields: Iterable[FieldChange]) -> list[FieldChangeType]:
    """Show what is said otherwise."""
    return [FieldChangeType(field=one.field, old=one.old, new=one.new) for one in fields]


def parameter_shown(one: ParameterDiff) -> ParameterDiffType:
    """Show what became of a parameter."""
    return ParameterDiffType(change=one.change, before=one.before, after=one.after, fields=fields_shown(one.fields))


def clause_shown(one: ClauseDiff) -> ClauseDiffType:
    """Show what became of a clause."""
    return ClauseDiffType(
        change=one.change,
        before=list(one.before),
        after=one.after,
        fields=fields_shown(one.fields),
        texts=texts_shown(one.texts),
        parameters=[parameter_shown(parameter) for parameter in one.parameters],
    )


def value_shown(one: ValueDiff) -> ValueDiffType:
    """Show a value that is not as published."""
    found = one.value
    return ValueDiffType(
        clause_key=found.clause_key,
        parameter_key=found.parameter_key,
        variant=found.variant,
        type=found.type,
        published=found.published_value,
        held=found.value,
        texts=texts_shown(one.texts),
        why=judged_all(found.why),
    )


@query_field(
    permission=READ_STANDARDS,
    description="What differs between two versions of a standard, published or drafted, by clause and word.",
    arguments={
        "code": "The standard's name in the network.",
    },
    cost=COST,
)
async def standard_diff(
    unit: Unit,
    code: str,
    before: Annotated[StandardSideInput, strawberry.argument(name="from", description="The one version.")],
    after: Annotated[StandardSideInput, strawberry.argument(name="to", description="The other version.")],
) -> StandardDiffType:
    """Compare two versions."""
    found = await comparing.compare(unit, code, before.to_side(), after.to_side())
    return StandardDiffType(
        code=found.code,
        before=found.before,
        after=found.after,
        title=texts_shown(found.diff.title),
        fields=fields_shown(found.diff.fields),
        clauses=[clause_shown(one) for one in found.diff.clauses],
    )


@query_field(
    permission=READ_STANDARDS,
    description="What differs between the network's published version and what holds for the tenant acted in.",
    arguments={
        "code": "The standard's name in the network.",
        "at": "The instant compared at; now by default.",
    },
    cost=COST,
)
async def tenant_diff(unit: Unit, code: str, at: datetime | None = None) -> TenantDiffType:
    """Compare what holds with what is published."""
    resolution, values = await comparing.compare_tenant(unit, code, at)
    return TenantDiffType(
        code=code,
        version=resolution.standard.version.content.number,
        at=resolution.at,
        values=[value_shown(one) for one in values],
    )
