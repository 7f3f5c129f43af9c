"""Where files lie that wait to be imported: a folder per tenant, outside of the database."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import IO, Final, Protocol
from uuid import UUID

from core.records.uploads.errors import UploadIsEmpty, UploadTooLarge

AT_ONCE: Final = 1024 * 1024
"""Bytes that are written in one go, so that a request holds little memory and few threads are asked for."""
ARRIVING: Final = ".part"
FORGOTTEN_S: Final = 9 * 86_400
"""After that long every file has been imported or expired; one that is still there was left by a process that died."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has arrived whole: its size in bytes, and its SHA-256 in hexadecimal."""

    bytes: int
    file_hash: str


class UploadStore(Protocol):
    """Keeps files until they are imported."""

    async def receive(self, tenant_id: UUID, upload_id: UUID, pieces: AsyncIterator[bytes], largest: int) -> Received:
        """Keep a file as it arrives; it is there whole or not at all.

        Raises:
            UploadTooLarge: It has more bytes than that.
            UploadIsEmpty: It has none.
        """
        ...

    def path_of(self, tenant_id: UUID, upload_id: UUID) -> Path:
        """Give where a file lies, whether it is there or not."""
        ...

    async def forget(self, tenant_id: UUID, upload_id: UUID) -> None:
        """Delete a file, if it is there."""
        ...


class LocalUploads:
    """Keeps files in a folder of this machine, which its owner alone may read.

    Args:
        folder: The folder; it is made when the first file comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def receive(self, tenant_id: UUID, upload_id: UUID, pieces: AsyncIterator[bytes], largest: int) -> Received:
        """Keep a file as it arrives; see :class:`UploadStore`."""
        path = self.path_of(tenant_id, upload_id)
        arriving = path.with_suffix(ARRIVING)
        file = await asyncio.to_thread(opened, arriving)
        try:
            received = await write_all(file, pieces, largest)
            await asyncio.to_thread(kept, file, arriving, path)
        except BaseException:
            file.close()
            arriving.unlink(missing_ok=True)
            raise
        return received

    def path_of(self, tenant_id: UUID, upload_id: UUID) -> Path:
        """Give where a file lies; see :class:`UploadStore`."""
        return self._folder / str(tenant_id) / str(upload_id)

    async def forget(self, tenant_id: UUID, upload_id: UUID) -> None:
        """Delete a file; see :class:`UploadStore`."""
        await asyncio.to_thread(self.path_of(tenant_id, upload_id).unlink, missing_ok=True)


def opened(path: Path) -> IO[bytes]:
    """Begin a file that its owner alone may read, and sweep out what was forgotten beside it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for beside in path.parent.iterdir():
        if time() - beside.stat().st_mtime > FORGOTTEN_S:
            beside.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)


async def write_all(file: IO[bytes], pieces: AsyncIterator[bytes], largest: int) -> Received:
    """Write what arrives, a piece at a time.

    Raises:
        UploadTooLarge: It is more than that.
        UploadIsEmpty: It is nothing.
    """
    digest, size, waiting = sha256(), 0, bytearray()
    async for piece in pieces:
        size += len(piece)
        if size > largest:
            raise UploadTooLarge(largest=largest)
        waiting += piece
        if len(waiting) >= AT_ONCE:
            await asyncio.to_thread(write, file, digest, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(write, file, digest, bytes(waiting))
    if not size:
        raise UploadIsEmpty
    return Received(size, digest.hexdigest())


class Digest(Protocol):
    """Takes bytes in."""

    def update(self, data: bytes, /) -> None:
        """Take bytes in."""
        ...


def write(file: IO[bytes], digest: Digest, content: bytes) -> None:
    """Write and hash some bytes."""
    digest.update(content)
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def kept(file: IO[bytes], arriving: Path, path: Path) -> None:
    """Give a file that has arrived its name, once it is on disk."""
    os.fsync(file.fileno())
    file.close()
    arriving.rename(path)
