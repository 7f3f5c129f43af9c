"""One demonstration at a time in a home: a second one would live on the first one's servers, and end with them.

It would also write its own tokens and logs over the first one's. Whoever is there holds a lock that its process alone
has, not those it forks, so that it goes whenever that ends.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gateway.cli.demonstration_errors import DemonstrationRuns
from gateway.cli.home import Home

FILE = "demonstration"
UNKNOWN = "unknown"


@contextmanager
def alone(home: Home, port: int) -> Generator[None]:
    """Be the only demonstration in a home as long as the block lasts.

    Args:
        home: The home.
        port: Where this one will serve.

    Raises:
        DemonstrationRuns: Another one is there.
    """
    place = place_in(home)
    with os.fdopen(os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise another(home, file.read()) from held
        file.truncate()
        file.write(f"{port} {os.getpid()}")
        file.flush()
        yield
        file.truncate(0)


def require_alone(home: Home) -> None:
    """Look whether a demonstration runs in a home, before anything is begun or made.

    Raises:
        DemonstrationRuns: One does.
    """
    place = place_in(home)
    if not place.exists():
        return
    with place.open("r+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            raise another(home, file.read()) from held


def place_in(home: Home) -> Path:
    """Name the file."""
    return home.folder / FILE


def another(home: Home, noted: str) -> DemonstrationRuns:
    """Say who is there; it may be about to write that down."""
    port, process = (*noted.split(), UNKNOWN, UNKNOWN)[:2]
    return DemonstrationRuns(home=str(home.folder), port=port, process=process)
