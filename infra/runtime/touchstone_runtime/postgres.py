"""PostgreSQL on a folder of ours."""

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGINT, SIGQUIT, Signals
from typing import ClassVar
from urllib.parse import quote

from touchstone_runtime.embedded import EmbeddedServer
from touchstone_runtime.errors import FolderIsInUse
from touchstone_runtime.folder_lock import FolderLock
from touchstone_runtime.installation import Installation
from touchstone_runtime.passwords import write_secret
from touchstone_runtime.ports import LOOPBACK
from touchstone_runtime.processes import is_alive, works_in
from touchstone_runtime.providers import POSTGRES, choose_programs
from touchstone_runtime.sockets import socket_folder

ADMIN = "touchstone_admin"

# Statements and the values in them are personal data as often as not, so what a client is told of its own error is
# not also written to the log.
_QUIET = {"log_min_messages": "log", "log_min_error_statement": "panic", "log_error_verbosity": "terse"}

# For tests alone: a crash of the machine may lose everything, a crash of the server nothing. Commits stay synchronous:
# without fsync that costs nothing (measured: 0.13 ms a commit either way), and a killed server that forgot what it
# confirmed would make tests of kills lie.
_FAST = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL 18 or newer: UTF-8, the built-in locale, passwords everywhere, loopback and a Unix socket."""

    name: str = "PostgreSQL"
    farewells: ClassVar[Sequence[tuple[Signals, float]]] = ((SIGINT, 30.0), (SIGQUIT, 5.0))

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        fast: bool = False,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Describe a server; nothing is started.

        Args:
            folder: Where it keeps what it needs; made if missing.
            port: A fixed port, or None for the last one used or any free one.
            settings: Server settings by name, above ours.
            fast: For tests: trade safety against a crash of the machine for speed.
            environ: The environment that says where programs lie; by default this process's.
        """
        super().__init__(folder, port=port, environ=environ)
        self._fast = fast
        self._settings = {**_QUIET, **(_FAST if fast else {}), **(settings or {})}

    @property
    def admin_url(self) -> str:
        """Address of the database `postgres` for the superuser `touchstone_admin`."""
        return f"postgresql://{ADMIN}:{quote(self.password(), safe='')}@{LOOPBACK}:{self.port}/postgres"

    @property
    def url(self) -> str:
        """The same as `admin_url`."""
        return self.admin_url

    @property
    def socket_folder(self) -> Path:
        """The folder of the Unix socket, closed to everybody but the server's account and root."""
        return socket_folder(self.data_folder, self._account)

    def choose_installation(self) -> Installation:
        """Choose programs that read the data, if there is any."""
        version = self.data_folder / "PG_VERSION"
        major = int(version.read_text(encoding="ascii")) if version.exists() else None
        return choose_programs(POSTGRES, self.environ, major=major).required()

    def prepare_data(self, programs: Path, lock: FolderLock) -> None:
        """Make the cluster if it is missing, and remove the pid file of a dead postmaster."""
        data = self.data_folder
        if data.exists():
            self._forget_dead_postmaster(data)
            return
        # A kill in the middle leaves the unfinished folder, never a data folder that is not whole.
        fresh, secret = data.with_name("data.new"), data.with_name("password.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        write_secret(secret, self.password())
        if self._account is not None:
            os.chown(fresh, self._account.uid, self._account.gid)
            os.chown(secret, self._account.uid, self._account.gid)
        try:
            self.launch(self._initdb(programs, fresh, secret), fresh, lock).wait_done("make its data folder")
        finally:
            secret.unlink()
        fresh.rename(data)

    def command(self, programs: Path, port: int) -> tuple[Sequence[str], bytes]:
        """Return the postmaster's command line."""
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(port),
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(programs / "postgres"), "-D", str(self.data_folder), *options], b""

    def answers(self, pid: int, port: int) -> bool:
        """Read the pid file as `pg_ctl` does: the eighth line says `ready` once commands are taken."""
        del port
        try:
            lines = (self.data_folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"  # noqa: PLR2004  # pg_ctl's

    def _initdb(self, programs: Path, data: Path, secret: Path) -> list[str]:
        return [
            str(programs / "initdb"),
            *("--pgdata", str(data), "--username", ADMIN, "--pwfile", str(secret)),
            *("--auth-local", "scram-sha-256", "--auth-host", "scram-sha-256"),
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            # Waiting for the disk would take longer than all the rest. What is lost with the machine in the half minute
            # until the kernel has written the files is a folder that was empty a moment ago.
            "--no-sync",
            *(["--no-data-checksums"] if self._fast else []),
        ]

    def _forget_dead_postmaster(self, data: Path) -> None:
        """Remove the pid file if its number now belongs to somebody else, which PostgreSQL itself cannot tell."""
        pid_file = data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if not is_alive(pid):
            return
        if works_in(pid, data) is not False:
            raise FolderIsInUse(self.folder, pid)
        pid_file.unlink()
        for lock_file in self.socket_folder.glob(".s.PGSQL.*.lock"):
            lock_file.unlink()
