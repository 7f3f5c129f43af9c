"""A new master key: every tenant's keys are wrapped by it, however often a rotation is broken off."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel import rotation
from core.kernel.crypto import KEY_BYTES, MasterKeyIsMissing, MasterKeys, Place
from core.kernel.key_ring import KeyRing
from core.kernel.rotation import HeldKeys, Progress, held_keys, rotate_keys
from core.kernel.scope import Scope
from tests.core.kernel.building import Stage

NAME = "Åse 王 O'Hara"
WRAPPED = "SELECT id, master_key_id, wrapped FROM data_keys WHERE network_id = $1 ORDER BY id"
ENTRIES = "SELECT details FROM audit_entries WHERE network_id = $1 AND action = 'kernel.rewrap_keys'"


class PowerCut(BaseException):
    """Ends a rotation as a kill does: nothing that would tidy up catches it."""


def heedless(_held: HeldKeys, _done: int) -> None:
    """Take note of nothing."""


class Sealed:
    """Names of persons, sealed in two tenants under an old master key."""

    def __init__(self, stage: Stage) -> None:
        # Masters of this test alone: other tests keep keys under theirs in the same database.
        old, new = uuid4().hex * 2, uuid4().hex * 2
        self.old, self.new, self.both = (MasterKeys.read(one) for one in (old, new, f"{new},{old}"))
        self.stage = stage
        self._names: list[tuple[Scope, bytes, Place]] = []

    async def write(self, scope: Scope, persons: int, masters: MasterKeys | None = None) -> None:
        async with self.stage.database.unit(scope, clock=self.stage.clock) as unit:
            ring = KeyRing(unit, masters or self.old)
            for _ in range(persons):
                where = Place("customers", "name", uuid4())
                self._names.append((scope, await ring.seal_for(uuid4(), NAME, where), where))

    async def read(self, masters: MasterKeys) -> set[str]:
        """Everything that is sealed, opened."""
        names: set[str] = set()
        for scope, sealed, where in self._names:
            async with self.stage.database.unit(scope, clock=self.stage.clock, read_only=True) as unit:
                names.add(await KeyRing(unit, masters).open(sealed, where))
        return names

    async def rotate(self, masters: MasterKeys, progress: Progress = heedless) -> list[HeldKeys]:
        left = await rotate_keys(self.stage.database, masters, clock=self.stage.clock, progress=progress)
        return [one for one in left if one.network_id == self.stage.tree.network_id]


@pytest.fixture
async def sealed(stage: Stage, admin: Any, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    """Seven keys in two tenants; a rotation takes two at a time and looks at this network alone.

    Other tests leave keys under masters that nobody has any more, which is what a rotation refuses.
    """
    everywhere = held_keys

    async def here(database: Any) -> list[HeldKeys]:
        return [one for one in await everywhere(database) if one.network_id == stage.tree.network_id]

    monkeypatch.setattr(rotation, "held_keys", here)
    monkeypatch.setattr(rotation, "BATCH", 2)
    sealed = Sealed(stage)
    await sealed.write(stage.north, 4)
    await sealed.write(stage.south, 3)
    return sealed


async def masters_of(stage: Stage, admin: Any) -> list[str]:
    return [row["master_key_id"] for row in await admin.fetch(WRAPPED, stage.tree.network_id)]


async def test_every_tenant_is_rotated_and_the_old_master_key_is_needed_no_more(
    sealed: Sealed, stage: Stage, admin: Any
) -> None:
    told: list[tuple[UUID, int]] = []

    def tell(held: HeldKeys, done: int) -> None:
        told.append((held.tenant_id, done))

    assert await sealed.rotate(sealed.both, tell) == []
    by_tenant = {tenant: [done for one, done in told if one == tenant] for tenant, _ in told}
    assert by_tenant == {stage.tree.north: [2, 2], stage.tree.south: [2, 1]}
    assert await masters_of(stage, admin) == [sealed.new.current] * 7
    assert await sealed.read(sealed.new) == {NAME}
    with pytest.raises(MasterKeyIsMissing):
        await sealed.read(sealed.old)


async def test_a_second_rotation_changes_nothing(sealed: Sealed, stage: Stage, admin: Any) -> None:
    await sealed.rotate(sealed.both)
    before = await admin.fetch(WRAPPED, stage.tree.network_id)

    def refuse(_held: HeldKeys, _done: int) -> None:
        pytest.fail("there was something to do")

    for masters in (sealed.both, sealed.new):
        assert await sealed.rotate(masters, refuse) == []
    assert await admin.fetch(WRAPPED, stage.tree.network_id) == before
    assert len(await admin.fetch(ENTRIES, stage.tree.network_id)) == 4


async def test_a_rotation_that_is_cut_off_keeps_what_it_did_and_the_next_one_goes_on(
    sealed: Sealed, stage: Stage, admin: Any
) -> None:
    def cut(_held: HeldKeys, _done: int) -> None:
        raise PowerCut

    # Tenants go by their ids, which two that are made at once have in any order.
    for done in (2, 4, 6, 7) if stage.tree.north < stage.tree.south else (2, 3, 5, 7):
        with pytest.raises(PowerCut):
            await sealed.rotate(sealed.both, cut)
        assert (await masters_of(stage, admin)).count(sealed.new.current) == done
        assert await sealed.read(sealed.both) == {NAME}
    assert await sealed.rotate(sealed.both, cut) == []
    assert await sealed.read(sealed.new) == {NAME}


async def test_a_missing_master_key_is_refused_before_anything_is_changed(
    sealed: Sealed, stage: Stage, admin: Any
) -> None:
    third = MasterKeys.read("cc" * KEY_BYTES)
    await sealed.write(stage.south, 1, third)
    before = await admin.fetch(WRAPPED, stage.tree.network_id)
    with pytest.raises(MasterKeyIsMissing) as refused:
        await sealed.rotate(sealed.both)
    assert refused.value.master_key_id == third.current
    assert await admin.fetch(WRAPPED, stage.tree.network_id) == before
    assert await admin.fetch(ENTRIES, stage.tree.network_id) == []


async def test_keys_that_somebody_holds_are_told_as_left(sealed: Sealed, stage: Stage, admin: Any) -> None:
    held_by_another = "SELECT id FROM data_keys WHERE tenant_id = $1 FOR UPDATE"
    async with admin.transaction():
        await admin.fetch(held_by_another, stage.tree.south)
        left = await sealed.rotate(sealed.both)
    assert [(one.tenant_id, one.master_key_id, one.keys) for one in left] == [(stage.tree.south, sealed.old.current, 3)]
    assert await sealed.rotate(sealed.both) == []


async def test_what_is_left_is_seen_in_every_network_without_the_keys(sealed: Sealed, stage: Stage) -> None:
    found = {(one.tenant_id, one.master_key_id, one.keys) for one in await held_keys(stage.database)}
    assert {(stage.tree.north, sealed.old.current, 4), (stage.tree.south, sealed.old.current, 3)} <= found
