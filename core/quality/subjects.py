"""SQL that reads what is scored: records with their steps, and the versions their limits come from."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter
from touchstone_sdk import RecordView

from core.kernel.columns import array_text
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.records.clocks.derive import context_of
from core.records.events.fold import fold
from core.records.events.repository import read_streams
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
    FROM records r LEFT JOIN record_steps s ON s.tenant_id = $1 AND s.record_id = r.id
      AND s.state = 'completed'
    WHERE r.tenant_id = $1 AND {which}
    GROUP BY r.tenant_id, r.id ORDER BY r.id
"""
OF_CHUNK: Final = SUBJECTS.format(which="r.import_chunk_id = $2")
OF_RECORDS: Final = SUBJECTS.format(which="r.id = ANY($2::text::uuid[])")
VERSIONS: Final = "SELECT id, version FROM records WHERE tenant_id = $1 AND id = ANY($2::text::uuid[])"
PUBLISHED: Final = """
    SELECT hash, document FROM published_versions WHERE network_id = $1 AND hash = ANY($2::text[])"""

# The validator itself: a keyword call of the model costs five times as much, and so does one call for each step.
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
    return [read_subject(row) for row in await fetch(unit, OF_CHUNK, unit.tenant_id, chunk_id)]


async def subjects_of_records(unit: Unit, record_ids: Sequence[UUID]) -> list[Subject]:
    """Read some records; those that are not there are left out."""
    return [read_subject(row) for row in await fetch(unit, OF_RECORDS, unit.tenant_id, array_text(record_ids))]


def read_subject(row: Sequence[Any]) -> Subject:
    """Show a record the way scoring rules see it; the row is one of ``SUBJECTS``, in its order of columns."""
    id_, version, code, hash_, opened, resolved, closed, channel, priority, service, count, *done = row
    steps = [
        {"key": key, "status": status, "occurred_at": at}
        for key, status, at in zip(*(column or () for column in done), strict=True)
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
    found = await fetch(unit, VERSIONS, unit.tenant_id, array_text(record_ids))
    return {row["id"]: row["version"] for row in found}


async def published_texts(unit: Unit, hashes: Sequence[str]) -> dict[str, str]:
    """Read published versions of the network, by hash."""
    found = await fetch(unit, PUBLISHED, unit.network_id, list(hashes))
    return {row["hash"]: row["document"] for row in found}
