"""Checking proofs with nothing but hashes (RFC 9162, sections 2.1.3.2 and 2.1.4.2)."""

from collections.abc import Sequence

from core.records.sealing.policy.merkle import node_of


def root_by_inclusion(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Give the root that a proof of inclusion leads to; ``None`` where it is no proof for that place and size.

    Args:
        leaf: The leaf's hash.
        number: Its place, from 0.
        size: The size of the log.
        path: The hashes of the proof, the leaf's neighbour first.
    """
    if not 0 <= number < size:
        return None
    here, last, made = number, size - 1, leaf
    for other in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            made = node_of(other, made)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            made = node_of(made, other)
        here, last = here >> 1, last >> 1
    return made if last == 0 else None


def is_included(leaf: bytes, number: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that a leaf stands at a place of the log with this size and root."""
    return root_by_inclusion(leaf, number, size, path) == root


def is_consistent(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether a proof shows that the log of the new size begins with all of the old one, unchanged.

    Args:
        old: The smaller size, at least 1.
        new: The larger size.
        path: The hashes of the proof.
        old_root: The root at the smaller size.
        new_root: The root at the larger size.
    """
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    rest = list(path)
    first = old_root if old & (old - 1) == 0 else rest.pop(0)
    return grown(first, here, last, rest) == (old_root, new_root)


def grown(first: bytes, here: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Follow a proof of consistency up both trees; give both roots, ``None`` where its length is wrong."""
    old = new = first
    for other in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = node_of(other, old), node_of(other, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_of(new, other)
        here, last = here >> 1, last >> 1
    return (old, new) if last == 0 else None
