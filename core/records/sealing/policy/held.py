"""Reading what whoever examines holds in files: checkpoints, keys, and the hashes of leaves."""

from collections.abc import Iterator, Sequence

from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.merkle import Growing
from core.records.sealing.policy.notes import KEY_BYTES, Checkpoint, Note, NoteIsMalformed, VerifyingKey


def read_held(checkpoints: Sequence[str], key: str = "", leaves: bytes = b"") -> Held:
    """Read checkpoints, a key in its one line, and hashes of leaves, 32 bytes each.

    Raises:
        NoteIsMalformed: One is none, or the leaves are not those of the largest checkpoint.
    """
    notes = [Note.read(one) for one in checkpoints]
    trusted = VerifyingKey.read(key) if key else None
    if not leaves:
        return Held(checkpoints=notes, key=trusted)
    largest = max((Checkpoint.read(note.text) for note in notes), key=lambda one: one.size, default=None)
    if largest is None or root_of(leaves) != largest.root or len(leaves) != KEY_BYTES * largest.size:
        raise NoteIsMalformed("The leaves are not those of the largest checkpoint.")
    return Held(checkpoints=notes, key=trusted, leaf=lambda number: leaf_at(leaves, number))


def leaf_at(leaves: bytes, number: int) -> bytes | None:
    """Give a leaf's hash out of many; nothing where there are fewer."""
    return leaves[KEY_BYTES * number : KEY_BYTES * (number + 1)] or None


def each_leaf(leaves: bytes) -> Iterator[bytes]:
    """Give the hashes one by one."""
    return (leaves[place : place + KEY_BYTES] for place in range(0, len(leaves), KEY_BYTES))


def root_of(leaves: bytes) -> bytes:
    """Give the root of the tree over hashes of leaves."""
    growing = Growing()
    for leaf in each_leaf(leaves):
        growing.add(leaf)
    return growing.root
