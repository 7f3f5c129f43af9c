"""Fetches an issuer's documents: small, quickly, over verified TLS, and from the very address that was checked."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

import orjson

from gateway.auth.addresses import RefusedAddress, check_resolved, check_url

if TYPE_CHECKING:
    import httpx2

LARGEST_DOCUMENT = 256 * 1024
LONGEST_FETCH_S = 5.0


class FetchFailed(Exception):  # noqa: N818 - it says what happened
    """A document could not be had; the text says why and holds nothing of what was answered."""


class DocumentSource(Protocol):
    """Gives the JSON object behind a URL."""

    async def fetch(self, url: str) -> Mapping[str, object]:
        """Fetch one JSON object.

        Raises:
            FetchFailed: It cannot be had, for whatever reason.
        """
        ...


class GuardedSource:
    """Fetches over the network, never following redirects or proxies.

    The host is resolved once and every address checked; the connection goes to the checked address, so that a name
    which resolves differently the next moment (DNS rebinding) leads nowhere else. TLS is verified for the name.

    Args:
        loopback_allowed: Development only: an issuer on this machine may be fetched, by HTTP too.
        longest_s: Seconds for everything together.
    """

    def __init__(self, *, loopback_allowed: bool, longest_s: float = LONGEST_FETCH_S) -> None:
        self._loopback_allowed = loopback_allowed
        self._longest_s = longest_s
        self._trust: ssl.SSLContext | None = None

    async def fetch(self, url: str) -> Mapping[str, object]:
        """Fetch one JSON object of at most 256 KiB.

        Raises:
            FetchFailed: Refused address, no answer in time, another status than 200, too large, or no JSON object.
        """
        try:
            async with asyncio.timeout(self._longest_s):
                host = check_url(url, loopback_allowed=self._loopback_allowed)
                address = check_resolved(host, await resolve(url), loopback_allowed=self._loopback_allowed)
                return read_object(await self._download(url, host, address))
        except RefusedAddress as error:
            raise FetchFailed(str(error)) from error
        except TimeoutError as error:
            raise FetchFailed("no answer in time") from error
        except OSError as error:
            raise no_answer(error) from error

    async def _download(self, url: str, host: str, address: str) -> bytes:
        import httpx2  # noqa: PLC0415 - a server that only trusts its own issuer fetches nothing

        headers = {"Host": host_header(url), "Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            pinned = httpx2.URL(url).copy_with(host=address)
            async with (
                httpx2.AsyncClient(verify=self._context(), trust_env=False, timeout=self._longest_s) as client,
                client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": host}) as answer,
            ):
                if answer.status_code != HTTPStatus.OK:
                    raise FetchFailed(f"status {answer.status_code}")
                return await read_bounded(answer)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise no_answer(error) from error

    def _context(self) -> ssl.SSLContext:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return self._trust


def no_answer(error: Exception) -> FetchFailed:
    """Say that nothing was answered, and no more of what went wrong than its kind."""
    return FetchFailed(f"no answer: {type(error).__name__}")


async def resolve(url: str) -> tuple[str, ...]:
    """List the addresses of a URL's host."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def host_header(url: str) -> str:
    """Give the Host header a URL asks for: the name, and the port where it is named."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    bracketed = f"[{host}]" if ":" in host else host
    return f"{bracketed}:{parts.port}" if parts.port else bracketed


async def read_bounded(answer: "httpx2.Response") -> bytes:
    """Read an uncompressed body up to the limit.

    Raises:
        FetchFailed: It is compressed or larger.
    """
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise FetchFailed("the answer is compressed")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > LARGEST_DOCUMENT:
            raise FetchFailed("the answer is too large")
    return bytes(body)


def read_object(body: bytes) -> Mapping[str, object]:
    """Read a JSON object.

    Raises:
        FetchFailed: It is something else.
    """
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise FetchFailed("the answer is no JSON") from error
    if not isinstance(document, dict):
        raise FetchFailed("the answer is no JSON object")
    return cast("Mapping[str, object]", document)
