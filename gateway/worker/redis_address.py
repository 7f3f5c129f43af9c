"""How the queue's server is reached, and how often a broken connection is tried again."""

import asyncio
from urllib.parse import unquote, urlsplit

from arq.connections import RedisSettings
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

# What a server that is away, starting or just restarted looks like from here.
OUTAGES = (RedisError, OSError, asyncio.TimeoutError)

LONGEST_PAUSE_S = 0.5
FIRST_PAUSE_S = 0.05
TRIES = 4


def redis_settings(url: str) -> RedisSettings:
    """Read ``redis://`` or ``rediss://user:password@host:port/database`` with percent-encoded parts.

    A short outage is bridged inside a call; a longer one is told to the caller, who knows better what to do.
    """
    parts = urlsplit(url)
    return RedisSettings(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 6379,
        database=int(parts.path.lstrip("/") or 0),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        ssl=parts.scheme == "rediss",
        conn_timeout=2,
        conn_retries=0,
        retry=Retry(ExponentialBackoff(cap=LONGEST_PAUSE_S, base=FIRST_PAUSE_S), TRIES),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )
