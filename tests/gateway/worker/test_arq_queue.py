from collections.abc import AsyncGenerator
from typing import Any
from uuid import uuid4

import orjson
import pytest
from arq.connections import create_pool

from core.kernel.queue import Handover, QueueIsDown
from gateway.worker.arq_queue import QUEUE, ArqQueue, read_job, write_job
from gateway.worker.redis_address import redis_settings
from tests.gateway.worker.conftest import Yard


def handover(number: int = 1) -> Handover:
    return Handover(tenant_id=uuid4(), network_id=uuid4(), command_id=uuid4(), number=number)


@pytest.fixture
async def redis(yard: Yard) -> AsyncGenerator[Any, None]:
    await yard.wipe_queue()
    pool = await create_pool(redis_settings(yard.valkey.url))
    yield pool
    await pool.aclose(close_connection_pool=True)


@pytest.fixture
async def queue(yard: Yard, redis: Any) -> AsyncGenerator[ArqQueue, None]:
    opened = ArqQueue(redis_settings(yard.valkey.url), capacity=3)
    yield opened
    await opened.close()


async def test_only_ids_are_handed_over_as_json(queue: ArqQueue, redis: Any) -> None:
    one = handover()
    await queue.put([one])
    (key,) = await redis.keys("arq:job:*")
    assert key.decode() == f"arq:job:{one.command_id}:1"
    job = orjson.loads(await redis.get(key))
    assert (job["f"], job["k"]) == ("perform", {})
    assert job["a"] == [str(one.tenant_id), str(one.network_id), str(one.command_id), 1]


async def test_there_is_room_until_the_queue_is_full_and_again_when_it_was_wiped(queue: ArqQueue, yard: Yard) -> None:
    assert await queue.room() == 3
    await queue.put([handover() for _ in range(3)])
    assert await queue.room() == 0
    await yard.wipe_queue()
    assert await queue.room() == 3


async def test_the_same_row_may_be_handed_over_again(queue: ArqQueue, redis: Any) -> None:
    one = handover()
    again = Handover(tenant_id=one.tenant_id, network_id=one.network_id, command_id=one.command_id, number=2)
    await queue.put([one])
    await queue.put([one, again])
    assert await redis.zcard(QUEUE) == 2


async def test_a_queue_that_is_away_says_so_and_serves_again_when_it_is_back(queue: ArqQueue, yard: Yard) -> None:
    assert await queue.room() == 3
    yard.valkey.stop()
    with pytest.raises(QueueIsDown):
        await queue.room()
    with pytest.raises(QueueIsDown):
        await queue.put([handover()])
    yard.valkey.start()
    await queue.put([handover()])


async def test_nobody_answers_where_no_redis_is() -> None:
    queue = ArqQueue(redis_settings("redis://127.0.0.1:1/0"), capacity=1)
    with pytest.raises(QueueIsDown):
        await queue.room()


def test_an_exception_in_a_result_is_its_class_and_nothing_else() -> None:
    assert read_job(write_job({"r": ValueError("a person")})) == {"r": "ValueError"}


def test_parts_of_the_address_are_decoded() -> None:
    settings = redis_settings("rediss://us%40er:p%2Fw@redis.example:7000/3")
    assert (settings.host, settings.port, settings.database) == ("redis.example", 7000, 3)
    assert (settings.username, settings.password, settings.ssl) == ("us@er", "p/w", True)
