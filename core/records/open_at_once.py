"""Open one record or many by one statement, where all is as it mostly is.

Nothing of that name is there, no site is named, and what held for the tenant still holds. All else is left to
:mod:`core.records.open_record` and :mod:`core.records.open_records`, whose rows these are.
"""

import dataclasses
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from core.kernel.at_once import AtOnce
from core.kernel.clock import recorded_now
from core.kernel.conditions import Condition
from core.kernel.direct import NewRow, NewRows
from core.kernel.ids import new_id, new_ids
from core.kernel.outbox import trace_now
from core.kernel.patterns import Filled, Pattern
from core.kernel.unit import Act
from core.records.events.policy import Event
from core.records.events.stencil import GAP, TimelessStencil
from core.records.execution.processes import remembered_process
from core.records.execution.routing import first_owner
from core.records.models import RecordKey
from core.records.open_record import Opened, OpenRecord, checked, opened_rows, situation_of
from core.records.open_records import MOST, Batch
from core.records.opened_together import Together
from core.records.permissions import OPEN_RECORDS
from core.standards.standing import Remembered, remembered

MOST_ALIKE: Final = 500
"""Ways to begin, by tenant and actor, that one process remembers, some kilobytes each."""
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
MOST_LOOKED_UP: Final = 16
"""Names of many that are looked up before they are taken: what comes again mostly comes again as a whole. Where another
one is taken, the statement fails on the key's constraint, and nothing is written either."""

OWN_WORDS: Final = "NOT EXISTS (SELECT FROM catalogue_services AS service WHERE service.network_id = $1)"
"""Where there is a catalogue, it is asked whether the tenant offers what a record is classified as."""


def open_record_at_once(act: Act, command: OpenRecord) -> AtOnce | Filled | None:
    """Give the statement that opens a record, where there can be one.

    What begins like one that was opened before follows a pattern, which is cut when the second comes.

    Raises:
        NotPermitted: The actor may not open records.
        InvalidInput: A value does not have the form it must have.
    """
    act.scope.require(OPEN_RECORDS)
    asked = checked(command)
    held = remembered(act, asked.standard_code)
    if held is None or needs_more(asked):
        return None
    trace = trace_now()
    scope, alike = act.scope, (asked.channel, asked.priority, asked.service_type, asked.role)
    key = (scope.texts, scope.on_behalf_of, held.code, trace is None, *alike)
    known = _openings.get(key)
    if known is not None and known.held is held:
        _openings.move_to_end(key)
        return known.filled(act, asked.external_id, trace)
    cut = Opening.cut(act, held, asked) if key in _openings else None
    _openings[key] = cut
    if len(_openings) > MOST_ALIKE:
        _openings.popitem(last=False)
    return opening(act, held, asked) if cut is None else cut.filled(act, asked.external_id, trace)


def opening(act: Act, held: Remembered, asked: OpenRecord) -> AtOnce | None:
    """Give the statement that opens a record under what is remembered to hold."""
    process = remembered_process(held.holding.hash)
    if process is None:
        return None
    record_id = new_id()
    name = asked.external_id or str(record_id)
    role = asked.role or first_owner(process, situation_of(asked))
    opened = Opened(now=act.now, written=recorded_now(), holding=held.holding, site_id=None, role=role)
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
        conditions=(
            Condition(NAME_IS_FREE, (act.tenant_id, asked.channel, name)),
            *in_own_words(act, [asked]),
            *held.conditions(act),
        ),
        refs={"record": record_id},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """Records of one tenant that begin alike, opened by one actor.

    Attributes:
        held: What was remembered to hold for the tenant; once something else is, it is of no use.
        event: What is written of their first events.
        changed: What stands around the record's id in the message that it changed.
        ordered: What stands around it in the command to score it.
        pattern: The statement that opens one.
    """

    held: Remembered
    event: TimelessStencil
    changed: tuple[str, ...]
    ordered: tuple[str, ...]
    pattern: Pattern

    @classmethod
    def cut(cls, act: Act, held: Remembered, asked: OpenRecord) -> "Opening | None":
        """Cut what they have in common from one that is made up; nothing where no statement could open it."""
        made_up = opening(act, held, replace(asked, external_id=GAP))
        if made_up is None:
            return None
        record_id = str(made_up.refs["record"])
        rows = [one for one in made_up.rows if isinstance(one, NewRow)]
        written = rows[1].values["recorded_at"]
        rows[3:] = [NewRow(one.table, {**one.values, "sent_at": written}) for one in rows[3:]]
        _, record, event, changed, ordered = (one.values for one in rows)
        own = (
            (act.now,),
            (written,),
            (record["id"],),
            (GAP,),
            (event["id"],),
            (event["payload"],),
            (event["hash"],),
            (changed["id"],),
            (changed["payload"],),
            (ordered["id"],),
            (ordered["payload"],),
            *(((changed["trace"], ordered["trace"]),) if changed["trace"] else ()),
        )
        return cls(
            held,
            TimelessStencil.of(Event(**event)),
            tuple(changed["payload"].split(record_id)),
            tuple(ordered["payload"].split(record_id)),
            Pattern(dataclasses.replace(made_up, rows=rows), own, made_up.tables),
        )

    def filled(self, act: Act, external_id: str | None, trace: str | None) -> Filled:
        """Give the statement that opens one of them now; what is sent names the trace, if there is one."""
        act.wake()
        now, written = act.now, recorded_now()
        record_id, event_id, changed_id, ordered_id = new_ids(4)
        text = str(record_id)
        name = external_id or text
        payload, hash_ = self.event.filled(str(event_id), text, name, now, written)
        changed, ordered = text.join(self.changed), text.join(self.ordered)
        sent = (changed_id, changed, ordered_id, ordered, *((trace,) if trace else ()))
        own = (now, written, record_id, name, event_id, payload, hash_, *sent)
        return Filled(self.pattern, own, {"record": record_id})


_openings: OrderedDict[Hashable, Opening | None] = OrderedDict()


def needs_more(asked: OpenRecord) -> bool:
    """Tell whether something is to be looked up that no process remembers."""
    return asked.site_key is not None or asked.customer is not None


def open_records_at_once(act: Act, commands: Sequence[OpenRecord]) -> AtOnce | None:
    """Give the statement that opens many records, where there can be one.

    Raises:
        NotPermitted: The actor may not open records.
    """
    act.scope.require(OPEN_RECORDS)
    if not 0 < len(commands) <= MOST:
        return None
    batch = Batch.of(commands)
    kinds = batch.kinds
    if batch.refused or any(map(needs_more, kinds)):
        return None
    asked = list(batch.asked.values())
    held = {code: remembered(act, code) for code in {one.standard_code for one in kinds}}
    found = {code: one for code, one in held.items() if one is not None}
    if len(found) < len(held) or len(held) > MOST_STANDARDS:
        return None
    names = [(one.channel, one.external_id or "") for one in asked]
    if len(set(names)) < len(names):
        return None
    holdings = {code: one.holding for code, one in found.items()}
    known = {one.hash: remembered_process(one.hash) for one in holdings.values()}
    processes = {hash_: one for hash_, one in known.items() if one is not None}
    if len(processes) < len(known):
        return None
    together = Together(
        now=act.now,
        ids=batch.ids,
        asked=asked,
        begun=batch.begun,
        holdings=holdings,
        processes=processes,
        sites=[None] * len(asked),
    )
    records, events = together.rows(act)
    keys = keys_of(act, names, records)
    return AtOnce(
        rows=(records, events, *together.told(act), keys),  # PostgreSQL carries out what nobody reads from behind.
        conditions=(
            Condition(NAMES_ARE_FREE, (act.tenant_id, *some_of(keys))),
            *in_own_words(act, kinds),
            *(condition for one in found.values() for condition in one.conditions(act)),
        ),
        refs={"records": batch.ids, "opened": len(asked), "already_there": 0},
    )


def some_of(keys: NewRows) -> tuple[Sequence[str], Sequence[str]]:
    """Give channels and names that stand for all of them: so many, from the first on at equal distances."""
    channels, names = keys.columns["channel"], keys.columns["external_id"]
    apart = -(-len(names) // MOST_LOOKED_UP)
    return channels[::apart], names[::apart]


def in_own_words(act: Act, asked: Iterable[OpenRecord]) -> tuple[Condition, ...]:
    """Give the condition under which records may be classified by any word, where one of them is classified."""
    classified = any(one.service_type is not None for one in asked)
    return (Condition(OWN_WORDS, (act.network_id,)),) if classified else ()


def keys_of(act: Act, names: Sequence[tuple[str, str]], records: NewRows) -> NewRows:
    """Give the rows of records' keys, in the order of names, so that nobody waits in a circle.

    Args:
        act: Who opens them, and where.
        names: Channel and external id of each, no two of which are the same.
        records: Their rows.
    """
    ids, externals, channels = records.columns["id"], records.columns["external_id"], [one for one, _ in names]
    if sorted(names) != names:  # Otherwise the lists are those of the records, and sent once.
        order = sorted(range(len(names)), key=names.__getitem__)
        channels, externals, ids = ([column[place] for place in order] for column in (channels, externals, ids))
    alike = {"tenant_id": act.tenant_id, "network_id": act.network_id}
    return NewRows(RecordKey.__tablename__, alike, {"record_id": ids, "external_id": externals, "channel": channels})
