"""What the server calls when an administrator names an issuer, and what it does not."""

import asyncio
import socket

import pytest

from gateway.auth.addresses import RefusedAddress, check_resolved, check_url, is_public
from gateway.auth.fetching import LARGEST_DOCUMENT, FetchFailed, GuardedSource
from tests.gateway.auth.issuing import loopback_issuer

LOCAL = GuardedSource(loopback_allowed=True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1"),  # noqa: S104
        *("172.31.255.255", "192.0.0.192", "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.88.99.1"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1"),
        *("ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "3fff::1"),
    ],
)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00::1"])
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://id.example", "ftp://id.example", "file:///etc/passwd", "https://", "https:///x", "id.example"),
        *("https://user@id.example", "https://user:pw@id.example", "https://id.example/#x", "https://id.example:0"),
        *(
            "https://id.example:99999",
            "https://[::1",
            "https://id.ex ample",
            "https://id.example\n",
            "https://é.example",
        ),
        *("https://id.example\\@evil.example", "https://" + "x" * 2_001, "http://127.0.0.1:80"),
    ],
)
def test_urls_that_are_not_plain_https_are_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        check_url(url, loopback_allowed=False)


def test_https_urls_are_taken_and_loopback_only_where_it_is_allowed() -> None:
    assert check_url("https://ID.example:8443/realms/a", loopback_allowed=False) == "id.example"
    assert check_url("http://127.0.0.1:9000", loopback_allowed=True) == "127.0.0.1"
    with pytest.raises(RefusedAddress):
        check_url("http://10.0.0.1", loopback_allowed=True)


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    assert check_resolved("id.example", ("8.8.8.8",), loopback_allowed=False) == "8.8.8.8"
    for found in ((), ("8.8.8.8", "10.0.0.1"), ("127.0.0.1",)):
        with pytest.raises(RefusedAddress):
            check_resolved("id.example", found, loopback_allowed=True)


async def test_loopback_is_not_called_in_production() -> None:
    async with loopback_issuer() as issuer:
        for url in (issuer.url, issuer.url.replace("http:", "https:")):
            with pytest.raises(FetchFailed):
                await GuardedSource(loopback_allowed=False).fetch(f"{url}/keys")
        assert issuer.asked == []


async def test_a_name_is_called_at_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name resolves once; were it resolved again on connecting, the second answer could lead anywhere."""
    asked: list[object] = []
    resolve = asyncio.get_running_loop().getaddrinfo

    async def rebinding(host: object, *args: object, **more: object) -> object:
        asked.append(host)
        return await resolve("127.0.0.1" if len(asked) == 1 else "192.0.2.1", *args, **more)  # type: ignore[arg-type]

    async with loopback_issuer() as issuer:
        issuer.answers["/document"] = (200, {}, b"{}")
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding)
        url = issuer.url.replace("127.0.0.1", "localhost")
        assert await LOCAL.fetch(f"{url}/document") == {}
        assert [host for host in asked if host == "localhost"] == ["localhost"]


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason"),
    [
        (302, {"Location": "http://127.0.0.1/"}, b"", "status 302"),
        (500, {}, b"{}", "status 500"),
        (200, {}, b"[]", "no JSON object"),
        (200, {}, b"<html>", "no JSON"),
        (200, {"Content-Encoding": "gzip"}, b"x", "compressed"),
        (200, {}, b" " * (LARGEST_DOCUMENT + 1), "too large"),
    ],
)
async def test_answers_that_are_not_small_json_objects_are_refused(
    status: int, headers: dict[str, str], body: bytes, reason: str
) -> None:
    async with loopback_issuer() as issuer:
        issuer.answers["/document"] = (status, headers, body)
        with pytest.raises(FetchFailed, match=reason):
            await LOCAL.fetch(f"{issuer.url}/document")


async def test_whoever_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/document"
        with pytest.raises(FetchFailed, match="in time"):
            await GuardedSource(loopback_allowed=True, longest_s=0.2).fetch(url)
