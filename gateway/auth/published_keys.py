"""What an issuer publishes: its discovery document and its key set, read with suspicion."""

import binascii
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from typing import cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from gateway.auth.fetching import DocumentSource, FetchFailed

SHORTEST_RSA_BITS = 2_048
LONGEST_RSA_BITS = 8_192
MOST_KEYS = 64
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})

VerificationKey = RSAKey | ECKey | OKPKey
Keys = Mapping[str, VerificationKey]


async def fetch_keys(source: DocumentSource, issuer: str) -> Keys:
    """Follow an issuer's discovery document to its key set.

    Source: OpenID Connect Discovery 1.0, sections 4 and 4.3: the document must name the very issuer it was asked for.

    Raises:
        FetchFailed: A document cannot be had, names another issuer, or holds no usable key.
    """
    document = await source.fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != issuer:
        raise FetchFailed("the discovery document names another issuer")
    jwks_uri = document.get("jwks_uri")
    if not isinstance(jwks_uri, str):
        raise FetchFailed("the discovery document names no key set")
    keys = read_keys(await source.fetch(jwks_uri))
    if not keys:
        raise FetchFailed("the key set holds no usable key")
    return keys


def read_keys(document: Mapping[str, object]) -> Keys:
    """Read the usable keys of a key set, by key id; one unreadable or foreign key does not lose the others."""
    members = document.get("keys")
    if not isinstance(members, list):
        return {}
    found: dict[str, VerificationKey] = {}
    for member in cast("Sequence[object]", members)[:MOST_KEYS]:
        key = read_key(cast("Mapping[str, object]", member)) if isinstance(member, dict) else None
        if key is not None:
            found.setdefault(key.kid or "", key)
    return found


def read_key(member: Mapping[str, object]) -> VerificationKey | None:
    """Read one public signing key: RSA of at least 2048 bits, P-256 or Ed25519; anything else is passed over.

    Symmetric keys are never taken, so that nobody can sign with what everybody may read.
    """
    public = {
        name: value
        for name, value in member.items()
        if name not in PRIVATE_MEMBERS and name not in {"x5c", "x5u", "key_ops"} and isinstance(value, str)
    }
    if public.get("use", "sig") != "sig" or not is_strong(public):
        return None
    if public.get("alg") == "EdDSA":
        public["alg"] = "Ed25519"
    try:
        key = JWKRegistry.import_key(cast("dict[str, str | list[str]]", public))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def is_strong(member: Mapping[str, object]) -> bool:
    """Tell whether a key says it is of a kind and size that may vouch for anybody, and that costs little to check."""
    kind, curve = member.get("kty"), member.get("crv")
    if kind == "RSA":
        return SHORTEST_RSA_BITS <= bits(str(member.get("n", ""))) <= LONGEST_RSA_BITS
    return (kind, curve) in {("EC", "P-256"), ("OKP", "Ed25519")}


def bits(encoded: str) -> int:
    """Count the bits of a number as JSON Web Keys write it; none where it is no number."""
    try:
        raw = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error:
        return 0
    return int.from_bytes(raw, "big").bit_length()
