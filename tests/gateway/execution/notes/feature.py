"""What the feature contributes."""

from collections.abc import AsyncIterator
from uuid import UUID

import sqlalchemy as sa
import strawberry
from sqlmodel import col, select

from core.kernel.errors import NotFound, StaleEdit
from core.kernel.graphql.access import IDENTIFIED, PUBLIC
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.graphql.queries import query_connection, query_field, query_one
from core.kernel.graphql.subscriptions import subscription
from core.kernel.permissions import SIGNED_IN
from core.kernel.reads import Breadth
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from tests.gateway.execution.notes.finish import Finish, finish, open_note
from tests.gateway.execution.notes.models import Note
from tests.gateway.execution.notes.permissions import COMPARE, READ, WRITE
from tests.gateway.execution.notes.types import Digest, NoteFilter, NoteType, RemarkPlace, RemarkType, TopicType

note = query_one("note", NoteType, description="Reads a note by its global id.")
topic = query_one("topic", TopicType, by={"code": "The topic's short name."}, description="Reads a topic.")
topics = query_connection("topics", TopicType, order=("code", "id"), description="Topics by their short names.")
notes = query_connection(
    "notes", NoteType, order=("-opened_at", "-id"), filter=NoteFilter, description="Notes, latest first."
)
best_notes = query_connection("best_notes", NoteType, order=("-stars", "title", "id"), description="Best notes first.")
all_notes = query_connection(
    "all_notes",
    NoteType,
    order=("opened_at", "id"),
    filter=NoteFilter,
    permission=COMPARE,
    breadth=Breadth.NETWORK,
    description="Notes of the whole network.",
)
notes_below = query_connection(
    "notes_below",
    NoteType,
    order=("opened_at", "id"),
    permission=COMPARE,
    breadth=Breadth.UNITS_BELOW,
    description="Notes of the tenant and the units below it.",
)


@query_field(permission=READ, description="The best note.", returns=NoteType, arguments={"above": "Its least stars."})
async def best_note(unit: Unit, above: int = 0) -> UUID | None:
    found = await unit.session.execute(
        select(Note.id)
        .where(col(Note.tenant_id) == unit.tenant_id, col(Note.stars) >= above)
        .order_by(col(Note.stars).desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


@query_field(permission=READ, description="A look at all notes.")
async def digest(unit: Unit) -> Digest:
    found = await unit.session.execute(
        select(Note.id, Note.title).where(col(Note.tenant_id) == unit.tenant_id).order_by(col(Note.title))
    )
    rows = list(found)
    ids = [one for one, _ in rows]
    words = sum(len(title.split()) for _, title in rows)
    return Digest(words=words, best=ids[0] if ids else None, all=ids)  # type: ignore[arg-type]


@query_field(permission=READ, description="Some notes.", returns=list[NoteType], arguments={"ids": "Which."})
async def some_notes(ids: list[strawberry.ID]) -> list[UUID]:
    return [local_id(NoteType, one) for one in ids]


@query_field(permission=PUBLIC, description="Whether anybody is there.", arguments={"loudly": "How."})
async def ping(loudly: bool = False) -> str:
    return "PONG" if loudly else "pong"


@query_field(permission=SIGNED_IN, description="Always fails.")
async def trouble(context: RequestContext) -> str:
    raise ZeroDivisionError(f"a secret of {context.acting.tenant_id}")


@query_field(permission=SIGNED_IN, description="Always finds nothing.")
async def nothing() -> str:
    raise NotFound(kind="thing", key="x")


@input_type(description="Which note to finish.")
class FinishNoteInput:
    note: strawberry.ID = strawberry.field(description="The note.")
    version: int = strawberry.field(description="The version that was read.")

    def to_command(self) -> Finish:
        return Finish(note_id=local_id(NoteType, self.note), version=self.version)


@mutation(
    permission=WRITE,
    success=payload("FinishNoteSuccess", note=NoteType),
    errors=(NotFound, StaleEdit),
    description="Finishes a note.",
)
async def finish_note(unit: Unit, input: FinishNoteInput) -> Refs:
    return Refs(note=await finish(unit, input.to_command()))


@input_type(description="The note to open.")
class OpenNoteInput:
    title: str = strawberry.field(description="What it is about.")


@mutation(
    permission=WRITE,
    success=payload("OpenNoteSuccess", note=NoteType, receipt=(str, "Shown this once.")),
    errors=(StaleEdit,),
    description="Opens a note.",
)
async def open_a_note(unit: Unit, input: OpenNoteInput) -> Refs:
    return Refs(note=await open_note(unit, input.title), receipt="thanks")


async def house_of_the_host(context: RequestContext, input: OpenNoteInput) -> Scope:
    if input.title == "uninvited":
        raise NotFound(kind="invitation", key=input.title)
    return context.identity.host  # type: ignore[union-attr] - the tests' own identity


@mutation(
    permission=IDENTIFIED,
    enters=house_of_the_host,
    success=payload("VisitSuccess", note=NoteType),
    errors=(NotFound,),
    description="Leaves a note where one is a guest.",
)
async def visit(unit: Unit, input: OpenNoteInput) -> Refs:
    return Refs(note=await open_note(unit, input.title))


@subscription(permission=READ, returns=NoteType, description="Notes with more and more stars.")
async def shining(context: RequestContext) -> AsyncIterator[UUID]:
    for stars in (1, 2):
        async with context.unit() as unit:
            found = await unit.session.execute(
                sa.select(col(Note.id)).where(col(Note.tenant_id) == unit.tenant_id, col(Note.stars) == stars)
            )
            ids = list(found.scalars())
        for one in ids:
            yield one


CONTRIBUTION = Contribution(
    feature="notes",
    queries=[
        note,
        topic,
        topics,
        notes,
        best_notes,
        all_notes,
        notes_below,
        best_note,
        digest,
        some_notes,
        ping,
        trouble,
        nothing,
    ],
    mutations=[finish_note, open_a_note, visit],
    subscriptions=[shining],
    types=[RemarkType],
    extends={RemarkType: [RemarkPlace]},
)
