"""This server's own keys: for service accounts' tokens always, for people only in demo and tests.

The keys are derived from the master key, so that every process of a deployment signs and verifies alike and none has
to hand a key file to another. Ed25519 (RFC 8032); derivation by HKDF-SHA-256 (RFC 5869) with a purpose of its own.
"""

from collections.abc import Mapping
from typing import cast

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
KEY_BYTES = 32


class SigningKey:
    """One Ed25519 key pair and the name it is published under.

    Args:
        master_key: A master key of the deployment, 32 bytes.
        purpose: What the key is for; another purpose is another key.
    """

    def __init__(self, master_key: bytes, purpose: str) -> None:
        seed = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"touchstone/{purpose}".encode()).derive(
            master_key
        )
        self._key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed), {"use": "sig", "alg": ALGORITHM})
        self._key.ensure_kid()
        self.kid = self._key.kid or ""

    def sign(self, claims: Mapping[str, object]) -> str:
        """Sign claims as a compact token."""
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": "at+jwt"}
        return jws.serialize_compact(header, orjson.dumps(claims), self._key, [ALGORITHM])

    def published(self) -> dict[str, object]:
        """Give the public half as a JSON Web Key."""
        return cast("dict[str, object]", self._key.as_dict(private=False))

    def verification_key(self) -> OKPKey:
        """Give the public half for verification."""
        return OKPKey.import_key(self._key.as_dict(private=False))
