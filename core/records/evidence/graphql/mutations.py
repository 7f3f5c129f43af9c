"""Mutations of evidence: each is one event of the record, or a named refusal that changes nothing."""

from datetime import datetime

import strawberry

from core.kernel.graphql.classes import input_type
from core.kernel.graphql.context import RequestContext
from core.kernel.graphql.ids import local_id
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.records.errors import StepNotForeseen
from core.records.evidence import errors as why
from core.records.evidence import give as giving
from core.records.evidence.graphql.types import RecordEvidenceType
from core.records.execution.graphql.inputs import CODE, REASON, OnRecord
from core.records.execution.graphql.mutations import ALWAYS, sealer_of
from core.records.graphql.types import RecordType
from core.records.permissions import WORK_RECORDS
from core.standards.graphql.processes import ProofPlace


@input_type(description="A file that is given as evidence for a step.")
class AddEvidenceInput(OnRecord):
    """A file that is given as evidence."""

    upload: strawberry.ID = strawberry.field(description="The file, as sending it to the server gave it.")
    step: str = strawberry.field(description="Which step, as the process of the standard names it.")
    asked: str | None = strawberry.field(
        default=None, description="Which evidence of the step; the only one that takes its kind by default."
    )
    round: int | None = strawberry.field(
        default=None, description="Which occurrence of the step, from 1; the latest by default."
    )
    taken_at: datetime | None = strawberry.field(
        default=None, description="When it was taken; when it is given by default."
    )
    place: ProofPlace | None = strawberry.field(default=None, description="Where it was taken.")
    note: str | None = strawberry.field(default=None, description="What is to be seen in it; kept sealed.")


@input_type(description="A piece of evidence that a second person confirms.")
class ConfirmEvidenceInput(OnRecord):
    """Evidence that is confirmed."""

    evidence: strawberry.ID = strawberry.field(description="The piece of evidence.")


@input_type(description="A piece of evidence that is to count no more.")
class WithdrawEvidenceInput(OnRecord):
    """Evidence that is withdrawn."""

    evidence: strawberry.ID = strawberry.field(description="The piece of evidence.")
    reason_code: str = strawberry.field(description=CODE)
    reason: str | None = strawberry.field(default=None, description=REASON)


@mutation(
    permission=WORK_RECORDS,
    success=payload("AddEvidenceSuccess", record=RecordType, evidence=RecordEvidenceType),
    errors=(
        *ALWAYS,
        StepNotForeseen,
        why.EvidenceNotAskedFor,
        why.EvidenceOutOfPlace,
        why.EvidenceOutOfTime,
        why.EvidenceIsEnough,
        why.EvidenceIsKnown,
    ),
    description="Gives a file that you have sent (POST /records/{record}/evidence) as evidence for a step. What the"
    " step's contract can never count is refused.",
)
async def add_evidence(unit: Unit, context: RequestContext, input: AddEvidenceInput) -> Refs:
    """Give a file as evidence."""
    command = giving.GiveEvidence(
        record_id=input.id,
        expected_version=input.version,
        upload_id=local_id("EvidenceUpload", input.upload),
        step=input.step,
        asked=input.asked,
        round=input.round,
        taken_at=input.taken_at,
        place=input.place,
        note=input.note,
        occurred_at=input.occurred_at,
    )
    evidence_id = await giving.give_evidence(unit, command, sealer_of(unit, context))
    return Refs(record=input.id, evidence=evidence_id)


@mutation(
    permission=WORK_RECORDS,
    success=payload("ConfirmEvidenceSuccess", record=RecordType, evidence=RecordEvidenceType),
    errors=(*ALWAYS, why.EvidenceIsConfirmed, why.EvidenceIsWithdrawn, why.EvidenceNeedsAnotherPerson),
    description="Confirms, as a second person, evidence that somebody else gave for a step that somebody else did.",
)
async def confirm_evidence(unit: Unit, input: ConfirmEvidenceInput) -> Refs:
    """Confirm evidence."""
    evidence_id = local_id(RecordEvidenceType, input.evidence)
    record_id = await giving.confirm_evidence(unit, input.id, input.version, evidence_id, input.occurred_at)
    return Refs(record=record_id, evidence=evidence_id)


@mutation(
    permission=WORK_RECORDS,
    success=payload("WithdrawEvidenceSuccess", record=RecordType, evidence=RecordEvidenceType),
    errors=(*ALWAYS, why.EvidenceIsWithdrawn),
    description="Withdraws evidence, with a reason: it counts no more. The file is kept as long as the record.",
)
async def withdraw_evidence(unit: Unit, context: RequestContext, input: WithdrawEvidenceInput) -> Refs:
    """Withdraw evidence."""
    command = giving.TakeEvidenceBack(
        record_id=input.id,
        expected_version=input.version,
        evidence_id=local_id(RecordEvidenceType, input.evidence),
        reason_code=input.reason_code,
        reason=input.reason,
        occurred_at=input.occurred_at,
    )
    record_id = await giving.withdraw_evidence(unit, command, sealer_of(unit, context))
    return Refs(record=record_id, evidence=command.evidence_id)


MUTATIONS = [add_evidence, confirm_evidence, withdraw_evidence]
