"""Client ids and secrets of service accounts."""

import asyncio
from base64 import b64decode, b64encode, urlsafe_b64encode
from binascii import Error as NotBase64
from hashlib import scrypt
from hmac import compare_digest
from secrets import token_bytes
from typing import Self
from uuid import UUID

from core.kernel.frozen import frozen

COST = 2**14
BLOCK = 8
MEMORY = 64 * 1024**2
SALT_BYTES = 16
HASH_BYTES = 32
LONGEST_SECRET = 256


@frozen(kw_only=True)
class ClientId:
    """Names network, tenant and account, so that no look-up is needed before there is a scope.

    Written as three times 32 hexadecimal digits with dots between.
    """

    network_id: UUID
    tenant_id: UUID
    account_id: UUID

    @classmethod
    def read(cls, written: str) -> Self | None:
        """Read a client id; none where the text is not one."""
        try:
            network_id, tenant_id, account_id = (UUID(part) for part in written.split("."))
        except ValueError:
            return None
        return cls(network_id=network_id, tenant_id=tenant_id, account_id=account_id)

    def write(self) -> str:
        """Write the client id."""
        return f"{self.network_id.hex}.{self.tenant_id.hex}.{self.account_id.hex}"


def draw_secret() -> str:
    """Draw a secret of 256 random bits."""
    return urlsafe_b64encode(token_bytes(32)).rstrip(b"=").decode()


async def hash_secret(secret: str) -> str:
    """Hash a secret by scrypt, outside the event loop: some 50 ms and 16 MiB."""
    salt = token_bytes(SALT_BYTES)
    digest = await asyncio.to_thread(derive, secret, salt)
    return f"scrypt${COST}${b64encode(salt).decode()}${b64encode(digest).decode()}"


async def matches(secret: str, kept: str | None) -> bool:
    """Tell whether a secret is the one kept; takes as long where nothing is kept as where something is."""
    salt, wanted = parts(kept) or (b"\x00" * SALT_BYTES, b"")
    if len(secret) > LONGEST_SECRET:
        return False
    return compare_digest(await asyncio.to_thread(derive, secret, salt), wanted)


def parts(kept: str | None) -> tuple[bytes, bytes] | None:
    """Take a kept hash apart; none where it is not one of ours."""
    named = (kept or "").split("$")
    if len(named) != 4 or named[0] != "scrypt" or named[1] != str(COST):  # noqa: PLR2004 - name, cost, salt, hash
        return None
    try:
        return b64decode(named[2], validate=True), b64decode(named[3], validate=True)
    except NotBase64:
        return None


def derive(secret: str, salt: bytes) -> bytes:
    """Derive what is kept of a secret."""
    return scrypt(secret.encode(), salt=salt, n=COST, r=BLOCK, p=1, maxmem=MEMORY, dklen=HASH_BYTES)
