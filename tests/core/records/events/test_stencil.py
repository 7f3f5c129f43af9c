"""What is filled into a stencil is what an event made by the rules is, byte by byte."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.canonical import canonical_text
from core.kernel.ids import new_id
from core.records.events.policy import Event, EventKind, Happening, Origin, chained, leaf_hash
from core.records.events.stencil import GAP, Stencil, TimelessStencil

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
STORED = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


def opening(
    record_id: UUID,
    event_id: UUID,
    name: str,
    priority: str,
    on_behalf_of: UUID | None,
    occurred: datetime = AT,
    recorded: datetime = AT,
) -> Event:
    origin = Origin(
        tenant_id=TENANT,
        network_id=NETWORK,
        actor_kind="service",
        actor_id=TENANT,
        on_behalf_of=on_behalf_of,
        recorded_at=recorded,
    )
    facts = {"channel": "phone", "externalId": name, "priority": priority, "standardVersion": "1"}
    happening = Happening(kind=EventKind.OPENED, occurred_at=occurred, facts=facts)
    return chained(origin, record_id, [(event_id, happening)])[0]


TENANT, NETWORK = new_id(), new_id()


INSTANTS = st.datetimes(timezones=st.just(UTC))


@settings(max_examples=40, deadline=None)
@given(
    name=STORED,
    priority=st.one_of(STORED, st.just("recordedAt")),
    occurred=INSTANTS,
    recorded=INSTANTS,
    same=st.booleans(),
)
def test_a_stencil_without_a_time_gives_the_event_of_the_rules(
    name: str, priority: str, occurred: datetime, recorded: datetime, same: bool
) -> None:
    cut_at = AT if same else AT.replace(microsecond=1)
    stencil = TimelessStencil.of(opening(new_id(), new_id(), GAP, priority, None, AT, cut_at))
    event = opening(new_id(), new_id(), name, priority, None, occurred, recorded)
    filled = stencil.filled(str(event.id), str(event.record_id), name, occurred, recorded)
    assert filled == (event.payload, event.hash)


@settings(max_examples=40, deadline=None)
@given(name=STORED, priority=st.one_of(STORED, st.just(r'"\u0000"')), asked_for=st.booleans())
def test_an_event_of_a_stencil_is_the_event_of_the_rules(name: str, priority: str, asked_for: bool) -> None:
    on_behalf_of = new_id() if asked_for else None
    stencil = Stencil.of(opening(new_id(), new_id(), GAP, priority, on_behalf_of))
    event = opening(new_id(), new_id(), name, priority, on_behalf_of)
    payload, hash_ = stencil.filled(str(event.id), str(event.record_id), name)
    assert (
        payload
        == event.payload
        == canonical_text({"channel": "phone", "externalId": name, "priority": priority, "standardVersion": "1"})
    )
    assert hash_ == event.hash == leaf_hash(event)


@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.one_of(STORED, st.text('ab1-"\\ ', max_size=9)), min_size=1, max_size=5))
def test_many_that_are_filled_together_are_those_that_are_filled_one_by_one(names: list[str]) -> None:
    stencil = Stencil.of(opening(new_id(), new_id(), GAP, "high", None))
    event_ids, record_ids = [str(new_id()) for _ in names], [str(new_id()) for _ in names]
    one_by_one = [stencil.filled(*each) for each in zip(event_ids, record_ids, names, strict=True)]
    payloads, hashes = stencil.all_filled(event_ids, record_ids, names)
    assert list(zip(payloads, hashes, strict=True)) == one_by_one
