"""What a link's address carries: whose link it is and until when, signed: nothing is looked up for a forged one.

The key is derived from the master key by HKDF-SHA-256 (RFC 5869) with a purpose of its own. While an older master key
is configured, what was signed under it holds.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.kernel.crypto import KEY_BYTES, MasterKeys
from core.kernel.frozen import frozen

PURPOSE: Final = b"touchstone/records.links"
FORM: Final = b"\x01"
ID: Final = 16
INSTANT: Final = 5
SAID: Final = len(FORM) + 3 * ID + INSTANT
SIGNATURE: Final = 24
"""Bytes of the signature; with the rest of it a multiple of three, so that there is one way to write a token."""
LENGTH: Final = (SAID + SIGNATURE) * 4 // 3
"""Characters of a token."""


@frozen(kw_only=True)
class LinkToken:
    """What a link's address says.

    Attributes:
        network_id: The network.
        tenant_id: The tenant whose record it opens.
        link_id: The link.
        expires_at: From when on it opens nothing, in whole seconds.
    """

    network_id: UUID
    tenant_id: UUID
    link_id: UUID
    expires_at: datetime

    @property
    def said(self) -> bytes:
        """All of it as bytes."""
        until = int(self.expires_at.timestamp()).to_bytes(INSTANT, "big")
        return FORM + self.network_id.bytes + self.tenant_id.bytes + self.link_id.bytes + until


class LinkSigner:
    """Signs and reads what addresses of links carry.

    Args:
        masters: The configured master keys, the current one first.
    """

    def __init__(self, masters: MasterKeys) -> None:
        self._keys = tuple(derived(key) for _, key in masters.keys)

    def sign(self, token: LinkToken) -> str:
        """Write a token for an address."""
        said = token.said
        return urlsafe_b64encode(said + signature(self._keys[0], said)).decode()

    def read(self, text: str) -> LinkToken | None:
        """Read a token that was signed here; nothing where it was not, whatever else is wrong with it."""
        try:
            given = urlsafe_b64decode(text) if len(text) == LENGTH and text.isascii() else b""
        except Error:
            given = b""
        said, signed = given[:SAID], given[SAID:]
        # All keys are tried, each in constant time, so that it does not show how nearly a guess was right.
        holds = [hmac.compare_digest(signature(key, said), signed) for key in self._keys]
        # Whatever decodes to the same bytes is not the same address: one is, and the others are forged.
        same = hmac.compare_digest(urlsafe_b64encode(given), text.encode(errors="replace"))
        return token_of(said) if any(holds) and same and said.startswith(FORM) else None


def derived(master_key: bytes) -> bytes:
    """Derive the key of links from a master key."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(master_key)


def signature(key: bytes, said: bytes) -> bytes:
    """Sign: HMAC-SHA-256, its first 192 bits."""
    return hmac.digest(key, said, "sha256")[:SIGNATURE]


def token_of(said: bytes) -> LinkToken:
    """Read what was signed."""
    ids = [UUID(bytes=said[at : at + ID]) for at in range(len(FORM), len(FORM) + 3 * ID, ID)]
    until = int.from_bytes(said[-INSTANT:], "big")
    return LinkToken(network_id=ids[0], tenant_id=ids[1], link_id=ids[2], expires_at=datetime.fromtimestamp(until, UTC))
