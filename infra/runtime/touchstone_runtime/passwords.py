"""The password of an embedded server, made once and readable by its owner alone."""

import os
import secrets
from pathlib import Path

_FILE = "password"
_BYTES = 24


def kept_password(folder: Path) -> str:
    """Return the password kept in the folder, making it the first time."""
    path = folder / _FILE
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(_BYTES))
    return path.read_text(encoding="ascii").strip()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, and never through a link somebody placed."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
