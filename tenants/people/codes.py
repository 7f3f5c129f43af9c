"""Secrets that are shown once: invitation codes and the secrets of service accounts."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import field
from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes
from typing import Self
from uuid import UUID

from core.kernel.frozen import frozen

SECRET_BYTES = 32
CODE_BYTES = 3 * 16 + SECRET_BYTES


@frozen(kw_only=True)
class InvitationCode:
    """What an invited person is given: where the invitation is, and the secret that proves it is theirs.

    Attributes:
        network_id: The network.
        tenant_id: The tenant to join.
        invitation_id: The invitation, a row of that tenant.
        secret: 32 random bytes; only their hash is kept.
    """

    network_id: UUID
    tenant_id: UUID
    invitation_id: UUID
    secret: bytes = field(repr=False)

    @classmethod
    def draw(cls, network_id: UUID, tenant_id: UUID, invitation_id: UUID) -> Self:
        """Make a code with a fresh secret."""
        return cls(
            network_id=network_id,
            tenant_id=tenant_id,
            invitation_id=invitation_id,
            secret=token_bytes(SECRET_BYTES),
        )

    @classmethod
    def read(cls, written: str) -> Self | None:
        """Read a code; none where the text is not one."""
        try:
            raw = urlsafe_b64decode(written.strip().encode("ascii") + b"=" * (-len(written.strip()) % 4))
        except (NotBase64, ValueError):
            return None
        if len(raw) != CODE_BYTES:
            return None
        ids = [UUID(bytes=raw[at : at + 16]) for at in (0, 16, 32)]
        return cls(network_id=ids[0], tenant_id=ids[1], invitation_id=ids[2], secret=raw[48:])

    def write(self) -> str:
        """Write the code as 107 characters that survive mail and addresses."""
        raw = self.network_id.bytes + self.tenant_id.bytes + self.invitation_id.bytes + self.secret
        return urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def hash(self) -> str:
        """What is kept: SHA-256 of the secret, which is random and long enough not to be guessed."""
        return sha256(self.secret).hexdigest()

    def opens(self, kept: str) -> bool:
        """Tell whether this is the code of an invitation, in the same time for every wrong one."""
        return compare_digest(self.hash, kept)
