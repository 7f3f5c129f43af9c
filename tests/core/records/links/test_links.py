"""A link opens one record's view and nothing else; whatever is wrong with one is told alike."""

from asyncio import gather
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.graphql.ids import global_id
from core.records.links.errors import LinkOpensNothing
from core.records.links.tokens import LENGTH, LinkSigner, LinkToken
from core.records.privacy.registry import Forgotten, forget, told_of
from tests.core.records.customers.serving import neighbour, own
from tests.core.records.links.looking import (
    ALTERNATIVE,
    REASON,
    SHARED,
    STAFF_WORDS,
    Window,
    nothing_written,
    path_of,
)
from tests.gateway.http.edge import edge_for, edge_of
from tests.support.api import SETTINGS, Client

EPOCH = datetime(2026, 11, 21, tzinfo=UTC)
NOTHING = {
    "errors": [
        {
            "message": LinkOpensNothing().message,
            "extensions": {"code": LinkOpensNothing.code, "hint": LinkOpensNothing().hint},
        }
    ]
}


async def test_a_link_opens_what_staff_are_shown(window: Window) -> None:
    record = await window.opened()
    link = await window.shared(record)
    assert link["expiresAt"] == "2026-12-21T09:00:00.000000Z"
    assert len(link["path"]) == len("/look/") + LENGTH
    begun = await window.read(link["path"])
    assert begun == {
        "service": "express repair",
        "state": "received",
        "openedAt": "2026-11-21T17:00:00+08:00",
        "resolvedAt": None,
        "currentSteps": [],
        "nextStep": {"title": "Taken in"},
        "promisedAt": "2026-11-21T18:00:00+08:00",
        "delays": [],
        "doneSteps": [],
        "site": {
            "organisation": "north",
            "name": "Harbour workshop",
            "address": ["Pier 7", "200080 Shanghai"],
            "timeZone": "Asia/Shanghai",
        },
    }
    for name, said in (
        ("completeStep", {"key": "intake", "status": "Zinnober"}),
        ("completeStep", {"key": "diagnose", "status": "Zinnober"}),
        ("startStep", {"key": "repair"}),
    ):
        record = await window.counter.does(name, record, **said)
    record = await window.delayed(record, "2026-11-23T16:00:00+08:00", step="repair")
    record = await window.counter.does(
        "waitForCustomer", record, type_="WaitForInput", reasonCode="absent", reason="Zinnober"
    )
    told = await window.read(link["path"])
    assert (told["state"], told["nextStep"], told["promisedAt"]) == (
        "waiting_for_you",
        {"title": "Handed over"},
        "2026-11-23T16:00:00+08:00",
    )
    assert [one["title"] for one in told["currentSteps"]] == ["Repaired in our workshop"]
    assert [one["title"] for one in told["doneSteps"]] == ["Taken in"]
    assert told["delays"] == [
        {
            "announcedAt": "2026-11-21T17:00:00+08:00",
            "until": "2026-11-23T16:00:00+08:00",
            "reasonCode": "part_missing",
            "reason": REASON,
            "alternative": ALTERNATIVE,
            "step": "Repaired in our workshop",
        }
    ]
    shown = await window.viewed(record)
    assert [shown["service"], shown["state"].lower()] == [told["service"], told["state"]]
    assert [one["title"] for one in shown["doneSteps"]] == [one["title"] for one in told["doneSteps"]]
    assert (shown["nextStep"]["title"], shown["promisedAt"]) == ("Handed over", "2026-11-23T08:00:00.000000Z")
    assert (shown["delays"][0]["reason"], shown["delays"][0]["alternative"]) == (REASON, ALTERNATIVE)
    note = (await window.counter.notes(record))[-2]
    assert note == f"{REASON}\u2029{ALTERNATIVE}"
    for body in (await page_of(window, link), repr(told)):
        assert not [word for word in STAFF_WORDS if word in body]
        scope = window.counter.shop.scope
        for id_ in (scope.actor.id, scope.tenant_id, scope.network_id, record["id"], link["id"]):
            assert str(id_) not in body


async def page_of(window: Window, link: Any, **headers: str) -> str:
    answer = await window.get(link["path"], **headers)
    assert answer.status_code == 200
    return answer.text


async def test_an_answer_is_careful_and_its_address_is_in_no_log(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[dict[str, Any]] = []

    def noted(*said: str, **more: Any) -> None:
        lines.append({"said": said, **more})

    monkeypatch.setattr("gateway.http.observation.write_line", noted)
    link = await window.shared(await window.opened())
    answers = [await window.get(link["path"], accept=kind) for kind in ("text/html", "application/json")]
    answers.append(await window.get(link["path"][:-1] + ("A" if link["path"].endswith("_") else "_")))
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"].startswith("noindex")
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "set-cookie" not in answer.headers
    assert [(line["route"], line["status"], line["outcome"]) for line in lines] == [
        ("/look/{token}", 200, "ok"),
        ("/look/{token}", 200, "ok"),
        ("/look/{token}", 404, LinkOpensNothing.code),
    ]
    assert link["path"].removeprefix("/look/")[:40] not in repr(lines)


async def test_what_is_done_and_closed_is_shown_as_such(window: Window) -> None:
    record = await window.opened()
    link = await window.shared(record)
    for key in ("intake", "diagnose", "repair", "handover"):
        record = await window.counter.does("completeStep", record, key=key)
    for name, state in (("resolveRecord", "done"), ("closeRecord", "closed"), ("reopenRecord", "in_progress")):
        more = {"reasonCode": "not_solved"} if name == "reopenRecord" else {}
        type_ = "" if more else "OnRecord"
        record = await window.counter.does(name, record, type_=type_ if name == "closeRecord" else "", **more)
        told = await window.read(link["path"])
        assert (told["state"], told["nextStep"], bool(told["resolvedAt"])) == (state, None, name != "reopenRecord")


async def test_whatever_is_wrong_with_a_link_is_told_alike(window: Window, database: Database) -> None:
    record = await window.opened()
    link = await window.shared(record, validDays=2)
    other = await window.shared(await window.opened())
    token = link["path"].removeprefix("/look/")
    given = urlsafe_b64decode(token)
    signer = LinkSigner(MasterKeys.read(SETTINGS.master_key.get_secret_value()))
    forger = LinkSigner(MasterKeys.read("99" * 32))
    real = signer.read(token)
    assert real is not None
    wrong = {
        "forged": forger.sign(real),
        "cut": token[:-4],
        "longer": token + "AAAA",
        "empty": "A" * LENGTH,
        "not ours": "x",
        "no base64": "!" * LENGTH,
        "no ascii": "ü" * LENGTH,
        "later": urlsafe_b64encode(given[:49] + b"\xff" + given[50:]).decode(),
        "swapped": urlsafe_b64encode(
            given[:54] + urlsafe_b64decode(other["path"].removeprefix("/look/"))[54:]
        ).decode(),
        "another tenant": signer.sign(replace(real, tenant_id=uuid4())),
        "headquarters": signer.sign(replace(real, tenant_id=window.counter.shop.chain.scope.tenant_id)),
        "another network": signer.sign(replace(real, network_id=uuid4())),
        "another link": signer.sign(replace(real, link_id=uuid4())),
        "longer lived": signer.sign(replace(real, expires_at=real.expires_at + timedelta(days=1))),
    }
    async with nothing_written(window):
        for name, text in wrong.items():
            answer = await window.get(f"/look/{text}", accept="application/json")
            assert (answer.status_code, answer.json()) == (404, NOTHING), name
            shown = await window.get(f"/look/{text}", accept="text/html")
            assert (shown.status_code, "This link opens nothing" in shown.text) == (404, True), name
    assert (await window.get(link["path"])).status_code == 200
    # Forged ones are refused before anything is looked up: there is no database behind this edge.
    without = edge_of(None, services=window.counter.api.services, directory=object(), clock=window.clock)  # type: ignore[arg-type]
    async with without.client() as client:
        assert (await client.get(f"/look/{wrong['forged']}")).status_code == 404
    revoked = await window.counter.client.change("revokeRecordLink", "link { id opens revokedAt }", link=other["id"])
    assert revoked["link"] == {"id": other["id"], "opens": False, "revokedAt": "2026-11-21T09:00:00.000000Z"}
    again = await window.counter.client.change("revokeRecordLink", "link { opens }", link=other["id"])
    assert again["link"] == {"opens": False}
    window.clock.advance(timedelta(days=2))
    for one in (other, link):
        answer = await window.get(one["path"], accept="application/json")
        assert (answer.status_code, answer.json()) == (404, NOTHING)


async def test_whoever_opens_links_too_often_is_told_to_wait(window: Window, database: Database) -> None:
    link = await window.shared(await window.opened())
    services = window.counter.api.services
    few = edge_of(
        database,
        services=services,
        directory=services.get(Directory),
        clock=window.clock,
        edge=edge_for(looks_per_minute=2),
    )
    async with few.client() as client:
        seen = [await client.get(path) for path in (link["path"], "/look/guessed", link["path"])]
        told = await client.get(link["path"], headers={"Accept": "application/json"})
    assert [one.status_code for one in (*seen, told)] == [200, 404, 429, 429]
    assert 0 < int(told.headers["retry-after"]) <= 30
    assert told.json()["errors"][0]["extensions"]["code"] == "gateway.too_many_looks"
    assert "Please wait a moment" in seen[2].text
    assert seen[2].headers["retry-after"]
    assert seen[2].headers["content-security-policy"].startswith("default-src 'none'")
    async with window.edge.client() as client:
        assert (await client.get(link["path"])).status_code == 200


async def test_nothing_of_an_address_is_kept_and_it_is_told_once(window: Window) -> None:
    record = await window.opened()
    query = (
        'mutation($input: ShareRecordInput!) { shareRecord(input: $input, idempotencyKey: "once") {'
        f" ... on ShareRecordSuccess {{ {SHARED} }} }} }}"
    )
    first, second = [
        (await window.counter.client.data(query, input={"record": record["id"]}))["shareRecord"] for _ in range(2)
    ]
    assert (first["link"], second["url"]) == (second["link"], None)
    token = path_of(first["url"]).removeprefix("/look/")
    raw = urlsafe_b64decode(token)
    for table in ("record_links", "audit_entries", "outbox", "idempotency_keys", "record_events"):
        rows = await window.counter.rows(f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE tenant_id = $1")
        for row in rows:
            assert token not in row["row"]
            assert raw[54:].hex() not in row["row"]
    listed = await window.counter.client.data(
        "query($id: ID!) { record(id: $id) { links { nodes { id opens expiresAt } totalCount } } }", id=record["id"]
    )
    assert listed["record"]["links"] == {"nodes": [first["link"]], "totalCount": 1} | {
        "nodes": [{name: first["link"][name] for name in ("id", "opens", "expiresAt")}]
    }
    acts = await window.counter.rows(
        "SELECT action FROM audit_entries WHERE tenant_id = $1 AND action LIKE 'records.%'"
    )
    assert [row["action"] for row in acts] == ["records.share"]


async def test_who_may_not_share_changes_nothing(window: Window) -> None:
    record, client = await window.opened(), window.counter.client
    link = await window.shared(record)
    neighbour = replace(client, scope=await window.counter.shop.chain.tenant("south"))
    reader = client.without("records.share")
    async with nothing_written(window):
        for who, code in ((reader, "kernel.not_permitted"), (neighbour, "kernel.not_found")):
            shared = await who.change("shareRecord", SHARED, record=record["id"])
            revoked = await who.change("revokeRecordLink", "link { id }", link=link["id"])
            assert (shared["code"], revoked["code"]) == (code, code)
        for days in (0, 366):
            refused = await client.change("shareRecord", SHARED, record=record["id"], validDays=days)
            assert refused["code"] == "kernel.invalid_input"
        stranger = global_id("Record", uuid4())
        assert (await client.change("shareRecord", SHARED, record=stranger))["code"] == "kernel.not_found"
    assert (await window.read(link["path"]))["state"] == "received"


async def test_an_erased_customer_is_shown_nothing_and_withheld_texts_break_nothing(window: Window) -> None:
    number = {"channel": "phone", "address": "+49 30 123"}
    record = await window.opened(customerContact=number)
    record = await window.delayed(record, "2026-11-23T08:00:00Z")
    link = await window.shared(record)
    admin, tenant = window.counter.shop.admin, window.counter.shop.scope.tenant_id
    await admin.execute("DELETE FROM data_keys WHERE tenant_id = $1 AND subject_kind = 'person'", tenant)
    told = await window.read(link["path"])
    assert (told["delays"][0]["reason"], told["delays"][0]["alternative"]) == (None, None)
    assert "This text is no longer available." in await page_of(window, link, accept_language="en")
    assert (await window.viewed(record))["delays"][0]["reason"] is None
    erased = "UPDATE customers SET name = NULL, address = NULL, erased_at = now() WHERE tenant_id = $1"
    await admin.execute(erased, tenant)
    assert (await window.get(link["path"])).status_code == 404
    assert (await window.viewed(record))["state"] == "RECEIVED"
    async with nothing_written(window):
        refused = await window.counter.client.change("shareRecord", SHARED, record=record["id"])
        assert refused["code"] == "customers.erased"


async def test_links_go_with_what_is_forgotten(window: Window) -> None:
    record, other = await window.opened(), await window.opened()
    links = [await window.shared(one) for one in (record, other)]
    gone = own("Record", record["id"])
    told = await window.counter.shop.run(lambda unit: told_of(unit, [gone]))
    assert [one["revokedAt"] for one in told["links"][gone]] == [None]  # type: ignore[index]
    forgotten = Forgotten(customer_id=None, record_ids=[gone])
    for _ in range(2):
        await window.counter.shop.run(lambda unit: forget(unit, forgotten))
    assert [(await window.get(one["path"])).status_code for one in links] == [404, 200]


async def test_a_suspended_tenant_shows_nothing(window: Window) -> None:
    link = await window.shared(await window.opened())
    await window.counter.shop.admin.execute(
        "UPDATE tenants SET status = 'suspended', suspended_at = now() WHERE id = $1",
        window.counter.shop.scope.tenant_id,
    )
    assert (await window.get(link["path"])).status_code == 404


def test_what_an_older_master_key_signed_holds() -> None:
    told = LinkToken(network_id=uuid4(), tenant_id=uuid4(), link_id=uuid4(), expires_at=EPOCH)
    old, new = LinkSigner(MasterKeys.read("11" * 32)), LinkSigner(MasterKeys.read("22" * 32 + "," + "11" * 32))
    assert new.read(old.sign(told)) == told
    assert old.read(new.sign(told)) is None


async def test_staff_look_in_the_language_of_their_customer(window: Window) -> None:
    record = await window.opened()
    query = "query V($id: ID!, $locale: String) { customerView(record: $id, locale: $locale) { nextStep { title } } }"

    async def next_step(client: Client, locale: str | None) -> Any:
        return (await client.data(query, id=record["id"], locale=locale))["customerView"]

    staff = window.counter.client
    assert [(await next_step(staff, one))["nextStep"]["title"] for one in ("zh-Hans", "en", None)] == [
        "接待",
        "Taken in",
        "Taken in",
    ]
    stranger = neighbour(window.counter, await window.counter.shop.chain.tenant("south"))
    assert await next_step(stranger, "en") is None
    assert (await staff.ask(query, id=record["id"], locale="a b")).codes == ["kernel.invalid_input"]


async def test_a_record_has_so_many_links_and_no_more(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.records.links.share.MOST", 2)
    record, client = await window.opened(), window.counter.client
    first, short = await window.shared(record), await window.shared(record, validDays=1)
    refused = [await client.change("shareRecord", "link { id }", record=record["id"]) for _ in range(2)]
    assert [one["code"] for one in refused] == ["records.too_many_links"] * 2
    await client.change("revokeRecordLink", "link { id }", link=first["id"])
    both = [client.change("shareRecord", "link { id }", record=record["id"]) for _ in range(2)]
    at_once = await gather(*both)
    assert sorted(one.get("code", "") for one in at_once) == ["", "records.too_many_links"]
    window.counter.shop.chain.clock.advance(timedelta(days=1))
    assert (await window.get(short["path"])).status_code == 404
    assert await window.shared(record)
    assert await window.shared(await window.opened())
