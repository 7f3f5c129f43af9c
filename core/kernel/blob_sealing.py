"""Sealing of files: AES-256-GCM piece by piece, so that a file of any length passes through little memory.

Each piece is sealed under its number and whether it is the last (the construction STREAM of Hoang, Reyhanitabar,
Rogaway and Vizár, 2015, as age and Tink have it), so pieces that were altered, cut off, repeated or put in another
order do not open. The key of a file is derived (HKDF-SHA-256) from a data key, a salt of its own and the place it
belongs to: no number is used twice under one key, and a file that was put in another's place does not open either.

A sealed file is format (1 byte), id of the data key (16), salt (32), then the pieces, each with its tag (16).
"""

from collections.abc import AsyncGenerator, AsyncIterable
from secrets import token_bytes
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.kernel.crypto import KEY_BYTES, OpenKey, Place, SealIsBroken
from core.kernel.frozen import frozen

FORMAT: Final = b"\x02"
SALT: Final = 32
HEAD_BYTES: Final = len(FORMAT) + 16 + SALT
PIECE: Final = 256 * 1024
"""Bytes of content in every piece but the last."""
TAG: Final = 16
PURPOSE: Final = b"touchstone file"


@frozen
class FileKey:
    """The key of one file.

    Attributes:
        head: How the sealed file begins.
        cipher: Seals and opens its pieces.
    """

    head: bytes
    cipher: AESGCM

    def seal(self, number: int, piece: bytes, *, last: bool) -> bytes:
        """Seal one piece."""
        return self.cipher.encrypt(nonce_of(number, last=last), piece, self.head)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Open one piece.

        Raises:
            SealIsBroken: It is not this file's piece of that number, or not its last one.
        """
        try:
            return self.cipher.decrypt(nonce_of(number, last=last), sealed, self.head)
        except InvalidTag as broken:
            raise SealIsBroken from broken


def new_file_key(key: OpenKey, place: Place) -> FileKey:
    """Make the key of a new file that belongs to a place."""
    return derived(key, FORMAT + key.id.bytes + token_bytes(SALT), place)


def file_key(key: OpenKey, head: bytes, place: Place) -> FileKey:
    """Give the key of a file by how it begins.

    Raises:
        SealIsBroken: Another data key sealed it.
    """
    if key_of_file(head) != key.id:
        raise SealIsBroken
    return derived(key, head, place)


def derived(key: OpenKey, head: bytes, place: Place) -> FileKey:
    """Derive a file's key from a data key."""
    derive = HKDF(SHA256(), KEY_BYTES, salt=head[-SALT:], info=PURPOSE + head[:-SALT] + place.bound)
    return FileKey(head, AESGCM(derive.derive(key.secret)))


def key_of_file(head: bytes) -> UUID:
    """Tell which data key sealed a file.

    Raises:
        SealIsBroken: It is no sealed file.
    """
    if len(head) != HEAD_BYTES or not head.startswith(FORMAT):
        raise SealIsBroken
    return UUID(bytes=head[len(FORMAT) : -SALT])


def nonce_of(number: int, *, last: bool) -> bytes:
    """Give the nonce of a piece: its number in 11 bytes, and whether it is the last one."""
    return number.to_bytes(11, "big") + bytes([last])


def sealed_length(size: int) -> int:
    """Give the length of a sealed file in bytes."""
    pieces = max(1, -(-size // PIECE))
    return HEAD_BYTES + size + pieces * TAG


async def sealed_file(key: FileKey, content: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Seal a file as it comes."""
    yield key.head
    number = 0
    async for piece, last in in_pieces(content, PIECE):
        yield key.seal(number, piece, last=last)
        number += 1


async def opened_file(key: FileKey, rest: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Open a file as it comes, behind its head.

    Raises:
        SealIsBroken: It was altered, cut off, put in another order or lengthened; what came before was right.
    """
    number = 0
    async for piece, last in in_pieces(rest, PIECE + TAG):
        yield key.open(number, piece, last=last)
        number += 1


async def in_pieces(stream: AsyncIterable[bytes], length: int) -> AsyncGenerator[tuple[bytes, bool]]:
    """Cut a stream into pieces of one length, of which the last may be shorter, and say which is the last.

    A stream without content is one empty piece.
    """
    held = bytearray()
    async for some in stream:
        held += some
        while len(held) > length:  # Not at once with the last byte: another may follow, and the last one is told.
            yield bytes(held[:length]), False
            del held[:length]
    yield bytes(held), True
