"""Sealed files open whole or not at all, in their own place and under their own key."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.blob_sealing import (
    HEAD_BYTES,
    PIECE,
    TAG,
    file_key,
    in_pieces,
    new_file_key,
    opened_file,
    sealed_file,
    sealed_length,
)
from core.kernel.crypto import OpenKey, Place, SealIsBroken, new_key

KEY = new_key(uuid4())
PLACE = Place("files", "blob", uuid4())
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7)


async def stream(content: bytes, step: int = 100_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), step):
        yield content[start : start + step]


async def sealed(content: bytes, key: OpenKey = KEY, place: Place = PLACE) -> bytes:
    return b"".join([one async for one in sealed_file(new_file_key(key, place), stream(content))])


async def opened(file: bytes, key: OpenKey = KEY, place: Place = PLACE) -> bytes:
    found = file_key(key, file[:HEAD_BYTES], place)
    return b"".join([one async for one in opened_file(found, stream(file[HEAD_BYTES:], 70_001))])


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_sealed_opens_and_is_as_long_as_is_said(size: int) -> None:
    content = bytes(one % 251 for one in range(size))
    file = await sealed(content)
    assert len(file) == sealed_length(size)
    assert await opened(file) == content
    assert await sealed(content) != file, "the same file twice cannot be told"


async def test_nothing_that_was_changed_opens() -> None:
    content = bytes(3 * PIECE + 5)
    file = await sealed(content)
    cuts = [HEAD_BYTES + number * (PIECE + TAG) for number in range(4)]
    first, second, third = (file[cuts[at] : cuts[at + 1]] for at in range(3))
    head, last = file[:HEAD_BYTES], file[cuts[3] :]
    another = await sealed(content)
    for wrong in (
        head + second + first + third + last,
        head + first + third + last,
        head + first + first + second + third + last,
        head + first + second + third,
        head + first + second,
        head + last,
        head,
        file + bytes(1),
        file + last,
        head + another[HEAD_BYTES:],
        another[:HEAD_BYTES] + file[HEAD_BYTES:],
        *(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :] for at in (0, 1, 17, 48, 49, cuts[1] - 1, len(file) - 1)),
    ):
        with pytest.raises(SealIsBroken):
            await opened(wrong)
    with pytest.raises(SealIsBroken):
        await opened(file, place=Place("files", "blob", UUID(int=1)))
    for key in (new_key(uuid4()), new_key(KEY.id)):
        with pytest.raises(SealIsBroken):
            await opened(file, key=key)


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=9), max_size=12), st.integers(1, 5))
def test_a_stream_is_cut_alike_however_it_comes(parts: list[bytes], length: int) -> None:
    async def given_parts() -> AsyncIterator[bytes]:
        for one in parts:
            yield one

    async def cut() -> list[tuple[bytes, bool]]:
        return [one async for one in in_pieces(given_parts(), length)]

    pieces = anyio.run(cut)
    whole = b"".join(parts)
    assert b"".join(piece for piece, _ in pieces) == whole
    assert [last for _, last in pieces] == [False] * (len(pieces) - 1) + [True]
    assert len(pieces) == max(1, -(-len(whole) // length))
    assert all(len(piece) == length for piece, last in pieces if not last)
