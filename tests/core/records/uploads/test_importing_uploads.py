"""A file that is uploaded is imported by the worker, into its tenant alone, with progress; then it is gone."""

import os
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import get_ident
from typing import Any
from uuid import UUID

import localbucket
import pytest
from pydantic import SecretStr

from core.kernel.blob_settings import BlobSettings, BlobStoreKind
from core.kernel.blobs import Blobs, path_of
from core.kernel.clock import SetClock
from core.kernel.errors import NotPermitted
from core.kernel.graphql.ids import global_id
from core.kernel.handlers import USUAL_ATTEMPTS
from core.kernel.idle import Ran, run_until_idle
from core.kernel.ids import new_id
from core.kernel.outbox_rows import Tenancy
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.kernel.work import Background
from core.records.importing import journal
from core.records.mappings.loading import parse_mapping
from core.records.mappings.schema import LogMapping
from core.records.uploads.errors import TooManyUploads
from core.records.uploads.receive import MOST_WAITING, KeepUpload, check_room, keep_upload
from core.records.uploads.start import IMPORT
from core.records.uploads.store import AREA, Received, UploadStore
from gateway.wiring import make_services
from tests.core.records.builders import mapping, xes_log
from tests.core.records.conftest import Chain, person
from tests.core.records.test_import_log import case
from tests.support.api import SETTINGS, Api, Client

START = (
    "mutation Start($input: StartImportInput!, $key: String!) { startImport(input: $input, idempotencyKey: $key) {"
    " __typename ... on StartImportSuccess { importRun { id status progress attempts } job { id status total } }"
    " ... on Problem { code message } } }"
)
RUN = (
    "query Run($id: ID!) { importRun(id: $id) { status progress attempts recordsSeen recordsImported recordsRefused"
    " recordsAlreadyThere stepsImported errorCode fileName"
    " refusals { nodes { position code externalId message } } } }"
)
JOB = "query Job($id: ID!) { job(id: $id) { status done total error } }"
SAID = mapping().model_dump_json(by_alias=True, exclude_none=True)


@dataclass
class House:
    """A tenant that uploads, its front end, and its worker."""

    chain: Chain
    scope: Scope
    api: Api
    folder: Path
    admin: Any

    @property
    def client(self) -> Client:
        return Client(self.api, self.scope)

    @property
    def store(self) -> UploadStore:
        return self.api.services.get(UploadStore)

    @property
    def owner(self) -> Tenancy:
        return Tenancy(self.scope.tenant_id, self.scope.network_id)

    def path(self, upload: UUID) -> Path:
        return self.folder / AREA / path_of(self.owner, upload.hex)

    async def upload(self, content: bytes, name: str = "log.xes") -> UUID:
        """Do what `POST /uploads` does."""
        upload = new_id()
        received = await self.store.receive(self.owner, upload, pieces(content), 1_000_000)
        async with self.chain.database.unit(self.scope, clock=self.chain.clock) as unit:
            await keep_upload(unit, KeepUpload(upload_id=upload, name=name, received=received))
        return upload

    async def start(self, upload: UUID, key: str = "", said: str = SAID, client: Client | None = None) -> Any:
        given = {"upload": global_id("ImportUpload", upload), "mapping": said}
        front_end = client or self.client
        return (await front_end.data(START, input=given, key=key or new_id().hex))["startImport"]

    async def work(self) -> Ran:
        background = Background(database=self.chain.database, services=self.api.services, clock=self.chain.clock)
        return await run_until_idle(background, network_id=self.scope.network_id)

    async def run(self, done: Any) -> Any:
        return (await self.client.data(RUN, id=done["importRun"]["id"]))["importRun"]

    async def job(self, done: Any) -> Any:
        return (await self.client.data(JOB, id=done["job"]["id"]))["job"]

    async def records(self) -> int:
        return await self.admin.fetchval("SELECT count(*) FROM records WHERE network_id = $1", self.scope.network_id)

    async def assert_gone(self, upload: UUID) -> None:
        assert not self.path(upload).exists()
        assert await self.admin.fetchval("SELECT count(*) FROM import_uploads WHERE id = $1", upload) == 0
        timers = "SELECT count(*) FROM timers WHERE subject_id = $1"
        assert await self.admin.fetchval(timers, upload) == 0


async def pieces(content: bytes, size: int = 10_000) -> AsyncIterator[bytes]:
    for begin in range(0, len(content), size):
        yield content[begin : begin + size]


@pytest.fixture
async def house(chain: Chain, tmp_path: Path, admin: Any, clock: SetClock) -> House:
    services = make_services(chain.database, SETTINGS)
    services.put(UploadStore, UploadStore(Blobs(BlobSettings(folder=tmp_path), tmp_path, AREA)))
    se = await chain.tenant("se")
    await chain.tenant("pl")
    return House(chain, se, Api(chain.database, services, clock), tmp_path, admin)


LOG = xes_log(
    case("1"), case("2", day=2), case("3", "pl"), case("4", "nowhere"), case("5", changed={"time:timestamp": "x"})
)


async def test_a_file_is_imported_into_its_tenant_alone_and_then_gone(house: House) -> None:
    upload = await house.upload(LOG, "C:\\logs\\May.xes")
    listed = await house.client.nodes("importUploads", "fileName bytes fileHash ordered")
    assert [(one["fileName"], one["bytes"], one["ordered"]) for one in listed] == [("May.xes", len(LOG), False)]
    done = await house.start(upload, "once")
    assert (done["importRun"]["status"], done["importRun"]["attempts"], done["job"]["status"]) == (
        "RUNNING",
        0,
        "WAITING",
    )
    assert await house.start(upload, "once") == done
    assert (await house.start(upload, "twice"))["job"] == done["job"]
    assert (await house.client.nodes("importUploads", "ordered")) == [{"ordered": True}]

    await house.work()
    run = await house.run(done)
    assert (run["status"], run["progress"], run["attempts"], run["fileName"]) == ("FINISHED", 1.0, 1, "May.xes")
    assert (run["recordsSeen"], run["recordsImported"], run["recordsRefused"], run["stepsImported"]) == (5, 2, 3, 4)
    found = [(one["position"], one["externalId"], one["code"]) for one in run["refusals"]["nodes"]]
    assert found == [
        (3, "3", "records.other_tenant"),
        (4, "4", "records.other_tenant"),
        (5, "5", "records.date_unreadable"),
    ]
    assert "pl" in run["refusals"]["nodes"][0]["message"]
    assert await house.job(done) == {"status": "DONE", "done": len(LOG), "total": len(LOG), "error": None}
    tenants = "SELECT DISTINCT tenant_id FROM records WHERE network_id = $1"
    assert [row[0] for row in await house.admin.fetch(tenants, house.scope.network_id)] == [house.scope.tenant_id]
    await house.assert_gone(upload)

    again = await house.start(await house.upload(LOG, "May.xes"))
    await house.work()
    run = await house.run(again)
    assert again["importRun"]["id"] == done["importRun"]["id"]
    assert (run["attempts"], run["recordsImported"], await house.records()) == (2, 2, 2)


async def test_a_job_that_is_cancelled_ends_and_its_file_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = await house.upload(LOG)
    done = await house.start(upload)
    await house.client.change("cancelJob", "job { status }", job=done["job"]["id"])
    await house.work()
    assert ((await house.job(done))["status"], (await house.run(done))["errorCode"]) == (
        "CANCELLED",
        "records.import_cancelled",
    )
    assert await house.records() == 0
    await house.assert_gone(upload)

    monkeypatch.setattr(journal, "SECONDS_BETWEEN", 0.0)
    save = journal.Journal.save

    async def cancel_then_save(self: journal.Journal) -> None:
        monkeypatch.setattr(journal.Journal, "save", save)
        await house.client.change("cancelJob", "job { status }", job=following["job"]["id"])
        await save(self)

    following = await house.start(await house.upload(LOG))
    monkeypatch.setattr(journal.Journal, "save", cancel_then_save)
    await house.work()
    run = await house.run(following)
    assert (run["status"], run["errorCode"], await house.records()) == ("FAILED", "records.import_cancelled", 0)
    assert (await house.job(following))["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (LOG[:-20], "records.log_unreadable"),
        (b"<!DOCTYPE log []>" + LOG, "records.xml_unsafe"),
        (b"BZh" + LOG, "records.log_unreadable"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_code(house: House, content: bytes, code: str) -> None:
    upload = await house.upload(content)
    done = await house.start(upload)
    await house.work()
    run, job = await house.run(done), await house.job(done)
    assert (run["status"], run["errorCode"], job["status"], job["error"]) == ("FAILED", code, "FAILED", code)
    await house.assert_gone(upload)


async def test_a_file_that_is_not_there_fails_and_can_be_uploaded_again(house: House) -> None:
    upload = await house.upload(LOG)
    house.path(upload).unlink()
    done = await house.start(upload)
    await house.work()
    assert ((await house.run(done))["errorCode"], (await house.job(done))["error"]) == ("records.upload_is_gone",) * 2
    await house.start(await house.upload(LOG))
    await house.work()
    assert ((await house.run(done))["status"], (await house.run(done))["errorCode"]) == ("FINISHED", None)


class Quiet(localbucket.S3Handler):
    """Tells nobody of every request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@contextmanager
def bucket(folder: Path) -> Generator[BlobSettings]:
    """Serve a bucket over the S3 protocol."""
    (folder / "logs").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Quiet,), {"data_root": folder}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield BlobSettings(
            store=BlobStoreKind.S3,
            s3_bucket="logs",
            s3_endpoint=f"http://127.0.0.1:{server.server_port}",
            s3_access_key=SecretStr("a"),
            s3_secret_key=SecretStr("b"),
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_api_and_worker_need_no_folder_in_common_where_files_lie_in_a_bucket(
    house: House, tmp_path: Path
) -> None:
    with bucket(tmp_path) as settings:
        house.api.services.put(UploadStore, UploadStore(Blobs(settings, tmp_path / "api", AREA)))
        upload = await house.upload(LOG)
        kept = tmp_path / "logs" / AREA / path_of(house.owner, upload.hex)
        assert kept.read_bytes() == LOG
        done = await house.start(upload)
        house.api.services.put(UploadStore, UploadStore(Blobs(settings, tmp_path / "worker", AREA)))
        await house.work()
        assert ((await house.run(done))["status"], await house.records()) == ("FINISHED", 2)
        assert not kept.exists()


async def test_what_processes_that_died_left_is_swept_out_by_the_next_file(house: House) -> None:
    left = await house.upload(b"x")
    waiting = await house.upload(b"x")
    long_ago = (datetime.now(UTC) - timedelta(days=10)).timestamp()
    os.utime(house.path(left), (long_ago, long_ago))
    await house.upload(b"x")
    assert (house.path(left).exists(), house.path(waiting).exists()) == (False, True)


async def test_the_run_of_an_import_that_every_worker_was_lost_over_has_failed(house: House) -> None:
    upload = await house.upload(LOG)
    done = await house.start(upload)
    lost = "UPDATE outbox SET status = 'running', attempts = $3 WHERE tenant_id = $1 AND topic = $2"
    await house.admin.execute(lost, house.scope.tenant_id, IMPORT, USUAL_ATTEMPTS)
    house.chain.clock.advance(timedelta(minutes=5))
    await house.work()
    run, job = await house.run(done), await house.job(done)
    lost_over = "kernel.worker_lost"
    assert (run["status"], run["errorCode"], job["status"], job["error"]) == ("FAILED", lost_over, "FAILED", lost_over)
    again = "UPDATE outbox SET status = 'waiting', attempts = 0 WHERE tenant_id = $1 AND topic = $2"
    await house.admin.execute(again, house.scope.tenant_id, IMPORT)
    await house.work()
    run = await house.run(done)
    assert (run["status"], run["errorCode"], await house.records()) == ("FINISHED", None, 2)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("no_such_mapping", "records.mapping_unknown"),
        ("mapping: '2'", "records.mapping_invalid"),
        ("{", "records.mapping_invalid"),
        ("a: &a [*a]", "records.mapping_invalid"),
    ],
)
async def test_what_cannot_be_ordered_changes_nothing(house: House, said: str, code: str) -> None:
    upload = await house.upload(LOG)
    assert (await house.start(upload, said=said))["code"] == code
    for table in ("jobs", "import_runs"):
        counted = f"SELECT count(*) FROM {table} WHERE network_id = $1"
        assert await house.admin.fetchval(counted, house.scope.network_id) == 0
    assert (await house.client.nodes("importUploads", "ordered")) == [{"ordered": False}]


async def test_a_mapping_is_read_beside_what_else_is_served(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    readers: list[int] = []

    def noted(said: bytes, name: str) -> LogMapping:
        readers.append(get_ident())
        return parse_mapping(said, name)

    monkeypatch.setattr("core.records.uploads.start.parse_mapping", noted)
    upload = await house.upload(LOG)
    assert (await house.start(upload, said="mapping: '2'"))["code"] == "records.mapping_invalid"
    assert len(readers) == 1
    assert get_ident() not in readers


async def test_another_mapping_waits_for_the_first_one(house: House) -> None:
    upload = await house.upload(LOG)
    await house.start(upload)
    other = mapping(name="Another").model_dump_json(by_alias=True, exclude_none=True)
    assert (await house.start(upload, said=other))["code"] == "records.upload_is_taken"


async def test_a_file_is_its_tenants_alone_and_takes_a_permission(house: House) -> None:
    upload = await house.upload(LOG)
    tenant = await house.chain.tenant("other")
    elsewhere = Client(house.api, replace(tenant, permissions=every_permission(), actor=person()))
    assert (await house.start(upload, client=elsewhere))["code"] == "kernel.not_found"
    assert await elsewhere.nodes("importUploads", "fileName") == []
    assert (await house.start(upload, client=house.client.without("records.import")))["code"] == "kernel.not_permitted"
    lesser = house.client.without("records.import").scope
    assert lesser is not None
    async with house.chain.database.unit(lesser, clock=house.chain.clock) as unit:
        with pytest.raises(NotPermitted):
            await check_room(unit)
        with pytest.raises(NotPermitted):
            await keep_upload(unit, KeepUpload(upload_id=new_id(), name="a", received=Received(1, "")))


async def test_a_file_that_nobody_has_imported_expires_and_few_may_wait(house: House) -> None:
    uploads = [await house.upload(b"x") for _ in range(MOST_WAITING)]
    with pytest.raises(TooManyUploads):
        await house.upload(b"x")
    house.chain.clock.advance(timedelta(hours=25))
    await house.work()
    for upload in uploads:
        await house.assert_gone(upload)
    await house.upload(b"x")


async def test_a_file_whose_import_waits_does_not_expire(house: House) -> None:
    """The workers were away for more than a week; what was asked for before is done, not forgotten."""
    upload = await house.upload(LOG)
    done = await house.start(upload)
    await house.admin.execute(
        "UPDATE outbox SET due_at = $2 WHERE network_id = $1 AND topic = $3",
        house.scope.network_id,
        house.chain.clock.now() + timedelta(days=9),
        IMPORT,
    )
    house.chain.clock.advance(timedelta(days=8))
    await house.work()
    assert house.path(upload).exists()
    assert (await house.job(done))["status"] == "WAITING"
    house.chain.clock.advance(timedelta(days=1))
    await house.work()
    assert (await house.job(done))["status"] == "DONE"
    assert await house.records() > 0


async def test_the_standard_may_be_another_than_the_mapping_says(house: House) -> None:
    await house.chain.publish("other-handling")
    given = {"upload": global_id("ImportUpload", await house.upload(LOG)), "mapping": SAID}
    await house.client.data(START, input={**given, "standardCode": "other-handling"}, key=new_id().hex)
    await house.work()
    codes = "SELECT DISTINCT standard_code FROM records WHERE network_id = $1"
    assert [row[0] for row in await house.admin.fetch(codes, house.scope.network_id)] == ["other-handling"]
