"""What goes on beside something else, for as long as that lasts."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, TypeVar

from gateway.cli.operator import Operator

T = TypeVar("T")


@asynccontextmanager
async def begun(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Have something go on during the block; whoever leaves it early leaves nothing behind."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))


@asynccontextmanager
async def working_along(at: Operator) -> AsyncGenerator[None]:
    """Do background work in this process during the block, beside the worker; what is under way may end.

    The worker is one process and keeps one core busy; whoever waits for it has the other.
    """
    serving: Any = import_module("gateway.worker.serving")  # Few wait for work, and what does it takes time to import.
    settings: Any = import_module("gateway.worker.worker_settings")
    stop = asyncio.Event()
    # The port of the metrics is the worker's.
    own = settings.WorkerSettings(metrics_port=0)
    working = asyncio.create_task(serving.serve_work(at.settings, at.database, at.services, stop, worker_settings=own))
    try:
        yield
    finally:
        stop.set()  # Told, not cancelled: what is under way is somebody's work.
        await working
