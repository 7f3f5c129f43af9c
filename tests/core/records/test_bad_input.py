"""Bad input to records is refused by the API with a stable code, and no table anywhere has changed."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.blob_settings import BlobSettings
from core.kernel.blobs import Blobs
from core.kernel.canonical import instant_text
from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.graphql.ids import global_id
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.outbox_rows import Tenancy
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.events.state import WaitingFor
from core.records.execution import commands as do
from core.records.uploads.receive import KeepUpload, keep_upload
from core.records.uploads.store import AREA, UploadStore
from tenants.networks.create import system_scope
from tenants.sites.open import OpenSite, open_site
from tests.core.records.builders import mapping, xes_log
from tests.core.records.conftest import MASTER_KEY, found_chain
from tests.core.records.evidence.desk import PNG, Desk, desk_on
from tests.core.records.execution.executing import CODE, Shop, content
from tests.core.records.test_import_log import case
from tests.core.standards.test_graphql import draft_input
from tests.core.standards.unchanged import looking
from tests.support.api import Api, Client
from tests.support.networks import BuiltNetwork
from tests.tenants.office import Office

Input = Mapping[str, Any]
BOOKKEEPING = {"audit_entries", "idempotency_keys", "import_runs", "import_uploads", "jobs", "outbox", "timers"}
"""What an import that failed leaves: that it was asked for, tried, and how it ended."""
TOLD = {"data_keys", "idempotency_keys", "outbox"}
"""What a device's call leaves of which nothing was applied: its answer, keys made beforehand, and word to screens."""
INTAKE = do.TellStep(key="intake")
REPORT = do.TellStep(key="report")
DONE = (INTAKE, do.TellStep(key="repair"), REPORT, do.Resolve())
LIVES: dict[str, tuple[do.Command, ...]] = {
    "fresh": (),
    "taken": (INTAKE,),
    "begun": (do.StartStep(key="intake", readiness=("tools",)),),
    "waiting": (INTAKE, do.Wait(whom=WaitingFor.CUSTOMER, reason_code="absent")),
    "lacking": (do.ChangePriority(priority="low"), INTAKE, REPORT, do.Resolve(), do.ChangePriority(priority="high")),
    "confirmed": (*DONE, do.Confirm()),
    "closed": (*DONE, do.Close()),
}
"""Records, and what was done to each, a minute apart."""


@dataclass(frozen=True, slots=True)
class House:
    """A tenant with records of many kinds, its neighbour, and somebody else's network.

    Attributes:
        desk: Its desk, before which evidence is sent.
        south: Its neighbour, which has the site ``harbour``.
        strangers: Another network.
        people: A member of the tenant (``north``), and one of its neighbour (``south``).
        records: By what was done to them.
        versions: The records' versions.
        upload: A photo that waits to be given to the record ``taken``.
        statement: Looks at everything.
    """

    desk: Desk
    south: Scope
    strangers: Scope
    people: Mapping[str, UUID]
    records: Mapping[str, UUID]
    versions: Mapping[str, int]
    upload: str
    statement: str

    @property
    def shop(self) -> Shop:
        return self.desk.shop

    @property
    def api(self) -> Api:
        return Api(self.shop.chain.database, self.desk.services, self.shop.chain.clock)

    def acting(self, who: str) -> Client:
        scopes = {"hq": self.shop.chain.scope, "south": self.south, "stranger": self.strangers}
        return Client(self.api, scopes.get(who, self.shop.scope))

    def on(self, name: str, **said: Any) -> Input:
        return {"record": global_id("Record", self.records[name]), "version": self.versions[name], **said}

    def at(self, minutes: float, name: str, **said: Any) -> Input:
        """Do something so many minutes from now."""
        instant = self.shop.chain.clock.now() + timedelta(minutes=minutes)
        return self.on(name, occurredAt=instant_text(instant), **said)

    def giving(self, **said: Any) -> Input:
        return self.on("taken", upload=self.upload, **{"step": "repair", **said})

    async def everything(self) -> dict[str, str]:
        return dict(await self.shop.admin.fetch(self.statement, self.shop.scope.network_id))

    async def work(self) -> None:
        load_handlers()
        chain = self.shop.chain
        background = Background(database=chain.database, services=self.desk.services, clock=chain.clock)
        await run_until_idle(background, network_id=self.shop.scope.network_id)


@pytest.fixture
async def house(database: Database, clock: SetClock, admin: Any, tmp_path: Path, strangers: BuiltNetwork) -> House:
    """Open records and lead each some way through its life."""
    chain = await found_chain(database, clock)
    await chain.publish_content(content(CODE))
    shop, south = Shop(chain, await chain.tenant("north"), admin), await chain.tenant("south")
    await shop.run(lambda unit: open_site(unit, OpenSite(key="harbour", name="Harbour")), south)
    above, *units = (system_scope(chain.scope, one.lineage) for one in (chain.scope, shop.scope, south))
    office = Office(database, clock, BuiltNetwork("x", above, above, *units), admin, MasterKeys.read(MASTER_KEY))
    joined = [await office.joined(one, "clerk") for one in units]
    people: dict[str, UUID] = dict(zip(("north", "south"), (one.person_id for one in joined), strict=True))
    records = {name: await shop.open() for name in LIVES}
    for name, life in LIVES.items():
        for command in life:
            clock.advance(timedelta(minutes=1))
            await shop.act(records[name], command)
    versions = {name: (await shop.row(id_))["version"] for name, id_ in records.items()}
    desk = desk_on(shop, tmp_path / "blobs", largest={"photo": 1_000}, most_waiting=3)
    desk.services.put(UploadStore, UploadStore(Blobs(BlobSettings(folder=tmp_path), tmp_path, AREA)))
    sent = (await desk.send(records["taken"], PNG)).json()["upload"]
    return House(desk, south, strangers.north, people, records, versions, sent, await looking(admin))


def drafting(*steps: Input) -> Input:
    """A draft that could be, but for its process."""
    given: Any = draft_input() | {"number": "9.0.0"}
    given["clauses"][0]["body"] = {"steps": list(steps)}
    return given


def step(key: str, position: int = 1, **said: Any) -> Input:
    return {"key": key, "position": position, **said}


def opening(**said: Any) -> Input:
    return {"channel": "phone", "standardCode": CODE, "externalId": "call x", **said}


WHY = {"reasonCode": "busy"}
UNCOMPILED = "standards.guard_does_not_compile"
CYCLIC = "standards.process_is_cyclic"
Case = tuple[str, str, str, Callable[[House], Input]]
"""Who, which mutation (and the type of its input, where it is called otherwise), the code, what makes its input."""

CASES: dict[str, list[Case]] = {
    "a step out of the process": [
        *(
            ("north", name, "records.step_not_foreseen", lambda h, more=more: h.on("taken", key="dance", **more))
            for name, more in (
                ("startStep", {"readiness": ["tools"]}),
                ("completeStep", {}),
                ("addStep", {}),
                ("skipStep StepWithReasonInput", WHY),
                ("reopenStep StepWithReasonInput", WHY),
            )
        ),
        ("north", "addEvidence", "records.step_not_foreseen", lambda h: h.giving(step="dance")),
        ("north", "startStep", "records.step_not_ready", lambda h: h.on("begun", key="report")),
        ("north", "completeStep", "records.step_not_ready", lambda h: h.on("taken", key="report")),
        ("north", "startStep", "records.not_ready_for_service", lambda h: h.on("fresh", key="intake")),
        (
            "north",
            "skipStep StepWithReasonInput",
            "records.step_required",
            lambda h: h.on("taken", key="repair", **WHY),
        ),
    ],
    "double completion": [
        ("north", "completeStep", "records.step_done", lambda h: h.on("taken", key="intake")),
        ("north", "startStep", "records.step_done", lambda h: h.on("taken", key="intake", readiness=["tools"])),
        ("north", "addStep", "records.step_done", lambda h: h.on("taken", key="intake")),
        ("north", "startStep", "records.step_under_way", lambda h: h.on("begun", key="intake")),
        ("north", "resolveRecord", "records.not_open", lambda h: h.on("confirmed")),
        ("north", "confirmRecord", "records.already_confirmed", lambda h: h.on("confirmed")),
        ("north", "closeRecord OnRecord", "records.not_resolved", lambda h: h.on("closed")),
        ("north", "addStep", "records.not_open", lambda h: h.on("waiting", key="repair")),
        ("north", "waitForCustomer WaitForInput", "records.not_open", lambda h: h.on("waiting", **WHY)),
    ],
    "time travel": [
        *(
            ("north", name, "records.step_out_of_time", lambda h, more=more, off=off: h.at(off, "begun", **more))
            for off in (0.001, -60, -60 * 24 * 365)
            for name, more in (
                ("completeStep", {"key": "intake"}),
                ("addStep", {"key": "repair"}),
                ("waitForCustomer WaitForInput", WHY),
                ("handOverRecord", {"role": "field"}),
            )
        ),
        ("north", "closeRecord OnRecord", "records.step_out_of_time", lambda h: h.at(5, "confirmed")),
        (
            "north",
            "addEvidence",
            "records.evidence_out_of_time",
            lambda h: h.giving(takenAt=instant_text(h.shop.chain.clock.now() + timedelta(days=1))),
        ),
    ],
    "an end with mandatory steps open": [
        ("north", "closeRecord OnRecord", "records.required_steps_missing", lambda h: h.on("lacking")),
        ("north", "resolveRecord", "records.required_steps_missing", lambda h: h.on("taken")),
        ("north", "closeRecord OnRecord", "records.not_resolved", lambda h: h.on("taken")),
    ],
    "a foreign tenant's member or site": [
        (
            "north",
            "handOverRecord",
            "kernel.not_found",
            lambda h: h.on("taken", role="field", person=str(h.people["south"])),
        ),
        ("north", "handOverRecord", "kernel.not_found", lambda h: h.on("taken", person=str(uuid4()))),
        ("north", "handOverRecord", "kernel.not_found", lambda h: h.on("taken", role="field", siteKey="harbour")),
        (
            "north",
            "addRecordContact AddContactInput",
            "kernel.not_found",
            lambda h: h.on("taken", channel="email", externalId="mail 1", siteKey="harbour"),
        ),
        ("north", "openRecord", "kernel.not_found", lambda _: opening(siteKey="harbour")),
        ("north", "openRecords", "records.some_refused", lambda _: {"records": [opening(siteKey="harbour")]}),
        ("north", "assignCalendar", "kernel.not_found", lambda _: {"calendarKey": "usual", "siteKey": "harbour"}),
        *(
            (who, name, "kernel.not_found", lambda h, more=more: h.on("taken", **more))
            for who in ("south", "stranger")
            for name, more in (
                ("completeStep", {"key": "repair"}),
                ("resolveRecord", {}),
                ("migrateRecord", {}),
                ("addEvidence", {"upload": global_id("EvidenceUpload", UUID(int=7)), "step": "repair"}),
            )
        ),
    ],
    "evidence that cannot count": [
        ("north", "addEvidence", "records.evidence_not_asked_for", lambda h: h.giving(step="intake")),
        ("north", "addEvidence", "records.evidence_not_asked_for", lambda h: h.giving(asked="receipt")),
        ("south", "addEvidence", "kernel.not_found", lambda h: h.giving()),
    ],
    "a cyclic process": [
        ("hq", "draftStandard", CYCLIC, lambda _: drafting(step("a", after=["a"]))),
        ("hq", "draftStandard", CYCLIC, lambda _: drafting(step("a", after=["b"]), step("b", after=["a"]))),
        (
            "hq",
            "draftStandard",
            CYCLIC,
            lambda _: drafting(step("a", after=["c"]), step("b", after=["a"]), step("c", after=["b"]), step("d")),
        ),
    ],
    "guards that do not compile": [
        ("hq", "draftStandard", UNCOMPILED, lambda _, when=when: drafting(step("a", when=when)))
        for when in ("record.priority ==", "record.colour", "record.priority", "nobody.knows", "elapsed > 'long'")
    ],
}


async def test_bad_input_gets_its_code_and_changes_nothing(house: House) -> None:
    before = await house.everything()
    for kind, cases in CASES.items():
        for who, named, code, made in cases:
            name, _, type_ = named.partition(" ")
            answer = await house.acting(who).change(name, "__typename", type_=type_, **made(house))
            assert answer.get("code") == code, (kind, named, answer)
            assert answer["message"]
            assert answer["hint"]
            assert await house.everything() == before, (kind, named)
    north = house.acting("north")
    given = await north.change("handOverRecord", "__typename", **house.on("taken", person=str(house.people["north"])))
    assert given["__typename"] == "HandOverRecordSuccess", "a member of one's own is somebody"


TYPES = "records.evidence_type_not_allowed"
FILES: list[tuple[bytes, dict[str, Any], int, str]] = [
    (PNG + bytes(1_000), {}, 413, "records.evidence_too_large"),
    (b"", {}, 400, "records.evidence_is_empty"),
    (b"<html><script>", {}, 415, "records.evidence_is_something_else"),
    (b"%PDF-1.7", {}, 415, "records.evidence_is_something_else"),
    (b"<svg/>", {"media_type": "image/svg+xml"}, 415, TYPES),
    (b"%PDF-1.7", {"media_type": "application/pdf"}, 415, TYPES),
    (PNG, {"sha256": "ab" * 32}, 400, "records.evidence_hash_differs"),
    (PNG, {"kind": "SELFIE"}, 400, "kernel.invalid_input"),
]


async def test_oversize_or_mistyped_evidence_changes_nothing(house: House) -> None:
    before, files = await house.everything(), house.desk.files()
    for given, said, status, code in FILES:
        answer = await house.desk.send(house.records["taken"], given, **said)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
        assert (await house.everything(), house.desk.files()) == (before, files), code
    neighbour = await house.desk.send(house.records["taken"], PNG, scope=house.south)
    assert (neighbour.status_code, await house.everything(), house.desk.files()) == (404, before, files)


LOG = xes_log(case("1"), case("2", day=2))
MALFORMED: list[tuple[bytes, str]] = [
    (LOG[:40], "records.log_unreadable"),
    (b"not a log", "records.log_unreadable"),
    (b"<html/>", "records.log_unreadable"),
    (b"\x1f\x8bdamaged", "records.log_unreadable"),
    (LOG.replace(b"<trace>", b"<trace><string></trace>", 1), "records.log_unreadable"),
    (b'<!DOCTYPE log [<!ENTITY a "b">]>' + LOG, "records.xml_unsafe"),
]


async def test_malformed_xes_leaves_nothing_but_that_it_was_tried(house: House) -> None:
    scope = house.shop.scope
    said = mapping(tenant={"own": True, "first_event": None}).model_dump_json(by_alias=True, exclude_none=True)
    await house.work()
    before, tried = await house.everything(), set[str]()
    for content_, code in MALFORMED:
        upload = new_id()
        store = house.desk.services.get(UploadStore)
        received = await store.receive(Tenancy(scope.tenant_id, scope.network_id), upload, once(content_), 100_000)
        kept = KeepUpload(upload_id=upload, name="log.xes", received=received)
        await house.shop.run(lambda unit, kept=kept: keep_upload(unit, kept))
        client, given = house.acting("north"), global_id("ImportUpload", upload)
        done = await client.change("startImport", "importRun { id }", upload=given, mapping=said)
        await house.work()
        query = "query Run($id: ID!) { importRun(id: $id) { status errorCode recordsImported } }"
        run = (await client.data(query, id=done["importRun"]["id"]))["importRun"]
        assert run == {"status": "FAILED", "errorCode": code, "recordsImported": 0}, content_
        after = await house.everything()
        tried |= {table for table, digest in after.items() if digest != before[table]}
    assert tried <= BOOKKEEPING
    assert "import_runs" in tried


async def once(content_: bytes) -> AsyncIterator[bytes]:
    yield content_


OFFLINE: list[tuple[str, float, Input, str]] = [
    ("taken", -1, {"kind": "TELL_STEP", "key": "dance"}, "records.step_not_foreseen"),
    ("taken", -1, {"kind": "COMPLETE_STEP", "key": "intake"}, "records.step_done"),
    ("taken", 9, {"kind": "TELL_STEP", "key": "repair"}, "records.step_out_of_time"),
    ("taken", -60 * 24, {"kind": "TELL_STEP", "key": "repair"}, "records.step_out_of_time"),
    ("lacking", 0, {"kind": "CLOSE"}, "records.required_steps_missing"),
    ("taken", 0, {"kind": "RESOLVE"}, "records.required_steps_missing"),
    ("taken", 0, {"kind": "HAND_OVER", "role": "field", "siteKey": "harbour"}, "kernel.not_found"),
]


async def test_what_a_device_tells_wrongly_is_a_conflict_and_writes_nothing(house: House) -> None:
    client, before = house.acting("north"), await house.everything()
    sent = "SELECT count(*) FROM outbox WHERE network_id = $1 AND topic <> 'kernel.changed'"
    orders = await house.shop.admin.fetchval(sent, house.shop.scope.network_id)
    foreign = ("taken", 0, {"kind": "HAND_OVER", "person": str(house.people["south"])}, "kernel.not_found")
    for name, minutes, told, code in [*OFFLINE, foreign]:
        at = instant_text(house.shop.chain.clock.now() + timedelta(minutes=minutes))
        events = [{"clientId": str(uuid4()), "deviceAt": at, **told}]
        given: dict[str, Any] = {"record": global_id("Record", house.records[name]), "events": events}
        done = await client.change("replayEvents", "outcomes { fate code number }", **given)
        assert done["outcomes"] == [{"fate": "CONFLICT", "code": code, "number": None}], json.dumps(done)
        changed = {table for table, digest in (await house.everything()).items() if digest != before[table]}
        assert changed <= TOLD, told
    assert await house.shop.admin.fetchval(sent, house.shop.scope.network_id) == orders, "nothing is to be done for it"
