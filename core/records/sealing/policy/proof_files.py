"""A proof as a file: what stands at a leaf, where it stands, and the signed checkpoint that it leads to.

The proof itself has the form of https://c2sp.org/tlog-proof, which other tools read too. Around it stands, as JSON,
what the leaf says, and the contents that it names by their hashes. Whoever has the file and the log's public key needs
nothing else: no database, no network, nothing of the rest of this product.
"""

from base64 import b64decode, b64encode
from binascii import Error
from hashlib import sha256
from typing import Any, Final, Self, cast

import orjson

from core.kernel.frozen import frozen
from core.records.sealing.policy.merkle import leaf_of
from core.records.sealing.policy.notes import Checkpoint, Note, NoteIsMalformed, VerifyingKey, from_base64
from core.records.sealing.policy.proofs import is_included

FORMAT: Final = "touchstone.proof/1"
PROOF: Final = "c2sp.org/tlog-proof@v1"
INDEX: Final = "index "
LONGEST: Final = 16_000_000
"""Characters of a file that are looked at at all."""


class ProofIsWrong(ValueError):  # noqa: N818 - errors are facts
    """A proof does not show what it is to show; its text says why."""


@frozen
class LeafProof:
    """Where a leaf stands, and what leads from it to a checkpoint.

    Attributes:
        number: The place, from 0.
        path: The hashes of the proof of inclusion.
        checkpoint: The signed note.
    """

    number: int
    path: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        """The proof as others write it too."""
        hashes = "".join(f"{b64encode(one).decode()}\n" for one in self.path)
        return f"{PROOF}\n{INDEX}{self.number}\n{hashes}\n{self.checkpoint}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a proof.

        Raises:
            ProofIsWrong: It is none.
        """
        above, blank, checkpoint = text.partition("\n\n")
        lines = [line for line in above.split("\n") if not line.startswith("extra ")]
        if not blank or len(lines) < 2 or lines[0] != PROOF or not lines[1].startswith(INDEX):  # noqa: PLR2004 - form and place
            raise ProofIsWrong(f"it does not begin with {PROOF} and an index")
        number = lines[1].removeprefix(INDEX)
        if not (number.isascii() and number.isdecimal()):
            raise ProofIsWrong("its index is no number")
        try:
            return cls(int(number), tuple(from_base64(line) for line in lines[2:]), checkpoint)
        except NoteIsMalformed as malformed:
            raise ProofIsWrong(str(malformed)) from malformed


@frozen(kw_only=True)
class ProofFile:
    """What is given to somebody who shall check one event or audit entry.

    Attributes:
        kind: ``event`` or ``audit``.
        says: The canonical JSON that the leaf is the hash of.
        contents: By the names in it that stand for hashes: what they are hashes of; empty where it was removed.
        proof: Where it stands, and the checkpoint.
    """

    kind: str
    says: str
    contents: dict[str, bytes | None]
    proof: LeafProof

    @property
    def text(self) -> str:
        """The file's text."""
        contents = {name: None if one is None else b64encode(one).decode() for name, one in self.contents.items()}
        told = {
            "format": FORMAT,
            "kind": self.kind,
            "says": self.says,
            "contents": contents,
            "proof": self.proof.text,
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a file.

        Raises:
            ProofIsWrong: It has another form.
        """
        told = read_object(text)
        contents = told.get("contents")
        texts = [told.get(name) for name in ("kind", "says", "proof")]
        if (
            told.get("format") != FORMAT
            or not isinstance(contents, dict)
            or not all(isinstance(one, str) for one in texts)
        ):
            raise ProofIsWrong(f"it is no file of the form {FORMAT}")
        kind, says, proof = cast("list[str]", texts)
        named = cast("dict[str, object]", contents)
        return cls(
            kind=kind,
            says=says,
            contents={name: None if one is None else content_of(one) for name, one in named.items()},
            proof=LeafProof.read(proof),
        )


@frozen
class Proven:
    """What a proof showed.

    Attributes:
        kind: ``event`` or ``audit``.
        number: Its place in the log.
        checkpoint: The checkpoint that it is in.
        facts: What the leaf says.
        contents: The texts that it names the hashes of, as far as they were given.
    """

    kind: str
    number: int
    checkpoint: Checkpoint
    facts: dict[str, Any]
    contents: dict[str, bytes | None]


def prove(text: str, key: VerifyingKey) -> Proven:
    """Check a proof file with nothing but the log's public key.

    Args:
        text: The file.
        key: The key that the checkpoint must be signed by.

    Raises:
        ProofIsWrong: It does not show what it says; why, stands in it.
    """
    file = ProofFile.read(text)
    checkpoint = trusted(file.proof.checkpoint, key)
    leaf = leaf_of(file.says.encode())
    if not is_included(leaf, file.proof.number, checkpoint.size, file.proof.path, checkpoint.root):
        raise ProofIsWrong("what it says is not in the log that the checkpoint is of")
    facts = read_object(file.says)
    for name, content in file.contents.items():
        if content is not None and sha256(content).hexdigest() != facts.get(name):
            raise ProofIsWrong(f"its {name} is not the one that was sealed")
    return Proven(file.kind, file.proof.number, checkpoint, facts, file.contents)


def trusted(written: str, key: VerifyingKey) -> Checkpoint:
    """Read a checkpoint that a key signed.

    Raises:
        ProofIsWrong: It is none, or the key did not sign it.
    """
    try:
        note = Note.read(written)
        checkpoint = Checkpoint.read(note.text)
    except NoteIsMalformed as malformed:
        raise ProofIsWrong(str(malformed)) from malformed
    if not note.is_signed_by(key) or checkpoint.origin != key.name:
        raise ProofIsWrong("its checkpoint was not signed by this key")
    return checkpoint


def read_object(text: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ProofIsWrong: It is none.
    """
    try:
        told: object = orjson.loads(text) if len(text) <= LONGEST else None
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise ProofIsWrong("it is no JSON object")
    return cast("dict[str, Any]", told)


def content_of(given: object) -> bytes:
    """Decode a content.

    Raises:
        ProofIsWrong: It is no base64.
    """
    try:
        return b64decode(str(given), validate=True)
    except (Error, ValueError):
        raise ProofIsWrong("a content in it is no base64") from None
