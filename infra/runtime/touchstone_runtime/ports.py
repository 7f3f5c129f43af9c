"""Loopback ports, remembered so that a restarted server answers where it did before."""

import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
_FILE = "port"


def remembered_port(folder: Path) -> int | None:
    """Return the port the server in this folder last had, or None if it never ran."""
    try:
        return int((folder / _FILE).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def remember_port(folder: Path, port: int) -> None:
    """Keep the port for the next start."""
    (folder / _FILE).write_text(f"{port}\n", encoding="ascii")


def usable_port(folder: Path) -> int:
    """Return the port the server had if it is free, else any free one."""
    last = remembered_port(folder)
    return last if last is not None and _is_free(last) else _bound(0)


def _is_free(port: int) -> bool:
    try:
        return _bound(port) == port
    except OSError:
        return False


def _bound(port: int) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of the last run that still linger are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))
        return int(probe.getsockname()[1])
