"""The Merkle tree of a log (RFC 6962, section 2.1; RFC 9162, section 2.1): its hashes, and what proofs are made of.

A range of leaves that appears in a proof or is a whole log falls into perfect subtrees, whose hashes never change once
their leaves are there. The hash of a range is made of theirs from right to left, so a log is continued from the few on
its right edge, and no leaf is ever hashed twice.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from core.kernel.frozen import frozen

LEAF: Final = b"\x00"
NODE: Final = b"\x01"
EMPTY: Final = sha256(b"").digest()
"""The root of a log without leaves."""
STRIDE: Final = 8
"""Heights at which nodes are kept: every eighth, so one row stands for 256 below it."""

Range = tuple[int, int]
"""Leaves from a number up to, not including, another."""


def leaf_of(content: bytes) -> bytes:
    """Hash what stands at a leaf."""
    return sha256(LEAF + content).digest()


def node_of(left: bytes, right: bytes) -> bytes:
    """Hash two neighbours into the node above them."""
    return sha256(NODE + left + right).digest()


@frozen
class Subtree:
    """A perfect subtree.

    Attributes:
        height: 0 for a leaf; it covers two to the power of it leaves.
        index: Its place among those of its height, from 0.
    """

    height: int
    index: int

    @property
    def kept(self) -> "Kept":
        """Tell which kept nodes, or leaves, it is made of."""
        level, over = divmod(self.height, STRIDE)
        return Kept(level, self.index << over, 1 << over)


@frozen
class Kept:
    """Neighbouring rows from which the hash of a perfect subtree is made.

    Attributes:
        level: 0 for leaves; a node of level n stands for 256 of level n - 1.
        first: The number of the first, from 0.
        count: A power of two, at most 128.
    """

    level: int
    first: int
    count: int


def perfect(whole: Range) -> list[Subtree]:
    """Take a range apart into perfect subtrees, from left to right.

    The range begins at a multiple of the smallest power of two that is not below its length, as all ranges of proofs.
    """
    low, high = whole
    parts: list[Subtree] = []
    while low < high:
        height = (high - low).bit_length() - 1
        parts.append(Subtree(height, low >> height))
        low += 1 << height
    return parts


def from_right(hashes: Sequence[bytes]) -> bytes:
    """Give the hash of a range from those of its perfect subtrees, left to right; of none, the empty log's."""
    if not hashes:
        return EMPTY
    *others, made = hashes
    for one in reversed(others):
        made = node_of(one, made)
    return made


def from_kept(hashes: Sequence[bytes]) -> bytes:
    """Give the hash of a perfect subtree from those of its kept rows, whose number is a power of two."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_of(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]


def split(size: int) -> int:
    """Give the largest power of two below a size of at least 2: where a tree of that size is divided."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """Name the ranges whose hashes prove that a leaf is in a log, the leaf's neighbour first.

    Args:
        number: The leaf, from 0.
        size: The size of the log, more than ``number``.
    """
    low, high = 0, size
    found: list[Range] = []
    while high - low > 1:
        middle = low + split(high - low)
        if number < middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """Name the ranges whose hashes prove that a log grew out of a smaller one, in the order of RFC 9162, 2.1.4.1.

    Args:
        old: The smaller size, at least 1.
        new: The larger size, at least ``old``.
    """
    low, high, whole = 0, new, True
    found: list[Range] = []
    while high > old:
        middle = low + split(high - low)
        if old <= middle:
            found.append((middle, high))
            high = middle
        else:
            found.append((low, middle))
            low, whole = middle, False
    return ([] if whole else [(low, high)]) + found[::-1]


class Growing:
    """A log that grows: its right edge, and the nodes that become whole.

    Args:
        size: How many leaves there are.
        edge: The hashes of the perfect subtrees they fall into, from left to right.
    """

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)
        self._heights = [one.height for one in perfect((0, size))]
        if len(self._edge) != len(self._heights):
            msg = f"The right edge of {size} leaves has {len(self._heights)} hashes, not {len(self._edge)}."
            raise ValueError(msg)

    @property
    def root(self) -> bytes:
        """The root of what is there by now."""
        return from_right(self._edge)

    def add(self, leaf: bytes) -> list[tuple[Subtree, bytes]]:
        """Add a leaf by its hash; give the nodes to be kept that became whole by it, lowest first."""
        made, height = leaf, 0
        whole: list[tuple[Subtree, bytes]] = []
        while self._heights and self._heights[-1] == height:
            made = node_of(self._edge.pop(), made)
            self._heights.pop()
            height += 1
            if height % STRIDE == 0:
                whole.append((Subtree(height, self.size >> height), made))
        self._edge.append(made)
        self._heights.append(height)
        self.size += 1
        return whole
