"""Ctrl-C and SIGTERM: what ends a command in order, and what it says then.

It imports nothing of the product, since either may come while that is imported.
"""

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final, NoReturn

INTERRUPTED: Final = 130
"""The status a shell expects of what Ctrl-C ended."""
TOLD_TO_END: Final = 143
"""The status a shell expects of what SIGTERM ended."""
GOES_ON: Final = "Interrupted. Nothing is lost: the next run goes on from here."
BOTH: Final = (signal.SIGINT, signal.SIGTERM)


class ToldToEnd(KeyboardInterrupt):
    """SIGTERM came. Where text is executed, such as for a dataclass, Python exits with 130 for the plain one."""


class Interrupts:
    """Which of both came.

    Attributes:
        status: What to exit with when one has.
    """

    def __init__(self) -> None:
        self.status = INTERRUPTED

    def heed(self) -> None:
        """Be interrupted by both alike, also where a shell that is no terminal's began this with SIGINT ignored."""
        if threading.current_thread() is threading.main_thread():  # No other may say what becomes of signals.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, self._told_to_end)

    def _told_to_end(self, _number: int, _frame: FrameType | None) -> None:
        """Take it for Ctrl-C, which an event loop that runs takes its own way."""
        self.status = TOLD_TO_END
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            signal.raise_signal(signal.SIGINT)
            return
        raise ToldToEnd


@contextmanager
def put_off() -> Generator[None]:
    """Have both wait while modules are imported.

    What a handler raises there may be raised in what tidies up after a module: Python then drops it, and the lock of
    all imports is never let go.
    """
    came: list[int] = []
    before: list[tuple[signal.Signals, Any]] = []
    if threading.current_thread() is threading.main_thread():
        heeded = [(one, signal.getsignal(one)) for one in BOTH]
        before = [(one, handler) for one, handler in heeded if callable(handler)]
        for one, _ in before:
            signal.signal(one, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for one, handler in before:
            signal.signal(one, handler)
    if came:
        signal.raise_signal(came[0])


@contextmanager
def held_back() -> Generator[None]:
    """Have both wait until the block has ended, so that what is forked in it is not hit as if it were this process."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, BOTH)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def as_begun_anew() -> None:
    """Take both in a process that was forked as one that was started anew does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, BOTH)


def say_so() -> None:
    """Say that a demonstration was interrupted."""
    sys.stdout.flush()
    print(f"\n{GOES_ON}", file=sys.stderr, flush=True)


def leave_early() -> NoReturn:
    """End before the command has begun."""
    if sys.argv[1:2] == ["demo"]:
        say_so()
    sys.exit(INTERRUPTED)
