"""SQL that reads what is scored: records with their steps, and the versions their limits come from."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlmodel import col, select
from touchstone_sdk import RecordView, StepView

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.clocks.derive import context_of
from core.records.events.fold import fold
from core.records.events.repository import read_streams
from core.standards.models import PublishedVersion
from core.standards.policy.variants import Context

# Scored is what was done, in the order in which it was done: not what is under way or was left out.
# One row per record, its steps as arrays: ten times fewer rows than one per step, and nothing of them is an object of
# the mapper, which would cost more than the scoring.
SUBJECTS: Final = """
    SELECT r.id, r.version, r.standard_code, r.effective_hash, r.opened_at, r.resolved_at, r.closed_at, r.channel,
           r.priority, r.service_type, r.step_count,
           array_agg(coalesce(s.counts_as, s.key) ORDER BY s.occurred_at, s.position) FILTER (WHERE s.id IS NOT NULL)
             AS keys,
           array_agg(coalesce(s.status, '') ORDER BY s.occurred_at, s.position) FILTER (WHERE s.id IS NOT NULL)
             AS statuses,
           array_agg(s.occurred_at ORDER BY s.occurred_at, s.position) FILTER (WHERE s.id IS NOT NULL) AS instants
    FROM records r LEFT JOIN record_steps s ON s.tenant_id = :tenant_id AND s.record_id = r.id
      AND s.state = 'completed'
    WHERE r.tenant_id = :tenant_id AND {which}
    GROUP BY r.tenant_id, r.id ORDER BY r.id
"""
OF_CHUNK: Final = text(SUBJECTS.format(which="r.import_chunk_id = :chosen"))
OF_RECORDS: Final = text(SUBJECTS.format(which="r.id = ANY(CAST(:chosen AS uuid[]))"))
VERSIONS: Final = text(
    "SELECT id, version FROM records WHERE tenant_id = :tenant_id AND id = ANY(CAST(:ids AS uuid[]))"
)

# The validators themselves: a keyword call of the model costs five times as much, and there is one for each step.
make_step: Final = TypeAdapter(StepView).validator.validate_python
make_record: Final = TypeAdapter(RecordView).validator.validate_python


@frozen
class Subject:
    """A record to be scored.

    Attributes:
        view: What of it scoring rules may see; nothing in it names a person.
        version: Its version as it was read.
        effective_hash: The effective document it pins.
        step_count: How many steps it has.
        context: What is known of it that a value of its standard can hang on.
    """

    view: RecordView
    version: int
    effective_hash: str
    step_count: int
    context: Context


async def subjects_of_chunk(unit: Unit, chunk_id: UUID) -> list[Subject]:
    """Read the records that one chunk of an import brought in."""
    found = await unit.session.execute(OF_CHUNK, {"tenant_id": unit.tenant_id, "chosen": chunk_id})
    return [read_subject(tuple(row)) for row in found]


async def subjects_of_records(unit: Unit, record_ids: Sequence[UUID]) -> list[Subject]:
    """Read some records; those that are not there are left out."""
    found = await unit.session.execute(OF_RECORDS, {"tenant_id": unit.tenant_id, "chosen": list(record_ids)})
    return [read_subject(tuple(row)) for row in found]


def read_subject(row: Sequence[Any]) -> Subject:
    """Show a record the way scoring rules see it; the row is one of ``SUBJECTS``, in its order of columns."""
    id_, version, code, hash_, opened, resolved, closed, channel, priority, service, count, *done = row
    keys, statuses, instants = done
    steps = [
        make_step({"key": key, "status": status, "occurred_at": at})
        for key, status, at in zip(keys or (), statuses or (), instants or (), strict=True)
    ]
    view = make_record(
        {
            "id": id_,
            "standard_code": code,
            "opened_at": opened,
            "resolved_at": resolved,
            "closed_at": closed,
            "channel": channel,
            "priority": priority,
            "steps": tuple(steps),
        }
    )
    known = {"channel": channel, "priority": priority, "service_type": service}
    return Subject(view, version, hash_, count, {key: said for key, said in known.items() if said})


async def in_context(unit: Unit, subjects: Sequence[Subject], hashes: Collection[str]) -> list[Subject]:
    """Say of some records all that their clocks know as well: the customer's tier, and attributes of the site.

    Those are told by a record's events alone, which are read for them only.

    Args:
        unit: The unit of work.
        subjects: The records.
        hashes: The effective documents in which values hang on such facts.
    """
    chosen = [one.view.id for one in subjects if one.effective_hash in hashes]
    if not chosen:
        return list(subjects)
    streams = await read_streams(unit, chosen)
    known = {id_: context_of(fold(stream)) for id_, stream in streams.items() if not stream[0].is_removed}
    return [replace(one, context=known.get(one.view.id, one.context)) for one in subjects]


async def versions_now(unit: Unit, record_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Tell the present version of records; those that are gone are left out."""
    found = await unit.session.execute(VERSIONS, {"tenant_id": unit.tenant_id, "ids": list(record_ids)})
    return {row.id: row.version for row in found}


async def published_texts(unit: Unit, hashes: Sequence[str]) -> dict[str, str]:
    """Read published versions of the network, by hash."""
    chosen = select(PublishedVersion.hash, PublishedVersion.document).where(
        col(PublishedVersion.network_id) == unit.network_id, col(PublishedVersion.hash).in_(hashes)
    )
    return {row.hash: row.document for row in await unit.session.execute(chosen)}
