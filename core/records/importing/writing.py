"""One chunk, one transaction: records with keys and steps, the chunk's proof, one audit entry, one command to score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import repeat
from typing import Any
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.crypto import OpenKey, pseudonym
from core.kernel.ids import derived_id, new_ids, new_mark
from core.kernel.key_ring import KeyRing
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.records.clocks.topics import TIME_CHUNK
from core.records.events.repository import add_events
from core.records.importing.events import imported_events
from core.records.logs.traces import Flaw, RefusalCode
from core.records.mappings.drafting import RecordDraft, Refusal
from core.records.models import ImportChunk
from core.records.permissions import IMPORT_RECORDS
from core.records.pinning import Pin, pin
from core.records.policy import elapsed_seconds, status_of
from core.records.repository import chunks

SCORE_CHUNK = "quality.score_chunk"
PERFORMER = "records.performer"
PSEUDONYM_DIGITS = 32


@dataclass(slots=True)
class Fates:
    """What became of the drafts of a chunk.

    Attributes:
        new: Became records now.
        before: Became records earlier in the same run.
        already_there: Their records were there before the run.
        refused: Did not become records.
    """

    new: list[RecordDraft] = field(default_factory=list[RecordDraft])
    before: list[RecordDraft] = field(default_factory=list[RecordDraft])
    already_there: list[RecordDraft] = field(default_factory=list[RecordDraft])
    refused: list[Refusal] = field(default_factory=list[Refusal])

    def refuse(self, draft: RecordDraft, code: RefusalCode, message: str) -> None:
        """Refuse a draft."""
        self.refused.append(Refusal(draft.position, draft.external_id, Flaw(code, message)))


async def write_chunk(unit: Unit, run_id: UUID, keys: KeyRing, drafts: Sequence[RecordDraft]) -> Fates:
    """Write the records of a chunk that are not there yet; a repeated or concurrent chunk adds nothing twice.

    Args:
        unit: A transaction in the tenant of the chunk.
        run_id: The run it belongs to.
        keys: The keys of that tenant.
        drafts: The records, as their traces say.
    """
    unit.scope.require(IMPORT_RECORDS)
    fates = Fates()
    missing = await sort_out(unit, run_id, drafts, fates)
    pins = await pin(unit, [(draft.standard_code, draft.opened_at) for draft in missing])
    pinned = [draft for draft in missing if (draft.standard_code, draft.opened_at) in pins]
    for draft in missing:
        if (draft.standard_code, draft.opened_at) not in pins:
            message = f"No standard {draft.standard_code} was in force in this tenant when the record was opened."
            fates.refuse(draft, RefusalCode.NO_STANDARD, message)
    ids = dict(zip(new_ids(len(pinned)), pinned, strict=True))
    names = [(draft.channel, draft.external_id, record_id) for record_id, draft in ids.items()]
    taken = await chunks.take_keys(unit, names) if names else set[UUID]()
    written = {record_id: draft for record_id, draft in ids.items() if record_id in taken}
    if written:
        await add(unit, run_id, keys, written, pins)
        fates.new.extend(written.values())
    if len(written) < len(ids):  # Another import was faster; what it wrote is visible now.
        await sort_out(unit, run_id, [draft for record_id, draft in ids.items() if record_id not in taken], fates)
    return fates


async def sort_out(unit: Unit, run_id: UUID, drafts: Sequence[RecordDraft], fates: Fates) -> list[RecordDraft]:
    """Settle the fates of drafts whose records are there, and give the others."""
    origins = await chunks.find_origins(unit, [(draft.channel, draft.external_id) for draft in drafts])
    missing: list[RecordDraft] = []
    for draft in drafts:
        key = (draft.channel, draft.external_id)
        origin = origins.get(key)
        if origin is None:
            missing.append(draft)
            origins[key] = chunks.Origin(run_id, draft.position)
        elif origin.run_id != run_id:
            fates.already_there.append(draft)
        elif origin.position == draft.position:
            fates.before.append(draft)
        else:
            message = f"The log has this case before, at position {origin.position}; the first one counts."
            fates.refuse(draft, RefusalCode.DUPLICATE_EXTERNAL_ID, message)
    return missing


async def add(unit: Unit, run_id: UUID, keys: KeyRing, written: dict[UUID, RecordDraft], pins: dict[Any, Pin]) -> None:
    """Write records whose keys were taken, with everything that belongs to them."""
    now = recorded_now()
    drafts = list(written.values())
    positions = [draft.position for draft in drafts]
    chunk = ImportChunk(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=derived_id("records.import_chunk", run_id, unit.tenant_id, sha256(repr(positions).encode()).hexdigest()),
        run_id=run_id,
        first_position=min(positions),
        last_position=max(positions),
        records=len(drafts),
        steps=sum(len(draft.steps) for draft in drafts),
        recorded_at=now,
    )
    await chunks.add_chunk(unit, chunk)
    steps = step_columns(written, await keys.pseudonym_key())
    events = imported_events(unit, chunk.id, written, pins, steps, now)
    hashes = [event.hash for event in events]
    await chunks.add_records(unit, chunk.id, {**record_columns(written, pins), "event_hash": hashes}, now)
    await chunks.add_steps(unit, steps, now)
    await add_events(unit, events)
    details = {"import_run_id": run_id, "records": chunk.records, "steps": chunk.steps}
    await record_act(unit, action="records.import", subject_kind="import_chunk", subject_id=chunk.id, details=details)
    await send(unit, SCORE_CHUNK, {"import_run_id": str(run_id), "chunk_id": str(chunk.id)})
    await send(unit, TIME_CHUNK, {"chunk_id": str(chunk.id)})


def record_columns(written: dict[UUID, RecordDraft], pins: dict[Any, Pin]) -> dict[str, list[Any]]:
    """Turn drafts into one list per column."""
    drafts = list(written.values())
    pinned = [pins[draft.standard_code, draft.opened_at] for draft in drafts]
    return {
        "id": list(written),
        "channel": [draft.channel for draft in drafts],
        "external_id": [draft.external_id for draft in drafts],
        "standard_code": [draft.standard_code for draft in drafts],
        "standard_version": [one.version for one in pinned],
        "effective_hash": [one.hash for one in pinned],
        "status": [status_of(draft.resolved_at, draft.closed_at).value for draft in drafts],
        "priority": [draft.priority for draft in drafts],
        "opened_at": [draft.opened_at for draft in drafts],
        "first_response_at": [draft.first_response_at for draft in drafts],
        "resolved_at": [draft.resolved_at for draft in drafts],
        "closed_at": [draft.closed_at for draft in drafts],
        "first_response_seconds": [elapsed_seconds(draft.opened_at, draft.first_response_at) for draft in drafts],
        "resolution_seconds": [elapsed_seconds(draft.opened_at, draft.resolved_at) for draft in drafts],
        "step_count": [len(draft.steps) for draft in drafts],
        "last_step_at": [draft.steps[-1].occurred_at for draft in drafts],
        "told_due_at": [draft.told_due_at for draft in drafts],
        "import_position": [draft.position for draft in drafts],
    }


def step_columns(written: dict[UUID, RecordDraft], key: OpenKey) -> dict[str, list[Any]]:
    """Turn the drafts' steps into one list per column; this is where performers lose their names."""
    steps = [step for draft in written.values() for step in draft.steps]
    keys, statuses, instants, performers = (list(column) for column in zip(*steps, strict=True))
    names = set(performers) - {None}  # A chunk names few, often.
    pseudonyms = {name: pseudonym(key, name, PERFORMER)[:PSEUDONYM_DIGITS] for name in names}
    return {
        "id": [new_mark() for _ in steps],
        "record_id": [name for record_id, draft in written.items() for name in repeat(record_id.hex, len(draft.steps))],
        "position": [place for draft in written.values() for place in range(1, len(draft.steps) + 1)],
        "key": keys,
        "status": statuses,
        "occurred_at": instants,
        "round": [number for draft in written.values() for number in rounds_of(draft)],
        "performer_pseudonym": [pseudonyms.get(name) for name in performers],
    }


def rounds_of(draft: RecordDraft) -> Iterator[int]:
    """Tell of each step which occurrence of its key it is, from 1."""
    rounds: dict[str, int] = {}
    for step in draft.steps:
        rounds[step.key] = number = rounds.get(step.key, 0) + 1
        yield number
