"""Issuers change their keys, are asked little, and may be away for a while."""

import asyncio

import pytest

from gateway.auth.errors import IssuerUnavailable, UnknownKey
from gateway.auth.fetching import FetchFailed, GuardedSource
from gateway.auth.key_cache import BETWEEN_FETCHES_S, FRESH_S, USABLE_S, KeyCache
from gateway.auth.published_keys import fetch_keys, read_key, read_keys
from tests.gateway.auth.issuing import LoopbackIssuer, Seconds, ec_key, ed_key, encoded_bytes, loopback_issuer

OLD, NEW = ec_key("old"), ec_key("new")
SOURCE = GuardedSource(loopback_allowed=True)


def times_asked(issuer: LoopbackIssuer) -> int:
    return issuer.asked.count("/keys")


async def test_keys_are_fetched_once_and_remembered() -> None:
    async with loopback_issuer(OLD) as issuer:
        cache = KeyCache(SOURCE, monotonic=Seconds())
        for _ in range(5):
            assert (await cache.key(issuer.url, "old")).kid == "old"
        assert times_asked(issuer) == 1


async def test_a_new_key_id_is_found_when_the_issuer_rotates() -> None:
    async with loopback_issuer(OLD) as issuer:
        seconds = Seconds()
        cache = KeyCache(SOURCE, monotonic=seconds)
        await cache.key(issuer.url, "old")
        issuer.keys = [NEW]
        seconds.at += BETWEEN_FETCHES_S
        assert (await cache.key(issuer.url, "new")).kid == "new"
        with pytest.raises(UnknownKey):
            await cache.key(issuer.url, "old")


async def test_invented_key_ids_do_not_make_the_server_ask_again_and_again() -> None:
    async with loopback_issuer(OLD) as issuer:
        cache = KeyCache(SOURCE, monotonic=Seconds())
        await cache.key(issuer.url, "old")
        for number in range(50):
            with pytest.raises(UnknownKey):
                await cache.key(issuer.url, f"invented-{number}")
        assert times_asked(issuer) == 1
        assert (await cache.key(issuer.url, "old")).kid == "old"


async def test_many_at_once_wait_for_one_answer() -> None:
    async with loopback_issuer(OLD) as issuer:
        cache = KeyCache(SOURCE, monotonic=Seconds())
        found = await asyncio.gather(*(cache.key(issuer.url, "old") for _ in range(30)))
        assert {key.kid for key in found} == {"old"}
        assert times_asked(issuer) == 1


async def test_known_keys_serve_while_the_issuer_is_away_but_not_for_ever() -> None:
    async with loopback_issuer(OLD) as issuer:
        seconds = Seconds()
        cache = KeyCache(SOURCE, monotonic=seconds)
        await cache.key(issuer.url, "old")
        await issuer.stop()
        seconds.at += FRESH_S + 1
        assert (await cache.key(issuer.url, "old")).kid == "old"
        seconds.at += USABLE_S
        with pytest.raises(IssuerUnavailable):
            await cache.key(issuer.url, "old")


async def test_an_issuer_that_returns_is_asked_again() -> None:
    async with loopback_issuer(OLD) as issuer:
        seconds = Seconds()
        cache = KeyCache(SOURCE, monotonic=seconds)
        port = int(issuer.url.rsplit(":", 1)[1])
        await issuer.stop()
        with pytest.raises(IssuerUnavailable):
            await cache.key(issuer.url, "old")
        await issuer.start(port)
        with pytest.raises(IssuerUnavailable):
            await cache.key(issuer.url, "old")
        assert times_asked(issuer) == 0
        seconds.at += BETWEEN_FETCHES_S
        assert (await cache.key(issuer.url, "old")).kid == "old"


async def test_a_single_key_needs_no_id() -> None:
    async with loopback_issuer(OLD) as issuer:
        assert (await KeyCache(SOURCE, monotonic=Seconds()).key(issuer.url, "")).kid == "old"


async def test_discovery_must_name_the_issuer_that_was_asked() -> None:
    async with loopback_issuer(OLD) as issuer:
        body = b'{"issuer": "https://elsewhere.example", "jwks_uri": "%s/keys"}' % issuer.url.encode()
        issuer.answers["/.well-known/openid-configuration"] = (200, {}, body)
        with pytest.raises(FetchFailed, match="another issuer"):
            await fetch_keys(SOURCE, issuer.url)
        assert times_asked(issuer) == 0


async def test_discovery_cannot_lead_behind_the_firewall() -> None:
    async with loopback_issuer(OLD) as issuer:
        body = b'{"issuer": "%s", "jwks_uri": "https://169.254.169.254/keys"}' % issuer.url.encode()
        issuer.answers["/.well-known/openid-configuration"] = (200, {}, body)
        with pytest.raises(FetchFailed, match="not on the public internet"):
            await fetch_keys(SOURCE, issuer.url)


@pytest.mark.parametrize(
    "member",
    [
        {"kty": "oct", "kid": "x", "k": "c2VjcmV0"},
        {**ec_key("x").as_dict(private=False), "use": "enc"},
        {"kty": "RSA", "kid": "x", "e": "AQAB", "n": encoded_bytes((2**1023 + 7).to_bytes(128, "big"))},
        {"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "RSA", "kid": "x"},
        {"kty": "unknown", "kid": "x"},
        {},
    ],
    ids=["symmetric", "for encryption", "weak", "not on the curve", "incomplete", "unknown", "empty"],
)
def test_keys_that_may_vouch_for_nobody_are_passed_over(member: dict[str, object]) -> None:
    assert read_key(member) is None
    assert list(read_keys({"keys": [member, ed_key("good").as_dict(private=False)]})) == ["good"]


def test_private_members_are_never_kept() -> None:
    key = read_key(ec_key("leaked").as_dict(private=True))
    assert key is not None
    assert not key.is_private


@pytest.mark.parametrize("keys", [None, {}, "keys", [None, 1, "x", []]])
def test_what_is_no_key_set_has_no_keys(keys: object) -> None:
    assert read_keys({"keys": keys}) == {}
