"""What every embedded server does alike: lock, launch, wait, stop."""

import os
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, Signals
from types import TracebackType
from typing import ClassVar, Self

from touchstone_runtime.accounts import unprivileged_account
from touchstone_runtime.data_folder import home_of_data
from touchstone_runtime.errors import FolderIsInUse, ServerDidNotStart, ServerWasNeverStarted
from touchstone_runtime.folder_lock import FolderLock, holder_of, is_going_down
from touchstone_runtime.installation import Installation
from touchstone_runtime.log_file import open_log
from touchstone_runtime.passwords import kept_password
from touchstone_runtime.places import private_folder
from touchstone_runtime.ports import remember_port, remembered_port, usable_port
from touchstone_runtime.processes import ends_within
from touchstone_runtime.program_copies import reachable
from touchstone_runtime.spawning import Launch, spawn
from touchstone_runtime.started import Started

_PORT_TRIES = 3


class EmbeddedServer(ABC):
    """A server of our own on one folder.

    Attributes:
        folder: What the caller asked for: lock, password, port and log are here, and the data if its account
            can reach it.
        environ: The environment that says where programs lie.
    """

    name: str
    #: Signals that end the server, from polite to certain, each with the seconds it is given.
    farewells: ClassVar[Sequence[tuple[Signals, float]]]

    def __init__(self, folder: Path, *, port: int | None = None, environ: Mapping[str, str] | None = None) -> None:
        """Describe a server; nothing is started.

        Args:
            folder: Where it keeps what it needs; made if missing.
            port: A fixed port, or None for the last one used or any free one.
            environ: The environment that says where programs lie; by default this process's.
        """
        self.folder = folder.absolute()
        self._wanted_port = port
        self.environ = os.environ if environ is None else environ
        self._account = unprivileged_account()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.RLock()

    @property
    @abstractmethod
    def url(self) -> str:
        """The address with user and password; also of a server that another process started on the folder."""

    @property
    def port(self) -> int:
        """The loopback port.

        Raises:
            ServerWasNeverStarted: There is none yet.
        """
        port = remembered_port(self.folder)
        if port is None:
            raise ServerWasNeverStarted(self.name, self.folder)
        return port

    @property
    def pid(self) -> int | None:
        """Process id of the server this object started, or None."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    @property
    def holder(self) -> int | None:
        """Process id of whichever server runs on the folder, ours or not; None if there is none or it is ending."""
        return None if is_going_down(self.folder) else holder_of(self.folder)

    @property
    def data_folder(self) -> Path:
        """Where the data lies."""
        return home_of_data(self.folder, self._account) / "data"

    def is_running(self) -> bool:
        """Say whether the server this object started still runs."""
        return self.pid is not None

    def start(self) -> None:
        """Start the server and wait until it answers; does nothing if it runs already.

        Raises:
            FolderIsInUse: Another server runs on the folder.
            FolderIsNotPrivate: The folder belongs to somebody else or everybody may write in it.
            NoProvider: There are no programs to start.
            ServerDidNotStart: The program ended or did not answer.
        """
        with self._guard:
            if self.is_running():
                return
            private_folder(self.folder, self._account)
            lock = FolderLock.take(self.folder)
            try:
                self._start(lock)
            finally:
                lock.let_go()

    def start_or_share(self, timeout_s: float = 60.0) -> bool:
        """Start the server, or wait until the one that another process runs on the folder answers.

        Returns:
            True if it was started here, and so is ours to stop.

        Raises:
            RuntimeFault: It can neither be started nor shared.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self.start()
            except FolderIsInUse as fault:
                port = remembered_port(self.folder)
                if fault.holder is not None and port is not None and self.answers(fault.holder, port):
                    return False
                if time.monotonic() > deadline:
                    raise
            else:
                return True

    def stop(self) -> None:
        """End the server this object started, politely at first; does nothing if there is none."""
        with self._guard:
            process, self._process = self._process, None
            if process is not None:
                self._end(process)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the server ends.

        Returns:
            False if it still runs after `timeout_s` seconds.
        """
        process = self._process
        try:
            if process is not None:
                process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        return True

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    @abstractmethod
    def choose_installation(self) -> Installation:
        """Choose the programs for this folder."""

    @abstractmethod
    def prepare_data(self, programs: Path, lock: FolderLock) -> None:
        """Make the data folder if it is missing and remove what a crash left."""

    @abstractmethod
    def command(self, programs: Path, port: int) -> tuple[Sequence[str], bytes]:
        """Return the command that starts the server and what it reads on standard input."""

    @abstractmethod
    def answers(self, pid: int, port: int) -> bool:
        """Say whether the server with this process id takes commands."""

    def launch(self, command: Sequence[str], folder: Path, lock: FolderLock, stdin: bytes = b"") -> Started:
        """Start a program that writes to the log and keeps the lock."""
        with open_log(self.folder) as log:
            offset = log.tell()
            launch = Launch(
                command=command,
                folder=folder,
                account=self._account,
                output=log,
                farewell=self.farewells[0][0],
                inherited=(lock.descriptor,),
                stdin=stdin,
            )
            return Started(self.name, self.folder, spawn(launch), offset)

    def password(self) -> str:
        """Return the password, making it the first time."""
        return kept_password(self.folder)

    def _start(self, lock: FolderLock) -> None:
        installation = self.choose_installation()
        programs = reachable(installation, self._account)
        self.prepare_data(programs, lock)
        tries = 1 if self._wanted_port is not None else _PORT_TRIES
        for left in reversed(range(tries)):
            port = self._wanted_port or usable_port(self.folder)
            try:
                self._process = self._launched(programs, port, lock)
            except ServerDidNotStart as fault:
                # Somebody took the port between our look and the server's.
                if left and any("already in use" in line for line in fault.log):
                    continue
                raise
            remember_port(self.folder, port)
            return

    def _launched(self, programs: Path, port: int, lock: FolderLock) -> subprocess.Popen[bytes]:
        command, stdin = self.command(programs, port)
        started = self.launch(command, self.data_folder, lock, stdin)
        try:
            lock.note(server=started.process.pid)
            started.wait_until(lambda: self.answers(started.process.pid, port))
        except BaseException:
            self._end(started.process)
            raise
        return started.process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        for signal_number, patience_s in (*self.farewells, (SIGKILL, 10.0)):
            if process.poll() is not None:
                return
            process.send_signal(signal_number)
            if ends_within(process, patience_s):
                return
