"""Whatever the owner of the database alters of what is sealed is found from the checkpoint, and named.

The short form does 104 random alterations, ``TOUCHSTONE_ALTERATIONS=1000`` a thousand; each is made by its own seed.
"""

import os
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.findings import Examined
from core.records.sealing.policy.notes import Note
from core.records.sealing.prove import checkpoint_at
from core.records.sealing.rotate import rotate_signing_key
from tests.core.records.sealing.forging import BOUND, FORGERIES, Forger
from tests.core.records.sealing.logbook import Logbook

ALTERATIONS = int(os.environ.get("TOUCHSTONE_ALTERATIONS", str(4 * len(FORGERIES))))
GROUPS = 4
AFTER = {"log_heads": {"after_size"}}


class Sealed:
    """A log of nearly 300 leaves in several heads under two keys, with a tail, and what was exported of it."""

    def __init__(self, book: Logbook) -> None:
        self.book = book
        self.checkpoint: Note | None = None
        self.hashes: list[bytes] = []

    async def fill(self) -> "Sealed":
        book = self.book
        for _ in range(3):
            await book.write(records=9, events=5, acts=5)
            await book.seal(40)
        async with book.database.unit(book.scope, clock=book.clock) as unit:
            await rotate_signing_key(unit, book.masters)
        for _ in range(3):
            await book.write(records=9, events=4, acts=6)
            await book.seal()
        async with book.database.unit(book.scope, clock=book.clock, read_only=True) as unit:
            self.checkpoint = await checkpoint_at(unit)
        self.hashes = [one["hash"] for one in await book.leaves()]
        for record_id in list(book.heads)[:4]:
            await book.go_on(record_id, 4)
        return self

    @property
    def held(self) -> Held:
        assert self.checkpoint is not None
        return Held(checkpoints=[self.checkpoint])

    @property
    def held_with_leaves(self) -> Held:
        return replace(self.held, leaf=self.leaf)

    def leaf(self, number: int) -> bytes | None:
        return self.hashes[number] if number < len(self.hashes) else None

    async def examined(self, held: Held) -> Examined:
        return await examine(self.book.admin.fetch, self.book.log, held)


@pytest.fixture
async def sealed(book: Logbook) -> Sealed:
    return await Sealed(book).fill()


@pytest.mark.parametrize("group", range(GROUPS))
async def test_every_alteration_is_found_and_named(group: int, sealed: Sealed) -> None:
    assert (await sealed.examined(sealed.held)).found == 0
    for number in range(group, ALTERATIONS, GROUPS):
        name = list(FORGERIES)[number // GROUPS % len(FORGERIES)]
        chance = Random(f"{name} {number}")
        forger = Forger(sealed.book.admin, sealed.book.log, chance)
        undone = sealed.book.admin.transaction()
        await undone.start()
        try:
            await FORGERIES[name](forger)
            found = await sealed.examined(sealed.held)
            named = {one.id for one in found.findings}
            assert found.found, f"{name}, number {number}, is not found"
            assert not forger.touched or named & forger.touched, f"{name}, number {number}, is not named: {found}"
            assert all(one.says and one.kind and one.what for one in found.findings)
        finally:
            await undone.rollback()
    assert (await sealed.examined(sealed.held)).found == 0


async def test_with_the_hashes_of_leaves_even_a_log_written_anew_names_the_rows(sealed: Sealed) -> None:
    for name in ("all written anew after an alteration", "leaves made to fit", "leaves swapped"):
        undone = sealed.book.admin.transaction()
        await undone.start()
        try:
            before = await sealed.book.leaves()
            await FORGERIES[name](Forger(sealed.book.admin, sealed.book.log, Random(name)))
            found = await sealed.examined(sealed.held_with_leaves)
            after = await sealed.book.leaves()
        finally:
            await undone.rollback()
        others = {one["subject_id"] for one, was in zip(after, before, strict=True) if one["hash"] != was["hash"]}
        named = {one.id for one in found.findings if one.kind.value in {"altered", "reordered"}}
        assert others
        assert others <= named, name


async def test_every_column_of_what_is_sealed_is_tried(sealed: Sealed) -> None:
    for table, listed in BOUND.items():
        found: list[Any] = await sealed.book.admin.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped",
            table,
        )
        assert {one["attname"] for one in found} - AFTER.get(table, set()) == set(listed.split()), table
