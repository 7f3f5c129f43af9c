"""Tables of rollouts.

The plan and the counts are the publisher's own rows. What units below read (in which wave each is, and where each wave
stands) are reference rows; what a unit decides about itself (adopting ahead, acknowledging) are rows of that unit.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from core.kernel.rows import ReferenceRow, Retention, TenantRow
from core.standards.rollouts.vocabulary import (
    AcknowledgementStatus,
    Phase,
    RolloutEventKind,
    RolloutMode,
    RolloutStatus,
    WaveKind,
)
from core.standards.tables.spans import RECORDED, VALID, json_column


def one_of(column: str, kinds: type[StrEnum]) -> str:
    """Write the condition that a column holds one of a closed list."""
    return f"{column} IN {tuple(map(str, kinds))}"


class Rollout(TenantRow, table=True):
    """The plan by which a version reaches the units below, and how far it has come; a row of the publisher.

    Attributes:
        version_id: The version in the publisher's tenant.
        code: The standard.
        number: The version's number.
        status: Where it is in its life.
        reminder_days: How many days before a deadline units are reminded.
        published_version_id: The published version, once it has started.
        job_id: The job that puts the units into their waves.
        author_id: Who planned it.
        started_at: When it was started; units stand in the tree as they stood then.
        halted_at: Since when it is halted.
        halt_reason: Why.
        ended_at: When it was over.
        revision: Goes up with every change.
        recorded_at: When it was changed last.
    """

    __tablename__ = "rollouts"
    __table_args__ = (
        UniqueConstraint("tenant_id", "version_id", name="rollouts_one_a_version"),
        ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="rollouts_version",
        ),
        CheckConstraint(one_of("status", RolloutStatus), name="rollouts_status"),
        CheckConstraint("(status = 'planned') = (started_at IS NULL)", name="rollouts_started"),
        CheckConstraint("(started_at IS NULL) = (published_version_id IS NULL)", name="rollouts_published"),
        CheckConstraint("(status = 'halted') = (halted_at IS NOT NULL)", name="rollouts_halted"),
        Index("rollouts_by_code", "tenant_id", "code", "id"),
        Index("rollouts_by_status", "tenant_id", "status", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    version_id: UUID
    code: str
    number: str
    status: str
    reminder_days: list[int] = Field(sa_column=json_column())
    published_version_id: UUID | None = None
    job_id: UUID | None = None
    author_id: UUID
    started_at: datetime | None = None
    halted_at: datetime | None = None
    halt_reason: str = ""
    ended_at: datetime | None = None
    revision: int
    recorded_at: datetime


class RolloutWave(TenantRow, table=True):
    """One wave of a rollout: who, how, from when and until when.

    Attributes:
        rollout_id: The rollout.
        position: Its place among the waves, from 1.
        name: What it is called.
        kind: How it is said who is in it.
        tenant_ids: The units named, or the regions.
        percentage: How many of the units that are neither named nor in a region of the plan.
        mode: What its beginning does.
        gate: Key of the gate that must hold before the next wave.
        starts_at: When it is to begin.
        starts_after: How many seconds after the wave before.
        deadline_at: When units adopt by default.
        deadline_after: How many seconds after its beginning they do.
        gate_passed_at: When the gate held.
        gate_passed_by: Who or what found so.
        gate_reason: Why.
        begins_at: When it begins or began, once that is known.
        deadline: The deadline that stands, once its beginning is known.
        enforced_from: Since when the version is in force for the whole wave, once that is known.
        rolled_back_at: Since when it is rolled back.
        rollback_reason: Why.
    """

    __tablename__ = "rollout_waves"
    __table_args__ = (
        UniqueConstraint("tenant_id", "rollout_id", "position", name="rollout_waves_position_once"),
        ForeignKeyConstraint(
            ["tenant_id", "rollout_id"], ["rollouts.tenant_id", "rollouts.id"], name="rollout_waves_rollout"
        ),
        CheckConstraint(one_of("kind", WaveKind), name="rollout_waves_kind"),
        CheckConstraint(one_of("mode", RolloutMode), name="rollout_waves_mode"),
        CheckConstraint("(kind = 'percentage') = (percentage IS NOT NULL)", name="rollout_waves_percentage"),
        CheckConstraint("percentage BETWEEN 1 AND 100", name="rollout_waves_percent"),
        CheckConstraint("starts_at IS NULL OR starts_after IS NULL", name="rollout_waves_one_start"),
        CheckConstraint("deadline_at IS NULL OR deadline_after IS NULL", name="rollout_waves_one_deadline"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    rollout_id: UUID
    position: int
    name: str
    kind: str
    tenant_ids: list[str] = Field(sa_column=json_column())
    percentage: int | None = None
    mode: str
    gate: str
    starts_at: datetime | None = None
    starts_after: int | None = None
    deadline_at: datetime | None = None
    deadline_after: int | None = None
    gate_passed_at: datetime | None = None
    gate_passed_by: UUID | None = None
    gate_reason: str = ""
    begins_at: datetime | None = None
    deadline: datetime | None = None
    enforced_from: datetime | None = None
    rolled_back_at: datetime | None = None
    rollback_reason: str = ""


class RolloutEvent(TenantRow, table=True):
    """Something that was done to a rollout, and why; never changed.

    Attributes:
        rollout_id: The rollout.
        wave_id: The wave it was done to; empty where it was the whole rollout.
        kind: What was done.
        reason: Why, in the words of whoever did it; empty where none is asked for.
        at: When.
        actor_id: Who or what did it.
        recorded_at: When that was written here.
    """

    __tablename__ = "rollout_events"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "rollout_id"], ["rollouts.tenant_id", "rollouts.id"], name="rollout_events_rollout"
        ),
        CheckConstraint(one_of("kind", RolloutEventKind), name="rollout_events_kind"),
        Index("rollout_events_by_rollout", "tenant_id", "rollout_id", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    rollout_id: UUID
    wave_id: UUID | None = None
    kind: str
    reason: str = ""
    at: datetime
    actor_id: UUID
    recorded_at: datetime


class RolloutMember(TenantRow, table=True):
    """A unit of a wave as its publisher counts it; what the unit decided comes by event.

    Attributes:
        rollout_id: The rollout.
        wave_id: The wave.
        adopter_id: The unit.
        adopted_at: When it adopted ahead of its wave or deadline.
        acknowledged_at: When it acknowledged; empty again where the difference has changed.
        told_revision: The unit's revision that was told last, so that what comes late changes nothing.
    """

    __tablename__ = "rollout_members"
    __table_args__ = (
        UniqueConstraint("tenant_id", "rollout_id", "adopter_id", name="rollout_members_once"),
        ForeignKeyConstraint(
            ["tenant_id", "wave_id"], ["rollout_waves.tenant_id", "rollout_waves.id"], name="rollout_members_wave"
        ),
        Index("rollout_members_by_wave", "tenant_id", "wave_id", "adopter_id"),
    )

    rollout_id: UUID
    wave_id: UUID
    adopter_id: UUID
    adopted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    told_revision: int = 0


class RolloutAssignment(ReferenceRow, table=True):
    """In which wave a unit is; written once when the rollout starts. A unit without one is in the rest.

    Attributes:
        owner_tenant_id: The publisher.
        code: The standard.
        published_version_id: The version that is rolled out.
        wave_id: The wave.
        adopter_id: The unit.
        recorded_from: Since when that is known.
    """

    __tablename__ = "rollout_assignments"
    __table_args__ = (
        UniqueConstraint("network_id", "published_version_id", "adopter_id", name="rollout_assignments_once"),
        ForeignKeyConstraint(
            ["network_id", "published_version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="rollout_assignments_version",
        ),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    owner_tenant_id: UUID
    code: str
    published_version_id: UUID
    wave_id: UUID
    adopter_id: UUID
    recorded_from: datetime


class RolloutStage(ReferenceRow, table=True):
    """Where a wave stands, as units below read it; bitemporal, and the truth about which version holds for whom.

    Attributes:
        owner_tenant_id: The publisher.
        code: The standard.
        number: The version's number.
        published_version_id: The version that is rolled out.
        rollout_id: The rollout in the publisher's tenant.
        wave_id: The wave.
        position: Its place among the waves.
        name: What it is called.
        is_rest: Whether it takes those that are in no other.
        mode: What its beginning does.
        phase: Whether it waits, has begun or is rolled back.
        halted: Whether the rollout is halted.
        planned_at: While it waits, when it is to begin as far as that is known.
        deadline: When units adopt by default.
        enforced_from: Since when the version is in force for every unit of the wave.
        reminder_days: How many days before the deadline units are reminded.
        valid_from: Since when it stands so.
        valid_to: Until when.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "rollout_stages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["network_id", "published_version_id"],
            ["published_versions.network_id", "published_versions.id"],
            name="rollout_stages_version",
        ),
        CheckConstraint(one_of("mode", RolloutMode), name="rollout_stages_mode"),
        CheckConstraint(one_of("phase", Phase), name="rollout_stages_phase"),
        CheckConstraint("phase = 'begun' OR enforced_from IS NULL", name="rollout_stages_in_force"),
        CheckConstraint("valid_to > valid_from", name="rollout_stages_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="rollout_stages_recorded_span"),
        ExcludeConstraint(
            ("network_id", "="), ("wave_id", "="), VALID, RECORDED, name="rollout_stages_one_at_a_time", using="gist"
        ),
        Index("rollout_stages_by_code", "network_id", "code", "owner_tenant_id", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    owner_tenant_id: UUID
    code: str
    number: str
    published_version_id: UUID
    rollout_id: UUID
    wave_id: UUID
    position: int
    name: str
    is_rest: bool
    mode: str
    phase: str
    halted: bool = False
    planned_at: datetime | None = None
    deadline: datetime | None = None
    enforced_from: datetime | None = None
    reminder_days: list[int] = Field(sa_column=json_column())
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None


class Adoption(TenantRow, table=True):
    """A unit's own decision to take a version ahead of its wave or deadline, bitemporal.

    Attributes:
        code: The standard.
        number: The version's number.
        published_version_id: The version.
        reason: Why.
        author_id: Who decided so.
        revision: Revision of the unit's side of the standard that wrote it.
        valid_from: Since when it is on the version.
        valid_to: Until when.
        recorded_from: Since when that is known.
        recorded_to: Until when that was known.
    """

    __tablename__ = "adoptions"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="adoptions_valid_span"),
        CheckConstraint("recorded_to >= recorded_from", name="adoptions_recorded_span"),
        ExcludeConstraint(
            ("tenant_id", "="),
            ("published_version_id", "="),
            VALID,
            RECORDED,
            name="adoptions_one_at_a_time",
            using="gist",
        ),
        Index("adoptions_by_code", "tenant_id", "code", "id"),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    number: str
    published_version_id: UUID
    reason: str
    author_id: UUID
    revision: int
    valid_from: datetime
    valid_to: datetime | None = None
    recorded_from: datetime
    recorded_to: datetime | None = None


class Acknowledgement(TenantRow, table=True):
    """That a unit was asked to acknowledge a version, and whether it has.

    Attributes:
        code: The standard.
        number: The version's number.
        published_version_id: The version.
        rollout_id: The rollout in the publisher's tenant.
        publisher_id: The publisher, who is told.
        status: Asked, acknowledged, or settled because nobody needs to answer any more.
        difference: Canonical text of what changes for the unit, as it was asked about last.
        difference_hash: Its SHA-256.
        asked_at: When it was asked last.
        acknowledged_hash: The hash that was acknowledged.
        acknowledged_by: By whom.
        acknowledged_at: When.
        revision: Goes up with every change; the publisher keeps to the last it was told.
        recorded_at: When it was changed last.
    """

    __tablename__ = "acknowledgements"
    __table_args__ = (
        UniqueConstraint("tenant_id", "published_version_id", name="acknowledgements_once"),
        CheckConstraint(one_of("status", AcknowledgementStatus), name="acknowledgements_status"),
        CheckConstraint(
            "status <> 'acknowledged' OR acknowledged_hash = difference_hash", name="acknowledgements_of_what_was_asked"
        ),
        CheckConstraint(
            "(acknowledged_hash IS NULL) = (acknowledged_at IS NULL)", name="acknowledgements_by_whom_and_when"
        ),
    )
    retention: ClassVar[Retention] = Retention.SERVICE

    code: str
    number: str
    published_version_id: UUID
    rollout_id: UUID
    publisher_id: UUID
    status: str
    difference: str = Field(sa_column=Column(Text, nullable=False))
    difference_hash: str
    asked_at: datetime
    acknowledged_hash: str | None = None
    acknowledged_by: UUID | None = None
    acknowledged_at: datetime | None = None
    revision: int
    recorded_at: datetime
