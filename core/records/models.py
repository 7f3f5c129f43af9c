"""Tables of service records, and of the imports that bring them in."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from core.kernel.rows import Retention, Row, RowClass, TenantRow

WAITS = text("waiting_for IS NOT NULL")
HELD = text("holder_id IS NOT NULL")
ROUTED = text("holder_role IS NOT NULL")
NOTHING_YET = text("decode(repeat('00'::text, 32), 'hex'::text)")
KNOWN = text("customer_id IS NOT NULL")
CLASSIFIED = text("service_type IS NOT NULL")
SITED = text("site_id IS NOT NULL")
GRADED = text("priority IS NOT NULL")
BROUGHT = text("import_chunk_id IS NOT NULL")
RESOLVED = text("resolved_at IS NOT NULL")
CLOSED = text("closed_at IS NOT NULL")


class RunStatus(StrEnum):
    """Where an import stands; a run whose process died is still ``running`` until it is started again."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class Record(TenantRow, table=True):
    """One real encounter under the effective standard of its tenant, pinned at the instant it was opened.

    Attributes:
        channel: The way in.
        external_id: What the channel calls it; unique with the channel in its tenant.
        standard_code: The standard it is executed under.
        standard_version: The published version of that standard.
        effective_hash: Hash of the tenant's effective document; the record ends on what it began with.
        status: ``open``, ``waiting``, ``resolved`` or ``closed``; a closed record was resolved before.
        priority: How urgent it is, in the tenant's own words.
        site_id: The site that serves.
        opened_at: When its first step happened.
        first_response_at: When the customer first got an answer.
        resolved_at: When it was resolved; of an imported record, for the first time. Reopened, it is resolved anew.
        closed_at: When it was closed.
        confirmed_at: When the customer confirmed that the request is met.
        waiting_for: Whom it waits for: ``customer``, ``staff`` or ``partner``.
        waiting_since: Since when it waits.
        holder_id: The person who has it.
        holder_role: The role or support line that has it.
        service_type: What kind of service it is, as the tenant classifies.
        customer_id: The customer it is about, where that person is known.
        reopened_count: How often it was taken up again after it had been resolved.
        first_response_seconds: Elapsed seconds from opening to first response, begun seconds as whole ones.
        resolution_seconds: Elapsed seconds from opening to resolution, begun seconds as whole ones.
        step_count: How many steps it has.
        last_step_at: When its latest step happened.
        told_due_at: When the log that brought it says that it is due; its clocks go by its standard alone.
        import_chunk_id: The chunk of an import that brought it; empty for records opened here.
        import_position: Its position in that log.
        recorded_at: When it was written.
        updated_at: When it was last changed.
        version: Number of its last event; goes up with every change.
        event_hash: Hash of its last event, which the next one names.
    """

    __tablename__ = "records"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'waiting', 'resolved', 'closed')", name="records_status"),
        CheckConstraint("(status IN ('open', 'waiting')) = (resolved_at IS NULL)", name="records_resolved"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="records_closed"),
        CheckConstraint("(status = 'waiting') = (waiting_for IS NOT NULL)", name="records_waiting"),
        CheckConstraint("waiting_for IN ('customer', 'staff', 'partner')", name="records_waiting_for"),
        CheckConstraint("(waiting_for IS NULL) = (waiting_since IS NULL)", name="records_waiting_since"),
        CheckConstraint(
            "first_response_seconds >= 0 AND (first_response_seconds IS NULL) = (first_response_at IS NULL)",
            name="records_first_response",
        ),
        CheckConstraint(
            "resolution_seconds >= 0 AND (resolution_seconds IS NULL) = (resolved_at IS NULL)",
            name="records_resolution",
        ),
        Index("records_by_opening", "tenant_id", "opened_at", "id"),
        Index("records_by_standard", "tenant_id", "standard_code", "opened_at", "id"),
        Index("records_by_status", "tenant_id", "status", "opened_at", "id"),
        Index("records_by_channel", "tenant_id", "channel", "opened_at", "id"),
        Index("records_by_external_id", "network_id", "external_id", "tenant_id", "id"),
        Index("records_by_chunk", "tenant_id", "import_chunk_id", "id", postgresql_where=BROUGHT),
        Index("records_by_waiting", "tenant_id", "waiting_for", "opened_at", "id", postgresql_where=WAITS),
        Index("records_by_holder", "tenant_id", "holder_id", "opened_at", "id", postgresql_where=HELD),
        Index("records_by_role", "tenant_id", "holder_role", "opened_at", "id", postgresql_where=ROUTED),
        Index("records_by_service", "tenant_id", "service_type", "opened_at", "id", postgresql_where=CLASSIFIED),
        Index("records_by_customer", "tenant_id", "customer_id", "opened_at", "id", postgresql_where=KNOWN),
        Index("records_by_site", "tenant_id", "site_id", "opened_at", "id", postgresql_where=SITED),
        Index("records_by_priority", "tenant_id", "priority", "opened_at", "id", postgresql_where=GRADED),
        Index("records_by_resolution", "tenant_id", "resolved_at", "id", postgresql_where=RESOLVED),
        Index("records_by_closing", "tenant_id", "closed_at", "id", postgresql_where=CLOSED),
        Index("records_by_version", "tenant_id", "standard_version", "opened_at", "id"),
        Index("records_of_network", "network_id", "opened_at", "id"),
        Index("records_of_network_by_status", "network_id", "status", "opened_at", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    channel: str
    external_id: str
    standard_code: str
    standard_version: str
    effective_hash: str
    status: str
    priority: str | None = None
    site_id: UUID | None = None
    opened_at: datetime
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    first_response_seconds: int | None = Field(default=None, sa_type=BigInteger)
    resolution_seconds: int | None = Field(default=None, sa_type=BigInteger)
    step_count: int
    last_step_at: datetime
    import_chunk_id: UUID | None = None
    import_position: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: datetime
    updated_at: datetime
    version: int = 1
    confirmed_at: datetime | None = None
    waiting_for: str | None = None
    waiting_since: datetime | None = None
    holder_id: UUID | None = None
    holder_role: str | None = None
    service_type: str | None = None
    told_due_at: datetime | None = None
    reopened_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    event_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, server_default=NOTHING_YET))
    customer_id: UUID | None = None


class RecordKey(Row, table=True):
    """What makes a record one of its kind: one record per tenant, channel and external id, for ever.

    Attributes:
        tenant_id: The tenant.
        channel: The way in.
        external_id: What the channel calls the record.
        network_id: The network of the tenant.
        record_id: The record.
    """

    __tablename__ = "record_keys"

    row_class: ClassVar[RowClass] = RowClass.TENANT
    retention: ClassVar[Retention] = Retention.SERVICE

    tenant_id: UUID = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    network_id: UUID
    record_id: UUID


class RecordStep(TenantRow, table=True):
    """One occurrence of a step of a record; done again, it is another one.

    Attributes:
        record_id: The record.
        position: Its place among the record's steps, from 1, in the order in which they began.
        key: Which step, as the process clause of the standard names it.
        status: What became of it, in the channel's own words.
        occurred_at: When it was done or skipped; of one that is under way, when it was started.
        state: ``started``, ``completed`` or ``skipped``.
        round: Which occurrence of this key it is, from 1.
        started_at: When it was started, where that was told.
        reason_code: Why it was skipped or taken up again, as a word.
        counts_as: Which step of the present standard it stands for, where the record went over to another version.
        performer_id: Who did it, where it is a person or service account known here.
        performer_pseudonym: Who did it, where a log names somebody: a hash keyed per tenant, never the name.
        recorded_at: When it was written.
    """

    __tablename__ = "record_steps"
    __table_args__ = (
        UniqueConstraint("tenant_id", "record_id", "position", name="record_steps_position"),
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_steps_record"
        ),
        CheckConstraint("position >= 1", name="record_steps_from_one"),
        CheckConstraint("state IN ('started', 'completed', 'skipped')", name="record_steps_state"),
        Index("record_steps_under_way", "tenant_id", "key", "record_id", postgresql_where=text("state = 'started'")),
    )
    retention: ClassVar[Retention] = Retention.SERVICE
    personal: ClassVar[frozenset[str]] = frozenset({"performer_pseudonym"})

    record_id: UUID
    position: int
    key: str
    status: str | None = None
    occurred_at: datetime
    performer_id: UUID | None = None
    performer_pseudonym: str | None = None
    recorded_at: datetime
    state: str = Field(default="completed", sa_column_kwargs={"server_default": "completed"})
    round: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    started_at: datetime | None = None
    reason_code: str | None = None
    counts_as: str | None = None


class RecordContact(TenantRow, table=True):
    """A further contact about a record: the customer comes again, perhaps another way or at another site.

    The first contact is the record's own channel and site.

    Attributes:
        record_id: The record.
        position: Its place among the record's further contacts, from 1.
        channel: The way in.
        external_id: What the channel calls it; it finds the record as the first one does.
        site_id: The site that served.
        occurred_at: When it happened.
        recorded_at: When it was written.
    """

    __tablename__ = "record_contacts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "record_id", "position", name="record_contacts_position"),
        ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_contacts_record"
        ),
        CheckConstraint("position >= 1", name="record_contacts_from_one"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    record_id: UUID
    position: int
    channel: str
    external_id: str | None = None
    site_id: UUID | None = None
    occurred_at: datetime
    recorded_at: datetime


class ImportRun(TenantRow, table=True):
    """One log with one mapping, brought in by one tenant; started again, it goes on where it was.

    Attributes:
        file_name: Name of the file, without its folder.
        file_hash: SHA-256 of the file.
        mapping_name: What the mapping calls the log.
        mapping_hash: SHA-256 of what the mapping says.
        status: ``running``, ``finished`` or ``failed``.
        attempts: How often it was started.
        bytes_total: Size of the file.
        bytes_read: How much of it the current attempt has read.
        records_seen: Traces read by the current attempt.
        records_imported: Records that this run brought in, over all attempts.
        records_already_there: Traces whose records were there before this run.
        records_refused: Traces that did not become records.
        steps_imported: Steps of the records that this run brought in.
        placeholders: Values that stand for "not known" and were replaced.
        errors_omitted: Refusals beyond the number an error report keeps.
        error_code: Why the run failed.
        error_message: The same for people.
        started_at: When it was first started.
        updated_at: When these figures were last written.
        finished_at: When it ended.
    """

    __tablename__ = "import_runs"
    __table_args__ = (
        UniqueConstraint("tenant_id", "file_hash", "mapping_hash", name="import_runs_same"),
        CheckConstraint("status IN ('running', 'finished', 'failed')", name="import_runs_status"),
        CheckConstraint("(status = 'running') = (finished_at IS NULL)", name="import_runs_finished"),
        CheckConstraint("(status = 'failed') = (error_code IS NOT NULL)", name="import_runs_failed"),
        Index("import_runs_by_start", "tenant_id", "started_at", "id"),
        Index("import_runs_by_status", "tenant_id", "status", "started_at", "id"),
    )

    file_name: str
    file_hash: str
    mapping_name: str
    mapping_hash: str
    status: str
    attempts: int = 1
    bytes_total: int = Field(sa_type=BigInteger)
    bytes_read: int = Field(default=0, sa_type=BigInteger)
    records_seen: int = Field(default=0, sa_type=BigInteger)
    records_imported: int = Field(default=0, sa_type=BigInteger)
    records_already_there: int = Field(default=0, sa_type=BigInteger)
    records_refused: int = Field(default=0, sa_type=BigInteger)
    steps_imported: int = Field(default=0, sa_type=BigInteger)
    placeholders: int = Field(default=0, sa_type=BigInteger)
    errors_omitted: int = Field(default=0, sa_type=BigInteger)
    error_code: str | None = None
    error_message: str | None = None
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None = None


class ImportRefusal(TenantRow, table=True):
    """One trace of a log that did not become a record, with the reason.

    Attributes:
        run_id: The run; a row of the same tenant.
        position: Position of the trace in the log.
        external_id: What the log calls it, where it does.
        code: Stable reason.
        message: The same for people, without personal data.
        attempt: The attempt of the run that met it last.
        recorded_at: When it was written.
    """

    __tablename__ = "import_refusals"
    __table_args__ = (
        UniqueConstraint("tenant_id", "run_id", "position", name="import_refusals_position"),
        ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["import_runs.tenant_id", "import_runs.id"], name="import_refusals_run"
        ),
    )

    run_id: UUID
    position: int = Field(sa_type=BigInteger)
    external_id: str | None = None
    code: str
    message: str
    attempt: int
    recorded_at: datetime


class ImportChunk(TenantRow, table=True):
    """Proof that some records of one run are in one tenant: it is written with them, or neither is.

    Its id is derived from the run and the positions it holds, so the same chunk never comes twice.

    Attributes:
        run_id: The run; a row of the tenant that imports, which may be another one.
        first_position: Position in the log of its first record.
        last_position: Position in the log of its last record.
        records: Records it brought in.
        steps: Their steps.
        recorded_at: When it was written.
    """

    __tablename__ = "import_chunks"
    __table_args__ = (Index("import_chunks_by_run", "tenant_id", "run_id", "id"),)

    run_id: UUID
    first_position: int = Field(sa_type=BigInteger)
    last_position: int = Field(sa_type=BigInteger)
    records: int
    steps: int
    recorded_at: datetime
