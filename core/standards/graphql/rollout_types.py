"""Types of rollouts: the publisher's plan and counts, and what a unit sees of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import FromClause
from strawberry import ID

from core.kernel.graphql.filters import filters, matches
from core.kernel.graphql.ids import global_id
from core.kernel.graphql.types import Connection, entity, reads, shows, value
from core.kernel.reads import NOW, Column, Expression, Hole, Splicing, ToMany, ToOne
from core.standards.graphql.json_values import Json
from core.standards.graphql.rollout_vocabulary import (
    Phase,
    RolloutEventKind,
    RolloutMode,
    RolloutStatus,
    WaveKind,
)
from core.standards.graphql.types import PublishedVersionType, StandardVersionType, as_text
from core.standards.models import (
    Acknowledgement,
    Adoption,
    PublishedVersion,
    Rollout,
    RolloutEvent,
    RolloutWave,
    StandardVersion,
)
from core.standards.permissions import READ_STANDARDS
from core.standards.rollouts.counts import WaveCounts, counts_of
from core.standards.rollouts.mine import OwnRollout
from core.standards.rollouts.upcoming import UpcomingVersion


def phase(row: FromClause) -> sa.ColumnElement[str]:
    """Tell where a wave is."""
    return sa.case(
        (row.c.rolled_back_at.is_not(None), Phase.ROLLED_BACK.value),
        (row.c.begins_at <= NOW, Phase.BEGUN.value),
        else_=Phase.WAITING.value,
    )


def tenants_of(column: str) -> Hole:
    """Read a JSON column of tenants' ids."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [[global_id("Tenant", one) for one in row[column]] for row in rows]

    return Hole((column,), fill, alone=True)


def numbers_of(column: str) -> Hole:
    """Read a JSON column of whole numbers."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [list(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


@value(permission=READ_STANDARDS, description="The units of a wave, counted.", name="WaveCounts")
class WaveCountsType:
    """Counts of one wave."""

    assigned: int = shows("Units in the wave.")
    adopted: int = shows("Of these, those that are on the version.")
    acknowledged: int = shows("Those that have acknowledged it, as far as they have told.")
    waiting: int = shows("Those that are not on the version yet.")


async def fill_counts(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Count the units of waves, all at once."""
    found = await counts_of(splicing.unit, [UUID(str(row["id"])) for row in rows])
    return [counts_shown(found[UUID(str(row["id"]))]) for row in rows]


def counts_shown(counts: WaveCounts) -> WaveCountsType:
    """Show counts."""
    return WaveCountsType(
        assigned=counts.assigned,
        adopted=counts.adopted,
        acknowledged=counts.acknowledged,
        waiting=counts.assigned - counts.adopted,
    )


@entity(RolloutWave, permission=READ_STANDARDS, description="One wave of a rollout.")
class RolloutWaveType:
    """One wave."""

    position: int = reads(Column("position"), description="Its place among the waves, from 1.")
    name: str = reads(Column("name"), description="What it is called.")
    kind: WaveKind = reads(Column("kind"), description="How it is said who is in it.")
    tenants: list[ID] = reads(tenants_of("tenant_ids"), description="The units named, or the regions.")
    percentage: int | None = reads(Column("percentage"), description="For a percentage, how many of the others.")
    mode: RolloutMode = reads(Column("mode"), description="What its beginning does.")
    gate: str = reads(Column("gate"), description="Key of the gate that must hold before the next wave.")
    phase: Phase = reads(Expression(phase), description="Where it is.")
    starts_at: datetime | None = reads(Column("starts_at"), description="When it is to begin.")
    starts_after: int | None = reads(
        Column("starts_after"), description="How many seconds after the wave before it is to begin."
    )
    deadline_at: datetime | None = reads(Column("deadline_at"), description="When units adopt by default, as planned.")
    deadline_after: int | None = reads(
        Column("deadline_after"), description="How many seconds after its beginning they do, as planned."
    )
    begins_at: datetime | None = reads(Column("begins_at"), description="When it begins or began, once known.")
    deadline: datetime | None = reads(Column("deadline"), description="The deadline that stands, once known.")
    enforced_from: datetime | None = reads(
        Column("enforced_from"), description="Since when the version is in force for the whole wave, once known."
    )
    gate_passed_at: datetime | None = reads(Column("gate_passed_at"), description="When its gate held.")
    gate_passed_by: str | None = reads(
        Expression(as_text("gate_passed_by")), description="Id of who or what found that its gate holds."
    )
    gate_reason: str = reads(Column("gate_reason"), description="Why its gate holds.")
    rolled_back_at: datetime | None = reads(Column("rolled_back_at"), description="Since when it is rolled back.")
    rollback_reason: str = reads(Column("rollback_reason"), description="Why it is rolled back.")
    counts: WaveCountsType = reads(Hole(("id",), fill_counts), description="Its units, counted.", cost=5)
    rollout: "RolloutType | None" = reads(ToOne(Rollout, by="rollout_id"), description="The rollout.")


@entity(RolloutEvent, permission=READ_STANDARDS, description="Something that was done to a rollout, and why.")
class RolloutEventType:
    """One entry of a rollout's history."""

    kind: RolloutEventKind = reads(Column("kind"), description="What was done.")
    reason: str = reads(
        Column("reason"), description="Why, in the words of whoever did it; empty where none is asked for."
    )
    at: datetime = reads(Column("at"), description="When it was done.")
    actor_id: str = reads(Expression(as_text("actor_id")), description="Id of who or what did it.")
    wave: RolloutWaveType | None = reads(
        ToOne(RolloutWave, by="wave_id"), description="The wave it was done to; empty where it was the whole rollout."
    )


@entity(Rollout, permission=READ_STANDARDS, description="How a version reaches the units below, wave by wave.")
class RolloutType:
    """One rollout."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The version's number.")
    status: RolloutStatus = reads(Column("status"), description="Where it is in its life.")
    reminder_days: list[int] = reads(
        numbers_of("reminder_days"), description="How many days before a deadline units are reminded."
    )
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever planned it.")
    started_at: datetime | None = reads(Column("started_at"), description="When it was started.")
    halted_at: datetime | None = reads(Column("halted_at"), description="Since when it is halted.")
    halt_reason: str = reads(Column("halt_reason"), description="Why it is halted.")
    ended_at: datetime | None = reads(Column("ended_at"), description="When it was over.")
    revision: int = reads(Column("revision"), description="Goes up with every change; send it back when you change it.")
    version: StandardVersionType | None = reads(
        ToOne(StandardVersion, by="version_id"), description="The version in the publisher's tenant."
    )
    waves: Connection[RolloutWaveType] = reads(
        ToMany(RolloutWave, key="rollout_id", order=("position", "id")), description="Its waves, in their order."
    )
    history: Connection[RolloutEventType] = reads(
        ToMany(RolloutEvent, key="rollout_id", order=("id",)),
        description="What was done to it, and why; reasons stay here when it is resumed or begins again.",
    )


@filters(Rollout, description="Narrows a list of rollouts.")
class RolloutFilter:
    """What rollouts can be narrowed by."""

    code: str | None = matches("code", description="Of this standard.")
    status: RolloutStatus | None = matches("status", description="Where they are in their life.")


@entity(Adoption, permission=READ_STANDARDS, description="The tenant's own decision to take a version ahead of others.")
class AdoptionType:
    """One adoption."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The version's number.")
    reason: str = reads(Column("reason"), description="Why.")
    author_id: str = reads(Expression(as_text("author_id")), description="Id of whoever decided so.")
    valid_from: datetime = reads(Column("valid_from"), description="Since when the tenant is on the version.")
    version: PublishedVersionType | None = reads(
        ToOne(PublishedVersion, by="published_version_id"), description="The version."
    )


@entity(Acknowledgement, permission=READ_STANDARDS, description="What a tenant has acknowledged of a version.")
class AcknowledgementType:
    """One acknowledgement."""

    code: str = reads(Column("code"), description="The standard's name in the network.")
    number: str = reads(Column("number"), description="The version's number.")
    difference_hash: str = reads(Column("difference_hash"), description="SHA-256 of what changes, as asked about last.")
    acknowledged_hash: str | None = reads(Column("acknowledged_hash"), description="The hash that was acknowledged.")
    acknowledged_by: str | None = reads(Expression(as_text("acknowledged_by")), description="Id of who did so.")
    acknowledged_at: datetime | None = reads(Column("acknowledged_at"), description="When.")


@value(permission=READ_STANDARDS, description="A version that the tenant is not on yet.")
class UpcomingVersionType:
    """One upcoming version."""

    version: str = shows("Its number.")
    mode: RolloutMode = shows("What the beginning of the tenant's wave does.")
    phase: Phase = shows("Where that wave is.")
    wave: str | None = shows("Its name; empty where the version is not rolled out in waves.")
    halted: bool = shows("Whether the rollout is halted.")
    planned_at: datetime | None = shows("While the wave waits, when it is to begin as far as that is known.")
    deadline: datetime | None = shows("When the tenant adopts it by default.")
    effective_from: datetime | None = shows("When it will be in force for the tenant, as far as that is known.")


def upcoming_shown(one: UpcomingVersion) -> UpcomingVersionType:
    """Show an upcoming version."""
    stage = one.stage
    return UpcomingVersionType(
        version=one.number,
        mode=stage.mode if stage else RolloutMode.ENFORCED,
        phase=stage.phase if stage else Phase.WAITING,
        wave=stage.wave if stage else None,
        halted=stage.halted if stage else False,
        planned_at=stage.planned_at if stage else one.effective_from,
        deadline=stage.deadline if stage else None,
        effective_from=one.effective_from,
    )


@value(permission=READ_STANDARDS, description="A rollout as it concerns the tenant acted in.")
class TenantRolloutType:
    """One rollout as a unit sees it."""

    code: str = shows("The standard's name in the network.")
    version: str = shows("The version's number.")
    wave: str = shows("Name of the tenant's wave.")
    mode: RolloutMode = shows("What the beginning of the wave does.")
    phase: Phase = shows("Where the wave is.")
    halted: bool = shows("Whether the rollout is halted.")
    planned_at: datetime | None = shows("While the wave waits, when it is to begin as far as that is known.")
    deadline: datetime | None = shows("When the tenant adopts the version by default.")
    in_force: bool = shows("Whether the tenant is on the version.")
    effective_from: datetime | None = shows("Since when it is, or when it will be as far as that is known.")
    difference: Json = shows("What changes for the tenant: every clause and parameter that is not as before.")
    difference_hash: str = shows("SHA-256 of that; send it back when you acknowledge.")
    acknowledged: bool = shows("Whether exactly this difference is acknowledged.")
    acknowledged_by: str | None = shows("Id of whoever acknowledged last, whatever it was.")
    acknowledged_at: datetime | None = shows("When that was.")


def own_rollout_shown(one: OwnRollout) -> TenantRolloutType:
    """Show a rollout as it concerns the tenant."""
    stage, said = one.stage, one.acknowledgement
    return TenantRolloutType(
        code=one.code,
        version=stage.number,
        wave=stage.wave,
        mode=stage.mode,
        phase=stage.phase,
        halted=stage.halted,
        planned_at=stage.planned_at,
        deadline=stage.deadline,
        in_force=one.in_force,
        effective_from=one.effective_from,
        difference=orjson.loads(one.difference.text),
        difference_hash=one.difference.hash,
        acknowledged=said is not None and said.acknowledged_hash == one.difference.hash,
        acknowledged_by=str(said.acknowledged_by) if said and said.acknowledged_by else None,
        acknowledged_at=said.acknowledged_at if said else None,
    )
