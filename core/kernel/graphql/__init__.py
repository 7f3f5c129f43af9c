"""What a feature writes its part of the API with: declarations, and a few lines of code where there is something to do.

Nobody writes a resolver for a declared field. A feature's ``graphql`` package holds types, inputs, queries and
mutations, and exports ``CONTRIBUTION``; ``gateway.schema`` assembles all of them, checks every declaration against the
tables, and refuses to start where one is wrong. A complete contribution::

    # core/notes/graphql/types.py
    from datetime import datetime

    from core.kernel.graphql.enums import enumeration
    from core.kernel.graphql.filters import filters, matches
    from core.kernel.graphql.types import Connection, entity, reads
    from core.kernel.reads import Aggregate, Column, Expression, Measure, ToMany, ToOne
    from core.notes.models import Comment, Note, NoteStatus
    from core.notes.permissions import AUDIT_NOTES, READ_NOTES

    enumeration(
        NoteStatus, description="Where a note stands.", values={"OPEN": "Being written.", "DONE": "Finished."}
    )

    @entity(Comment, permission=READ_NOTES, description="A remark on a note.")
    class CommentType:                                   # "Comment" in the schema
        text: str = reads(Column("text"), description="What was said.")

    @filters(Note, description="Narrows a list of notes.")
    class NoteFilter:
        status: list[NoteStatus] | None = matches("status", "among", description="Any of these.")
        opened_from: datetime | None = matches("opened_at", "from", description="Opened at or after.")

    @entity(Note, permission=READ_NOTES, description="A note of one tenant.")
    class NoteType:
        title: str = reads(Column("title"), description="What it is about.")
        status: NoteStatus = reads(Column("status"), description="Where it stands.")
        opened_at: datetime = reads(Column("opened_at"), description="When it was opened.")
        is_long: bool = reads(
            Expression(lambda note: sa.func.length(note.c.body) > 1000), description="Whether it takes long to read."
        )
        author_mark: str | None = reads(                 # a permission of its own, so it is nullable
            Column("author_mark"), permission=AUDIT_NOTES, description="Pseudonym of the author."
        )
        parent: "NoteType | None" = reads(ToOne(Note, by="parent_id"), description="The note it answers.")
        comments: Connection[CommentType] = reads(
            ToMany(Comment, key="note_id", order=("recorded_at", "id")), description="Remarks, oldest first."
        )
        comment_count: int = reads(
            Aggregate(measure=Measure.COUNT, target=Comment, key="note_id"), description="How many remarks."
        )

    # core/notes/graphql/queries.py
    note = query_one("note", NoteType, description="Reads a note by its global id.")
    notes = query_connection(
        "notes", NoteType, order=("-opened_at", "-id"), filter=NoteFilter, description="Notes, latest first."
    )

    @query_field(
        permission=READ_NOTES, description="The note to read next.", returns=NoteType, arguments={"topic": "Of what."}
    )
    async def next_note(unit: Unit, topic: str) -> UUID | None:      # an entity is given by its id
        return await find_next(unit, topic)

    # core/notes/graphql/mutations.py
    @input_type(description="Which note to finish.")
    class FinishNoteInput:
        note: strawberry.ID = strawberry.field(description="The note.")
        version: int = strawberry.field(description="The version that was read.")

        def to_command(self) -> FinishNote:
            return FinishNote(note_id=local_id(NoteType, self.note), version=self.version)

    @mutation(
        permission=WRITE_NOTES,
        success=payload("FinishNoteSuccess", note=NoteType),
        errors=(NotFound, StaleEdit),
        description="Finishes a note.",
    )
    async def finish_note(unit: Unit, input: FinishNoteInput) -> Refs:
        return Refs(note=await finish(unit, input.to_command()))

    # core/notes/graphql/__init__.py
    CONTRIBUTION = Contribution(feature="notes", queries=[note, notes, next_note], mutations=[finish_note])

In the schema: ``note(id: ID!): Note``, ``notes(first: Int, after: String, last: Int, before: String,
filter: NoteFilter): NoteConnection``, ``nextNote(topic: String!): Note`` and ``finishNote(input: FinishNoteInput!,
idempotencyKey: String!): FinishNoteResult!`` with ``union FinishNoteResult = FinishNoteSuccess | NotFound | StaleEdit |
NotPermitted | IdempotencyKeyReused``.

Rules the assembly holds everybody to:

- An entity names the permission it takes to see such an object at all (``SIGNED_IN`` where none is special). Its fields
  inherit it, and a field that leads to it needs it too. A field with a permission of its own is nullable, so that a
  denial nulls this field and nothing else; every field of Query is nullable for the same reason.
- A required field has a required column behind it; orderings name required columns and end in the key; filters compare
  columns that an index can serve.
- Every type, field, argument, enum value and input field has a description. Two features never share a name.
- Result types made by code are declared with ``value(permission=..., description=...)`` and ``shows("...")``.
- Fields for another feature's type: a class decorated with ``extension``, in ``Contribution.extends``.
- A root field says how far it reads with ``breadth=``: the tenant, the units below it, or the whole network; what is
  selected below it reads as far. The wider ones open an audited grant, so they ask for a permission that says so.
- A mutation done in a tenant that the request does not name yet finds its scope with ``enters=``.
- Amounts of money: ``MoneyType`` and ``money("amount_column", "currency_column")`` of ``money``.
- Attributes of facts shown in results: str, int, float, bool, UUID (as ID), datetime, date, Decimal, timedelta (whole
  seconds), enumerations (their text), and tuples and options of them; described in the fact's ``Attributes:``.
"""
