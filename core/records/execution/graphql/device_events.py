"""What devices can tell afterwards, as they send it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import strawberry

from core.kernel.clock import recorded_now
from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen
from core.kernel.graphql.classes import input_type
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.ids import local_id
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Actor, ActorKind
from core.records.customers.graphql.inputs import CustomerContactInput, which_customer
from core.records.events.state import WaitingFor
from core.records.evidence.give import GiveEvidence, piece_of
from core.records.evidence.repository import mark_given
from core.records.execution import commands as do
from core.records.execution.act import Work
from core.records.execution.add_contact import AddRecordContact, contact_of, name_record
from core.records.execution.errors import NotReplayable
from core.records.execution.graphql.inputs import person_in
from core.records.execution.hand_over import HandOverRecord, handed_over
from core.records.execution.private import checked_private
from core.records.execution.replay import DeviceEvent, Telling, corrected
from core.records.links.announce import AnnounceDelay, announcing
from core.records.open_record import checked_text, checked_word
from core.records.work_record import checked_key
from core.standards.policy.process import ProofPlace

EVIDENCE: Final = "RecordEvidence"


class DeviceEventKind(StrEnum):
    """What a device can tell afterwards."""

    START_STEP = "start_step"
    COMPLETE_STEP = "complete_step"
    SKIP_STEP = "skip_step"
    REOPEN_STEP = "reopen_step"
    WAIT = "wait"
    RESUME = "resume"
    RESOLVE = "resolve"
    CONFIRM = "confirm"
    CLOSE = "close"
    REOPEN = "reopen"
    TELL_STEP = "tell_step"
    HAND_OVER = "hand_over"
    ADD_CONTACT = "add_contact"
    CHANGE_PRIORITY = "change_priority"
    ANNOUNCE_DELAY = "announce_delay"
    ADD_EVIDENCE = "add_evidence"
    CONFIRM_EVIDENCE = "confirm_evidence"
    WITHDRAW_EVIDENCE = "withdraw_evidence"
    MIGRATE = "migrate"


enumeration(
    DeviceEventKind,
    description="What a device can tell afterwards; each as the mutation of the like name.",
    values={
        "START_STEP": "A step was begun.",
        "COMPLETE_STEP": "A step was completed.",
        "SKIP_STEP": "A step was left out.",
        "REOPEN_STEP": "A step was taken up again.",
        "WAIT": "The record waited.",
        "RESUME": "It went on.",
        "RESOLVE": "The request was met.",
        "CONFIRM": "The customer confirmed it.",
        "CLOSE": "It was closed for good.",
        "REOPEN": "It was taken up again.",
        "TELL_STEP": "A step was done, whatever came before it, as `addStep` tells it.",
        "HAND_OVER": "It was given to a member, a role or a line, perhaps at another site.",
        "ADD_CONTACT": "The customer came again.",
        "CHANGE_PRIORITY": "It became more or less urgent.",
        "ANNOUNCE_DELAY": "The customer was told that it takes longer.",
        "ADD_EVIDENCE": "A file was taken as evidence; send the file first.",
        "CONFIRM_EVIDENCE": "A second person confirmed evidence.",
        "WITHDRAW_EVIDENCE": "Evidence was taken back.",
        "MIGRATE": "It was to go over to another version: always a conflict, `records.not_replayable`.",
    },
)


@frozen
class Around:
    """What looking others up takes.

    Attributes:
        ring: The keys of the tenant.
        actor: Who tells it.
        skew: What is to be added to the device's clock.
    """

    ring: KeyRing
    actor: Actor
    skew: timedelta


@input_type(description="Something a device recorded while it was offline.")
class DeviceEventInput:
    """Something a device recorded."""

    client_id: str = strawberry.field(description="What the device calls it: a UUID made when it happened.")
    device_at: datetime = strawberry.field(description="When it happened, by the device's own clock.")
    kind: DeviceEventKind = strawberry.field(description="What was done.")
    key: str | None = strawberry.field(default=None, description="Which step, where it is about one.")
    status: str | None = strawberry.field(default=None, description="What became of the step, in your own words.")
    answers_customer: bool = strawberry.field(default=False, description="Whether the customer got an answer with it.")
    readiness: list[str] = strawberry.field(
        default_factory=list[str], description="What was made sure of before service."
    )
    waiting_for: WaitingFor = strawberry.field(default=WaitingFor.CUSTOMER, description="Whose turn it was.")
    reason_code: str | None = strawberry.field(default=None, description="Why, as a word, where a reason is asked for.")
    reason: str | None = strawberry.field(default=None, description="Why, in your own words; kept sealed.")

    person: str | None = strawberry.field(default=None, description="Who got it: a member, by the person's id.")
    role: str | None = strawberry.field(default=None, description="Which role or support line got it, as a word.")
    site_key: str | None = strawberry.field(default=None, description="The site that served, or serves from then on.")
    channel: str | None = strawberry.field(default=None, description="The way in, of a contact.")
    external_id: str | None = strawberry.field(default=None, description="What the channel calls the contact.")
    customer: strawberry.ID | None = strawberry.field(default=None, description="Who came, where that was known.")
    customer_contact: CustomerContactInput | None = strawberry.field(
        default=None, description="What the person who came is reached under."
    )
    priority: str | None = strawberry.field(default=None, description="How urgent it became; empty: no priority.")
    until: datetime | None = strawberry.field(default=None, description="What was promised instead, in the right time.")
    alternative: str | None = strawberry.field(
        default=None, description="What the customer may have or do instead; kept sealed."
    )
    upload: strawberry.ID | None = strawberry.field(default=None, description="The file that is evidence, as sent.")
    evidence: strawberry.ID | None = strawberry.field(default=None, description="The evidence it is about.")
    asked: str | None = strawberry.field(default=None, description="Which evidence of the step the file is.")
    round: int | None = strawberry.field(default=None, description="Which occurrence of the step, from 1.")
    taken_at: datetime | None = strawberry.field(
        default=None,
        description="When the evidence was taken, by the device's own clock; when it was given, by default.",
    )
    place: ProofPlace | None = strawberry.field(default=None, description="Where the evidence was taken.")

    def to_event(self, around: Around) -> DeviceEvent:
        """Give the event.

        Args:
            around: What looking others up takes.

        Raises:
            InvalidInput: A value does not have the form it must have.
        """
        for name, at in (("until", self.until), ("takenAt", self.taken_at)):
            if at is not None and at.tzinfo is None:
                raise InvalidInput(field=name, problem="an instant needs a zone")
        try:
            client_id = UUID(self.client_id)
        except ValueError as problem:
            raise InvalidInput(field="clientId", problem="give a UUID") from problem
        return DeviceEvent(client_id=client_id, device_at=self.device_at, command=COMMANDS[self.kind](self, around))

    def step(self) -> str:
        """Give the step it is about.

        Raises:
            InvalidInput: None is named.
        """
        return checked_key(self.key or "")

    def code(self) -> str:
        """Give the reason as a word.

        Raises:
            InvalidInput: None is given.
        """
        return checked_word("reasonCode", self.reason_code or "")

    def piece(self) -> UUID:
        """Give the evidence it is about.

        Raises:
            InvalidInput: None is named.
        """
        if self.evidence is None:
            raise InvalidInput(field="evidence", problem="name the evidence")
        return local_id(EVIDENCE, self.evidence)


def given_to(one: DeviceEventInput, around: Around) -> Telling:
    """Tell of a hand-over."""
    del around
    person = person_in(one.person)

    async def tell(work: Work) -> do.Command:
        asked = HandOverRecord(
            record_id=work.record_id,
            expected_version=work.state.head,
            person_id=person,
            role=one.role,
            site_key=one.site_key,
            note=one.reason,
        )
        return await handed_over(work.unit, asked)

    return tell


def came_again(one: DeviceEventInput, around: Around) -> Telling:
    """Tell of a contact; what the channel calls it leads to the record from now on."""
    who = which_customer(one.customer, one.customer_contact)

    async def tell(work: Work) -> do.Command:
        asked = AddRecordContact(
            record_id=work.record_id,
            expected_version=work.state.head,
            channel=one.channel or "",
            external_id=one.external_id,
            site_key=one.site_key,
            customer=who,
            note=one.reason,
        )
        contact = await contact_of(work.unit, asked, around.ring)
        if contact.external_id is not None:
            await name_record(work.unit, contact.channel, contact.external_id, work.record_id)
        return contact

    return tell


def announced(one: DeviceEventInput, around: Around) -> Telling:
    """Tell of a delay that the customer was told of."""
    del around
    if one.until is None:
        raise InvalidInput(field="until", problem="say what was promised instead")
    until = one.until

    async def tell(work: Work) -> do.Command:
        asked = AnnounceDelay(
            record_id=work.record_id,
            expected_version=work.state.head,
            until=until,
            reason_code=one.code(),
            reason=one.reason or "",
            alternative=one.alternative or "",
            step=one.key,
        )
        return await announcing(work, asked)

    return tell


def taken(one: DeviceEventInput, around: Around) -> Telling:
    """Tell of evidence: the file was sent before, and is given now."""
    if one.upload is None:
        raise InvalidInput(field="upload", problem="name the file that was sent")
    upload = local_id("EvidenceUpload", one.upload)

    async def tell(work: Work) -> do.Command:
        asked = GiveEvidence(
            record_id=work.record_id,
            expected_version=work.state.head,
            upload_id=upload,
            step=one.step(),
            asked=one.asked,
            round=one.round,
            taken_at=None if one.taken_at is None else corrected(one.taken_at, around.skew, "takenAt"),
            place=one.place,
            note=one.reason,
        )
        found = await piece_of(work.unit, asked)
        await mark_given(work.unit, upload, recorded_now())
        return found

    return tell


def confirmed(one: DeviceEventInput, around: Around) -> do.Command:
    """Tell that a second person, who acts here, confirmed evidence."""
    person = around.actor.kind is ActorKind.PERSON
    return do.ConfirmEvidence(evidence_id=one.piece(), by=around.actor.id, by_person=person)


def migrated(one: DeviceEventInput, around: Around) -> Telling:
    """Tell of what is never told afterwards."""
    del one, around

    async def tell(work: Work) -> do.Command:
        del work
        raise NotReplayable

    return tell


COMMANDS: Final[Mapping[DeviceEventKind, Callable[[DeviceEventInput, Around], do.Command | Telling]]] = {
    DeviceEventKind.START_STEP: lambda one, _: do.StartStep(
        key=one.step(), readiness=tuple(checked_key(sure) for sure in one.readiness)
    ),
    DeviceEventKind.COMPLETE_STEP: lambda one, _: do.CompleteStep(
        key=one.step(), status=checked_text("status", one.status), answers_customer=one.answers_customer
    ),
    DeviceEventKind.SKIP_STEP: lambda one, _: do.SkipStep(
        key=one.step(), reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.REOPEN_STEP: lambda one, _: do.ReopenStep(
        key=one.step(), reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.WAIT: lambda one, _: do.Wait(
        whom=one.waiting_for, reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.RESUME: lambda _one, _around: do.Resume(),
    DeviceEventKind.RESOLVE: lambda _one, _around: do.Resolve(),
    DeviceEventKind.CONFIRM: lambda one, _: do.Confirm(reason=checked_private(one.reason)),
    DeviceEventKind.CLOSE: lambda _one, _around: do.Close(),
    DeviceEventKind.REOPEN: lambda one, _: do.Reopen(reason_code=one.code(), reason=checked_private(one.reason)),
    DeviceEventKind.TELL_STEP: lambda one, _: do.TellStep(
        key=one.step(), status=checked_text("status", one.status), answers_customer=one.answers_customer
    ),
    DeviceEventKind.CHANGE_PRIORITY: lambda one, _: do.ChangePriority(
        priority=checked_text("priority", one.priority), reason=checked_private(one.reason)
    ),
    DeviceEventKind.WITHDRAW_EVIDENCE: lambda one, _: do.WithdrawEvidence(
        evidence_id=one.piece(), reason_code=one.code(), reason=checked_private(one.reason)
    ),
    DeviceEventKind.CONFIRM_EVIDENCE: confirmed,
    DeviceEventKind.HAND_OVER: given_to,
    DeviceEventKind.ADD_CONTACT: came_again,
    DeviceEventKind.ANNOUNCE_DELAY: announced,
    DeviceEventKind.ADD_EVIDENCE: taken,
    DeviceEventKind.MIGRATE: migrated,
}
"""What each kind becomes: a command, or what makes one in the transaction."""
