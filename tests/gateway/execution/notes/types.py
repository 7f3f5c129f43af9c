"""The feature's types."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from strawberry import ID
from strawberry.scalars import JSON

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.money import MoneyType, money
from core.kernel.graphql.types import Connection, entity, extension, reads, shows, value
from core.kernel.reads import NOW, Aggregate, Column, Document, Expression, Hole, Measure, Splicing, ToMany, ToOne
from tests.gateway.execution.notes.models import Note, NoteStatus, Remark, Topic
from tests.gateway.execution.notes.permissions import AUDIT, READ

enumeration(NoteStatus, description="Where a note stands.", values={"OPEN": "Being written.", "DONE": "Finished."})


async def unsealed(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Read a sealed text, which is the text backwards; once for all rows, on the open connection."""
    await splicing.unit.session.execute(sa.text("SELECT 'hole'"))
    return [row["sealed"] and row["sealed"][::-1] for row in rows]


@filters(Note, description="Narrows a list of notes.")
class NoteFilter:
    status: list[NoteStatus] | None = matches("status", "among", description="Any of these.")
    stars_from: int | None = matches("stars", "from", description="At least so many stars.")
    opened_before: datetime | None = matches("opened_at", "before", description="Opened before.")
    topic: ID | None = matches("topic_id", refers_to="Topic", description="Of this topic.")
    answered: bool | None = matches("parent_id", "empty", description="Whether it answers none.")


@entity(Topic, permission=READ, description="What notes are about.")
class TopicType:
    code: str = reads(Column("code"), description="Short name.")
    name: str = reads(Column("name"), description="Name to show.")
    notes: Connection["NoteType"] = reads(
        ToMany(Note, key="topic_id", order=("-stars", "id"), filter=NoteFilter), description="Notes on it, best first."
    )
    note_count: int = reads(
        Aggregate(measure=Measure.COUNT, target=Note, key="topic_id", filter=NoteFilter), description="How many notes."
    )


@entity(Note, permission=READ, description="A note of one tenant.")
class NoteType:
    title: str = reads(Column("title"), description="What it is about.")
    status: NoteStatus = reads(Column("status"), description="Where it stands.")
    stars: int = reads(Column("stars"), description="How many stars it has.")
    opened_at: datetime = reads(Column("opened_at"), description="When it was opened.")
    version: int = reads(Column("version"), description="Goes up by one with every change.")
    age: int = reads(
        Expression(lambda note: sa.cast(sa.extract("epoch", NOW - note.c.opened_at), sa.Integer)),
        description="Seconds since it was opened.",
    )
    secret: str | None = reads(Hole(("sealed",), unsealed), description="What only Python can read.")
    author_mark: str | None = reads(Column("author_mark"), permission=AUDIT, description="Pseudonym of the author.")
    facts: JSON | None = reads(Document("facts"), description="Facts of the note, as one object.")
    facts_text: str | None = reads(Document("facts"), description="The same as canonical text.")
    price: MoneyType | None = reads(money("price_minor", "price_currency"), description="What it costs to read.")
    parent: "NoteType | None" = reads(ToOne(Note, by="parent_id"), description="The note it answers.")
    topic: TopicType | None = reads(ToOne(Topic, by="topic_id"), description="What it is about.")
    answers: Connection["NoteType"] = reads(
        ToMany(Note, key="parent_id", order=("opened_at", "id")), description="Notes that answer it."
    )
    remarks: Connection["RemarkType"] = reads(
        ToMany(Remark, key="note_id", order=("recorded_at", "id")), description="Remarks, oldest first."
    )
    remark_count: int = reads(
        Aggregate(measure=Measure.COUNT, target=Remark, key="note_id"), description="How many remarks."
    )
    longest: int | None = reads(
        Aggregate(measure=Measure.GREATEST, target=Remark, key="note_id", of="length"),
        description="Length of the longest remark.",
    )
    median_length: float | None = reads(
        Aggregate(measure=Measure.PERCENTILE, target=Remark, key="note_id", of="length", fraction=0.5),
        description="Median length of the remarks.",
    )
    total_length: int | None = reads(
        Aggregate(measure=Measure.SUM, target=Remark, key="note_id", of="length"), description="Length of all remarks."
    )


@entity(Remark, permission=READ, description="A remark on a note.")
class RemarkType:
    text: str = reads(Column("text"), description="What was said.")


@extension
class RemarkPlace:
    note: NoteType = reads(ToOne(Note, by="note_id"), description="The note it is on.")


@value(permission=READ, description="A look at notes.")
class Digest:
    words: int = shows("How many words there are.")
    best: NoteType | None = shows("The best note.")
    all: list[NoteType] = shows("All notes it was made of.")
