"""Signed texts: the notes, checkpoints and keys that others who keep logs write too (C2SP), with nothing but Ed25519.

Sources: https://c2sp.org/signed-note (form of a note, names of keys, type 0x01) and https://c2sp.org/tlog-checkpoint
(what a note says of a log). Keys are written as Go's ``sumdb/note`` writes them.
"""

from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.kernel.frozen import frozen

ED25519: Final = b"\x01"
"""Type of a signature: Ed25519 over the note's text."""
MARK: Final = "\u2014 "
KEY_BYTES: Final = 32
ID_BYTES: Final = 4
LONGEST: Final = 100_000
"""Characters of a note that are looked at at all."""


class NoteIsMalformed(ValueError):  # noqa: N818 - errors are facts
    """A text is no note, no checkpoint or no key."""


@frozen
class VerifyingKey:
    """The public half of a key.

    Attributes:
        name: Whose it is; a log's key is named like the log.
        public: 32 bytes, as RFC 8032 writes them.
    """

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        return sha256(f"{self.name}\n".encode() + ED25519 + self.public).digest()[:ID_BYTES]

    @property
    def text(self) -> str:
        """The key in one line: name, id and key, joined by ``+``."""
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a key from its line.

        Raises:
            NoteIsMalformed: It is no key, or its id is another's.
        """
        name, _, rest = text.strip().partition("+")
        id_, _, key = rest.partition("+")
        typed = from_base64(key)
        if not is_name(name) or typed[:1] != ED25519 or len(typed) != 1 + KEY_BYTES:
            raise NoteIsMalformed("A key is written as name+id+key, for Ed25519.")
        read = cls(name, typed[1:])
        if read.id.hex() != id_:
            raise NoteIsMalformed("The id in the key's line is not the key's.")
        return read

    def signed(self, text: str, signature: bytes) -> bool:
        """Tell whether this key made a signature over a text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@frozen
class Signature:
    """One signature under a note: the key's name and id, and what it made."""

    name: str
    id: bytes
    made: bytes

    def is_of(self, key: VerifyingKey) -> bool:
        """Tell whether it says to be of a key."""
        return (self.name, self.id) == (key.name, key.id)


@frozen
class Note:
    """A text with signatures; its text is to be believed only where one of a trusted key is right."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def read(cls, written: str) -> Self:
        """Read a note.

        Raises:
            NoteIsMalformed: It is none.
        """
        text, blank, below = written.rpartition("\n\n")
        lines = below.split("\n")
        if not blank or len(written) > LONGEST or lines[-1] or has_control(written):
            raise NoteIsMalformed("A note is a text, an empty line, and a line for each signature.")
        return cls(text + "\n", tuple(read_signature(line) for line in lines[:-1]))

    @property
    def written(self) -> str:
        """The note as it is written to a file."""
        lines = (f"{MARK}{one.name} {b64encode(one.id + one.made).decode()}\n" for one in self.signatures)
        return f"{self.text}\n{''.join(lines)}"

    def is_signed_by(self, *keys: VerifyingKey) -> bool:
        """Tell whether one of the keys signed it and none of them is named under a wrong signature."""
        named = [(key, one) for one in self.signatures for key in keys if one.is_of(key)]
        return bool(named) and all(key.signed(self.text, one.made) for key, one in named)


@frozen
class Checkpoint:
    """What a log says of itself at one size.

    Attributes:
        origin: Which log.
        size: How many leaves it has.
        root: The root of its tree.
        extensions: Further lines.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the text of a note as a checkpoint.

        Raises:
            NoteIsMalformed: It says something else.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):  # noqa: PLR2004 - three lines, and what ends the last
            raise NoteIsMalformed("A checkpoint has three lines at least: the log, its size and its root.")
        origin, size, root, *others = lines[:-1]
        hash_ = from_base64(root)
        if not size.isascii() or not size.isdecimal() or str(int(size)) != size or len(hash_) != KEY_BYTES:
            raise NoteIsMalformed("A checkpoint's size is a number, and its root a hash of 32 bytes.")
        return cls(origin, int(size), hash_, tuple(others))

    def extension(self, name: str) -> str | None:
        """Give what a further line of a name says; ``None`` where there is none."""
        found = (line.removeprefix(f"{name} ") for line in self.extensions if line.startswith(f"{name} "))
        return next(found, None)


def sign(text: str, secret: bytes) -> bytes:
    """Sign a text by the private half of a key, 32 bytes; give the signature, 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(secret).sign(text.encode())


def public_half(secret: bytes) -> bytes:
    """Give the public half of a private key."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def note_of(text: str, key: VerifyingKey, signature: bytes) -> Note:
    """Put a signature under its text."""
    return Note(text, (Signature(key.name, key.id, signature),))


def read_signature(line: str) -> Signature:
    """Read the line of a signature."""
    name, _, encoded = line.removeprefix(MARK).partition(" ")
    made = from_base64(encoded)
    if not line.startswith(MARK) or not is_name(name) or len(made) <= ID_BYTES:
        raise NoteIsMalformed("A signature's line is a dash, a name and the signature.")
    return Signature(name, made[:ID_BYTES], made[ID_BYTES:])


def is_name(name: str) -> bool:
    """Tell whether a key may be called so."""
    return bool(name) and "+" not in name and not any(one.isspace() for one in name)


def has_control(text: str) -> bool:
    """Tell whether there is a control character other than the end of a line."""
    return any(one < " " and one != "\n" for one in text)


def from_base64(text: str) -> bytes:
    """Decode base64 as RFC 4648, section 4, writes it, and no other form."""
    try:
        decoded = b64decode(text, validate=True)
    except (Error, ValueError):
        raise NoteIsMalformed("Something that is to be base64 is not.") from None
    if b64encode(decoded).decode() != text:
        raise NoteIsMalformed("Something that is to be base64 is written in another form.")
    return decoded
