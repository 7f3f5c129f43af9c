"""Keeps a server running: one that was killed is started again."""

import threading
from types import TracebackType
from typing import Self

from touchstone_runtime.embedded import EmbeddedServer
from touchstone_runtime.errors import RuntimeFault

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LOOK_S = 0.2


class Supervised:
    """A server that is started again whenever it ends without being asked to.

    It comes back on the same port with the same data, so whoever retries needs no new address.

    Attributes:
        server: The server.
        restarts: How often it was started again.
        last_fault: Why the last attempt to start it again failed; None if it runs.
    """

    def __init__(self, server: EmbeddedServer) -> None:
        """Wrap a server; nothing is started."""
        self.server = server
        self.restarts = 0
        self.last_fault: RuntimeFault | None = None
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.server.name

    @property
    def url(self) -> str:
        """Its address with user and password."""
        return self.server.url

    @property
    def pid(self) -> int | None:
        """Its process id, or None while it is down."""
        return self.server.pid

    def is_running(self) -> bool:
        """Say whether it runs now."""
        return self.server.is_running()

    def start(self) -> None:
        """Start the server and watch over it; the first start is not tried again.

        Raises:
            RuntimeFault: It cannot be started.
        """
        self.server.start()
        self._watch_over()

    def start_or_share(self) -> bool:
        """Start the server and watch over it, or find the one that another process runs and watches.

        Raises:
            RuntimeFault: It can neither be started nor shared.
        """
        started = self.server.start_or_share()
        if started:
            self._watch_over()
        return started

    def stop(self) -> None:
        """Stop watching and stop the server."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.join()
            self._watch = None
        self.server.stop()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _watch_over(self) -> None:
        if self._watch is None:
            self._stopping.clear()
            self._watch = threading.Thread(target=self._keep, name=f"keeps-{self.name}", daemon=True)
            self._watch.start()

    def _keep(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            if self.server.is_running():
                self.server.wait(_LOOK_S)
                continue
            if self._stopping.wait(pause_s):
                return
            pause_s = _FIRST_PAUSE_S if self._start_again() else min(2 * pause_s, _LONGEST_PAUSE_S)

    def _start_again(self) -> bool:
        try:
            self.server.start()
        except RuntimeFault as fault:
            self.last_fault = fault
            return False
        self.restarts += 1
        self.last_fault = None
        return True
