"""The one interface to a server, and what answers it here."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from touchstone_runtime.external import External
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.providers import POSTGRES, VALKEY
from touchstone_runtime.valkey import EmbeddedValkey


class Server(Protocol):
    """A server that is ours for a while: a context manager that starts it and stops it."""

    @property
    def name(self) -> str:
        """Its name for people."""
        ...

    @property
    def url(self) -> str:
        """Its address with user and password."""
        ...

    @property
    def pid(self) -> int | None:
        """Its process id if it was started here and runs."""
        ...

    def is_running(self) -> bool:
        """Say whether it runs, as far as can be told from here."""
        ...

    def start(self) -> None:
        """Start it and wait until it answers; do nothing if it runs."""
        ...

    def start_or_share(self) -> bool:
        """Start it, or find the one another process runs on its folder; say whether it is ours to stop."""
        ...

    def stop(self) -> None:
        """Stop it if it was started here."""
        ...

    def __enter__(self) -> Self:
        """Start."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        ...


def open_postgres(
    folder: Path,
    *,
    environ: Mapping[str, str] | None = None,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
) -> EmbeddedPostgres | External:
    """Return the PostgreSQL to use; nothing is started yet.

    Args:
        folder: Where an embedded one keeps its data.
        environ: The environment that may name a given one in `DATABASE_URL`; by default this process's.
        port: A fixed port for an embedded one.
        settings: Server settings for an embedded one.
    """
    if url := (os.environ if environ is None else environ).get(POSTGRES.address):
        return External(POSTGRES.server, url)
    return EmbeddedPostgres(folder, port=port, settings=settings, environ=environ)


def open_valkey(
    folder: Path, *, environ: Mapping[str, str] | None = None, port: int | None = None
) -> EmbeddedValkey | External:
    """Return the Valkey to use; nothing is started yet.

    Args:
        folder: Where an embedded one keeps its data.
        environ: The environment that may name a given one in `REDIS_URL`; by default this process's.
        port: A fixed port for an embedded one.
    """
    if url := (os.environ if environ is None else environ).get(VALKEY.address):
        return External(VALKEY.server, url)
    return EmbeddedValkey(folder, port=port, environ=environ)
