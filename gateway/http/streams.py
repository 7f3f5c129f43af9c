"""What is known of open streams: how many there are, whether the server is stopping, whether each is still allowed."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Generator
from contextlib import contextmanager
from typing import TypeVar

from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from gateway.auth.errors import AccessChanged, IssuerUnavailable
from gateway.auth.identity import Opened
from gateway.auth.sign_in import SignIn
from gateway.http.errors import Draining, TooManyStreams

T = TypeVar("T")


class OpenStreams:
    """Counts subscriptions and websockets, and tells them to end when the server stops."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._draining = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    @contextmanager
    def one(self) -> Generator[None]:
        """Keep a place for one stream.

        Raises:
            TooManyStreams: There is no place left.
            Draining: The server is stopping.
        """
        if self.draining:
            raise Draining
        if self._open >= self._most:
            raise TooManyStreams
        self._open += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._empty.set()

    @property
    def open(self) -> int:
        """How many streams are open."""
        return self._open

    @property
    def draining(self) -> bool:
        """Whether the server is stopping."""
        return self._draining.is_set()

    def drain(self) -> None:
        """Tell every stream to end, and let no new one begin."""
        self._draining.set()

    async def emptied(self) -> None:
        """Wait until no stream is open."""
        await self._empty.wait()

    async def drained(self) -> Draining:
        """Wait until the server is stopping."""
        await self._draining.wait()
        return Draining()


@frozen
class Credentials:
    """What a stream was opened with, to be looked at again while it is open."""

    token: str | None
    tenant: str | None


def still_covers(now: Scope | None, begun: Scope) -> bool:
    """Tell whether somebody may see all that they might when their stream began; more is no reason to end it."""
    if now is None:
        return False
    same_place = (now.network_id, now.tenant_id, now.lineage) == (begun.network_id, begun.tenant_id, begun.lineage)
    return same_place and begun.permissions <= now.permissions


async def end_all(tasks: Collection[asyncio.Task[None] | asyncio.Task[DomainError]]) -> None:
    """Cancel tasks and wait until each has let go of what it held, however it ends."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # looked at, so that nobody reports it as forgotten


async def next_of(answers: AsyncGenerator[T]) -> tuple[T] | None:
    """Give the next answer; nothing where there are no more."""
    async for one in answers:
        return (one,)
    return None


class Watch:
    """Looks after one stream: ends it when its token expires, its membership ends or the server stops.

    Args:
        sign_in: Opens tokens.
        credentials: What the stream was opened with.
        streams: Knows whether the server stops.
        every_s: Seconds between two looks.
    """

    def __init__(self, sign_in: SignIn, credentials: Credentials, streams: OpenStreams, every_s: float) -> None:
        self._sign_in = sign_in
        self._credentials = credentials
        self._streams = streams
        self._every_s = every_s

    async def open(self) -> Opened:
        """Open the stream's token as of now."""
        return await self._sign_in.open(self._credentials.token, self._credentials.tenant)

    async def admitting(self, answers: AsyncGenerator[T], begun: Opened) -> AsyncGenerator[T]:
        """Give answers as they come, each only after a look at whether it may still be seen.

        While none comes it is looked now and then all the same.

        Args:
            answers: The answers; closed at the end, however it comes.
            begun: What the token opened when they began.

        Raises:
            DomainError: The token has ended, or what it opens has.
        """
        try:
            while True:
                coming = asyncio.create_task(next_of(answers))
                try:
                    while not coming.done():
                        await asyncio.wait({coming}, timeout=self._every_s)
                        await self._see(begun)
                finally:
                    if not coming.done():
                        coming.cancel()
                        await asyncio.wait({coming})
                found = coming.result()
                if found is None:
                    return
                yield found[0]
        finally:
            await answers.aclose()

    async def _see(self, begun: Opened) -> None:
        if self._credentials.token is None:
            return
        try:
            now = await self.open()
        except IssuerUnavailable:
            return
        if begun.scope is None:
            return
        if now.withheld is not None:
            raise now.withheld
        if not still_covers(now.scope, begun.scope):
            raise AccessChanged

    async def refusal(self) -> DomainError:
        """Wait for a reason to end the stream."""
        while True:
            try:
                async with asyncio.timeout(self._every_s):
                    return await self._streams.drained()
            except TimeoutError:
                found = await self._look()
            if found is not None:
                return found

    async def _look(self) -> DomainError | None:
        try:
            opened = await self.open()
        except IssuerUnavailable:
            return None
        except DomainError as refusal:
            return refusal
        return opened.withheld if self._credentials.token is not None else None
