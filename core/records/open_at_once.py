"""Open one record or many by one statement, where all is as it mostly is.

Nothing of that name is there, no site is named, and what held for the tenant still holds. All else is left to
:mod:`core.records.open_record` and :mod:`core.records.open_records`, whose rows these are.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from core.kernel.at_once import AtOnce
from core.kernel.clock import recorded_now
from core.kernel.conditions import Condition
from core.kernel.direct import NewRow, NewRows
from core.kernel.ids import new_id
from core.kernel.unit import Act
from core.records.execution.processes import remembered_process
from core.records.execution.routing import first_owner
from core.records.models import RecordKey
from core.records.open_record import Opened, OpenRecord, checked, opened_rows, situation_of
from core.records.open_records import MOST, Batch
from core.records.opened_together import Together
from core.records.permissions import OPEN_RECORDS
from core.standards.standing import remembered

MOST_STANDARDS: Final = 4
"""Standards of one statement, each of which makes its text longer."""
NAME_IS_FREE: Final = """
    NOT EXISTS (SELECT FROM record_keys WHERE tenant_id = $1 AND channel = $2 AND external_id = $3)"""
NAMES_ARE_FREE: Final = """
    NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS asked (channel, external_id)
      CROSS JOIN LATERAL (
        SELECT FROM record_keys k
        WHERE k.tenant_id = $1 AND k.channel = asked.channel AND k.external_id = asked.external_id LIMIT 1) taken)"""
"""Each name is looked up by itself: joined, it would be compared with every name of a tenant unknown to statistics."""


def open_record_at_once(act: Act, command: OpenRecord) -> AtOnce | None:
    """Give the statement that opens a record, where there can be one.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: A value does not have the form it must have.
    """
    act.scope.require(OPEN_RECORDS)
    asked, record_id = checked(command), new_id()
    found = remembered(act, asked.standard_code)
    process = None if found is None else remembered_process(found[0].hash)
    if found is None or process is None or needs_more(asked):
        return None
    holding, conditions = found
    name = asked.external_id or str(record_id)
    role = asked.role or first_owner(process, situation_of(asked))
    opened = Opened(now=act.now, written=recorded_now(), holding=holding, site_id=None, role=role)
    named = replace(asked, external_id=name)
    key = {
        "tenant_id": act.tenant_id,
        "channel": asked.channel,
        "external_id": name,
        "network_id": act.network_id,
        "record_id": record_id,
    }
    return AtOnce(
        rows=(NewRow(RecordKey.__tablename__, key), *opened_rows(act, record_id, named, opened)),
        conditions=(Condition(NAME_IS_FREE, (act.tenant_id, asked.channel, name)), *conditions),
        refs={"record": record_id},
    )


def needs_more(asked: OpenRecord) -> bool:
    """Tell whether something is to be looked up that no process remembers."""
    return asked.site_key is not None or asked.customer is not None


def open_records_at_once(act: Act, commands: Sequence[OpenRecord]) -> AtOnce | None:
    """Give the statement that opens many records, where there can be one.

    Raises:
        NotPermitted: The actor may not open records.
    """
    act.scope.require(OPEN_RECORDS)
    if not 0 < len(commands) <= MOST or any(needs_more(one) for one in commands):
        return None
    batch = Batch.of(commands)
    if batch.refused:
        return None
    asked = list(batch.asked.values())
    held = {code: remembered(act, code) for code in {one.standard_code for one in asked}}
    found = {code: one for code, one in held.items() if one is not None}
    named_once = len({(one.channel, one.external_id) for one in asked}) == len(asked)
    if len(found) < len(held) or len(held) > MOST_STANDARDS or not named_once:
        return None
    holdings = {code: holding for code, (holding, _) in found.items()}
    known = {one.hash: remembered_process(one.hash) for one in holdings.values()}
    processes = {hash_: one for hash_, one in known.items() if one is not None}
    if len(processes) < len(known):
        return None
    together = Together(
        now=act.now,
        ids=batch.ids,
        asked=asked,
        holdings=holdings,
        processes=processes,
        sites=[None] * len(asked),
    )
    records, events = together.rows(act)
    keys = keys_of(act, asked, records)
    free = Condition(NAMES_ARE_FREE, (act.tenant_id, keys.columns["channel"], keys.columns["external_id"]))
    return AtOnce(
        rows=(keys, records, events, *together.told(act)),
        conditions=(free, *(condition for _, conditions in found.values() for condition in conditions)),
        refs={"records": batch.ids, "opened": len(asked), "already_there": 0},
    )


def keys_of(act: Act, asked: Sequence[OpenRecord], records: NewRows) -> NewRows:
    """Give the rows of records' keys, in the order of names, so that nobody waits in a circle."""
    ids, names, channels = records.columns["id"], records.columns["external_id"], [one.channel for one in asked]
    keys = list(zip(channels, names, ids, strict=True))
    ordered = sorted(keys)
    if ordered != keys:  # Otherwise the lists are those of the records, and sent once.
        channels, names, ids = (list(column) for column in zip(*ordered, strict=True))
    alike = {"tenant_id": act.tenant_id, "network_id": act.network_id}
    return NewRows(RecordKey.__tablename__, alike, {"record_id": ids, "external_id": names, "channel": channels})
