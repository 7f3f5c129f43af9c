"""Files, known by what is stored of them: ``<network>/<tenant>/<first two digits>/<SHA-256>``.

What is stored is never changed, and never seen half: it is gathered in a nameless file first, from which its address
follows, and then put in its place at once. Whatever keeps files stands behind this interface alone.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, ClassVar, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from core.kernel.blob_settings import BlobSettings, BlobStoreKind
from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen
from core.kernel.outbox_rows import Tenancy

PART: Final = 5 * 1024 * 1024
"""Bytes of one part of an upload to a store."""
PARTS: Final = 2
"""Parts that are under way at once, so that a large file takes little memory."""
BLOCK: Final = 256 * 1024
PAGE: Final = 1_000
CLOSED: Final = 0o700


@fact
class BlobIsMissing(DomainError):  # noqa: N818 - errors are facts
    """A file is not where it should be."""

    code: ClassVar[str] = "kernel.blob_missing"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "A file is not where it was stored."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Tell whoever runs the server; it can be restored from a backup."


@fact
class BlobStoreIsDown(DomainError):  # noqa: N818 - errors are facts
    """What keeps files cannot be reached, or refuses."""

    code: ClassVar[str] = "kernel.blob_store_down"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "Files can be neither stored nor read at present."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again in a moment; nothing was changed."


@frozen
class Stored:
    """A file that was stored.

    Attributes:
        blob: SHA-256 of what is stored, in hexadecimal.
        size: Its length in bytes.
    """

    blob: str
    size: int


class Blobs:
    """Stores files of tenants; what keeps them is opened when it is first used.

    Args:
        settings: Where files are stored.
        home: The folder whose ``blobs`` is used where the settings name none.
        area: Where among all files these are, so that other files of the same store are not theirs.
    """

    def __init__(self, settings: BlobSettings, home: Path, area: str = "") -> None:
        self._settings = settings
        self._home = home
        self._area = f"{area}/" if area else ""

    @cached_property
    def _folder(self) -> Path | None:
        """The folder that files are kept in, where it is one."""
        if self._settings.store is BlobStoreKind.S3:
            return None
        folder = (self._settings.folder or self._home / "blobs").absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=CLOSED)
        return folder

    @cached_property
    def _store(self) -> ObjectStore:
        """What keeps files."""
        return s3_store(self._settings) if self._folder is None else LocalStore(self._folder)

    async def put(self, tenancy: Tenancy, content: AsyncIterable[bytes], *, named: str = "") -> Stored:
        """Store a file as it comes; where the stream breaks off, nothing is stored.

        Args:
            tenancy: Whose file.
            content: The file.
            named: What it is found by where that is not what is stored of it, so that two of the same are two.

        Raises:
            BlobStoreIsDown: It could not be stored.
        """
        digest, size = sha256(), 0
        with told_plainly():
            folder = self._folder
        with tempfile.TemporaryFile(dir=folder) as gathered:
            async for some in content:
                await asyncio.to_thread(gathered.write, some)
                digest.update(some)
                size += len(some)
            gathered.seek(0)
            blob = digest.hexdigest()
            await self._place(self._path(tenancy, named or blob), gathered)
        return Stored(blob, size)

    async def _place(self, path: str, gathered: IO[bytes]) -> None:
        with told_plainly():
            await obstore.put_async(self._store, path, gathered, chunk_size=PART, max_concurrency=PARTS)
        if self._folder is not None:
            await asyncio.to_thread(settle, self._folder / path, self._folder)

    async def read(self, tenancy: Tenancy, blob: str) -> AsyncGenerator[bytes]:
        """Read a file as it is wanted.

        Raises:
            BlobIsMissing: It is not there.
            BlobStoreIsDown: It could not be read.
        """
        with told_plainly():
            found = await obstore.get_async(self._store, self._path(tenancy, blob))
            async for some in found.stream(min_chunk_size=BLOCK):
                yield bytes(some)

    @asynccontextmanager
    async def fetched(self, tenancy: Tenancy, blob: str) -> AsyncGenerator[IO[bytes], None]:
        """Copy a file to a nameless one of this machine, for whoever must go back in it; it ends with the block.

        Raises:
            BlobIsMissing: It is not there.
            BlobStoreIsDown: It could not be read.
        """
        with told_plainly():
            folder = self._folder
        with tempfile.TemporaryFile(dir=folder) as copy:
            async for some in self.read(tenancy, blob):
                await asyncio.to_thread(copy.write, some)
            copy.flush()
            copy.seek(0)
            yield copy

    def _path(self, tenancy: Tenancy, blob: str) -> str:
        return self._area + path_of(tenancy, blob)

    async def exists(self, tenancy: Tenancy, blob: str) -> bool:
        """Tell whether a file is there.

        Raises:
            BlobStoreIsDown: That could not be told.
        """
        try:
            with told_plainly():
                await obstore.head_async(self._store, self._path(tenancy, blob))
        except BlobIsMissing:
            return False
        return True

    async def delete(self, tenancy: Tenancy, blob: str) -> None:
        """Delete a file; one that is not there is deleted already.

        Raises:
            BlobStoreIsDown: It could not be deleted.
        """
        try:
            with told_plainly():
                await obstore.delete_async(self._store, self._path(tenancy, blob))
        except BlobIsMissing:
            return

    async def stored(self, tenancy: Tenancy) -> AsyncGenerator[dict[str, datetime]]:
        """List a tenant's files with the instants at which they were stored, some at a time.

        Raises:
            BlobStoreIsDown: They could not be listed.
        """
        listed: Any = obstore.list(self._store, self._area + room_of(tenancy), chunk_size=PAGE)  # type: ignore[reportUnknownMemberType]
        with told_plainly():
            async for page in listed:
                yield {one["path"].rsplit("/", 1)[-1]: one["last_modified"] for one in page}

    async def drop_unfinished(self, tenancy: Tenancy, instant: datetime) -> int:
        """Delete what a process that was killed before an instant left half put in its place; tell how many.

        Buckets do so by a rule of their own.
        """
        if self._folder is None:
            return 0
        return await asyncio.to_thread(drop_older, self._folder / (self._area + room_of(tenancy)), instant.timestamp())


def drop_older(folder: Path, before: float) -> int:
    """Delete what the store of a folder calls half put."""
    unfinished = [one for one in folder.glob("*/*#*") if one.stat().st_mtime < before]
    for one in unfinished:
        one.unlink(missing_ok=True)
    return len(unfinished)


def room_of(tenancy: Tenancy) -> str:
    """Say where the files of a tenant are."""
    return f"{tenancy.network_id}/{tenancy.tenant_id}"


def path_of(tenancy: Tenancy, blob: str) -> str:
    """Say where a file is."""
    return f"{room_of(tenancy)}/{blob[:2]}/{blob}"


def settle(path: Path, top: Path) -> None:
    """Have a file and the folders it is named in written down, so that it is there after a loss of power."""
    for one in (path, *(above for above in path.parents if above.is_relative_to(top))):
        opened = os.open(one, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


@contextmanager
def told_plainly() -> Generator[None]:
    """Tell what becomes of a store as a fact, without what it says of itself, which names addresses and keys."""
    try:
        yield
    except FileNotFoundError as missing:
        raise BlobIsMissing from missing
    except (BaseError, OSError) as down:
        raise BlobStoreIsDown from down


def s3_store(settings: BlobSettings) -> S3Store:
    """Open a bucket."""
    timeout = timedelta(seconds=settings.timeout_s)
    given = {
        "endpoint": settings.s3_endpoint,
        "access_key_id": settings.s3_access_key.get_secret_value(),
        "secret_access_key": settings.s3_secret_key.get_secret_value(),
    }
    return S3Store(
        settings.s3_bucket,
        region=settings.s3_region,
        client_options={
            "allow_http": settings.s3_endpoint.startswith("http://"),
            "timeout": timeout,
            "connect_timeout": timeout,
        },
        disable_bulk_delete=True,  # One at a time is deleted, and some servers know no other way.
        retry_config={"max_retries": 2, "retry_timeout": timeout},
        **{name: value for name, value in given.items() if value},  # type: ignore[arg-type]
    )
