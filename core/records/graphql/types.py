"""Types of service records and of the imports that bring them in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
import strawberry

from core.kernel.crypto import MasterKeys, Place
from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.types import Connection, entity, reads
from core.kernel.key_ring import KeyIsErased, KeyRing, keys_in_reach
from core.kernel.reads import NOW, Column, Document, Expression, Hole, Splicing, ToMany, Within
from core.records.clocks.models import RecordClock
from core.records.events.models import RecordEvent
from core.records.events.state import StepStatus, WaitingFor
from core.records.models import ImportRefusal, ImportRun, Record, RecordContact, RecordStep, RunStatus
from core.records.permissions import IMPORT_RECORDS, READ_NOTES, READ_RECORDS
from core.records.policy import RecordStatus
from core.standards.graphql.json_values import Json

enumeration(
    RecordStatus,
    description="Where a service record stands.",
    values={
        "OPEN": "It is worked on.",
        "WAITING": "It waits for the customer, for staff or for a partner.",
        "RESOLVED": "The customer's request is met.",
        "CLOSED": "It was resolved and is closed for good.",
    },
)
enumeration(
    WaitingFor,
    description="Whose turn it is while a record waits.",
    values={
        "CUSTOMER": "The customer's.",
        "STAFF": "That of staff elsewhere, such as another line.",
        "PARTNER": "A partner's.",
    },
)
enumeration(
    StepStatus,
    description="Where one occurrence of a step stands.",
    name="StepState",
    values={
        "STARTED": "It is under way.",
        "COMPLETED": "It was done.",
        "SKIPPED": "It was left out, with a reason.",
    },
)
enumeration(
    RunStatus,
    description="Where an import stands.",
    name="ImportStatus",
    values={
        "RUNNING": "It is under way; where its process died, it goes on when it is started again.",
        "FINISHED": "The log was read to its end.",
        "FAILED": "The log could not be read to its end; what came before that place was imported.",
    },
)


async def opened_notes(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Open the personal parts of events; empty where there is none, the person was erased, or others' are read."""
    if not keys_in_reach(splicing.unit):
        return [None] * len(rows)
    ring = KeyRing(splicing.unit, splicing.services.get(MasterKeys))
    notes: list[object] = []
    for row in rows:
        try:
            sealed: bytes | None = row["sealed"]
            place = Place("record_events", "sealed", row["id"])
            notes.append(None if sealed is None else await ring.open(sealed, place))
        except KeyIsErased:
            notes.append(None)
    return notes


@entity(RecordStep, permission=READ_RECORDS, description="One step of a service record, as it happened.")
class RecordStepType:
    """One step of a record."""

    position: int = reads(Column("position"), description="Its place among the record's steps, from 1.")
    key: str = reads(Column("key"), description="Which step, as the process of the standard names it.")
    status: str | None = reads(Column("status"), description="What became of it, in the channel's own words.")
    occurred_at: datetime = reads(
        Column("occurred_at"), description="When it was done or skipped; of one that is under way, when it was started."
    )
    state: StepStatus = reads(Column("state"), description="Where this occurrence of the step stands.")
    round: int = reads(Column("round"), description="Which occurrence of this step it is, from 1.")
    started_at: datetime | None = reads(Column("started_at"), description="When it was started, where that was told.")
    reason_code: str | None = reads(
        Column("reason_code"), description="Why it was skipped or taken up again, as a word."
    )
    counts_as: str | None = reads(
        Column("counts_as"), description="Which step of the present version it stands for, where that has another name."
    )


@entity(
    RecordContact, permission=READ_RECORDS, description="A further contact about a service record, after the first."
)
class RecordContactType:
    """One further contact."""

    position: int = reads(Column("position"), description="Its place among the further contacts, from 1.")
    channel: str = reads(Column("channel"), description="The way in.")
    external_id: str | None = reads(Column("external_id"), description="What the channel calls it.")
    occurred_at: datetime = reads(Column("occurred_at"), description="When it happened.")


@entity(
    RecordEvent,
    permission=READ_RECORDS,
    description="Something that happened to a service record; it never changes and is its own audit entry.",
)
class RecordEventType:
    """One event."""

    number: int = reads(Column("number"), description="Its place among the record's events, from 1, without a gap.")
    kind: str = reads(Column("kind"), description="What happened, such as `opened` or `step_completed`.")
    occurred_at: datetime = reads(Column("occurred_at"), description="When, as the user, log or device says.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When it was written.")
    actor_kind: str = reads(Column("actor_kind"), description="`person`, `service` or `system`.")
    actor: str = reads(
        Expression(lambda event: sa.cast(event.c.actor_id, sa.Text())), description="Who did it, by its id."
    )
    client_id: str | None = reads(
        Expression(lambda event: sa.cast(event.c.client_id, sa.Text())),
        description="What the device calls it that recorded it while offline.",
    )
    device_at: datetime | None = reads(Column("device_at"), description="When, by that device's own clock.")
    facts: Json | None = reads(
        Document("payload"), description="What is told of it, without personal data; null once its time is over."
    )
    note: str | None = reads(
        Hole(("id", "sealed"), opened_notes),
        permission=READ_NOTES,
        description="The personal part: a reason or a note; null once erased.",
    )
    hash: str = reads(
        Expression(lambda event: sa.func.encode(event.c.hash, "hex", type_=sa.Text())),
        description="SHA-256 over the event and the hash of the one before: its leaf in the tenant's log.",
    )
    previous: str = reads(
        Expression(lambda event: sa.func.encode(event.c.previous, "hex", type_=sa.Text())),
        description="Hash of the record's event before; zeros for the first.",
    )


@entity(
    Record,
    permission=READ_RECORDS,
    description="One real encounter with a customer, under the standard that held for its tenant when it was opened.",
)
class RecordType:
    """One service record."""

    channel: str = reads(Column("channel"), description="The way in, such as `phone` or `site_desk`.")
    external_id: str = reads(Column("external_id"), description="What the channel calls it; unique in its channel.")
    standard_code: str = reads(Column("standard_code"), description="The standard it is executed under.")
    standard_version: str = reads(Column("standard_version"), description="The published version of that standard.")
    effective_hash: str = reads(
        Column("effective_hash"),
        description="Hash of the effective standard it is pinned to; it ends on the standard it began with.",
    )
    status: RecordStatus = reads(Column("status"), description="Where it stands.")
    priority: str | None = reads(Column("priority"), description="How urgent it is, in the tenant's own words.")
    opened_at: datetime = reads(Column("opened_at"), description="When its first step happened.")
    first_response_at: datetime | None = reads(
        Column("first_response_at"), description="When the customer first got an answer."
    )
    resolved_at: datetime | None = reads(
        Column("resolved_at"), description="When it was resolved; null once it is reopened."
    )
    closed_at: datetime | None = reads(Column("closed_at"), description="When it was closed.")
    first_response_seconds: int | None = reads(
        Column("first_response_seconds"), description="Elapsed seconds from opening to the first response."
    )
    resolution_seconds: int | None = reads(
        Column("resolution_seconds"), description="Elapsed seconds from opening to the first resolution."
    )
    step_count: int = reads(Column("step_count"), description="How many steps were done.")
    last_step_at: datetime = reads(Column("last_step_at"), description="When its latest step happened.")
    imported: bool = reads(
        Expression(lambda record: record.c.import_chunk_id.is_not(None)),
        description="Whether an import brought it in; otherwise it was opened here.",
    )
    version: int = reads(
        Column("version"), description="Number of its last event; send it back when you change the record."
    )
    service_type: str | None = reads(Column("service_type"), description="What kind of service it is.")
    waiting_for: WaitingFor | None = reads(Column("waiting_for"), description="Whose turn it is while it waits.")
    waiting_since: datetime | None = reads(Column("waiting_since"), description="Since when it waits.")
    holder: str | None = reads(
        Expression(lambda record: sa.cast(record.c.holder_id, sa.Text())),
        description="The person who has it, by id.",
    )
    holder_role: str | None = reads(Column("holder_role"), description="The role or support line that has it.")
    told_due_at: datetime | None = reads(
        Column("told_due_at"),
        description="When the log that brought it says that it is due. Its own clocks go by its standard alone.",
    )
    confirmed_at: datetime | None = reads(Column("confirmed_at"), description="When the customer confirmed it.")
    reopened_count: int = reads(
        Column("reopened_count"), description="How often it was taken up again after it had been resolved."
    )
    current_steps: Connection[RecordStepType] = reads(
        ToMany(
            RecordStep,
            key="record_id",
            order=("position", "id"),
            where=lambda step: step.c.state == sa.literal("started"),
        ),
        description="The steps that are under way.",
    )
    contacts: Connection[RecordContactType] = reads(
        ToMany(RecordContact, key="record_id", order=("position", "id")),
        description="Further contacts, after the one that opened it.",
    )
    events: Connection[RecordEventType] = reads(
        ToMany(RecordEvent, key="record_id", order=("number", "id")), description="All that happened to it, in order."
    )
    steps: Connection[RecordStepType] = reads(
        ToMany(RecordStep, key="record_id", order=("position", "id")), description="Its steps, in order."
    )


UNDER_WAY: Final = Within(model=RecordStep, key="record_id", where=lambda step: step.c.state == "started")
"""Steps that were begun and have not ended."""
UNSTOPPED: Final = Within(model=RecordClock, key="record_id", where=lambda clock: clock.c.stopped_at.is_(None))
"""Clocks of what has not been done."""
OVERDUE: Final = Within(
    model=RecordClock,
    key="record_id",
    where=lambda clock: clock.c.stopped_at.is_(None) & (clock.c.due_order < NOW),
)
"""Clocks of what should have been done."""


@filters(Record, description="Narrows a list of service records.")
class RecordFilter:
    """What records can be narrowed by."""

    standard_code: str | None = matches("standard_code", description="Executed under this standard.")
    status: RecordStatus | None = matches("status", description="Standing here.")
    channel: str | None = matches("channel", description="Come in this way.")
    external_id: str | None = matches("external_id", description="Called so by their channel.")
    opened_from: datetime | None = matches("opened_at", "from", description="Opened at this instant or later.")
    opened_to: datetime | None = matches("opened_at", "before", description="Opened before this instant.")
    waiting_for: WaitingFor | None = matches("waiting_for", description="Waiting for them.")
    holder: str | None = matches("holder_id", description="Held by this person, by id.")
    holder_role: str | None = matches("holder_role", description="Held by this role or support line.")
    service_type: str | None = matches("service_type", description="Of this kind of service.")
    site: strawberry.ID | None = matches("site_id", refers_to="Site", description="Served at this site.")
    priority: str | None = matches("priority", description="As urgent as this, in the tenant's own words.")
    resolved_from: datetime | None = matches("resolved_at", "from", description="Resolved at this instant or later.")
    resolved_to: datetime | None = matches("resolved_at", "before", description="Resolved before this instant.")
    customer: strawberry.ID | None = matches("customer_id", description="About this customer.", refers_to="Customer")
    closed_from: datetime | None = matches("closed_at", "from", description="Closed at this instant or later.")
    closed_to: datetime | None = matches("closed_at", "before", description="Closed before this instant.")
    standard_version: str | None = matches(
        "standard_version", description="Executed under this published version of its standard, such as `1.2.0`."
    )
    step_under_way: str | None = matches(
        "key",
        within=UNDER_WAY,
        description="With this step begun and not ended, by its key as the process had it when it was begun.",
    )
    due_before: datetime | None = matches(
        "due_order",
        "before",
        within=UNSTOPPED,
        description="With a clock that has not been stopped and is or was due before this instant. A clock that stands"
        " still and was not breached is due at no instant.",
    )
    overdue: bool | None = matches(
        "due_order",
        "there",
        within=OVERDUE,
        description="Whether a clock that has not been stopped is past its limit at this very instant.",
    )


@filters(Record, description="Narrows a list of service records of several tenants.")
class NetworkRecordFilter:
    """What records of several tenants can be narrowed by."""

    standard_code: str | None = matches("standard_code", description="Executed under this standard.")
    status: RecordStatus | None = matches("status", description="Standing here.")
    channel: str | None = matches("channel", description="Come in this way.")
    external_id: str | None = matches("external_id", description="Called so by their channel.")
    opened_from: datetime | None = matches("opened_at", "from", description="Opened at this instant or later.")
    opened_to: datetime | None = matches("opened_at", "before", description="Opened before this instant.")


@entity(ImportRefusal, permission=IMPORT_RECORDS, description="One case of a log that did not become a service record.")
class ImportRefusalType:
    """One line of an error report."""

    position: int = reads(
        Column("position"), description="Position in the log: the number of the trace, or the line of a table."
    )
    external_id: str | None = reads(Column("external_id"), description="What the log calls the case, where it does.")
    code: str = reads(Column("code"), description="Stable reason, such as `records.date_without_zone`.")
    message: str = reads(Column("message"), description="The reason in one sentence.")


def share_read(run: sa.FromClause) -> sa.ColumnElement[float]:
    """Tell how much of the file is read, between 0 and 1."""
    return sa.cast(run.c.bytes_read, sa.Float) / sa.func.greatest(run.c.bytes_total, 1)


@entity(ImportRun, permission=IMPORT_RECORDS, description="One service log, brought in with one mapping.")
class ImportRunType:
    """One import."""

    file_name: str = reads(Column("file_name"), description="Name of the file, without its folder.")
    mapping_name: str = reads(Column("mapping_name"), description="What the mapping calls the log.")
    status: RunStatus = reads(Column("status"), description="Where it stands.")
    progress: float = reads(Expression(share_read), description="How much of the file is read, between 0 and 1.")
    attempts: int = reads(Column("attempts"), description="How often it was started.")
    records_seen: int = reads(Column("records_seen"), description="Cases read by the current attempt.")
    records_imported: int = reads(Column("records_imported"), description="Records it brought in, over all attempts.")
    records_already_there: int = reads(
        Column("records_already_there"), description="Cases whose records were there before."
    )
    records_refused: int = reads(Column("records_refused"), description="Cases that did not become records.")
    steps_imported: int = reads(Column("steps_imported"), description="Steps of the records it brought in.")
    placeholders: int = reads(
        Column("placeholders"), description='Values that stand for "not known" in the log and were replaced.'
    )
    refusals_omitted: int = reads(
        Column("errors_omitted"), description="Refused cases beyond the number an error report keeps."
    )
    error_code: str | None = reads(Column("error_code"), description="Why it failed: a stable code.")
    error_message: str | None = reads(Column("error_message"), description="Why it failed, in one sentence.")
    started_at: datetime = reads(Column("started_at"), description="When it was first started.")
    updated_at: datetime = reads(Column("updated_at"), description="When these figures were last written.")
    finished_at: datetime | None = reads(Column("finished_at"), description="When it ended.")
    refusals: Connection[ImportRefusalType] = reads(
        ToMany(ImportRefusal, key="run_id", order=("position", "id")),
        description="The error report: cases that did not become records, in the order of the log.",
    )


@filters(ImportRun, description="Narrows a list of imports.")
class ImportRunFilter:
    """What imports can be narrowed by."""

    status: RunStatus | None = matches("status", description="Standing here.")
