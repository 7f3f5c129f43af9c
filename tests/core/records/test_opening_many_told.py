"""What is told of many new records: PostgreSQL prints one, the others are printed by its likeness."""

from typing import Any

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_ids
from gateway.execution.compiled.likeness import Alike, global_ids
from tests.core.records.conftest import Chain
from tests.core.records.opening import Desk, Printing, call
from tests.support.api import Api

DOCUMENT = """
mutation($input: OpenRecordsInput!, $key: String!) {{
  openRecords(input: $input, idempotencyKey: $key) {{ ... on OpenRecordsSuccess {{ {told} }} }}
}}
"""
NAMED = "fragment named on Record { externalId called: externalId }"
ALIKE = [
    "records { id channel externalId standardCode standardVersion status priority openedAt stepCount version }",
    "opened records { __typename priority ...named same: id id } alreadyThere",
    "records { ...named ... on Node { id } status }",
    "records { stepCount serviceType }",
    "records { channel priority }",
]
OTHERWISE = [
    "records { id imported }",
    "records { externalId site { id } }",
    "records { externalId closedAt }",
    "records { id } others: records { externalId }",
]
PRIORITIES = [None, "high", ' "low"\\ ', "店", None]
NAMES = ["plain", 'with "quotes" \\ and / slashes', "größer 店 🚲 \u2028", "external_id-", "{}[],:"]


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    return Desk(api, chain, await chain.tenant("north"))


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were printed by the likeness of one, each time."""
    seen: list[int] = []
    filled = Alike.filled

    def noticed(alike: Alike, texts: Any) -> Any:
        seen.append(len(alike.rows.columns["id"]))
        return filled(alike, texts)

    monkeypatch.setattr(Alike, "filled", noticed)
    return seen


@pytest.mark.parametrize(
    "priorities", [[None] * 5, [None, "high", ' "low"\\ ', "店", None]], ids=["alike", "differing"]
)
async def test_what_is_told_is_what_is_read_afterwards(
    priorities: list[str | None], desk: Desk, printed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.many([call("so that all is remembered")], "before")
    printing = Printing(monkeypatch)
    for number, told in enumerate([*ALIKE, *OTHERWISE]):
        document = DOCUMENT.format(told=told) + (NAMED if "...named" in told else "")
        named = [f"{name} {number}" for name in NAMES]
        sent = [call(name, priority=one) for name, one in zip(named, priorities, strict=True)]
        printed.clear()
        given = await desk.ask(document, {"records": sent}, told)
        assert printing.at_once.pop() or told in OTHERWISE
        assert printed == ([len(NAMES)] if told in ALIKE else [])
        again = await desk.interpreted().ask(document, {"records": sent}, f"{told} again")
        assert again == {**given, **{name: again[name] for name in ("opened", "alreadyThere") if name in again}}


async def test_one_record_is_told_like_many(desk: Desk, printed: list[int]) -> None:
    await desk.many([call("so that all is remembered")], "before")
    told = await desk.many([call("only")], "a key")
    assert printed[-1:] == [1]
    assert told["records"] == (await desk.interpreted().many([call("only")], "another key"))["records"]


@pytest.mark.parametrize("name", ["R", "Re", "Rec", "Record", "Größe"])
def test_ids_of_many_are_those_of_each(name: str) -> None:
    keys = new_ids(7)
    assert [one.decode() for one in global_ids(name, keys)] == [global_id(name, key) for key in keys]
