"""Whether the process is up, and whether it should be given requests: each thing it needs is asked briefly."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

import structlog
from redis.asyncio import Redis
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from core.kernel.database import Database
from core.kernel.migration.location import newest_revision
from core.kernel.roles import Role
from core.kernel.settings import Settings
from gateway.http.answers import json_response
from gateway.http.streams import OpenStreams

PATIENCE_S = 3.0

Check = Callable[[], Awaitable[bool]]
"""Asks one thing; True where it is as it should be. Raising counts as not."""

log = structlog.get_logger(__name__)


class Health:
    """Serves ``/healthz`` and ``/readyz``.

    Args:
        checks: What must answer, by name.
        streams: Knows whether the server is stopping.
    """

    def __init__(self, checks: Mapping[str, Check], streams: OpenStreams) -> None:
        self._checks = checks
        self._streams = streams

    async def alive(self, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Say that the process is up and its loop turns."""
        return json_response({"status": "up"})

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - the same for every request
        """Say whether requests should come here: 200, or 503 with what is missing; reasons are in the log alone."""
        if self._streams.draining:
            return json_response({"status": "draining"}, HTTPStatus.SERVICE_UNAVAILABLE)
        answers = await asyncio.gather(*(answered(name, check) for name, check in self._checks.items()))
        found = {name: "ok" if good else "failing" for name, good in zip(self._checks, answers, strict=True)}
        status = HTTPStatus.OK if all(answers) else HTTPStatus.SERVICE_UNAVAILABLE
        return json_response({"status": "ready" if all(answers) else "not ready", "checks": found}, status)


async def answered(name: str, check: Check) -> bool:
    """Ask one thing, and wait no longer than three seconds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is no
        log.warning("http.not_ready", kind=name, error=type(error).__name__)
        return False


def checks_of(database: Database, settings: Settings) -> dict[str, Check]:
    """Give what this product needs to serve: its database, its newest schema, and its queue."""

    async def answers() -> bool:
        async with database.pool(Role.APP).connect() as connection:
            return await connection.scalar(text("SELECT 1")) == 1

    async def current() -> bool:
        async with database.pool(Role.APP).connect() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found == newest_revision()

    async def queued() -> bool:
        return await queue_answers(settings.redis_url.get_secret_value())

    return {"database": answers, "migrations": current, "queue": queued}


async def queue_answers(url: str) -> bool:
    """Ask the queue's server whether it is there."""
    client: Any = cast("Any", Redis).from_url(url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)
    try:
        return bool(await client.ping())
    finally:
        await client.aclose()
