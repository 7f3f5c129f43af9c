"""Executing a record through the whole API: mutations, events, notes that are sealed, lists that are narrowed."""

from typing import Any
from uuid import UUID

import pytest

from core.kernel.graphql.ids import global_id
from tests.core.records.execution.executing import CODE, Shop
from tests.core.records.opening import answering
from tests.support.api import Api, answer_of

OPEN = """mutation($input: OpenRecordInput!) { done: openRecord(input: $input, idempotencyKey: "open") {
  __typename ... on OpenRecordSuccess { record { id version holderRole serviceType } } ... on Problem { code } } }"""
START = """mutation($input: StartStepInput!, $key: String!) { done: startStep(input: $input, idempotencyKey: $key) {
  __typename ... on StartStepSuccess { record { id version currentSteps { nodes { key state startedAt } } } }
  ... on Problem { code hint } } }"""
WAIT = """mutation($input: WaitForInput!) { done: waitForCustomer(input: $input, idempotencyKey: "wait") {
  __typename ... on WaitForCustomerSuccess { record { version status waitingFor } } ... on Problem { code } } }"""
REPLAY = """mutation($input: ReplayEventsInput!, $key: String!) {
  done: replayEvents(input: $input, idempotencyKey: $key) { __typename
  ... on ReplayEventsSuccess { outcomes { clientId fate number code message } record { version status } }
  ... on Problem { code } } }"""
READ = """query($id: ID!) { done: record(id: $id) {
  status waitingFor waitingSince reopenedCount holderRole version
  events { nodes { number kind actorKind facts note previous hash clientId } } } }"""
LIST = "query($filter: RecordFilter) { done: records(filter: $filter) { nodes { externalId } } }"


@pytest.fixture(params=[True, False], ids=["compiled", "interpreted"])
def compiled(request: pytest.FixtureRequest) -> bool:
    return request.param


async def ask(shop: Shop, api: Api, compiled: bool, document: str, **variables: Any) -> Any:
    found = await answering(compiled).execute(document, variables, api.context(shop.scope))
    told = answer_of(found)
    assert not told.codes, told.said
    return (told.data or {})["done"]


async def test_a_record_is_executed_through_the_api(shop: Shop, api: Api, compiled: bool) -> None:
    given = {"channel": "phone", "standardCode": CODE, "externalId": "call 1", "serviceType": "on_site"}
    opened = (await ask(shop, api, compiled, OPEN, input=given))["record"]
    assert (opened["version"], opened["holderRole"], opened["serviceType"]) == (1, "front_desk", "on_site")
    step = {"record": opened["id"], "version": 1, "key": "intake"}
    refused = await ask(shop, api, compiled, START, input=step, key="a")
    assert (refused["__typename"], refused["code"]) == ("NotReadyForService", "records.not_ready_for_service")
    begun = await ask(shop, api, compiled, START, input={**step, "readiness": ["tools"]}, key="b")
    assert [one["key"] for one in begun["record"]["currentSteps"]["nodes"]] == ["intake"]
    again = await ask(shop, api, compiled, START, input={**step, "readiness": ["tools"]}, key="b")
    assert again["record"]["version"] == 2
    said = {"record": opened["id"], "version": 2, "reasonCode": "absent", "reason": "Frau Weber was out."}
    waits = (await ask(shop, api, compiled, WAIT, input=said))["record"]
    assert waits == {"version": 3, "status": "WAITING", "waitingFor": "CUSTOMER"}
    read = await ask(shop, api, compiled, READ, id=opened["id"])
    events = read["events"]["nodes"]
    assert [(one["number"], one["kind"]) for one in events] == [(1, "opened"), (2, "step_started"), (3, "waiting")]
    assert events[-1]["facts"] == {"for": "customer", "reasonCode": "absent"}
    assert [one["note"] for one in events] == [None, None, "Frau Weber was out."]
    assert [one["previous"] for one in events[1:]] == [one["hash"] for one in events[:-1]]
    for filter_, found in (
        ({"waitingFor": "CUSTOMER"}, ["call 1"]),
        ({"waitingFor": "PARTNER"}, []),
        ({"holderRole": "front_desk", "serviceType": "on_site"}, ["call 1"]),
        ({"holder": str(UUID(int=7))}, []),
    ):
        listed = await ask(shop, api, compiled, LIST, filter=filter_)
        assert [one["externalId"] for one in listed["nodes"]] == found


async def test_a_device_replays_through_the_api(shop: Shop, api: Api, compiled: bool) -> None:
    record_id = await shop.open()
    now = shop.chain.clock.now().isoformat()
    opened = await ask(shop, api, compiled, LIST, filter={})
    assert len(opened["nodes"]) == 1
    found = await shop.row(record_id)
    known = "0b0e8c6e-6f0a-4f5c-8b3a-3f3f5c1f7a01"
    events = [
        {"clientId": known, "deviceAt": now, "kind": "START_STEP", "key": "intake", "readiness": ["tools"]},
        {"clientId": "9d5c1a60-2f5e-4a6e-9d52-0d7c6f0c1b02", "deviceAt": now, "kind": "RESUME"},
    ]

    given = {"record": global_id("Record", found["id"]), "events": events}
    told = await ask(shop, api, compiled, REPLAY, input=given, key="a")
    assert [(one["fate"], one["number"], one["code"]) for one in told["outcomes"]] == [
        ("APPLIED", 2, None),
        ("CONFLICT", None, "records.not_waiting"),
    ]
    again = await ask(shop, api, compiled, REPLAY, input=given, key="b")
    assert [(one["fate"], one["number"]) for one in again["outcomes"]] == [("ALREADY_THERE", 2), ("CONFLICT", None)]
    assert again["record"]["version"] == 2
    wrong = {**given, "events": [{"clientId": "x", "deviceAt": now, "kind": "RESUME"}]}
    assert (await ask(shop, api, compiled, REPLAY, input=wrong, key="c"))["code"] == "kernel.invalid_input"
