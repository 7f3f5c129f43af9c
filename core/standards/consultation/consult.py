"""Lay a draft before the units below for comments, and end that."""

from datetime import datetime
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput, NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.approve import version_in
from core.standards.consultation.errors import ConsultationIsOpen
from core.standards.consultation.policy import check_open
from core.standards.consultation.repository import add, open_consultation_of, own_consultation
from core.standards.models import Consultation, Standard, StandardVersion
from core.standards.permissions import DRAFT_STANDARDS
from core.standards.policy.checks import checked_note
from core.standards.policy.content import content_text
from core.standards.policy.documents import hash_of
from core.standards.repository.drafts import read_draft
from core.standards.resolve import zoned
from core.standards.vocabulary import VersionStatus


@frozen(kw_only=True)
class OpenConsultation:
    """Take comments on a draft.

    Attributes:
        version_id: The draft.
        until: Until when comments are taken.
        note: What the owner wants to know; may be empty.
        expected_revision: The draft's revision as it was read.
    """

    version_id: UUID
    until: datetime
    note: str = ""
    expected_revision: int


@frozen(kw_only=True)
class CloseConsultation:
    """Take no more comments; ``expected_revision`` is that of the consultation as it was read."""

    consultation_id: UUID
    expected_revision: int


async def open_consultation(unit: Unit, command: OpenConsultation) -> Consultation:
    """Lay the draft's text as it is now before the units below; later changes of the draft are not in it.

    Raises:
        NotPermitted: The actor may not draft.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is no draft.
        StaleEdit: It was changed since it was read.
        ConsultationIsOpen: Comments on it are taken already.
        InvalidInput: The end is not to come or has no zone, or the note is none.
    """
    unit.scope.require(DRAFT_STANDARDS)
    until = zoned(command.until, "until") or command.until
    if until <= unit.now:
        raise InvalidInput(field="until", problem="a consultation ends at an instant to come")
    note = checked_note("note", command.note)
    standard, version = await version_in(unit, command.version_id, VersionStatus.DRAFT, command.expected_revision)
    running = await open_consultation_of(unit, version.id)
    if running is not None:
        raise ConsultationIsOpen(standard=standard.code, number=version.number, until=running.ends_at)
    consultation = await laid_open(unit, standard, version, until, note)
    await told(unit, consultation, "standards.open_consultation", "standards.consultation_opened")
    await add(unit, consultation)
    return consultation


async def close_consultation(unit: Unit, command: CloseConsultation) -> Consultation:
    """Take no more comments from now on; those that were made in time are answered still.

    Raises:
        NotPermitted: The actor may not draft.
        NotFound: The tenant has no such consultation.
        StaleEdit: It was changed since it was read.
        ConsultationIsOver: It was closed before, or its end is reached.
    """
    unit.scope.require(DRAFT_STANDARDS)
    consultation = await own_consultation(unit, command.consultation_id)
    if consultation is None:
        raise NotFound(kind="consultation", key=str(command.consultation_id))
    if consultation.revision != command.expected_revision:
        raise StaleEdit(kind="consultation", expected=command.expected_revision, actual=consultation.revision)
    check_open(consultation.ends_at, consultation.closed_at, unit.now)
    await told(unit, consultation, "standards.close_consultation", "standards.consultation_closed")
    consultation.closed_at, consultation.recorded_at = unit.now, recorded_now()
    consultation.revision += 1
    await unit.session.flush()
    return consultation


async def laid_open(
    unit: Unit, standard: Standard, version: StandardVersion, until: datetime, note: str
) -> Consultation:
    """Make the row that those below read, with the canonical text of the draft."""
    document = content_text(await read_draft(unit, standard.code, version))
    return Consultation(
        network_id=unit.network_id,
        id=new_id(),
        owner_tenant_id=unit.tenant_id,
        version_id=version.id,
        code=standard.code,
        number=version.number,
        title=version.title,
        document=document,
        hash=hash_of(document),
        note=note,
        opened_at=unit.now,
        ends_at=until,
        recorded_at=recorded_now(),
    )


async def told(unit: Unit, consultation: Consultation, action: str, topic: str) -> None:
    """Write the audit entry and the event; the reference row is written after them."""
    facts = {"code": consultation.code, "consultation_id": consultation.id, "version_id": consultation.version_id}
    details = {**facts, "hash": consultation.hash, "until": consultation.ends_at}
    await record_act(unit, action=action, subject_kind="consultation", subject_id=consultation.id, details=details)
    await send(unit, topic, facts)
