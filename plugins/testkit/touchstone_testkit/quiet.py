"""Noticing, and refusing, whatever a plugin's code does to the outside world."""

import inspect
import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import local
from typing import Final

FORBIDDEN: Final = (
    "open",
    "os.",
    "shutil.",
    "socket.",
    "subprocess.",
    "sqlite3.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "imaplib.",
    "poplib.",
    "glob.",
    "tempfile.",
    "ctypes.dlopen",
    "mmap.",
    "pty.",
    "webbrowser.",
    "_thread.start_new_thread",
)
"""Audit events that mean a file, a process, a thread or the network."""


class _Watch(local):
    """What this thread has been seen doing; None while nobody looks."""

    seen: list[str] | None = None


_watch: Final = _Watch()
_installed: Final[list[bool]] = []


class NotQuiet(PermissionError):  # noqa: N818  (errors are named as the facts they are)
    """Raised inside the code that was about to touch the outside world."""


@contextmanager
def watched() -> Generator[list[str]]:
    """Refuse, in this thread, everything in `FORBIDDEN`, and list it; what Python's importer reads is let through.

    An audit hook cannot be removed again: it is installed once per process and does nothing while nobody looks.
    """
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    seen: list[str] = []
    _watch.seen = seen
    try:
        yield seen
    finally:
        _watch.seen = None


def _hook(event: str, _arguments: tuple[object, ...]) -> None:
    seen = _watch.seen
    if seen is None or not _forbidden(event):
        return
    asking = inspect.currentframe()
    if asking is not None and asking.f_back is not None and _is_importer(asking.f_back.f_code.co_filename):
        return
    seen.append(event)
    raise NotQuiet(event)


def _is_importer(filename: str) -> bool:
    return filename.startswith("<frozen importlib")


def _forbidden(event: str) -> bool:
    return any(event == name or (name.endswith(".") and event.startswith(name)) for name in FORBIDDEN)
