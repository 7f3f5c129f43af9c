"""Tokens that prove who asks, and the many that do not."""

import hmac
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from core.kernel.clock import SetClock
from core.kernel.settings import Settings
from gateway.auth import errors
from gateway.auth.fetching import GuardedSource
from gateway.auth.identity import PersonToken, ServiceToken
from gateway.auth.key_cache import KeyCache
from gateway.auth.own_issuers import builtin_issuer, service_tokens
from gateway.auth.verify import Verifier
from tests.gateway.auth.issuing import (
    AUDIENCE,
    NOW,
    Key,
    KnownTrusts,
    LoopbackIssuer,
    claims_for,
    ec_key,
    ed_key,
    encoded,
    encoded_bytes,
    loopback_issuer,
    rsa_key,
    signed,
)

RSA, EC, ED = rsa_key("rsa"), ec_key("ec"), ed_key("ed")
STRANGER = ec_key("ec")
SETTINGS = Settings.model_validate(
    {
        "environment": "development",
        "role_secret": "r",
        "master_key": "11" * 32,
        "cursor_key": "c",
        "builtin_issuer": True,
        "public_url": "http://127.0.0.1:8000",
    }
)


@dataclass
class Desk:
    """A verifier, and the issuer it may trust."""

    verifier: Verifier
    issuer: LoopbackIssuer
    trusts: KnownTrusts
    clock: SetClock


@pytest.fixture
async def desk() -> AsyncGenerator[Desk, None]:
    async with loopback_issuer(RSA, EC, ED) as issuer:
        trusts = KnownTrusts()
        clock = SetClock(NOW)
        verifier = Verifier(
            trust=trusts,
            keys=KeyCache(GuardedSource(loopback_allowed=True)),
            service_tokens=service_tokens(SETTINGS),
            builtin=builtin_issuer(SETTINGS),
            clock=clock,
        )
        yield Desk(verifier, issuer, trusts, clock)


@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256"), (ED, "Ed25519"), (ED, "EdDSA")]
)
async def test_a_trusted_issuers_token_is_believed(desk: Desk, key: Key, alg: str) -> None:
    network = uuid4()
    desk.trusts.accept(desk.issuer.url, network)
    token = signed(key, claims_for(desk.issuer.url), alg)
    found = await desk.verifier.verify(token)
    assert isinstance(found, PersonToken)
    assert (found.issuer, found.subject, found.networks) == (desk.issuer.url, "ada", frozenset({network}))
    assert found.expires_at.timestamp() == NOW.timestamp() + 300


def hs256(issuer: str) -> str:
    """The classic confusion: the public key, which everybody has, used as a shared secret."""
    signing_input = f"{encoded({'alg': 'HS256', 'kid': 'rsa'})}.{encoded(claims_for(issuer))}"
    secret = RSA.as_pem(private=False)
    return f"{signing_input}.{encoded_bytes(hmac.new(secret, signing_input.encode(), sha256).digest())}"


def tampered(issuer: str) -> str:
    head, _, signature = signed(EC, claims_for(issuer)).split(".")
    return f"{head}.{encoded(claims_for(issuer, 'mallory'))}.{signature}"


def unsigned(issuer: str, alg: str) -> str:
    return f"{encoded({'alg': alg, 'kid': 'ec'})}.{encoded(claims_for(issuer))}."


def stripped(issuer: str) -> str:
    return signed(EC, claims_for(issuer)).rsplit(".", 1)[0] + "."


def critical(issuer: str) -> str:
    return f"{encoded({'alg': 'ES256', 'kid': 'ec', 'crit': ['b64'], 'b64': False})}.{encoded(claims_for(issuer))}.AAAA"


def at(offset: int) -> int:
    return int(NOW.timestamp()) + offset


Attack = Callable[[str], str]
ATTACKS: dict[str, tuple[Attack, type[Exception]]] = {
    "alg none": (lambda i: unsigned(i, "none"), errors.AlgorithmNotAllowed),
    "alg None": (lambda i: unsigned(i, "None"), errors.AlgorithmNotAllowed),
    "no alg": (lambda i: f"{encoded({'kid': 'ec'})}.{encoded(claims_for(i))}.x", errors.AlgorithmNotAllowed),
    "HS256 with the public key": (hs256, errors.AlgorithmNotAllowed),
    "ES256K": (lambda i: unsigned(i, "ES256K"), errors.AlgorithmNotAllowed),
    "signature left out": (stripped, errors.BadSignature),
    "claims changed": (tampered, errors.BadSignature),
    "signed by a stranger under a known id": (lambda i: signed(STRANGER, claims_for(i)), errors.BadSignature),
    "unknown key id": (lambda i: signed(EC, claims_for(i), kid="other"), errors.UnknownKey),
    "no key id and several keys": (lambda i: signed(EC, claims_for(i), kid=""), errors.UnknownKey),
    "another key's id": (lambda i: signed(EC, claims_for(i), kid="rsa"), errors.BadSignature),
    "method of another kind of key": (
        lambda i: signed(RSA, claims_for(i), "RS256", kid="ec"),
        errors.BadSignature,
    ),
    "the key in the header": (
        lambda i: signed(STRANGER, claims_for(i), jwk=STRANGER.as_dict(private=False)),
        errors.BadSignature,
    ),
    "critical extension": (critical, errors.MalformedToken),
    "another kind of token": (lambda i: signed(EC, claims_for(i), typ="logout+jwt"), errors.MalformedToken),
    "expired": (lambda i: signed(EC, claims_for(i, exp=at(-61))), errors.TokenExpired),
    "ends exactly at the forgiven minute": (lambda i: signed(EC, claims_for(i, exp=at(-60))), errors.TokenExpired),
    "no end": (lambda i: signed(EC, claims_for(i, exp=None)), errors.MalformedToken),
    "end is text": (lambda i: signed(EC, claims_for(i, exp="tomorrow")), errors.MalformedToken),
    "end is true": (lambda i: signed(EC, claims_for(i, exp=True)), errors.MalformedToken),
    "end is huge": (lambda i: signed(EC, claims_for(i, exp=1e300, nbf=at(120))), errors.TokenNotYetValid),
    "not yet valid": (lambda i: signed(EC, claims_for(i, nbf=at(61))), errors.TokenNotYetValid),
    "made in the future": (lambda i: signed(EC, claims_for(i, iat=at(61))), errors.TokenNotYetValid),
    "for another service": (lambda i: signed(EC, claims_for(i, aud="https://other")), errors.WrongAudience),
    "for others in a list": (lambda i: signed(EC, claims_for(i, aud=["a", "b"])), errors.WrongAudience),
    "no audience": (lambda i: signed(EC, claims_for(i, aud=None)), errors.MalformedToken),
    "audience is a number": (lambda i: signed(EC, claims_for(i, aud=7)), errors.MalformedToken),
    "no subject": (lambda i: signed(EC, claims_for(i, sub=None)), errors.MalformedToken),
    "empty subject": (lambda i: signed(EC, claims_for(i, sub="")), errors.MalformedToken),
    "subject too long": (lambda i: signed(EC, claims_for(i, sub="x" * 256)), errors.MalformedToken),
    "another issuer": (lambda _: signed(EC, claims_for("https://evil.example")), errors.UnknownIssuer),
    "issuer with a slash more": (lambda i: signed(EC, claims_for(i + "/")), errors.UnknownIssuer),
    "no issuer": (lambda _: signed(EC, {"sub": "ada"}), errors.MalformedToken),
    "issuer is a list": (lambda i: signed(EC, claims_for(i, iss=[i])), errors.MalformedToken),
    "two parts": (lambda _: "a.b", errors.MalformedToken),
    "five parts": (lambda _: "a.b.c.d.e", errors.MalformedToken),
    "not base64": (lambda _: "a!.b.c", errors.MalformedToken),
    "not JSON": (lambda _: "YWJj.YWJj.YWJj", errors.MalformedToken),
    "JSON but no object": (lambda _: "W10.W10.W10", errors.MalformedToken),
    "too long": (lambda i: signed(EC, claims_for(i, padding="x" * 9_000)), errors.MalformedToken),
    "deeply nested": (lambda _: f"{encoded_bytes(b'[' * 3_000)}.e30.e30", errors.MalformedToken),
    "other characters": (lambda _: "é.é.é", errors.MalformedToken),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_attacks_are_refused_by_name(desk: Desk, name: str) -> None:
    forge, refusal = ATTACKS[name]
    desk.trusts.accept(desk.issuer.url, uuid4())
    with pytest.raises(refusal):
        await desk.verifier.verify(forge(desk.issuer.url))


@pytest.mark.parametrize(
    "changes", [{"exp": at(-59)}, {"nbf": at(60)}, {"iat": at(60)}, {"aud": ["other", AUDIENCE]}, {"exp": 1e300}]
)
async def test_what_lies_within_the_forgiven_minute_or_beside_is_believed(desk: Desk, changes: dict[str, Any]) -> None:
    desk.trusts.accept(desk.issuer.url, uuid4())
    found = await desk.verifier.verify(signed(EC, claims_for(desk.issuer.url, **changes)))
    assert isinstance(found, PersonToken)


async def test_an_issuer_nobody_trusts_is_never_called(desk: Desk) -> None:
    with pytest.raises(errors.UnknownIssuer):
        await desk.verifier.verify(signed(EC, claims_for(desk.issuer.url)))
    assert desk.issuer.asked == []


async def test_only_networks_that_accept_the_audience_are_opened(desk: Desk) -> None:
    ours, theirs = uuid4(), uuid4()
    desk.trusts.accept(desk.issuer.url, ours)
    desk.trusts.accept(desk.issuer.url, theirs, "https://elsewhere")
    found = await desk.verifier.verify(signed(EC, claims_for(desk.issuer.url)))
    assert isinstance(found, PersonToken)
    assert found.networks == frozenset({ours})


async def test_own_tokens_for_people_and_services(desk: Desk) -> None:
    builtin, service = builtin_issuer(SETTINGS), service_tokens(SETTINGS)
    assert builtin is not None
    someone = await desk.verifier.verify(builtin.mint("ada", NOW))
    assert isinstance(someone, PersonToken)
    assert (someone.subject, someone.networks) == ("ada", None)
    account, network, tenant = uuid4(), uuid4(), uuid4()
    machine = await desk.verifier.verify(service.mint(account, network, tenant, NOW))
    assert isinstance(machine, ServiceToken)
    assert (machine.account_id, machine.network_id, machine.tenant_id) == (account, network, tenant)


async def test_tokens_signed_before_a_rotation_hold_until_the_older_master_key_is_gone(desk: Desk) -> None:
    def verifying(master_key: str) -> Verifier:
        settings = SETTINGS.model_copy(update={"master_key": SecretStr(master_key)})
        return Verifier(
            trust=desk.trusts,
            keys=KeyCache(GuardedSource(loopback_allowed=True)),
            service_tokens=service_tokens(settings),
            builtin=builtin_issuer(settings),
            clock=desk.clock,
        )

    builtin, old, new = builtin_issuer(SETTINGS), SETTINGS.master_key.get_secret_value(), "22" * 32
    assert builtin is not None
    for token in (builtin.mint("ada", NOW), service_tokens(SETTINGS).mint(uuid4(), uuid4(), uuid4(), NOW)):
        await verifying(f"{new},{old}").verify(token)
        await verifying(f"{old},{new}").verify(token)
        with pytest.raises(errors.UnknownKey):
            await verifying(new).verify(token)


async def test_a_persons_key_cannot_sign_for_a_service(desk: Desk) -> None:
    builtin, service = builtin_issuer(SETTINGS), service_tokens(SETTINGS)
    assert builtin is not None
    claims = claims_for(service.issuer, str(uuid4()), aud=service.audience)
    with pytest.raises(errors.UnknownKey):
        await desk.verifier.verify(builtin.key.sign({**claims, "network_id": str(uuid4()), "tenant_id": str(uuid4())}))


async def test_a_service_token_names_exactly_one_tenant(desk: Desk) -> None:
    service = service_tokens(SETTINGS)
    claims = claims_for(service.issuer, str(uuid4()), aud=service.audience, network_id=str(uuid4()))
    with pytest.raises(errors.MalformedToken):
        await desk.verifier.verify(service.key.sign(claims))


async def test_without_the_builtin_issuer_its_tokens_are_foreign(desk: Desk) -> None:
    builtin = builtin_issuer(SETTINGS)
    assert builtin is not None
    verifier = Verifier(
        trust=desk.trusts,
        keys=KeyCache(GuardedSource(loopback_allowed=True)),
        service_tokens=service_tokens(SETTINGS),
        builtin=None,
        clock=desk.clock,
    )
    with pytest.raises(errors.UnknownIssuer):
        await verifier.verify(builtin.mint("ada", NOW))
