"""The file a server writes to, and its last lines for error messages."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

_FILE = "server.log"
_LARGEST = 10_000_000
_TAIL_BYTES = 8_000
_TAIL_LINES = 20


def log_path(folder: Path) -> Path:
    """Return the log of the server in this folder."""
    return folder / _FILE


def open_log(folder: Path) -> IO[bytes]:
    """Open the log for appending; one over 10 MB is put aside first, and replaces the one put aside before."""
    path = log_path(folder)
    if path.exists() and path.stat().st_size > _LARGEST:
        path.replace(path.with_suffix(".log.1"))
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600), "ab")


def lines_since(folder: Path, offset: int) -> Sequence[str]:
    """Return the last lines written after `offset` bytes, at most twenty."""
    with log_path(folder).open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(offset, end - _TAIL_BYTES))
        return file.read().decode(errors="replace").splitlines()[-_TAIL_LINES:]
