"""A live query is answered again when what it shows has changed, once for all who follow it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson
import pytest

from core.kernel.outbox import send
from core.kernel.scope import Scope
from gateway.answering.answering import Answering
from gateway.live.change_feed import ChangeFeed
from gateway.live.queries import LiveQueries
from gateway.live.streaming import Streaming
from tests.support.api import Api, whole_schema
from tests.support.networks import BuiltNetwork

pytestmark = pytest.mark.anyio

LIVE = "query Live($n: Int) @live { sites(first: $n) { nodes { key } totalCount } }"
OPEN_SITE = """
mutation($input: OpenSiteInput!, $key: String!) {
  openSite(input: $input, idempotencyKey: $key) { __typename ... on Problem { message } }
}
"""
PATIENCE_S = 20


class Counting(Answering):
    """Counts how often something is answered."""

    executed = 0

    async def execute(self, *given: Any, **more: Any) -> Any:
        self.executed += 1
        return await super().execute(*given, **more)


class Stage:
    """What live queries stand on, with a feed that nobody has to wait for long."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.answering = Counting(whole_schema())
        self.live = LiveQueries(ChangeFeed(api.database, look_every_s=0.2))
        self.streaming = Streaming(self.answering, self.live)
        self.spent: list[Any] = []

    def follow(self, scope: Scope, query: str = LIVE, **variables: Any) -> AsyncGenerator[Any]:
        return self.streaming.answers(query, variables, self.api.context(scope), spend=self.spent.append)

    async def open_site(self, scope: Scope, key: str) -> None:
        done = await self.api.execute(scope, OPEN_SITE, {"input": {"key": key, "name": key.title()}, "key": key})
        assert done.data is not None
        assert done.data["openSite"]["__typename"] == "OpenSiteSuccess", done


@pytest.fixture
def stage(api: Api) -> Stage:
    return Stage(api)


def keys(answer: Any) -> list[str]:
    read = orjson.loads(answer.body) if getattr(answer, "body", None) else {"data": answer.data}
    return [one["key"] for one in read["data"]["sites"]["nodes"]]


async def following(answers: AsyncGenerator[Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(answers)


async def test_the_answer_comes_again_when_it_has_changed(stage: Stage, network: BuiltNetwork) -> None:
    async with aclosing(stage.follow(network.north)) as answers:
        assert keys(await following(answers)) == []
        await stage.open_site(network.north, "first")
        assert keys(await following(answers)) == ["first"]
        await stage.open_site(network.north, "second")
        assert keys(await following(answers)) == ["first", "second"]


async def test_many_who_follow_are_answered_at_once(stage: Stage, network: BuiltNetwork) -> None:
    everyone = [stage.follow(network.north, n=7) for _ in range(20)]
    try:
        first = await asyncio.gather(*(following(one) for one in everyone))
        assert {tuple(keys(one)) for one in first} == {()}
        assert stage.live.distinct == 1
        assert stage.answering.executed == 1
        await stage.open_site(network.north, "only")
        second = await asyncio.gather(*(following(one) for one in everyone))
        assert {tuple(keys(one)) for one in second} == {("only",)}
        assert stage.answering.executed <= 4
        assert len(stage.spent) == stage.answering.executed
    finally:
        for one in everyone:
            await one.aclose()
    assert stage.live.distinct == 0


async def test_nobody_is_told_of_another_tenant_s_change(stage: Stage, network: BuiltNetwork) -> None:
    async with aclosing(stage.follow(network.north)) as mine, aclosing(stage.follow(network.south)) as theirs:
        assert keys(await following(mine)) == []
        assert keys(await following(theirs)) == []
        assert stage.live.distinct == 2
        await stage.open_site(network.south, "theirs")
        assert keys(await following(theirs)) == ["theirs"]
        await stage.open_site(network.north, "mine")
        assert keys(await following(mine)) == ["mine"]


async def test_an_answer_that_is_the_same_is_not_sent_again(stage: Stage, network: BuiltNetwork) -> None:
    async with aclosing(stage.follow(network.north)) as answers:
        assert keys(await following(answers)) == []
        executed = stage.answering.executed
        async with stage.api.database.unit(network.north, clock=stage.api.clock) as unit:
            await send(unit, "test.nothing_shown", {})
        async with asyncio.timeout(PATIENCE_S):
            while stage.answering.executed == executed:  # noqa: ASYNC110 - nobody tells that an answer was the same
                await asyncio.sleep(0.02)
        await stage.open_site(network.north, "shown")
        assert keys(await following(answers)) == ["shown"]


async def test_rights_are_part_of_what_is_shared(stage: Stage, network: BuiltNetwork) -> None:
    less = replace(network.north, permissions=network.north.permissions - {"audit.read"})
    async with aclosing(stage.follow(network.north)) as one, aclosing(stage.follow(less)) as other:
        await following(one)
        await following(other)
        assert stage.live.distinct == 2


async def test_what_fails_for_one_fails_for_all(
    stage: Stage, network: BuiltNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = [stage.follow(network.north) for _ in range(3)]
    for one in everyone:
        await following(one)

    async def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(stage.answering, "execute", fail)
    await stage.open_site(network.north, "late")
    for one in everyone:
        with pytest.raises(ConnectionError):
            await following(one)
    assert stage.live.distinct == 0


async def test_without_the_directive_there_is_one_answer(stage: Stage, network: BuiltNetwork) -> None:
    answers = [one async for one in stage.follow(network.north, LIVE.replace(" @live", ""))]
    assert len(answers) == 1
    assert stage.live.distinct == 0
