"""The queue, as arq keeps it in Redis: ids only, written as JSON, never pickled, and no results."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
from arq.connections import ArqRedis, RedisSettings, create_pool

from core.kernel.queue import Handover, QueueIsDown
from gateway.worker.redis_address import OUTAGES

QUEUE = "touchstone:work"
FUNCTION = "perform"


def write_job(job: dict[str, Any]) -> bytes:
    """Write a job; an exception that arq puts into a result becomes the name of its class."""
    return orjson.dumps(job, default=class_name)


def read_job(written: bytes) -> dict[str, Any]:
    """Read a job."""
    return orjson.loads(written)


def class_name(value: object) -> str:
    """Name the class of what has no JSON form."""
    return type(value).__name__


class ArqQueue:
    """Hands over through arq.

    Args:
        settings: Where Redis is.
        capacity: Most hand-overs kept in Redis.
    """

    def __init__(self, settings: RedisSettings, capacity: int) -> None:
        self._settings = settings
        self._capacity = capacity
        self._pool: ArqRedis | None = None

    async def room(self) -> int:
        """Tell how many more hand-overs Redis should be given."""
        async with self._connected() as pool:
            return self._capacity - int(await pool.zcard(QUEUE))

    async def put(self, handovers: Sequence[Handover]) -> None:
        """Enqueue each under an id of its own."""
        async with self._connected() as pool:
            for one in handovers:
                names = (str(one.tenant_id), str(one.network_id), str(one.command_id), one.number)
                await pool.enqueue_job(FUNCTION, *names, _job_id=one.job_id)

    async def close(self) -> None:
        """Close the connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose(close_connection_pool=True)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[ArqRedis, None]:
        try:
            if self._pool is None:
                self._pool = await create_pool(
                    self._settings, job_serializer=write_job, job_deserializer=read_job, default_queue_name=QUEUE
                )
            yield self._pool
        except OUTAGES as outage:
            raise QueueIsDown from outage
