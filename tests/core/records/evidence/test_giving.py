"""Evidence from a front end: sent, given for a step, confirmed, listed, read, withdrawn; and whom it is not for."""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from core.kernel.canonical import instant_text
from core.kernel.graphql.ids import global_id, split_id
from core.records.execution import commands as do
from core.records.execution.rebuild import check_record
from tests.core.records.evidence.desk import PNG, Desk, desk_on

READ = """query($id: ID!, $filter: RecordEvidenceFilter) { done: record(id: $id) { version
  evidence(filter: $filter) { nodes { id position step round asked kind mediaType bytes place confirmedBy withdrawnCode
    sha256 } }
  events { nodes { kind note facts } } } }"""
CONFIRM = """mutation($input: ConfirmEvidenceInput!) { done: confirmEvidence(input: $input, idempotencyKey: "confirm") {
  __typename ... on ConfirmEvidenceSuccess { evidence { confirmedBy } } ... on Problem { code } } }"""
WITHDRAW = """mutation($input: WithdrawEvidenceInput!) {
  done: withdrawEvidence(input: $input, idempotencyKey: "withdraw") {
  __typename ... on WithdrawEvidenceSuccess { evidence { withdrawnCode } record { version } }
  ... on Problem { code } } }"""
LINK = "query($id: ID!) { done: evidenceLink(id: $id) { url expiresAt } }"
PLATE = PNG + b"the plate of Frau Weber's boiler"


def local(global_: str) -> UUID:
    return UUID(split_id(global_)[1])


async def test_a_file_is_sent_given_and_read_again(desk: Desk) -> None:
    record = await desk.shop.open()
    digest = sha256(PLATE).hexdigest()
    sent = await desk.send(record, PLATE, sha256=digest)
    assert sent.status_code == 201, sent.text
    assert (sent.json()["size"], sent.json()["sha256"], sent.json()["mediaType"]) == (len(PLATE), digest, "image/png")
    done = await desk.add(record, sent.json()["upload"], note="Frau Weber's boiler")
    assert done["record"]["version"] == 2
    assert (done["evidence"]["step"], done["evidence"]["kind"], done["evidence"]["place"]) == (
        "repair",
        "PHOTO",
        "CUSTOMER",
    )
    (stored,) = desk.files()
    tenant = desk.shop.scope
    kept = sha256(stored.read_bytes()).hexdigest()
    assert stored.relative_to(desk.folder).parts == (str(tenant.network_id), str(tenant.tenant_id), kept[:2], kept)
    assert b"Weber" not in stored.read_bytes()
    assert b"PNG" not in stored.read_bytes()
    event = (await desk.shop.events(record))[-1]
    facts = orjson.loads(event["payload"])
    assert (event["kind"], facts["blob"], facts["size"], facts["asked"]) == (
        "evidence_added",
        kept,
        len(PLATE),
        "plate",
    )
    assert digest not in event["payload"], "who has a file in hand cannot look for it"
    assert done["evidence"]["storedHash"] == kept
    answer = await desk.fetch(done["evidence"]["id"], desk.colleague())
    assert (answer.status_code, answer.content) == (200, PLATE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="photo-1.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["repr-digest"] == f"sha-256=:{b64encode(sha256(PLATE).digest()).decode()}:"
    assert [one["subject_id"] for one in await reads(desk)] == [local(done["evidence"]["id"])]
    assert await desk.shop.run(lambda unit: check_record(unit, record)) == ()


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])
async def test_evidence_is_listed_confirmed_by_somebody_else_and_withdrawn(desk: Desk, compiled: bool) -> None:
    record = await desk.shop.open()
    photo = await desk.prove(record, PLATE)
    await desk.shop.act(record, do.TellStep(key="repair"))
    sent = await desk.send(record, b"%PDF-1.7 receipt", kind="DOCUMENT", media_type="application/pdf")
    paper = (await desk.add(record, sent.json()["upload"], note="Signed by Frau Weber"))["evidence"]["id"]
    id_ = (await desk.add(record, sent.json()["upload"]))["code"]
    assert id_ == "records.evidence_is_known", "a file is given once"
    about: dict[str, Any] = {"record": await record_id(desk, record), "version": 4, "evidence": paper}
    own = await desk.ask(CONFIRM, input=about)
    assert (own.data or {})["done"]["code"] == "records.evidence_needs_another_person"
    other = desk.colleague()
    told = await desk.ask(CONFIRM, other, input=about)
    assert (told.data or {})["done"]["evidence"]["confirmedBy"] == str(other.actor.id)
    back = {**about, "version": 5, "evidence": photo, "reasonCode": "blurred", "reason": "Frau Weber moved."}
    told = await desk.ask(WITHDRAW, input=back)
    assert (told.data or {})["done"]["record"]["version"] == 6
    for filter_, found in (
        (None, ["PHOTO", "DOCUMENT"]),
        ({"kind": "DOCUMENT"}, ["DOCUMENT"]),
        ({"step": "report"}, []),
        ({"step": "repair", "kind": "PHOTO"}, ["PHOTO"]),
    ):
        read = await desk.ask(READ, compiled=compiled, id=about["record"], filter=filter_)
        assert not read.codes, read.said
        listed = (read.data or {})["done"]["evidence"]["nodes"]
        assert [one["kind"] for one in listed] == found
    read = (await desk.ask(READ, compiled=compiled, id=about["record"], filter={"kind": "PHOTO"})).data or {}
    piece = read["done"]["evidence"]["nodes"][0]
    assert (piece["withdrawnCode"], piece["sha256"]) == ("blurred", sha256(PLATE).hexdigest())
    assert [one["kind"] for one in read["done"]["events"]["nodes"]] == [
        "opened",
        "evidence_added",
        "step_completed",
        "evidence_added",
        "evidence_confirmed",
        "evidence_withdrawn",
    ]
    assert [one["note"] for one in read["done"]["events"]["nodes"]][3:] == [
        "Signed by Frau Weber",
        None,
        "Frau Weber moved.",
    ]
    assert (await desk.fetch(photo, other)).status_code == 200, "the file is kept"
    assert await desk.shop.run(lambda unit: check_record(unit, record)) == ()


async def record_id(desk: Desk, record: UUID) -> str:
    told = await desk.ask("{ records { nodes { id } } }")
    return next(one["id"] for one in (told.data or {})["records"]["nodes"] if local(one["id"]) == record)


async def test_nobody_else_sends_gives_reads_or_learns_that_there_is_something(desk: Desk) -> None:
    record = await desk.shop.open()
    evidence = await desk.prove(record)
    sent = (await desk.send(record, PNG + b"waits")).json()["upload"]
    neighbour = await desk.shop.chain.tenant("south")
    unpermitted = desk.colleague("records.read_evidence")
    before = await desk.everything()
    missing = await desk.fetch("RecordEvidence:none", neighbour)
    assert missing.status_code == 404
    for scope, status in ((neighbour, 404), (unpermitted, 403), (None, 401)):
        for name in (evidence, str(local(evidence))):
            assert (await desk.fetch(name, scope)).status_code == status
    assert (await desk.send(record, PNG, scope=neighbour)).status_code == 404
    assert (await desk.send(record, PNG, scope=desk.colleague("records.work"))).status_code == 403
    async with desk.client() as client:
        assert (await client.post(f"/records/{record}/evidence?kind=PHOTO", content=PNG)).status_code == 401
        astray = {**desk.headers(desk.shop.scope), "Touchstone-Tenant": str(neighbour.tenant_id)}
        assert (await client.get(f"/evidence/{evidence}", headers=astray)).status_code == 403
    for scope in (neighbour, desk.colleague()):
        assert (await desk.add(record, sent, scope))["code"] == "kernel.not_found", "a file is its sender's to give"
    assert (await desk.add(record, sent, desk.colleague("records.work")))["code"] == "kernel.not_permitted"
    other = await desk.shop.open()
    assert (await desk.add(other, sent))["code"] == "kernel.not_found", "it was sent for another record"
    link = await desk.ask(LINK, unpermitted, id=evidence)
    assert link.codes == ["kernel.not_permitted"]
    assert (await desk.ask(LINK, neighbour, id=evidence)).codes == ["kernel.not_found"]
    hidden = await desk.ask(
        "query($id: ID!) { record(id: $id) { evidence { nodes { kind sha256 } } } }",
        unpermitted,
        id=await record_id(desk, record),
    )
    assert hidden.codes == ["kernel.not_permitted"]
    assert desk.files() == before[1]
    assert await reads(desk) == []


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 100_000):
        yield content[start : start + 100_000]


LARGE = PNG + bytes(1_000_000)
NOT_TAKEN = "records.evidence_type_not_allowed"
REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "empty": ({"content": b""}, 400, "records.evidence_is_empty"),
    "empty, in pieces": ({"content": b"", "pieces": True}, 400, "records.evidence_is_empty"),
    "too large": ({"content": LARGE}, 413, "records.evidence_too_large"),
    "too large, in pieces": ({"content": LARGE, "pieces": True}, 413, "records.evidence_too_large"),
    "another type": ({"content": b"<html><script>"}, 415, "records.evidence_is_something_else"),
    "a form that is not taken": ({"content": b"<svg/>", "media_type": "image/svg+xml"}, 415, NOT_TAKEN),
    "a form of another kind": ({"content": b"%PDF-1.7", "media_type": "application/pdf"}, 415, NOT_TAKEN),
    "no type": ({"content": PNG, "media_type": ""}, 415, NOT_TAKEN),
    "changed on the way": ({"content": PNG, "sha256": "ab" * 32}, 400, "records.evidence_hash_differs"),
    "no hash": ({"content": PNG, "sha256": "abc"}, 400, "kernel.invalid_input"),
    "no kind": ({"content": PNG, "kind": "SELFIE"}, 400, "kernel.invalid_input"),
}


async def test_what_is_no_evidence_is_refused_and_leaves_nothing(desk: Desk) -> None:
    record = await desk.shop.open()
    await desk.send(record, PNG)
    before = (await uploads(desk), desk.files())
    for name, (said, status, code) in REFUSED.items():
        given = {key: one for key, one in said.items() if key != "pieces"}
        if "pieces" in said:
            given["content"] = chunks(said["content"])
        answer = await desk.send(record, **given)
        told = answer.json()["errors"][0]["extensions"]["code"]
        assert (answer.status_code, told, answer.headers["connection"]) == (status, code, "close"), name
        assert (await uploads(desk), desk.files()) == before, name


async def reads(desk: Desk) -> list[Any]:
    """What is on record of who read evidence."""
    query = "SELECT * FROM audit_entries WHERE action = 'records.read_evidence' AND tenant_id = $1 ORDER BY id"
    return await desk.shop.admin.fetch(query, desk.shop.scope.tenant_id)


async def uploads(desk: Desk) -> int:
    return await desk.shop.admin.fetchval(
        "SELECT count(*) FROM evidence_uploads WHERE tenant_id = $1", desk.shop.scope.tenant_id
    )


async def test_a_record_that_is_closed_or_unknown_takes_no_file_nor_evidence(desk: Desk) -> None:
    record = await desk.shop.open()
    upload = (await desk.send(record, PNG)).json()["upload"]
    for command in (do.TellStep(key="repair"), do.TellStep(key="report"), do.Resolve(), do.Close()):
        await desk.shop.act(record, command)
    before = await desk.everything()
    closed = await desk.send(record, PNG)
    assert (closed.status_code, closed.json()["errors"][0]["extensions"]["code"]) == (409, "records.not_open")
    assert (await desk.send(UUID(int=7), PNG)).status_code == 404
    assert (await desk.add(record, upload))["code"] == "records.not_open"
    assert await desk.everything() == before


MISGIVEN: tuple[tuple[dict[str, Any], str], ...] = (
    ({"step": "nonsense"}, "records.step_not_foreseen"),
    ({"step": "report"}, "records.evidence_not_asked_for"),
    ({"asked": "receipt"}, "records.evidence_not_asked_for"),
    ({"place": "SITE"}, "records.evidence_out_of_place"),
    ({"takenAt": "2027-01-01T00:00:00Z"}, "records.evidence_out_of_time"),
    ({"version": 7}, "kernel.stale_edit"),
    ({"round": 2}, "kernel.not_found"),
    ({"note": "x" * 5_000}, "kernel.invalid_input"),
)


async def test_a_file_that_cannot_count_is_not_given_and_can_be_given_aright(desk: Desk) -> None:
    record = await desk.shop.open()
    upload = (await desk.send(record, PNG)).json()["upload"]
    before = await desk.everything()
    for said, code in MISGIVEN:
        assert (await desk.add(record, upload, **said))["code"] == code
        assert await desk.everything() == before
    assert (await desk.add(record, upload))["__typename"] == "AddEvidenceSuccess"


async def test_so_many_files_may_wait_and_no_more(desk: Desk) -> None:
    record = await desk.shop.open()
    for _ in range(3):
        assert (await desk.send(record, PNG)).status_code == 201
    before = await desk.everything()
    refused = await desk.send(record, PNG)
    code = refused.json()["errors"][0]["extensions"]["code"]
    assert (refused.status_code, code) == (409, "records.too_many_files_wait")
    assert await desk.everything() == before


async def test_files_of_a_tenant_that_wait_have_so_much_room_and_no_more(desk: Desk) -> None:
    few = desk_on(desk.shop, desk.folder, tenant_waiting=3, tenant_waiting_bytes=30)
    records = [await desk.shop.open() for _ in range(4)]

    async def refused(content: bytes | AsyncIterator[bytes], record: UUID) -> None:
        before = few.files()
        answer = await few.send(record, content)
        code = answer.json()["errors"][0]["extensions"]["code"]
        assert (answer.status_code, code) == (409, "records.too_much_evidence_waits")
        assert few.files() == before

    untouched = await few.everything()
    await refused(PNG + bytes(30), records[0])
    assert await few.everything() == untouched
    await refused(pieces(PNG, bytes(30)), records[0])  # Its length is not said.
    first = (await few.send(records[0], PNG)).json()["upload"]
    for record in records[1:3]:
        assert (await few.send(record, PNG)).status_code == 201
    await refused(PNG, records[3])
    assert (await few.add(records[0], first))["__typename"] == "AddEvidenceSuccess"
    assert (await few.send(records[3], PNG)).status_code == 201


async def test_files_that_arrive_at_the_same_time_have_no_more_room_together(desk: Desk) -> None:
    record, before = await desk.shop.open(), desk.files()
    sent = await asyncio.gather(*(desk.send(record, PNG) for _ in range(9)))
    assert sorted(answer.status_code for answer in sent) == [201] * 3 + [409] * 6
    assert len(desk.files()) == len(before) + 3
    few = desk_on(desk.shop, desk.folder, tenant_waiting_bytes=5 * len(PNG))
    records = [await desk.shop.open() for _ in range(9)]
    sent = await asyncio.gather(*(few.send(one, PNG) for one in records))
    assert sorted(answer.status_code for answer in sent) == [201] * 2 + [409] * 7, "three wait already"


async def pieces(*some: bytes) -> AsyncIterator[bytes]:
    for one in some:
        yield one


async def test_a_link_opens_one_file_for_a_while_in_the_name_of_whoever_asked(desk: Desk) -> None:
    record = await desk.shop.open()
    evidence = await desk.prove(record, PLATE)
    asker = desk.colleague()
    told = await desk.ask(LINK, asker, id=evidence)
    url = (told.data or {})["done"]["url"]
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/evidence-links/[\w-]+", url)
    async with desk.client() as client:
        answer = await client.get(url)
        assert (answer.status_code, answer.content) == (200, PLATE)
        forged = url[:-4] + ("AAAA" if url[-4:] != "AAAA" else "BBBB")
        for wrong in (forged, url[:-20], f"{url[:60]}AA{url[62:]}", "http://127.0.0.1:8000/evidence-links/x"):
            refused = await client.get(wrong)
            assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
                403,
                "records.evidence_link_is_over",
            )
        assert [one["actor_id"] for one in await reads(desk)] == [asker.actor.id]
        desk.clock.advance(timedelta(seconds=121))
        assert (await client.get(url)).status_code == 403


async def test_evidence_taken_offline_is_given_later_at_the_time_it_was_taken(desk: Desk) -> None:
    record, opened = await desk.shop.open(), desk.clock.now()
    upload = (await desk.send(record, PLATE)).json()["upload"]
    desk.clock.advance(timedelta(hours=1))
    ahead = timedelta(seconds=90)
    at = instant_text(opened + timedelta(minutes=5) + ahead)
    photo = {"deviceAt": at, "kind": "ADD_EVIDENCE", "key": "repair", "upload": upload, "takenAt": at}
    events = [
        {"clientId": str(uuid4()), **photo, "place": "SITE"},  # Taken elsewhere than is asked for.
        {"clientId": str(uuid4()), **photo, "place": "CUSTOMER"},
        {"clientId": str(uuid4()), **photo, "place": "CUSTOMER"},
    ]
    replay = """mutation($input: ReplayEventsInput!, $key: String!) {
      done: replayEvents(input: $input, idempotencyKey: $key) {
      ... on ReplayEventsSuccess { outcomes { fate code } } ... on Problem { code } } }"""
    given = {"record": global_id("Record", record), "skewMilliseconds": -90_000, "events": events}
    told = (await desk.ask(replay, input=given, key=uuid4().hex)).data or {}
    assert [one["code"] or one["fate"] for one in told["done"]["outcomes"]] == [
        "records.evidence_out_of_place",
        "APPLIED",
        "records.evidence_is_known",
    ]
    (event,) = (await desk.shop.events(record))[1:]
    assert orjson.loads(event["payload"])["takenAt"] == instant_text(opened + timedelta(minutes=5))
    piece = (await desk.shop.admin.fetch("SELECT id FROM record_evidence WHERE record_id = $1", record))[0]["id"]
    later = [
        {"clientId": str(uuid4()), "deviceAt": at, "kind": kind, "evidence": global_id("RecordEvidence", piece)}
        for kind in ("CONFIRM_EVIDENCE", "WITHDRAW_EVIDENCE")
    ]
    given["events"] = [later[0], later[1] | {"reasonCode": "blurred"}]
    told = (await desk.ask(replay, input=given, key=uuid4().hex)).data or {}
    assert [one["code"] or one["fate"] for one in told["done"]["outcomes"]] == [
        "records.evidence_needs_another_person",
        "APPLIED",
    ]
    assert await desk.shop.run(lambda unit: check_record(unit, record)) == ()
