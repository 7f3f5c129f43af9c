"""Sealing of personal columns: AES-256-GCM under data keys, which a master key wraps.

Rotation of the master key rewraps data keys and touches no sealed column; erasure deletes a data key and everything
under it becomes noise. A sealed value names its key and is bound to the table, column and row it stands in, so that
it cannot be moved elsewhere.
"""

import hmac
from dataclasses import field
from hashlib import sha256
from secrets import token_bytes
from typing import ClassVar, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.kernel.errors import DomainError, fact
from core.kernel.frozen import frozen

KEY_BYTES = 32
NONCE_BYTES = 12
FORMAT = b"\x01"
HEAD = len(FORMAT) + 16


@fact
class SealIsBroken(DomainError):  # noqa: N818 - errors are facts
    """A sealed value was changed, moved to another place, or sealed by another key."""

    code: ClassVar[str] = "kernel.seal_broken"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "A sealed value cannot be opened."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check that the master key is the one it was sealed under, and that rows were not copied by hand."


@fact
class MasterKeyIsMissing(DomainError):  # noqa: N818 - errors are facts
    """A data key is wrapped by a master key that is not configured."""

    master_key_id: str
    code: ClassVar[str] = "kernel.master_key_missing"

    @property
    def message(self) -> str:
        """Say which."""
        return f"The master key {self.master_key_id} is not configured."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give it in TOUCHSTONE_MASTER_KEY after the current one, separated by a comma, until all is rewrapped."


@fact
class MasterKeyIsInvalid(DomainError):  # noqa: N818 - errors are facts
    """The configured master key is not a key."""

    code: ClassVar[str] = "kernel.master_key_invalid"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "A master key in TOUCHSTONE_MASTER_KEY is not 32 bytes in hexadecimal."

    @property
    def hint(self) -> str:
        """Say how to make one."""
        return 'Make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'


@frozen
class Place:
    """Where a sealed value stands: it opens nowhere else."""

    table: str
    column: str
    row_id: UUID

    @property
    def bound(self) -> bytes:
        """The place as bytes, each part with its length."""
        parts = (self.table.encode(), self.column.encode(), self.row_id.bytes)
        return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


@frozen
class OpenKey:
    """A data key, unwrapped.

    Attributes:
        id: Named in everything it seals.
        secret: 32 bytes; never printed, stored or sent.
    """

    id: UUID
    secret: bytes = field(repr=False)


@frozen
class MasterKeys:
    """The master keys by id: the first wraps, the others only unwrap what was wrapped before a rotation."""

    keys: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def read(cls, configured: str) -> Self:
        """Read keys in hexadecimal, separated by commas, the current one first.

        Raises:
            MasterKeyIsInvalid: One is not 32 bytes in hexadecimal.
        """
        return cls(tuple((key_id(key), key) for key in map(master_key, configured.split(","))))

    @property
    def current(self) -> str:
        """The id of the key that wraps."""
        return self.keys[0][0]

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of all configured keys, the current one first."""
        return tuple(name for name, _ in self.keys)

    @property
    def older(self) -> tuple[str, ...]:
        """The ids of those that only unwrap."""
        return tuple(name for name in self.names if name != self.current)

    def wrap(self, key: OpenKey) -> bytes:
        """Wrap a data key by the current master key."""
        master_id, master = self.keys[0]
        nonce = token_bytes(NONCE_BYTES)
        return nonce + AESGCM(master).encrypt(nonce, key.secret, wrapping(master_id, key.id))

    def unwrap(self, data_key_id: UUID, master_key_id: str, wrapped: bytes) -> OpenKey:
        """Unwrap a data key.

        Raises:
            MasterKeyIsMissing: The key it was wrapped by is not configured.
            SealIsBroken: It was changed, or stands for another key.
        """
        master = dict(self.keys).get(master_key_id)
        if master is None:
            raise MasterKeyIsMissing(master_key_id=master_key_id)
        return OpenKey(data_key_id, decrypted(master, wrapped, wrapping(master_key_id, data_key_id)))


def new_key(data_key_id: UUID) -> OpenKey:
    """Draw a data key."""
    return OpenKey(data_key_id, token_bytes(KEY_BYTES))


def seal(key: OpenKey, text: str, place: Place) -> bytes:
    """Seal a text for one place: format, key id, nonce, ciphertext and tag, 45 bytes more than the text."""
    nonce = token_bytes(NONCE_BYTES)
    head = FORMAT + key.id.bytes
    return head + nonce + AESGCM(key.secret).encrypt(nonce, text.encode(), head + place.bound)


def unseal(key: OpenKey, sealed: bytes, place: Place) -> str:
    """Open what was sealed for this place.

    Raises:
        SealIsBroken: It was changed, moved, or sealed by another key.
    """
    head = sealed[:HEAD]
    if head != FORMAT + key.id.bytes:
        raise SealIsBroken
    return decrypted(key.secret, sealed[HEAD:], head + place.bound).decode()


def sealed_by(sealed: bytes) -> UUID:
    """Tell which key sealed a value.

    Raises:
        SealIsBroken: It is no sealed value.
    """
    if len(sealed) < HEAD + NONCE_BYTES or not sealed.startswith(FORMAT):
        raise SealIsBroken
    return UUID(bytes=sealed[len(FORMAT) : HEAD])


def pseudonym(key: OpenKey, value: str, purpose: str = "") -> str:
    """Give the same 64 hexadecimal digits for the same value under the same key, from which nobody finds the value.

    Args:
        key: The tenant's key; under another tenant's the same value has another pseudonym.
        value: What is hidden, such as a name or an e-mail address.
        purpose: Keeps pseudonyms of different columns apart, so that they cannot be joined.
    """
    inner = hmac.digest(key.secret, b"touchstone pseudonym " + purpose.encode(), "sha256")
    return hmac.digest(inner, value.encode(), "sha256").hex()


def master_key(written: str) -> bytes:
    """Read one master key."""
    try:
        key = bytes.fromhex(written.strip())
    except ValueError:
        raise MasterKeyIsInvalid from None
    if len(key) != KEY_BYTES:
        raise MasterKeyIsInvalid
    return key


def key_id(key: bytes) -> str:
    """Name a master key without telling anything about it."""
    return sha256(b"touchstone master key " + key).hexdigest()[:16]


def wrapping(master_key_id: str, data_key_id: UUID) -> bytes:
    """Bind a wrapped key to its master and its own id."""
    return b"touchstone data key " + master_key_id.encode() + data_key_id.bytes


def decrypted(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Decrypt nonce and ciphertext.

    Raises:
        SealIsBroken: They do not belong to this key and binding.
    """
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        raise SealIsBroken from None
