"""Clocks of records in the schema."""

from datetime import datetime

from core.kernel.graphql.enums import enumeration
from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.queries import query_connection
from core.kernel.graphql.types import Connection, entity, extension, reads
from core.kernel.reads import NOW, Column, Expression, ToMany, ToOne
from core.records.clocks.models import RecordClock
from core.records.clocks.policy import ClockKind, ClockStatus
from core.records.graphql.types import RecordType
from core.records.models import Record
from core.records.permissions import READ_RECORDS
from core.standards.graphql.vocabulary import TimeUnit

enumeration(
    ClockKind,
    description="What a clock times.",
    values={
        "FIRST_RESPONSE": "From the opening of a record to the first answer to the customer.",
        "RESOLUTION": "From the opening of a record to its resolution.",
        "STEP": "One step, from its start to its end.",
    },
)
enumeration(
    ClockStatus,
    description="Where a clock stands.",
    values={
        "RUNNING": "It counts, or will as soon as the site opens.",
        "PAUSED": "It stands still, because the record waits for somebody.",
        "BREACHED": "Its limit is used up, and what it times is not done.",
        "MET": "It was stopped in time.",
        "MISSED": "It was stopped too late.",
    },
)


@entity(RecordClock, permission=READ_RECORDS, description="How a record stands against one of its time limits.")
class RecordClockType:
    """One clock."""

    record: RecordType | None = reads(ToOne(Record, by="record_id"), description="The record.")
    kind: ClockKind = reads(Column("kind"), description="What it times.")
    step_key: str = reads(Column("step_key"), description="The step that it times; empty for the record's own clocks.")
    unit: TimeUnit = reads(Column("unit"), description="Whether it counts all time or the opening hours of the site.")
    limit_seconds: int = reads(Column("limit_seconds"), description="What may be used up, in seconds of that unit.")
    status: ClockStatus = reads(Column("status"), description="Where it stood when it was last worked out.")
    overdue: bool = reads(
        Expression(lambda clock: (clock.c.stopped_at.is_(None)) & (clock.c.due_order < NOW)),
        description="Whether its limit is used up now, and what it times is not done.",
    )
    started_at: datetime = reads(Column("started_at"), description="When it began to run.")
    stopped_at: datetime | None = reads(Column("stopped_at"), description="When what it times was done.")
    due_at: datetime | None = reads(
        Column("due_at"), description="When its limit is or was used up; empty while that cannot be told."
    )
    warn_at: datetime | None = reads(Column("warn_at"), description="When it warns or warned; empty likewise.")
    breached_at: datetime | None = reads(
        Column("breached_at"), description="When its limit was used up before what it times was done."
    )
    used_seconds: int | None = reads(
        Column("used_seconds"), description="What it had counted when it was stopped; empty before."
    )
    paused_customer_seconds: int = reads(
        Column("paused_customer_seconds"), description="Seconds not counted because the customer was waited for."
    )
    paused_partner_seconds: int = reads(
        Column("paused_partner_seconds"), description="Seconds not counted because a partner was waited for."
    )
    paused_staff_seconds: int = reads(
        Column("paused_staff_seconds"), description="Seconds not counted because a colleague was waited for."
    )
    escalations: int = reads(Column("escalations"), description="How many lines it has been taken to since it ran out.")


@filters(RecordClock, description="Narrows a list of clocks.")
class RecordClockFilter:
    """What clocks can be narrowed by."""

    status: ClockStatus | None = matches("status", description="Standing here.")
    due_from: datetime | None = matches("due_order", "from", description="Due at this instant or later.")
    due_before: datetime | None = matches("due_order", "before", description="Due before this instant.")


@extension
class ClocksOfRecord:
    """What a record tells of its clocks."""

    clocks: Connection[RecordClockType] = reads(
        ToMany(RecordClock, key="record_id", order=("started_at", "id")),
        description="How it stands against its time limits.",
    )


clocks = query_connection(
    "clocks",
    RecordClockType,
    order=("due_order", "id"),
    filter=RecordClockFilter,
    description="Time limits of the records of the tenant acted in, the most urgent first.",
)

QUERIES = [clocks]
