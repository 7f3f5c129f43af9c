"""A delay is announced ahead, later than promised, with words for the customer; or nothing is written."""

from dataclasses import replace
from typing import Any

from core.records.execution.rebuild import check_record
from tests.core.records.customers.serving import own
from tests.core.records.links.looking import ALTERNATIVE, REASON, Window, nothing_written

AHEAD = "2026-11-23T08:00:00Z"
SAID: dict[str, Any] = {"until": AHEAD, "reasonCode": "part_missing", "reason": REASON, "alternative": ALTERNATIVE}


async def refused(window: Window, record: Any, client: Any = None, **said: Any) -> str:
    given = {"record": record["id"], "version": record["version"], **SAID, **said}
    done = await (client or window.counter.client).change("announceDelay", "record { id }", **given)
    return done["code"]


async def test_an_announcement_is_an_event_whose_words_are_sealed(window: Window) -> None:
    record = await window.delayed(await window.opened(), AHEAD, step="repair")
    query = "query($id: ID!) { record(id: $id) { events { nodes { kind facts } } } }"
    events = (await window.counter.client.data(query, id=record["id"]))["record"]["events"]["nodes"]
    facts = {"until": "2026-11-23T08:00:00.000000Z", "reasonCode": "part_missing", "step": "repair"}
    assert (events[-1]["kind"], events[-1]["facts"]) == ("delay_announced", facts)
    for row in await window.counter.rows("SELECT to_jsonb(t)::text AS row FROM record_events t WHERE tenant_id = $1"):
        assert "Kyōto" not in row["row"]
    record = await window.delayed(record, "2026-11-22T08:00:00Z", reason="Found one\u2029nearby.")
    view = await window.viewed(record)
    assert (view["promisedAt"], len(view["delays"])) == ("2026-11-22T08:00:00.000000Z", 2)
    assert view["delays"][0]["reason"] == "Found one\nnearby."
    assert await window.counter.shop.run(lambda unit: check_record(unit, own("Record", record["id"]))) == ()


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"until": "2026-11-21T10:00:00Z"}, "records.delay_not_later"),
    ({"until": "2026-11-21T08:00:00Z"}, "records.delay_not_later"),
    ({"reason": "  "}, "kernel.invalid_input"),
    ({"alternative": ""}, "kernel.invalid_input"),
    ({"reason": "x" * 1001}, "kernel.invalid_input"),
    ({"alternative": "a\x01b"}, "kernel.invalid_input"),
    ({"reasonCode": "Frau Weber"}, "kernel.invalid_input"),
    ({"step": "unknown"}, "records.step_not_foreseen"),
    ({"version": 7}, "kernel.stale_edit"),
)


async def test_what_is_no_announcement_is_refused(window: Window) -> None:
    record = await window.opened()
    async with nothing_written(window):
        for said, code in WRONG:
            assert await refused(window, record, **said) == code, said


async def test_who_may_not_announce_and_what_is_over(window: Window) -> None:
    record, client = await window.opened(), window.counter.client
    neighbour = replace(client, scope=await window.counter.shop.chain.tenant("south"))
    async with nothing_written(window):
        assert await refused(window, record, client.without("records.work")) == "kernel.not_permitted"
        assert await refused(window, record, neighbour) == "kernel.not_found"
    for key in ("intake", "diagnose", "repair", "handover"):
        record = await window.counter.does("completeStep", record, key=key)
    for name in ("resolveRecord", "closeRecord"):
        record = await window.counter.does(name, record, type_="OnRecord" if name == "closeRecord" else "")
        async with nothing_written(window):
            assert await refused(window, record) == "records.not_open"


async def test_a_promise_at_the_end_of_the_calendar_is_shown(window: Window) -> None:
    record = await window.opened()
    link = await window.shared(record)
    await window.delayed(record, "9999-12-31T23:59:59Z")
    assert (await window.read(link["path"]))["promisedAt"] == "9999-12-31T23:59:59+00:00"
    page = await window.get(link["path"], accept="text/html", accept_language="en")
    assert page.status_code == 200
    assert "9999" in page.text
