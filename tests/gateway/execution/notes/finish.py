"""Use cases of the feature."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from core.kernel.errors import NotFound, StaleEdit
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from tests.gateway.execution.notes.models import Note, NoteStatus
from tests.gateway.execution.notes.permissions import WRITE


@dataclass(frozen=True, kw_only=True)
class Finish:
    note_id: UUID
    version: int


async def finish(unit: Unit, command: Finish) -> UUID:
    unit.scope.require(WRITE)
    found = await unit.session.execute(
        select(Note).where(col(Note.tenant_id) == unit.tenant_id, col(Note.id) == command.note_id)
    )
    note = found.scalar_one_or_none()
    if note is None:
        raise NotFound(kind="note", key=str(command.note_id))
    if note.version != command.version:
        raise StaleEdit(kind="note", expected=command.version, actual=note.version)
    note.status = NoteStatus.DONE
    note.version += 1
    return note.id


async def open_note(unit: Unit, title: str) -> UUID:
    unit.scope.require(WRITE)
    note = Note(tenant_id=unit.tenant_id, network_id=unit.network_id, id=new_id(), title=title, opened_at=unit.now)
    unit.session.add(note)
    await unit.session.flush()
    if title == "refused":
        raise StaleEdit(kind="note", expected=1, actual=2)
    if title == "unlisted":
        raise NotFound(kind="note", key="unlisted")
    if title == "broken":
        raise ZeroDivisionError("the secret of Ann")
    if title == "slow":
        await unit.session.execute(sa.text("SELECT pg_sleep(25)"))
    if title == "late":
        await unit.session.execute(sa.text("INSERT INTO late VALUES (1, 99)"))
    return note.id
