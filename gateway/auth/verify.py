"""Verifies bearer tokens: form, method, issuer, key, signature, times, audience; in that order, cheapest first."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from joserfc import jws
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwa import JWSAlgModel

from core.kernel.clock import Clock
from gateway.auth.claims import Claims, check_claims
from gateway.auth.errors import BadSignature, MalformedToken, UnknownIssuer, UnknownKey, WrongAudience
from gateway.auth.identity import PersonToken, ServiceToken, VerifiedToken
from gateway.auth.own_issuers import BuiltinIssuer, ServiceTokens
from gateway.auth.published_keys import VerificationKey
from gateway.auth.reading import UnverifiedToken, read_json_object, read_token
from gateway.auth.signing import SigningKey
from gateway.auth.trust import KeySource, Trust, TrustSource


class TokenRegistry(jws.JWSRegistry):
    """Lets the old name of Ed25519 through as what it means, and header members that issuers add of their own."""

    max_header_length = 2_048

    def get_alg(self, name: str) -> JWSAlgModel:
        """Give the method, reading ``EdDSA`` as ``Ed25519``; the key's curve is checked against it."""
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


REGISTRY = TokenRegistry(algorithms=["RS256", "PS256", "ES256", "Ed25519"], strict_check_header=False)


class Verifier:
    """Verifies tokens of trusted issuers and of this server itself.

    Args:
        trust: The networks' allow-lists.
        keys: The issuers' keys.
        service_tokens: This server's tokens for service accounts.
        builtin: This server's tokens for people; none in production.
        clock: Real time.
    """

    def __init__(
        self,
        *,
        trust: TrustSource,
        keys: KeySource,
        service_tokens: ServiceTokens,
        builtin: BuiltinIssuer | None,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._keys = keys
        self._service_tokens = service_tokens
        self._builtin = builtin
        self._clock = clock

    async def verify(self, text: str) -> VerifiedToken:
        """Establish whom a token speaks of.

        Raises:
            SignInRefused: One of its kinds says what is wrong with the token.
            IssuerUnavailable: The issuer's keys are not known and cannot be fetched.
        """
        token = read_token(text)
        if token.issuer == self._service_tokens.issuer:
            return self._service_token(self._check_own(token, self._service_tokens.keys))
        if self._builtin is not None and token.issuer == self._builtin.issuer:
            return self._builtin_person(self._check_own(token, self._builtin.keys), self._builtin)
        return await self._person(token)

    async def _person(self, token: UnverifiedToken) -> PersonToken:
        trusts = await self._trust.trusts(token.issuer)
        if not trusts:
            raise UnknownIssuer
        claims = self._check(token, await self._keys.key(token.issuer, token.kid))
        return person(claims, accepting(trusts, claims.audience))

    def _builtin_person(self, claims: Claims, builtin: BuiltinIssuer) -> PersonToken:
        if builtin.audience not in claims.audience:
            raise WrongAudience
        return person(claims, None)

    def _service_token(self, claims: Claims) -> ServiceToken:
        if self._service_tokens.audience not in claims.audience:
            raise WrongAudience
        return ServiceToken(
            account_id=id_claim(claims.rest, "sub"),
            network_id=id_claim(claims.rest, "network_id"),
            tenant_id=id_claim(claims.rest, "tenant_id"),
            expires_at=claims.expires_at,
        )

    def _check_own(self, token: UnverifiedToken, keys: Sequence[SigningKey]) -> Claims:
        for key in keys:
            if token.kid == key.kid:
                return self._check(token, key.verification_key())
        raise UnknownKey

    def _check(self, token: UnverifiedToken, key: VerificationKey) -> Claims:
        return check_claims(read_json_object(signed_payload(token, key)), self._clock.now())


def signed_payload(token: UnverifiedToken, key: VerificationKey) -> bytes:
    """Check a token's signature with one key and give what was signed.

    Raises:
        BadSignature: It was not signed by this key, or the key is not for the token's method.
    """
    try:
        return jws.deserialize_compact(token.text, key, registry=REGISTRY).payload
    except BadSignatureError as error:
        raise BadSignature from error
    except (JoseError, ValueError) as error:
        # A key of another kind than the method asks for, an oversized part: nothing that this key has signed.
        raise BadSignature from error


def accepting(trusts: Sequence[Trust], audience: frozenset[str]) -> frozenset[UUID]:
    """Give the networks that accept a token made for this audience.

    Raises:
        WrongAudience: None does.
    """
    networks = frozenset(trust.network_id for trust in trusts if trust.audience in audience)
    if not networks:
        raise WrongAudience
    return networks


def person(claims: Claims, networks: frozenset[UUID] | None) -> PersonToken:
    """Give what the claims establish of a person."""
    return PersonToken(issuer=claims.issuer, subject=claims.subject, networks=networks, expires_at=claims.expires_at)


def id_claim(claims: Mapping[str, object], name: str) -> UUID:
    """Give a claim that must be an id.

    Raises:
        MalformedToken: It is none.
    """
    try:
        return UUID(str(claims.get(name)))
    except ValueError as error:
        raise MalformedToken(problem=f"its member {name} is no id") from error
