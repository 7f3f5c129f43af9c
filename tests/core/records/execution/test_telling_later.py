"""A device tells later of members, sites, customers, delays and evidence: looked up first, and undone where refused."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.kernel.canonical import instant_text
from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.graphql.ids import global_id
from core.records.execution.rebuild import check_record
from tenants.sites.open import OpenSite, open_site
from tests.core.records.customers.serving import Counter, counter_of, own

TOLD = "record { id version holderRole priority customer { id } } outcomes { clientId fate number code }"
MINUTE = timedelta(minutes=1)
WHY = {"reasonCode": "parts", "reason": "No pump.", "alternative": "Rent one."}
WECHAT = {"channel": "wechat", "address": "wx Zinnober"}


@pytest.fixture
async def counter(database: Database, clock: SetClock, admin: Any) -> Counter:
    """A tenant whose counter serves customers."""
    return await counter_of(database, clock, admin)


async def told(counter: Counter, record: Any, *events: dict[str, Any], skew: int = 0) -> Any:
    """Tell of what happened a minute after another from the opening on, by a clock that is off."""
    begin = counter.shop.chain.clock.now() - 60 * MINUTE - timedelta(milliseconds=skew)
    sent = [
        {"clientId": str(uuid4()), "deviceAt": instant_text(begin + number * MINUTE), **one}
        for number, one in enumerate(events, start=1)
    ]
    given: dict[str, Any] = {"record": record["id"], "skewMilliseconds": skew, "events": sent}
    done = await counter.client.change("replayEvents", TOLD, **given)
    assert done["__typename"] == "ReplayEventsSuccess", done
    again = await counter.client.change("replayEvents", TOLD, **given)
    assert again["record"] == done["record"]
    applied = {one["clientId"] for one in done["outcomes"] if one["fate"] == "APPLIED"}
    assert {one["clientId"] for one in again["outcomes"] if one["fate"] == "ALREADY_THERE"} == applied
    return done


async def everything(counter: Counter) -> list[Any]:
    """All rows that a device's event could leave behind."""
    tables = (
        "records",
        "record_events",
        "record_contacts",
        "record_keys",
        "record_terms",
        "customers",
        "customer_keys",
    )
    found = [await counter.rows(f"SELECT * FROM {one} WHERE tenant_id = $1 ORDER BY id") for one in tables[:3]]
    found += [await counter.rows(f"SELECT count(*) FROM {one} WHERE tenant_id = $1") for one in tables[3:]]
    outbox = "SELECT count(*) FROM outbox WHERE tenant_id = $1 AND topic = 'records.changed'"
    audit = "SELECT count(*) FROM audit_entries WHERE tenant_id = $1"
    return [*found, await counter.rows(outbox), await counter.rows(audit)]


def codes(done: Any) -> list[str]:
    return [one["code"] or one["fate"] for one in done["outcomes"]]


async def test_what_happened_offline_is_told_with_everything_it_names(counter: Counter) -> None:
    site = OpenSite(key="yard", name="Yard", attributes={"kind": "workshop"})
    await counter.shop.run(lambda unit: open_site(unit, site))
    record = await counter.opened("a")
    counter.shop.chain.clock.advance(60 * MINUTE)
    until = instant_text(counter.shop.chain.clock.now() + 600 * MINUTE)
    delay = {"kind": "ANNOUNCE_DELAY", "until": until, **WHY}
    done = await told(
        counter,
        record,
        {"kind": "HAND_OVER", "role": "field", "siteKey": "yard", "reason": "Ask for Zinnober."},
        {
            "kind": "ADD_CONTACT",
            "channel": "wechat",
            "externalId": "wx 1",
            "customerContact": WECHAT,
            "reason": "Here.",
        },
        {"kind": "CHANGE_PRIORITY", "priority": "high"},
        delay,
        {"kind": "TELL_STEP", "key": "intake"},
        skew=-90_000,
    )
    assert codes(done) == ["APPLIED"] * 5
    assert (done["record"]["holderRole"], done["record"]["priority"]) == ("field", "high")
    assert done["record"]["customer"] is not None
    id_ = own("Record", record["id"])
    events = await counter.shop.events(id_)
    assert [one["kind"] for one in events[1:]] == [
        "handed_over",
        "contacted",
        "priority_changed",
        "delay_announced",
        "step_completed",
    ]
    assert [one["occurred_at"] - events[0]["occurred_at"] for one in events[1:]] == [n * MINUTE for n in range(1, 6)]
    assert (await counter.notes(record))[1:4] == ["Ask for Zinnober.", "Here.", None]
    assert (await counter.opened("wx 1", channel="wechat"))["id"] == record["id"]
    assert await counter.shop.run(lambda unit: check_record(unit, id_)) == ()


async def test_what_is_refused_leaves_nothing_that_was_looked_up(counter: Counter) -> None:
    record, other = await counter.opened("a"), await counter.opened("b")
    await counter.registered(name="Eva")  # The tenant has its keys.
    counter.shop.chain.clock.advance(60 * MINUTE)
    before = await everything(counter)
    soon = instant_text(counter.shop.chain.clock.now() - MINUTE)
    late = {"kind": "ANNOUNCE_DELAY", "until": soon, **WHY}
    stranger = {"upload": global_id("EvidenceUpload", uuid4()), "kind": "ADD_EVIDENCE", "key": "repair"}
    done = await told(
        counter,
        record,
        {"kind": "HAND_OVER", "person": str(uuid4())},
        {"kind": "HAND_OVER", "role": "field", "siteKey": "nowhere"},
        {"kind": "HAND_OVER"},
        {"kind": "ADD_CONTACT", "channel": "phone", "externalId": "b", "customerContact": WECHAT},
        {"kind": "CHANGE_PRIORITY", "priority": None},
        late,
        {"kind": "MIGRATE"},
        stranger,
    )
    assert codes(done) == [
        "kernel.not_found",
        "kernel.not_found",
        "kernel.invalid_input",
        "records.key_is_taken",
        "records.nothing_changed",
        "records.delay_not_later",
        "records.not_replayable",
        "kernel.not_found",
    ]
    assert await everything(counter) == before
    assert (await counter.opened("b"))["id"] == other["id"]
    ends = ({"kind": "TELL_STEP", "key": "intake"}, {"kind": "CLOSE"}, {"kind": "REOPEN", "reasonCode": "x"})
    closed = await told(counter, record, *ends)
    assert codes(closed) == ["APPLIED", "records.not_resolved", "records.not_resolved"]


@pytest.mark.parametrize(("at", "skew"), [("0001-01-01T00:00:00Z", -1_000), ("9999-12-31T23:59:59Z", 5_000)])
async def test_a_device_whose_clock_is_beyond_the_calendar_keeps_nothing_back(
    counter: Counter, at: str, skew: int
) -> None:
    record = await counter.opened("a")
    now = instant_text(counter.shop.chain.clock.now() - timedelta(milliseconds=skew))
    upload = global_id("EvidenceUpload", uuid4())
    sent: list[dict[str, Any]] = [
        {"deviceAt": at, "kind": "TELL_STEP", "key": "intake"},
        {"deviceAt": now, "kind": "ADD_EVIDENCE", "upload": upload, "key": "intake", "takenAt": at},
        {"deviceAt": now, "kind": "TELL_STEP", "key": "intake"},
    ]
    events = [{"clientId": str(uuid4()), **one} for one in sent]
    done = await counter.client.change("replayEvents", TOLD, record=record["id"], skewMilliseconds=skew, events=events)
    assert codes(done) == ["kernel.invalid_input", "kernel.invalid_input", "APPLIED"]
