"""Trees against the published examples of Certificate Transparency, and against the definition written down slowly."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.records.sealing.policy.merkle import (
    EMPTY,
    Growing,
    Range,
    Subtree,
    consistency_ranges,
    from_kept,
    from_right,
    inclusion_ranges,
    leaf_of,
    node_of,
    perfect,
)
from core.records.sealing.policy.proofs import is_consistent, is_included

CONTENTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
MOST = 320


def slow_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it stands there."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = largest_power_below(len(leaves))
    return sha256(b"\x01" + slow_root(leaves[:half]) + slow_root(leaves[half:])).digest()


def slow_path(number: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    half = largest_power_below(len(leaves))
    if number < half:
        return [*slow_path(number, leaves[:half]), slow_root(leaves[half:])]
    return [*slow_path(number - half, leaves[half:]), slow_root(leaves[:half])]


def slow_proof(old: int, leaves: Sequence[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [slow_root(leaves)]
    half = largest_power_below(len(leaves))
    if old <= half:
        return [*slow_proof(old, leaves[:half], whole), slow_root(leaves[half:])]
    return [*slow_proof(old - half, leaves[half:], whole=False), slow_root(leaves[:half])]


def largest_power_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


@cache
def leaves_of(size: int) -> tuple[bytes, ...]:
    return tuple(leaf_of(str(number).encode()) for number in range(size))


class Log:
    """A log that keeps what the product keeps: leaves, and every eighth row of nodes."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.kept: dict[Subtree, bytes] = {}
        self.growing = Growing()
        for number, leaf in enumerate(leaves):
            self.kept[Subtree(0, number)] = leaf
            self.kept |= dict(self.growing.add(leaf))

    def subtree(self, one: Subtree) -> bytes:
        kept = one.kept
        rows = range(kept.first, kept.first + kept.count)
        return from_kept([self.kept[Subtree(kept.level * 8, number)] for number in rows])

    def hash(self, whole: Range) -> bytes:
        return from_right([self.subtree(one) for one in perfect(whole)])

    def hashes(self, ranges: list[Range]) -> list[bytes]:
        return [self.hash(one) for one in ranges]


EXAMPLE = [leaf_of(bytes.fromhex(content)) for content in CONTENTS]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    growing = Growing()
    for leaf in EXAMPLE[:size]:
        growing.add(leaf)
    assert growing.root.hex() == ROOTS[size]
    assert Log(EXAMPLE[:size]).hash((0, size)).hex() == ROOTS[size]


@pytest.mark.parametrize(("place", "published"), INCLUSION.items())
def test_proofs_of_inclusion_are_the_published_ones(place: tuple[int, int], published: list[str]) -> None:
    number, size = place
    path = Log(EXAMPLE).hashes(inclusion_ranges(number, size))
    assert [one.hex() for one in path] == published
    assert is_included(EXAMPLE[number], number, size, path, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("sizes", "published"), CONSISTENCY.items())
def test_proofs_of_consistency_are_the_published_ones(sizes: tuple[int, int], published: list[str]) -> None:
    old, new = sizes
    path = Log(EXAMPLE).hashes(consistency_ranges(old, new))
    assert [one.hex() for one in path] == published
    assert is_consistent(old, new, path, bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new]))


@cache
def whole_log() -> Log:
    return Log(leaves_of(MOST))


@given(size=st.integers(1, MOST), data=st.data())
def test_every_leaf_is_proven_as_the_definition_says(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(MOST)[:size]
    path = whole_log().hashes(inclusion_ranges(number, size))
    assert path == slow_path(number, leaves)
    root = slow_root(leaves)
    assert is_included(leaves[number], number, size, path, root)
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda one: one != number)) if size > 1 else size
    assert not is_included(leaves[number], elsewhere, size, path, root)
    assert not is_included(leaf_of(b"another"), number, size, path, root)
    assert not is_included(leaves[number], number, size, [*path, root], root)
    if path:
        assert not is_included(leaves[number], number, size, path[:-1], root)


@given(new=st.integers(1, MOST), data=st.data())
def test_every_growth_is_proven_as_the_definition_says(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    leaves = leaves_of(MOST)[:new]
    path = whole_log().hashes(consistency_ranges(old, new))
    assert path == slow_proof(old, leaves)
    roots = slow_root(leaves[:old]), slow_root(leaves)
    assert is_consistent(old, new, path, *roots)
    assert not is_consistent(old, new, path, leaf_of(b"another"), roots[1])
    assert not is_consistent(old, new, path, roots[0], leaf_of(b"another"))
    if path:
        place = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(old, new, [*path[:place], leaf_of(b"x"), *path[place + 1 :]], *roots)
        assert not is_consistent(old, new, path[:-1], *roots)
    assert not is_consistent(old, new, [*path, roots[0]], *roots)


@given(size=st.integers(0, MOST), more=st.integers(0, 300))
def test_a_log_is_continued_from_its_right_edge(size: int, more: int) -> None:
    leaves = leaves_of(MOST + 300)
    log = whole_log()
    growing = Growing(size, [log.subtree(one) for one in perfect((0, size))])
    for leaf in leaves[size : size + more]:
        for one, hash_ in growing.add(leaf):
            assert one.height % 8 == 0
            low = one.index << one.height
            assert hash_ == slow_root(leaves[low : low + (1 << one.height)])
    assert growing.root == slow_root(leaves[: size + more])


def test_an_edge_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="right edge"):
        Growing(3, [EMPTY])


@given(size=st.integers(1, 2**40), data=st.data())
def test_proofs_of_a_large_log_need_few_rows(size: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, size - 1))
    rows = [one.kept for whole in inclusion_ranges(number, size) for one in perfect(whole)]
    assert sum(one.count for one in rows) <= 2 * 255 * 5
    assert all(one.first + one.count <= -(-size >> 8 * one.level) for one in rows)


def test_leaves_and_nodes_are_told_apart() -> None:
    left, right = leaf_of(b"a"), leaf_of(b"b")
    assert node_of(left, right) != leaf_of(left + right)
