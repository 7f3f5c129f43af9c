"""Log files as bounded streams: plain or gzip, told apart by their first bytes, never unpacked as a whole.

What is packed another way, or packed twice, is refused by its name.
"""

import gzip
import io
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import IO

from core.records.errors import LogTooLarge, LogUnreadable
from core.records.logs.bounds import STANDARD_BOUNDS, Bounds

GZIP_MAGIC = b"\x1f\x8b"
PIECE = 64 * 1024
PACKED = {
    GZIP_MAGIC: "gzip within gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PK\x03\x04": "ZIP",
}
"""How content begins that is still packed, and what that is called."""


class LogStream(io.RawIOBase):
    """The content of a log, decompressed where it must be and counted while it is read.

    Args:
        file: The open file, at its beginning.
        name: What to call it in errors: the file's name without its folder.
        bounds: When to refuse.

    Attributes:
        name: What to call it in errors.
        bounds: The reader's limits.
        size: Bytes of the file as it is stored.
    """

    def __init__(self, file: IO[bytes], name: str, bounds: Bounds = STANDARD_BOUNDS) -> None:
        super().__init__()
        self.name = name
        self.bounds = bounds
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        self._file = file
        self._compressed = file.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        file.seek(0)
        self._content: IO[bytes] | gzip.GzipFile = gzip.GzipFile(fileobj=file) if self._compressed else file
        self._taken = 0
        self._stopped = False

    def stop(self) -> None:
        """Let every further read fail, so that a reader in another thread ends soon."""
        self._stopped = True

    def readable(self) -> bool:
        """Tell that this stream is for reading."""
        return True

    @property
    def consumed(self) -> int:
        """Bytes of the stored file that have been read so far."""
        return 0 if self._file.closed else self._file.tell()

    def readinto(self, buffer: "memoryview[int] | bytearray", /) -> int:  # type: ignore[override]
        """Fill the buffer with content.

        Raises:
            LogUnreadable: The compressed file is damaged or cut off, what comes out is packed once more or in a way
                that is not read, or the reading was stopped.
            LogTooLarge: There is more content than the bounds allow.
        """
        if self._stopped:
            raise LogUnreadable(file=self.name, problem="the reading was stopped")
        try:
            piece = self._content.read(min(len(buffer), PIECE))
        except (OSError, EOFError, zlib.error) as error:
            raise LogUnreadable(file=self.name, problem=f"the compressed data is damaged ({error})") from error
        if not self._taken:
            self._refuse_packed(piece)
        self._taken += len(piece)
        self._judge()
        buffer[: len(piece)] = piece
        return len(piece)

    def _refuse_packed(self, begin: bytes) -> None:
        for magic, name in PACKED.items():
            if begin.startswith(magic):
                raise LogUnreadable(file=self.name, problem=f"it is packed as {name}; plain text or gzip is read")

    def _judge(self) -> None:
        if self._taken > self.bounds.content_bytes:
            raise LogTooLarge(file=self.name, problem=f"it holds more than {self.bounds.content_bytes} bytes")
        swollen = self._taken > self.bounds.ratio * max(self.consumed, 1)
        if self._compressed and self._taken > self.bounds.ratio_from and swollen:
            problem = f"each compressed byte unpacks to more than {self.bounds.ratio}"
            raise LogTooLarge(file=self.name, problem=problem)


@contextmanager
def open_log(path: Path, bounds: Bounds = STANDARD_BOUNDS, name: str = "") -> Generator[LogStream, None, None]:
    """Open a log for one reading; it is called by its file's name unless another is given.

    Raises:
        LogUnreadable: There is no such file, or it may not be read.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise LogUnreadable(file=name or path.name, problem=error.strerror or "it cannot be opened") from error
    with file:
        yield LogStream(file, name or path.name, bounds)


def fingerprint(path: Path) -> str:
    """Compute the SHA-256 of the stored file, in hexadecimal: the same file is always the same import.

    Raises:
        LogUnreadable: There is no such file, or it may not be read.
    """
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LogUnreadable(file=path.name, problem=error.strerror or "it cannot be opened") from error
