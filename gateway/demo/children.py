"""The demonstration's own processes: a worker and the API, ended with it."""

import subprocess
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from signal import SIGTERM
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

from gateway.cli.errors import ChildDidNotStart

PATIENCE_S = 30.0
GRACE_S = 25.0
PROXIES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


class Child:
    """One process of ours.

    Args:
        name: The command it runs.
        arguments: Its arguments.
        environment: Settings it inherits.
        log: Where it writes.
    """

    def __init__(self, name: str, arguments: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as output:
            self._process = started(name, arguments, environment, output)

    def wait_ready(self, url: str) -> None:
        """Wait until an address answers.

        Raises:
            ChildDidNotStart: The process ended, or did not answer in time.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not answers(url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ChildDidNotStart(process=self.name, log=str(self.log))
            time.sleep(0.05)

    def stop(self) -> None:
        """End it: politely, and for certain after a while."""
        if self._process.poll() is None:
            self._process.send_signal(SIGTERM)
        try:
            self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self) -> int:
        """Wait until it ends, and give its status."""
        return self._process.wait()


def started(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a command of ours that ends when this process does."""
    spawning = import_module("touchstone_runtime.spawning")  # an optional distribution; the demonstration needs it
    kept = {key: value for key, value in environment.items() if key not in PROXIES}
    return spawning.spawn(
        spawning.Launch(
            command=[sys.executable, "-m", "gateway.cli.main", name, *arguments],
            folder=Path.cwd(),
            account=None,
            output=output,
            farewell=SIGTERM,
            environment=kept,
        )
    )


def answers(url: str) -> bool:
    """Tell whether an address on this machine answers with success."""
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own loopback address
            return 200 <= answer.status < 300  # noqa: PLR2004
    except (URLError, OSError):
        return False
