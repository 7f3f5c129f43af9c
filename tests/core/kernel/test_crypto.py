from typing import Any
from uuid import uuid4

import pytest

from core.kernel.crypto import (
    KEY_BYTES,
    MasterKeyIsInvalid,
    MasterKeyIsMissing,
    MasterKeys,
    Place,
    SealIsBroken,
    new_key,
    pseudonym,
    seal,
    sealed_by,
    unseal,
)
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.unit import Unit
from tests.core.kernel.building import Stage

OLD, NEW = "aa" * KEY_BYTES, "bb" * KEY_BYTES
NAME = "Åse 王 O'Hara"


def place() -> Place:
    return Place("customers", "name", uuid4())


def test_what_is_sealed_opens_in_its_place_alone() -> None:
    key, where = new_key(uuid4()), place()
    sealed = seal(key, NAME, where)
    assert NAME.encode() not in sealed
    assert unseal(key, sealed, where) == NAME
    assert sealed_by(sealed) == key.id
    for other in (Place("customers", "email", where.row_id), Place("leads", "name", where.row_id), place()):
        with pytest.raises(SealIsBroken):
            unseal(key, sealed, other)


def test_parts_of_a_place_do_not_run_together() -> None:
    row = uuid4()
    assert Place("ab", "c", row).bound != Place("a", "bc", row).bound


@pytest.mark.parametrize("at", [0, 1, 20, 30, -1])
def test_a_changed_byte_is_found(at: int) -> None:
    key, where = new_key(uuid4()), place()
    changed = bytearray(seal(key, NAME, where))
    changed[at] ^= 1
    with pytest.raises(SealIsBroken):
        unseal(key, bytes(changed), where)


@pytest.mark.parametrize("noise", [b"", b"\x01", b"\x02" + bytes(60), b"\x01" + bytes(20)])
def test_noise_is_no_sealed_value(noise: bytes) -> None:
    with pytest.raises(SealIsBroken):
        sealed_by(noise)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    key, where = new_key(uuid4()), place()
    assert seal(key, NAME, where) != seal(key, NAME, where)


def test_pseudonyms_are_stable_under_one_key_and_purpose() -> None:
    key, other = new_key(uuid4()), new_key(uuid4())
    assert pseudonym(key, NAME) == pseudonym(key, NAME)
    names = {pseudonym(key, NAME), pseudonym(other, NAME), pseudonym(key, NAME, "email"), pseudonym(key, "Bo")}
    assert len(names) == 4
    assert all(len(name) == 64 for name in names)


def test_a_wrapped_key_opens_under_its_master_and_id_alone() -> None:
    masters, key = MasterKeys.read(OLD), new_key(uuid4())
    wrapped = masters.wrap(key)
    assert masters.unwrap(key.id, masters.current, wrapped) == key
    with pytest.raises(SealIsBroken):
        masters.unwrap(uuid4(), masters.current, wrapped)
    with pytest.raises(MasterKeyIsMissing):
        MasterKeys.read(NEW).unwrap(key.id, masters.current, wrapped)


def test_keys_do_not_print() -> None:
    key = new_key(uuid4())
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
    assert OLD not in repr(MasterKeys.read(OLD))
    assert repr(bytes.fromhex(OLD)) not in repr(MasterKeys.read(OLD))


@pytest.mark.parametrize("wrong", ["", "aa", "zz" * KEY_BYTES, f"{OLD},"])
def test_a_master_key_is_32_bytes_in_hexadecimal(wrong: str) -> None:
    with pytest.raises(MasterKeyIsInvalid):
        MasterKeys.read(wrong)


async def sealed_name(unit: Unit, masters: MasterKeys, person: Any, where: Place) -> bytes:
    return await KeyRing(unit, masters).seal_for(person, NAME, where)


async def test_a_tenant_keeps_its_keys_and_no_other_opens_them(stage: Stage) -> None:
    masters, person, where = MasterKeys.read(OLD), uuid4(), place()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        sealed = await sealed_name(unit, masters, person, where)
    async with stage.database.unit(stage.north, clock=stage.clock, read_only=True) as unit:
        assert await KeyRing(unit, masters).open(sealed, where) == NAME
    async with stage.database.unit(stage.south, clock=stage.clock, read_only=True) as unit:
        with pytest.raises(KeyIsErased):
            await KeyRing(unit, masters).open(sealed, where)


async def test_an_erased_person_can_never_be_read_again(stage: Stage) -> None:
    masters, person, other, where = MasterKeys.read(OLD), uuid4(), uuid4(), place()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        ring = KeyRing(unit, masters)
        sealed, kept = await ring.seal_for(person, NAME, where), await ring.seal_for(other, NAME, where)
        assert await ring.erase(person) == 1
        with pytest.raises(KeyIsErased):
            await ring.open(sealed, where)
        assert await ring.open(kept, where) == NAME
        assert unseal(await ring.tenant_key(), seal(await ring.tenant_key(), NAME, where), where) == NAME


async def test_rotation_rewraps_keys_and_touches_nothing_that_is_sealed(stage: Stage, admin: Any) -> None:
    old, both, person, where = MasterKeys.read(OLD), MasterKeys.read(f"{NEW},{OLD}"), uuid4(), place()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        sealed = await sealed_name(unit, old, person, where)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        ring = KeyRing(unit, both)
        assert await ring.open(sealed, where) == NAME
        assert await ring.rewrap() == 1
        assert await ring.rewrap() == 0
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        assert await KeyRing(unit, MasterKeys.read(NEW)).open(sealed, where) == NAME
        with pytest.raises(MasterKeyIsMissing):
            await KeyRing(unit, old).open(sealed, where)
    wrapped_by = await admin.fetchval("SELECT master_key_id FROM data_keys WHERE tenant_id = $1", stage.tree.north)
    assert wrapped_by == both.current


async def test_pseudonyms_have_a_key_of_their_own_that_outlives_the_master_and_the_tenants_key(
    stage: Stage, admin: Any
) -> None:
    old, both = MasterKeys.read(OLD), MasterKeys.read(f"{NEW},{OLD}")
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        ring = KeyRing(unit, old)
        key, tenant_key = await ring.pseudonym_key(), await ring.tenant_key()
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        assert await KeyRing(unit, both).rewrap() == 2
    await admin.execute("DELETE FROM data_keys WHERE tenant_id = $1 AND subject_id = $1", stage.tree.north)
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        assert await KeyRing(unit, MasterKeys.read(NEW)).pseudonym_key() == key
    async with stage.database.unit(stage.south, clock=stage.clock) as unit:
        theirs = await KeyRing(unit, both).pseudonym_key()
    assert len({key.secret, tenant_key.secret, theirs.secret}) == 3


async def test_two_that_need_a_key_at_the_same_time_get_the_same(stage: Stage) -> None:
    import asyncio

    masters, person, where = MasterKeys.read(OLD), uuid4(), place()

    async def sealing() -> bytes:
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            return await sealed_name(unit, masters, person, where)

    sealed = await asyncio.gather(*(sealing() for _ in range(4)))
    assert len({sealed_by(one) for one in sealed}) == 1
