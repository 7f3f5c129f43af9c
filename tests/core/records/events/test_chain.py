"""An event's hash covers all of it, is the leaf of the log, and links the record's events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.ids import new_id
from core.records.events.policy import (
    NO_EVENT,
    Event,
    EventKind,
    Happening,
    Head,
    Origin,
    chained,
    leaf_hash,
    leaf_of,
    preimage_of,
)

NOON = datetime(2026, 5, 1, 12, 0, 0, 250, tzinfo=UTC)
ORIGIN = Origin(
    tenant_id=UUID(int=1),
    network_id=UUID(int=2),
    actor_kind="person",
    actor_id=UUID(int=3),
    on_behalf_of=None,
    recorded_at=NOON,
)


def events(count: int = 3) -> list[Event]:
    happenings = [
        (new_id(), Happening(kind=EventKind.STEP_COMPLETED, occurred_at=NOON, facts={"step": f"schritt {n} 步骤"}))
        for n in range(count)
    ]
    return chained(ORIGIN, UUID(int=4), happenings)


def test_a_leaf_is_what_rfc_6962_and_rfc_8785_make_of_the_facts() -> None:
    """Told once more, by the library and by hand."""
    event = replace(events(1)[0], sealed=b"\x07\x08", client_id=UUID(int=9), device_at=NOON + timedelta(seconds=1))
    facts = {
        "tenant": str(UUID(int=1)),
        "record": str(UUID(int=4)),
        "number": 1,
        "id": str(event.id),
        "kind": "step_completed",
        "occurredAt": "2026-05-01T12:00:00.000250Z",
        "recordedAt": "2026-05-01T12:00:00.000250Z",
        "actorKind": "person",
        "actorId": str(UUID(int=3)),
        "onBehalfOf": None,
        "clientId": str(UUID(int=9)),
        "deviceAt": "2026-05-01T12:00:01.000250Z",
        "payload": sha256('{"step":"schritt 0 步骤"}'.encode()).hexdigest(),
        "sealed": sha256(b"\x07\x08").hexdigest(),
        "previous": "00" * 32,
    }
    assert leaf_hash(event) == sha256(b"\x00" + rfc8785.dumps(facts)).digest()


def test_events_follow_each_other_without_a_gap() -> None:
    first, second, third = events()
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert (first.previous, second.previous, third.previous) == (NO_EVENT, first.hash, second.hash)
    assert all(one.hash == leaf_hash(one) for one in (first, second, third))
    later = chained(
        ORIGIN, UUID(int=4), [(new_id(), Happening(kind=EventKind.CLOSED, occurred_at=NOON))], Head(3, third.hash)
    )
    assert (later[0].number, later[0].previous, later[0].payload) == (4, third.hash, "{}")


CHANGES: dict[str, Any] = {
    "tenant_id": UUID(int=99),
    "record_id": UUID(int=99),
    "number": 9,
    "id": UUID(int=99),
    "kind": "closed",
    "occurred_at": NOON + timedelta(microseconds=1),
    "recorded_at": NOON + timedelta(microseconds=1),
    "actor_kind": "service",
    "actor_id": UUID(int=99),
    "on_behalf_of": UUID(int=99),
    "client_id": UUID(int=99),
    "device_at": NOON,
    "payload": "{}",
    "sealed": b"",
    "previous": b"\x01" * 32,
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_changes_the_hash(name: str) -> None:
    event = events(1)[0]
    assert leaf_hash(replace(event, **{name: CHANGES[name]})) != event.hash


def test_the_hash_is_known_where_only_hashes_of_the_contents_are_left() -> None:
    event = replace(events(1)[0], sealed=b"secret")
    left = replace(event, payload="", sealed=None)
    assert leaf_of(left, sha256(event.payload.encode()).digest(), sha256(b"secret").digest()) == leaf_hash(event)


def test_payloads_are_canonical() -> None:
    happening = Happening(kind=EventKind.OPENED, occurred_at=NOON, facts={"b": 1, "a": [None, "x"]})
    (event,) = chained(ORIGIN, UUID(int=4), [(new_id(), happening)])
    assert event.payload == '{"a":[null,"x"],"b":1}'
    assert orjson.loads(event.payload) == happening.facts


WORDS = st.sampled_from([*EventKind, 'opened","number":7', "a\\b", "Schritt 步骤", "\u2028", ""])
HASHES = st.binary(min_size=32, max_size=32)
INSTANTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)).map(  # noqa: DTZ001 - zoned next
    lambda one: one.replace(tzinfo=UTC)
)


@given(
    st.builds(
        replace,
        st.just(events(1)[0]),
        number=st.integers(1, 2**31 - 1),
        kind=WORDS.map(str),
        actor_kind=WORDS.map(str),
        occurred_at=INSTANTS,
        recorded_at=INSTANTS,
        device_at=st.none() | INSTANTS,
        client_id=st.none() | st.uuids(),
        on_behalf_of=st.none() | st.uuids(),
        previous=HASHES,
    ),
    HASHES,
    st.none() | HASHES,
)
def test_what_is_hashed_is_canonical_json(event: Event, payload: bytes, sealed: bytes | None) -> None:
    text = preimage_of(event, payload, sealed)
    facts = orjson.loads(text)
    assert text == rfc8785.dumps(facts).decode()
    named = {"kind": event.kind, "actorKind": event.actor_kind, "number": event.number, "payload": payload.hex()}
    named |= {"sealed": sealed and sealed.hex(), "previous": event.previous.hex()}
    assert {name: facts[name] for name in named} == named
