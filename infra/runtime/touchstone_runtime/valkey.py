"""Valkey on a folder of ours."""

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGTERM, Signals
from typing import ClassVar, Literal
from urllib.parse import quote

from touchstone_runtime.embedded import EmbeddedServer
from touchstone_runtime.folder_lock import FolderLock
from touchstone_runtime.installation import Installation
from touchstone_runtime.ports import LOOPBACK
from touchstone_runtime.providers import VALKEY, choose_programs

Fsync = Literal["always", "everysec", "no"]

_ANSWER_S = 1.0


class EmbeddedValkey(EmbeddedServer):
    """Valkey with an append-only file, a password, on the loopback address alone."""

    name: str = "Valkey"
    farewells: ClassVar[Sequence[tuple[Signals, float]]] = ((SIGTERM, 15.0),)

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        appendfsync: Fsync = "everysec",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a server; nothing is started.

        Args:
            folder: Where it keeps what it needs; made if missing.
            port: A fixed port, or None for the last one used or any free one.
            appendfsync: How often it forces what it wrote to the disk. A kill of the server loses nothing either
                way; a crash of the machine loses up to a second with `everysec`.
            environ: The environment that says where programs lie; by default this process's.
        """
        super().__init__(folder, port=port, environ=environ)
        self._appendfsync = appendfsync

    @property
    def url(self) -> str:
        """Address of database 0."""
        return f"redis://:{quote(self.password(), safe='')}@{LOOPBACK}:{self.port}/0"

    def choose_installation(self) -> Installation:
        """Choose the programs."""
        return choose_programs(VALKEY, self.environ).required()

    def prepare_data(self, programs: Path, lock: FolderLock) -> None:
        """Make the data folder if it is missing."""
        del programs, lock
        data = self.data_folder
        if not data.exists():
            data.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(data, self._account.uid, self._account.gid)

    def command(self, programs: Path, port: int) -> tuple[Sequence[str], bytes]:
        """Return the command line, and the configuration, which holds the password and so is not on it."""
        configuration = {
            "bind": LOOPBACK,
            "port": str(port),
            "requirepass": self.password(),
            "dir": f'"{self.data_folder}"',
            "appendonly": "yes",
            "appendfsync": self._appendfsync,
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "hz": "100",  # So often it looks whether it was told to end; ten times a second by itself.
        }
        text = "".join(f"{name} {value}\n" for name, value in configuration.items())
        return [str(programs / "valkey-server"), "-"], text.encode()

    def answers(self, pid: int, port: int) -> bool:
        """Ask with our password, which no other server on that port would take."""
        del pid
        question = f"AUTH {self.password()}\r\nPING\r\n".encode()
        try:
            with socket.create_connection((LOOPBACK, port), timeout=_ANSWER_S) as line:
                line.sendall(question)
                with line.makefile("rb") as answer:
                    return answer.readline() == b"+OK\r\n" and answer.readline() == b"+PONG\r\n"
        except OSError:
            return False
