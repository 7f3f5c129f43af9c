"""Files are stored whole, known by what is stored, and kept apart by tenant: in a folder and over the S3 protocol.

The S3 server is localbucket, which keeps buckets as folders and takes uploads in parts; it does not look at signatures,
so these are checked here, by AWS Signature Version 4 computed a second time.
"""

import hmac
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import uuid4

import localbucket
import pytest
from pydantic import SecretStr, ValidationError

from core.kernel.blob_settings import BlobSettings, BlobStoreKind
from core.kernel.blobs import BlobIsMissing, Blobs, BlobStoreIsDown, path_of
from core.kernel.outbox_rows import Tenancy

ACCESS, SECRET, REGION = "touchstone", "a secret of the bucket", "eu-central-1"
LARGE = 12 * 1024 * 1024
"""Longer than two parts of an upload."""


class Signed(localbucket.S3Handler):
    """Answers requests that are signed by the right key, and no others."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if signature_of(self) not in self.headers.get("Authorization", "none"):
            self.send_error(403)
            return False
        return True


def signature_of(request: Any) -> str:
    """Compute the signature of a request (AWS Signature Version 4)."""
    said = dict(one.strip().split("=", 1) for one in request.headers["Authorization"].split(" ", 1)[1].split(","))
    _, day, region, service, _ = said["Credential"].split("/")
    address = urlsplit(str(request.path))
    query = sorted(one.partition("=")[::2] for one in address.query.split("&") if one)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in said["SignedHeaders"].split(";"))
    wanted = "\n".join(
        (
            request.command,
            quote(unquote(address.path)),
            "&".join(f"{name}={value}" for name, value in query),
            headers,
            said["SignedHeaders"],
            request.headers["x-amz-content-sha256"],
        )
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    hashed = sha256(wanted.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{request.headers['x-amz-date']}\n{scope}\n{hashed}"
    key = b"AWS4" + SECRET.encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    assert said["Credential"].startswith(f"{ACCESS}/")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[tuple[BlobSettings, ThreadingHTTPServer, Path]]:
    """A bucket on a server of its own."""
    folder = tmp_path / "buckets" / "evidence"
    folder.mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Signed,), {"data_root": folder.parent}))
    served = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    served.start()
    settings = BlobSettings(
        store=BlobStoreKind.S3,
        s3_bucket="evidence",
        s3_endpoint=f"http://127.0.0.1:{server.server_port}",
        s3_region=REGION,
        s3_access_key=SecretStr(ACCESS),
        s3_secret_key=SecretStr(SECRET),
        timeout_s=5,
    )
    yield settings, server, folder
    server.shutdown()
    server.server_close()
    served.join()


def tenancy() -> Tenancy:
    return Tenancy(uuid4(), uuid4())


async def stream(content: bytes, breaks: bool = False) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1_000_000):
        yield content[start : start + 1_000_000]
    if breaks:
        raise ConnectionError


async def read(blobs: Blobs, whose: Tenancy, blob: str) -> bytes:
    return b"".join([one async for one in blobs.read(whose, blob)])


async def listed(blobs: Blobs, whose: Tenancy) -> dict[str, datetime]:
    return {blob: at async for page in blobs.stored(whose) for blob, at in page.items()}


async def behave(blobs: Blobs, folder: Path) -> None:
    """Store, read, list and delete, as every store must let one."""
    mine, theirs = tenancy(), tenancy()
    for content in (b"", b"small", bytes(range(256)) * (LARGE // 256)):
        stored = await blobs.put(mine, stream(content))
        assert (stored.blob, stored.size) == (sha256(content).hexdigest(), len(content))
        assert (folder / path_of(mine, stored.blob)).read_bytes() == content
        assert await read(blobs, mine, stored.blob) == content
        assert await blobs.exists(mine, stored.blob)
        assert not await blobs.exists(theirs, stored.blob)
        with pytest.raises(BlobIsMissing):
            await read(blobs, theirs, stored.blob)
    assert len(await listed(blobs, mine)) == 3
    assert await listed(blobs, theirs) == {}
    now = datetime.now(UTC)
    assert all(abs(at - now) < timedelta(minutes=1) for at in (await listed(blobs, mine)).values())
    again = await blobs.put(mine, stream(b"small"))
    for _ in range(2):
        await blobs.delete(mine, again.blob)
    assert not await blobs.exists(mine, again.blob)
    before = await listed(blobs, mine)
    with pytest.raises(ConnectionError):
        await blobs.put(mine, stream(b"x" * 2_000_000, breaks=True))
    assert await listed(blobs, mine) == before


async def test_a_folder_keeps_files(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    blobs = Blobs(BlobSettings(folder=folder), tmp_path)
    assert not folder.exists(), "nothing is made before it is needed"
    await behave(blobs, folder)
    assert folder.stat().st_mode & 0o077 == 0


async def test_a_bucket_keeps_files(bucket: tuple[BlobSettings, ThreadingHTTPServer, Path]) -> None:
    settings, _, folder = bucket
    await behave(Blobs(settings, Path("/nowhere")), folder)


async def test_a_bucket_that_refuses_or_is_away_is_told_without_what_it_says(
    bucket: tuple[BlobSettings, ThreadingHTTPServer, Path],
) -> None:
    settings, _, folder = bucket
    for wrong in ({"s3_secret_key": SecretStr("another")}, {"s3_endpoint": "http://127.0.0.1:1"}):
        blobs = Blobs(settings.model_copy(update={**wrong, "timeout_s": 1}), folder)
        for attempt in (
            blobs.put(tenancy(), stream(b"a")),
            blobs.exists(tenancy(), "ab" * 32),
            listed(blobs, tenancy()),
        ):
            with pytest.raises(BlobStoreIsDown) as down:
                await attempt
            assert "127.0.0.1" not in str(down.value)
    assert list(folder.rglob("*")) == []


def test_a_bucket_has_a_name() -> None:
    with pytest.raises(ValidationError, match="TOUCHSTONE_BLOBS_S3_BUCKET"):
        BlobSettings(store=BlobStoreKind.S3)
    assert SECRET not in repr(BlobSettings(s3_secret_key=SecretStr(SECRET)))


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = Blobs(BlobSettings(folder=tmp_path / "file" / "blobs"), tmp_path)
    with pytest.raises(BlobStoreIsDown):
        await blobs.put(tenancy(), stream(b"a"))
