"""What a mutation answers is printed by one statement, and is what the interpreter would have answered."""

from typing import Any

import orjson
import pytest

from core.kernel.graphql.refusals import refusal
from gateway.answering.answering import Answering
from gateway.answering.payloads import WrittenPayload
from tests.support.api import Api, whole_schema
from tests.support.networks import BuiltNetwork

pytestmark = pytest.mark.anyio

OPEN_SITE = """
mutation($input: OpenSiteInput!, $key: String!) {
  a: openSite(input: $input, idempotencyKey: $key) {
    __typename
    ... on OpenSiteSuccess { __typename at: site { id key name status openedAt address { city } } }
    ... on Problem { code }
  }
}
"""


def site(key: str) -> dict[str, Any]:
    return {"key": key, "name": 'Zoë\'s "first"', "timeZone": "Europe/Berlin"}


async def answered(api: Api, network: BuiltNetwork, *, compiled: bool, key: str) -> Any:
    answering = Answering(whole_schema(), compiled=compiled)
    variables = {"input": site(key), "key": f"key-{key}"}
    done = await answering.execute(OPEN_SITE, variables, api.context(network.north))
    assert done.errors is None, done.errors
    return orjson.loads(orjson.dumps(done.data))


async def test_both_ways_answer_alike(api: Api, network: BuiltNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[Any] = []
    print_ = WrittenPayload.print

    async def noticed(self: WrittenPayload, *given: Any) -> Any:
        printed.append(await print_(self, *given))
        return printed[-1]

    monkeypatch.setattr(WrittenPayload, "print", noticed)
    written = await answered(api, network, compiled=True, key="first")
    assert len(printed) == 1
    assert printed[0] is not None
    again = await answered(api, network, compiled=False, key="first")
    assert len(printed) == 1
    assert written == again
    assert written["a"]["at"]["name"] == 'Zoë\'s "first"'
    assert written["a"]["at"]["openedAt"] == "2026-11-21T09:00:00.000000Z"


async def test_a_refusal_is_interpreted(api: Api, network: BuiltNetwork) -> None:
    await answered(api, network, compiled=True, key="twice")
    answering = Answering(whole_schema())
    variables = {"input": site("twice"), "key": "another"}
    done = await answering.execute(OPEN_SITE, variables, api.context(network.north))
    told = orjson.loads(orjson.dumps(done.data))["a"]
    assert told["__typename"] != "OpenSiteSuccess"
    assert told["code"]


async def test_what_a_plan_leaves_is_interpreted_in_the_same_transaction(
    api: Api, network: BuiltNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> list[Any]:
        raise refusal("test.no", "No.")

    monkeypatch.setattr("gateway.execution.compiled.plan.Plan.values", refuse)
    left = await answered(api, network, compiled=True, key="left")
    assert left["a"]["at"]["key"] == "left"
