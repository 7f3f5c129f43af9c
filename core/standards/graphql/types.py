"""Types of standards: drafts of the publishing tenant, what is published, and what a tenant adapted."""

from datetime import datetime

import sqlalchemy as sa

from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import Connection, entity, reads
from core.kernel.reads import Aggregate, Column, Document, Expression, Formula, Measure, ToMany, ToOne
from core.standards.graphql.contexts import VariantType, variants_of
from core.standards.graphql.json_values import Json
from core.standards.graphql.parts import (
    BoundsType,
    ClauseMoveType,
    LocalizedTextType,
    NarrowingType,
    bounds_of,
    moves_of,
    narrowing_of,
    operators_of,
    texts_of,
)
from core.standards.graphql.profiles import ProfileType, profile_of
from core.standards.graphql.vocabulary import (
    ClauseKind,
    ClauseLevel,
    Flexibility,
    Layer,
    Obligation,
    Operator,
    ParameterType,
    TimeUnit,
    VersionStatus,
)
from core.standards.models import (
    Adaptation,
    Clause,
    Parameter,
    PublishedVersion,
    Standard,
    StandardVersion,
    VersionReading,
)
from core.standards.permissions import READ_READERS, READ_STANDARDS


def as_text(column: str) -> Formula:
    """Read the id of a person or service account as text; they are no objects of this feature."""
    return lambda row: sa.cast(row.c[column], sa.Text)


@entity(Parameter, permission=READ_STANDARDS, description="A typed value inside a clause of a draft.", name="Parameter")
class ParameterEntity:
    """One parameter of a version in its publisher's tenant."""

    key: str = reads(Column("key"), description="Its name within the clause, such as `limit`.")
    clause_key: str = reads(Column("clause_key"), description="The clause's key.")
    type: ParameterType = reads(Column("type"), description="Type of the value.")
    unit: TimeUnit | None = reads(Column("unit"), description="For a duration, what its seconds count.")
    default: Json | None = reads(Column("default_value"), description="The published value, in the form of its type.")
    operators: list[Operator] = reads(operators_of("operators"), description="What levels below may do with it.")
    bounds: BoundsType = reads(bounds_of("bounds"), description="What they must keep to.")
    variants: list[VariantType] = reads(
        variants_of("variants"), description="Its values in some contexts, the most specific first."
    )


@entity(Clause, permission=READ_STANDARDS, description="One addressable requirement of a version.")
class ClauseType:
    """One clause of a version in its publisher's tenant."""

    key: str = reads(Column("key"), description="Stable dotted name, such as `reception.greeting`.")
    kind: ClauseKind = reads(Column("kind"), description="What it asks for.")
    level: ClauseLevel = reads(Column("level"), description="How much hangs on it.")
    obligation: Obligation = reads(Column("obligation"), description="How binding it is.")
    flexibility: Flexibility = reads(Column("flexibility"), description="Whether the network keeps it identical.")
    position: int = reads(Column("position"), description="Its place in reading order, from 0.")
    text: list[LocalizedTextType] = reads(texts_of("text"), description="What it says, per language.")
    operators: list[Operator] = reads(operators_of("operators"), description="What levels below may do with the text.")
    body: Json | None = reads(
        Column("body"), description="What it says beyond its text; for a process its steps. The kind says the form."
    )
    parameters: Connection[ParameterEntity] = reads(
        ToMany(Parameter, key="clause_id", order=("position", "id")), description="Its typed values."
    )


@entity(StandardVersion, permission=READ_STANDARDS, description="A version of a standard in its publisher's tenant.")
class StandardVersionType:
    """One version."""

    number: str = reads(Column("number"), description="Semantic number, such as `1.0.0`.")
    status: VersionStatus = reads(Column("status"), description="Where it is in its life.")
    title: list[LocalizedTextType] = reads(texts_of("title"), description="Its title, per language.")
    layer: Layer = reads(Column("layer"), description="Where the standard stands among the others.")
    profile: ProfileType = reads(profile_of("profile"), description="What it says of itself.")
    lineage: list[ClauseMoveType] = reads(
        moves_of("lineage"), description="Where clauses of the version before stand now, as far as they moved."
    )
    change_log: str = reads(Column("change_log"), description="What changed, in the author's words.")
    hash: str = reads(Column("hash"), description="SHA-256 of its canonical text.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever wrote it last.")
    approver_id: str | None = reads(Expression(as_text("approver_id")), description="Id of whoever approved it.")
    submitted_at: datetime | None = reads(Column("submitted_at"), description="When it was handed in.")
    approved_at: datetime | None = reads(Column("approved_at"), description="When it was approved.")
    published_at: datetime | None = reads(Column("published_at"), description="When it was published.")
    valid_from: datetime | None = reads(Column("valid_from"), description="Since when it holds.")
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when it holds; open where empty.")
    withdrawn_at: datetime | None = reads(Column("withdrawn_at"), description="When it was withdrawn.")
    withdrawn_because: str = reads(Column("withdrawn_because"), description="Why it was withdrawn.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you change it.")
    standard: "StandardType | None" = reads(ToOne(Standard, by="standard_id"), description="The standard.")
    clauses: Connection[ClauseType] = reads(
        ToMany(Clause, key="version_id", order=("position", "id")), description="Its clauses, in reading order."
    )


@entity(Standard, permission=READ_STANDARDS, description="A standard as the tenant that publishes it keeps it.")
class StandardType:
    """One standard."""

    code: str = reads(Column("code"), description="Its stable name in the network.")
    title: list[LocalizedTextType] = reads(texts_of("title"), description="Its title as last drafted, per language.")
    layer: Layer = reads(Column("layer"), description="Where it stands among the others.")
    review_months: int = reads(
        Column("review_months"), description="How many months after a publication or a review it is looked at again."
    )
    revision: int = reads(Column("revision"), description="Goes up with every change of it or one of its versions.")
    versions: Connection[StandardVersionType] = reads(
        ToMany(StandardVersion, key="standard_id", order=("-major", "-minor", "-patch", "-id")),
        description="Its versions, the newest first.",
    )


@entity(
    PublishedVersion,
    permission=READ_STANDARDS,
    description="A version as every unit below its publisher reads it; its text never changes.",
)
class PublishedVersionType:
    """One published version."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="Semantic number, such as `1.0.0`.")
    title: list[LocalizedTextType] = reads(texts_of("title"), description="Its title, per language.")
    layer: Layer = reads(Column("layer"), description="Where the standard stands among the others.")
    document: Json = reads(Document("document"), description="The whole version: clauses, parameters, bounds.")
    canonical_text: str = reads(Document("document"), description="The same as the canonical text that is hashed.")
    hash: str = reads(Column("hash"), description="SHA-256 of the canonical text, in hexadecimal.")
    change_log: str = reads(Column("change_log"), description="What changed, in the author's words.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever wrote it.")
    approver_id: str = reads(Expression(as_text("approver_id")), description="Id of whoever approved it.")
    approved_at: datetime = reads(Column("approved_at"), description="When it was approved.")
    published_at: datetime = reads(Column("published_at"), description="When it was published.")
    valid_from: datetime = reads(Column("valid_from"), description="Since when it holds.")
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when it holds; open where empty.")
    readers: int | None = reads(
        Aggregate(measure=Measure.COUNT, target=VersionReading, key="version_id"),
        description="How many people of the tenant acted in have marked it as read.",
        permission=READ_READERS,
    )
    last_read_at: datetime | None = reads(
        Aggregate(measure=Measure.GREATEST, target=VersionReading, key="version_id", of="read_at"),
        description="When the last of them did.",
        permission=READ_READERS,
    )
    withdrawn_at: datetime | None = reads(
        Column("withdrawn_at"), description="When it was withdrawn; while it held, the one before did not."
    )


@filters(PublishedVersion, description="Narrows a list of published versions.")
class PublishedVersionFilter:
    """What published versions can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    valid_from_until: datetime | None = matches(
        "valid_from", "up_to", description="Holding from this instant or before."
    )


@entity(Adaptation, permission=READ_STANDARDS, description="What the tenant made of one place of a standard.")
class AdaptationType:
    """One adaptation; corrected ones stay readable."""

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
    ended_because: str = reads(Column("ended_because"), description="Why its owner ended it; empty where nobody did.")
    legal_basis: str = reads(Column("legal_basis"), description="The law or rule that asks for it; may be empty.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever made it.")
    approver_id: str | None = reads(
        Expression(as_text("approver_id")), description="Id of whoever approved it; empty where no approval was asked."
    )
    valid_from: datetime = reads(Column("valid_from"), description="Since when it holds.")
    valid_to: datetime | None = reads(Column("valid_to"), description="Until when it holds; open where empty.")
    recorded_from: datetime = reads(Column("recorded_from"), description="Since when that is known.")
    recorded_to: datetime | None = reads(
        Column("recorded_to"), description="Until when that was known; empty for what is known now."
    )
    revision: int = reads(Column("revision"), description="Revision of the tenant's side of the standard that made it.")


@filters(Adaptation, description="Narrows a list of adaptations.")
class AdaptationFilter:
    """What adaptations can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    clause_key: str | None = matches("clause_key", description="Of this clause.")
    known_now: bool | None = matches(
        "recorded_to", "empty", description="True for what is known now, false for what was corrected or replaced."
    )
