"""The event loop of whatever does much: uvloop where it is installed, else the standard one."""

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a loop of its own, and give what it gives."""
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Give what makes loops; none stands for the standard one."""
    try:
        return import_module("uvloop").new_event_loop
    except ModuleNotFoundError:
        return None
