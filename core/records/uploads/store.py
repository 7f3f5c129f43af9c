"""Where files lie that wait to be imported: with all other files, in a folder or over the S3 protocol."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from core.kernel.blobs import BlobIsMissing, Blobs
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.outbox_rows import Tenancy
from core.records.uploads.errors import UploadIsEmpty, UploadIsGone, UploadTooLarge

AREA: Final = "imports"
"""Where in the store they are: what looks through evidence does not see them."""
AT_ONCE: Final = 1024 * 1024
"""Bytes that are written in one go, so that a request holds little memory and few threads are asked for."""
FORGOTTEN: Final = timedelta(days=9)
"""After that long every file has been imported or expired; one that is still there was left by a process that died."""


@frozen
class Received:
    """A file that has arrived whole: its size in bytes, and its SHA-256 in hexadecimal."""

    bytes: int
    file_hash: str


class UploadStore:
    """Keeps files until they are imported, each by the id of its upload.

    Args:
        blobs: Stores files in the area of uploads.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def receive(self, owner: Tenancy, upload_id: UUID, pieces: AsyncIterable[bytes], largest: int) -> Received:
        """Keep a file as it arrives; it is there whole or not at all.

        Raises:
            UploadTooLarge: It has more bytes than that.
            UploadIsEmpty: It has none.
            BlobStoreIsDown: It could not be stored.
        """
        stored = await self._blobs.put(owner, bounded(pieces, largest), named=upload_id.hex)
        await self._sweep(owner)
        return Received(stored.size, stored.blob)

    @asynccontextmanager
    async def fetched(self, owner: Tenancy, upload_id: UUID) -> AsyncGenerator[Path, None]:
        """Give where a file can be read on this machine as long as the block lasts; a kill leaves nothing of it.

        Raises:
            UploadIsGone: It is not there.
            BlobStoreIsDown: It could not be read.
        """
        try:
            async with self._blobs.fetched(owner, upload_id.hex) as file:
                yield Path(f"/dev/fd/{file.fileno()}")
        except BlobIsMissing as missing:
            raise UploadIsGone from missing

    async def forget(self, owner: Tenancy, upload_id: UUID) -> None:
        """Delete a file, if it is there.

        Raises:
            BlobStoreIsDown: It could not be deleted.
        """
        await self._blobs.delete(owner, upload_id.hex)

    async def _sweep(self, owner: Tenancy) -> None:
        """Delete what processes that died left of the tenant's uploads."""
        before = recorded_now() - FORGOTTEN
        await self._blobs.drop_unfinished(owner, before)
        async for page in self._blobs.stored(owner):
            for name in [one for one, at in page.items() if at < before]:
                await self._blobs.delete(owner, name)


async def bounded(pieces: AsyncIterable[bytes], largest: int) -> AsyncIterator[bytes]:
    """Pass a file on in larger pieces.

    Raises:
        UploadTooLarge: It is more than that.
        UploadIsEmpty: It is nothing.
    """
    size, waiting = 0, bytearray()
    async for piece in pieces:
        size += len(piece)
        if size > largest:
            raise UploadTooLarge(largest=largest)
        waiting += piece
        if len(waiting) >= AT_ONCE:
            yield bytes(waiting)
            waiting.clear()
    if not size:
        raise UploadIsEmpty
    if waiting:
        yield bytes(waiting)
