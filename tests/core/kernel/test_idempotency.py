import asyncio
from uuid import uuid4

import pytest

from core.kernel.errors import InvalidInput
from core.kernel.idempotency import IdempotencyKeyReused, remember, replayed
from core.kernel.scope import Scope
from tests.core.kernel.building import Stage


async def done(stage: Stage, scope: Scope, key: str, fingerprint: str = "f") -> tuple[bool, tuple[object, ...]]:
    """Do a request; tell whether it was replayed, and the ids of the result."""
    async with stage.database.unit(scope, clock=stage.clock) as unit:
        known = await replayed(unit, "test.do", key, fingerprint)
        if known is not None:
            return True, known
        ids = (uuid4(), uuid4())
        await remember(unit, "test.do", key, fingerprint, ids)
        return False, ids


async def test_the_same_request_is_done_once(stage: Stage) -> None:
    first = await done(stage, stage.north, "k")
    assert first[0] is False
    assert await done(stage, stage.north, "k") == (True, first[1])


async def test_another_input_under_the_same_key_is_refused(stage: Stage) -> None:
    await done(stage, stage.north, "k")
    with pytest.raises(IdempotencyKeyReused):
        await done(stage, stage.north, "k", "other")


async def test_keys_belong_to_actor_and_tenant(stage: Stage) -> None:
    somebody_else = stage.tree.scope(stage.tree.north, stage.clock.now())
    results = [await done(stage, scope, "k") for scope in (stage.north, somebody_else, stage.south)]
    assert [again for again, _ in results] == [False, False, False]


async def test_a_refused_request_is_not_kept(stage: Stage) -> None:
    async def refused() -> None:
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await replayed(unit, "test.do", "k", "f")
            raise InvalidInput(field="x", problem="refused")

    with pytest.raises(InvalidInput):
        await refused()
    assert (await done(stage, stage.north, "k"))[0] is False


async def test_two_at_the_same_time_are_one(stage: Stage) -> None:
    results = await asyncio.gather(*(done(stage, stage.north, "k") for _ in range(5)))
    assert sorted(again for again, _ in results) == [False, True, True, True, True]
    assert len({ids for _, ids in results}) == 1


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_keys_have_bounds(stage: Stage, key: str) -> None:
    with pytest.raises(InvalidInput):
        await done(stage, stage.north, key)
