"""A program that was just started, and what its log says if that goes wrong."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from touchstone_runtime.errors import ServerDidNotStart
from touchstone_runtime.log_file import lines_since, log_path
from touchstone_runtime.processes import ends_within

_STEP_S = 0.01
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Started:
    """A program on the way to being ready or done.

    Attributes:
        server: The server's name for people.
        folder: The folder with the log.
        process: The program.
        offset: Where its part of the log begins, in bytes.
    """

    server: str
    folder: Path
    process: subprocess.Popen[bytes]
    offset: int

    def wait_until(self, answers: Callable[[], bool], timeout_s: float = _PATIENCE_S) -> None:
        """Wait until the server answers.

        Raises:
            ServerDidNotStart: It ended, or did not answer in time; with its own last lines.
        """
        deadline = time.monotonic() + timeout_s
        while not answers():
            if self.process.poll() is not None:
                raise self._failure(f"ended with status {self.process.returncode}")
            if time.monotonic() > deadline:
                raise self._failure(f"did not answer within {timeout_s:.0f} s")
            time.sleep(_STEP_S)

    def wait_done(self, what: str, timeout_s: float = _PATIENCE_S) -> None:
        """Wait until a program that is no server has done its work.

        Raises:
            ServerDidNotStart: It failed, or took too long; with its own last lines.
        """
        if not ends_within(self.process, timeout_s):
            self.process.kill()
            self.process.wait()
            raise self._failure(f"took more than {timeout_s:.0f} s to {what}")
        if self.process.returncode != 0:
            raise self._failure(f"could not {what} (status {self.process.returncode})")

    def _failure(self, what_happened: str) -> ServerDidNotStart:
        lines = lines_since(self.folder, self.offset)
        return ServerDidNotStart(self.server, what_happened, log_path(self.folder), lines)
