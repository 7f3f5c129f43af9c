"""Front ends open, work, find and list records; who imports sees how it went; each inside its own tenant."""

from datetime import timedelta
from typing import Any

import pytest

from tests.core.records.builders import mapping, xes_trace
from tests.core.records.conftest import Chain
from tests.core.records.test_import_log import LogOf, case
from tests.support.api import Api, Client

OPEN = """
mutation Open($input: OpenRecordInput!, $key: String!) {
  openRecord(input: $input, idempotencyKey: $key) {
    __typename
    ... on OpenRecordSuccess { record { id version status channel standardVersion stepCount imported } }
    ... on Problem { code message hint }
  }
}
"""
STEP = """
mutation Step($input: AddStepInput!, $key: String!) {
  addStep(input: $input, idempotencyKey: $key) {
    __typename
    ... on AddStepSuccess { record { version stepCount steps { nodes { position key status occurredAt } } } }
    ... on Problem { code }
    ... on StepNotForeseen { step foreseen }
  }
}
"""
RESOLVE = """
mutation Resolve($input: ResolveRecordInput!, $key: String!) {
  resolveRecord(input: $input, idempotencyKey: $key) {
    __typename
    ... on ResolveRecordSuccess { record { version status resolvedAt resolutionSeconds } }
    ... on Problem { code }
    ... on RequiredStepsMissing { steps }
  }
}
"""
LIST = """
query List($filter: RecordFilter, $first: Int, $after: String) {
  records(filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { externalId status channel standardCode openedAt stepCount imported }
  }
}
"""
NETWORK = "query Network($filter: NetworkRecordFilter) { networkRecords(filter: $filter) { nodes { externalId } } }"
RUNS = """
query Runs($filter: ImportRunFilter) {
  importRuns(filter: $filter) {
    nodes {
      id fileName mappingName status progress attempts recordsSeen recordsImported recordsAlreadyThere recordsRefused
      stepsImported placeholders refusalsOmitted errorCode finishedAt
      refusals { totalCount nodes { position externalId code message } }
    }
  }
}
"""
PHONE = {"channel": "phone", "standardCode": "incident-handling", "externalId": "call 1"}


@pytest.fixture
async def north(chain: Chain, api: Api) -> Client:
    return Client(api, await chain.tenant("north"))


async def told_by(client: Client, query: str, **variables: Any) -> Any:
    """Ask for one field, without errors, and give what it comes to."""
    return next(iter((await client.data(query, **variables)).values()))


async def opened(client: Client, **changes: Any) -> Any:
    answer = await told_by(client, OPEN, input={**PHONE, **changes}, key=f"open {changes}")
    assert answer["__typename"] == "OpenRecordSuccess", answer
    return answer["record"]


async def test_a_record_is_opened_worked_and_resolved(north: Client, chain: Chain) -> None:
    record = await opened(north)
    assert record == {
        "id": record["id"],
        "version": 1,
        "status": "OPEN",
        "channel": "phone",
        "standardVersion": "1.0.0",
        "stepCount": 0,
        "imported": False,
    }
    chain.clock.advance(timedelta(minutes=1))
    refused = await told_by(north, STEP, input={"record": record["id"], "version": 1, "key": "danced"}, key="1")
    assert refused == {
        "__typename": "StepNotForeseen",
        "code": "records.step_not_foreseen",
        "step": "danced",
        "foreseen": ["accepted", "completed"],
    }
    early = await told_by(north, RESOLVE, input={"record": record["id"], "version": 1}, key="2")
    assert (early["__typename"], early["steps"]) == ("RequiredStepsMissing", ["accepted", "completed"])
    for version, key in ((1, "accepted"), (2, "completed")):
        step = {"record": record["id"], "version": version, "key": key, "status": "done"}
        told = await told_by(north, STEP, input=step, key=key)
    assert (told["record"]["version"], told["record"]["stepCount"]) == (3, 2)
    assert told["record"]["steps"]["nodes"] == [
        {"position": place, "key": key, "status": "done", "occurredAt": "2026-11-21T09:01:00.000000Z"}
        for place, key in ((1, "accepted"), (2, "completed"))
    ]
    done = await told_by(north, RESOLVE, input={"record": record["id"], "version": 3}, key="3")
    assert done["record"] == {
        "version": 4,
        "status": "RESOLVED",
        "resolvedAt": "2026-11-21T09:01:00.000000Z",
        "resolutionSeconds": 60,
    }


async def test_a_request_that_comes_twice_is_done_once(north: Client, admin: Any) -> None:
    record = await opened(north)
    step = {"record": record["id"], "version": 1, "key": "accepted"}
    first = await told_by(north, STEP, input=step, key="once")
    assert await told_by(north, STEP, input=step, key="once") == first
    reused = await told_by(north, STEP, input={**step, "version": 2}, key="once")
    assert reused["code"] == "kernel.idempotency_key_reused"
    assert await admin.fetchval("SELECT count(*) FROM record_steps WHERE tenant_id = $1", north.tenant_id) == 1


@pytest.mark.parametrize(
    ("query", "permission"), [(OPEN, "records.open"), (STEP, "records.work"), (RESOLVE, "records.work")]
)
async def test_who_may_not_changes_nothing(query: str, permission: str, north: Client, admin: Any) -> None:
    record = await opened(north)
    given = {
        OPEN: {**PHONE, "externalId": "call 2"},
        STEP: {"record": record["id"], "version": 1, "key": "accepted"},
        RESOLVE: {"record": record["id"], "version": 1},
    }
    before = await admin.fetch("SELECT * FROM records WHERE tenant_id = $1", north.tenant_id)
    told = await told_by(north.without(permission), query, input=given[query], key="k")
    assert (told["__typename"], told["code"]) == ("NotPermitted", "kernel.not_permitted")
    assert await admin.fetch("SELECT * FROM records WHERE tenant_id = $1", north.tenant_id) == before


async def test_another_tenant_neither_sees_nor_changes_a_record(north: Client, chain: Chain, api: Api) -> None:
    south, above = Client(api, await chain.tenant("south")), Client(api, chain.scope)
    record = await opened(north)
    for other in (south, above):
        assert await told_by(other, "query One($id: ID!) { record(id: $id) { id } }", id=record["id"]) is None
        assert (await told_by(other, LIST))["nodes"] == []
        step = {"record": record["id"], "version": 1, "key": "accepted"}
        assert (await told_by(other, STEP, input=step, key="1"))["code"] == "kernel.not_found"
        resolve = {"record": record["id"], "version": 1}
        assert (await told_by(other, RESOLVE, input=resolve, key="2"))["code"] == "kernel.not_found"
    seen = await told_by(north, "query One($id: ID!) { record(id: $id) { id stepCount } }", id=record["id"])
    assert seen == {"id": record["id"], "stepCount": 0}


async def test_records_are_listed_latest_first_and_narrowed(north: Client, chain: Chain) -> None:
    await chain.publish("complaints")
    for number, changes in enumerate(({}, {"channel": "email"}, {"standardCode": "complaints"}, {"priority": "high"})):
        await opened(north, externalId=f"call {number}", **changes)
        chain.clock.advance(timedelta(hours=1))
    narrowed: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["call 3", "call 2", "call 1", "call 0"]),
        ({"channel": "email"}, ["call 1"]),
        ({"standardCode": "complaints"}, ["call 2"]),
        ({"externalId": "call 3"}, ["call 3"]),
        ({"status": "RESOLVED"}, []),
        ({"status": "OPEN", "openedFrom": "2026-11-21T10:00:00Z"}, ["call 3", "call 2", "call 1"]),
        ({"openedFrom": "2026-11-21T10:00:00Z", "openedTo": "2026-11-21T12:00:00Z"}, ["call 2", "call 1"]),
    ]
    for filter, expected in narrowed:
        listed = await told_by(north, LIST, filter=filter)
        assert [one["externalId"] for one in listed["nodes"]] == expected, filter
        assert listed["totalCount"] == len(expected)
    first = await told_by(north, LIST, first=3)
    rest = await told_by(north, LIST, first=3, after=first["pageInfo"]["endCursor"])
    assert [one["externalId"] for one in (*first["nodes"], *rest["nodes"])] == narrowed[0][1]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_reading_needs_its_permission(north: Client) -> None:
    await opened(north)
    for query, permission in (
        (LIST, "records.read"),
        (NETWORK, "records.read_network"),
        (RUNS, "records.import"),
        ('{ record(id: "UmVjb3JkOmE") { id } }', "records.read"),
        ('{ importRun(id: "UmVjb3JkOmE") { id } }', "records.import"),
    ):
        answer = await north.without(permission).ask(query)
        assert answer.codes == ["kernel.not_permitted"], query


async def test_headquarters_lists_the_whole_network_under_an_audited_grant(
    north: Client, admin: Any, chain: Chain, api: Api
) -> None:
    region = await chain.tenant("west", kind="region")
    inner = Client(api, await chain.tenant("inner", region))
    await opened(north, externalId="in north")
    await opened(inner, externalId="in inner")

    async def seen(client: Client) -> set[str]:
        listed = await told_by(client, NETWORK, filter={"status": "OPEN"})
        return {one["externalId"] for one in listed["nodes"]}

    assert await seen(Client(api, chain.scope)) == {"in north", "in inner"}
    assert await seen(Client(api, region)) == {"in inner"}
    assert await seen(north) == {"in north"}
    grants = await admin.fetch("SELECT kind FROM reading_grants WHERE network_id = $1", chain.scope.network_id)
    assert {one["kind"] for one in grants} >= {"network"}


async def test_who_imports_sees_how_it_went_and_nobody_else(
    north: Client, log_of: LogOf, chain: Chain, api: Api
) -> None:
    log = log_of(case("1", "north"), case("2", "0"), xes_trace("3", []), case("4", "north"), name="today.xes")
    await chain.bring(log, mapping())
    headquarters = Client(api, chain.scope)
    (run,) = (await told_by(headquarters, RUNS, filter={"status": "FINISHED"}))["nodes"]
    one = await told_by(headquarters, "query One($id: ID!) { importRun(id: $id) { fileName } }", id=run.pop("id"))
    assert one == {"fileName": "today.xes"}
    assert run.pop("finishedAt") == "2026-11-21T09:00:00.000000Z"
    assert run.pop("refusals") == {
        "totalCount": 2,
        "nodes": [
            {
                "position": 2,
                "externalId": "2",
                "code": "records.unknown_tenant",
                "message": "There is no tenant unknown that this tenant may import into.",
            },
            {
                "position": 3,
                "externalId": "3",
                "code": "records.empty_trace",
                "message": "The trace has no events.",
            },
        ],
    }
    assert run == {
        "fileName": "today.xes",
        "mappingName": "Helpdesk",
        "status": "FINISHED",
        "progress": 1.0,
        "attempts": 1,
        "recordsSeen": 4,
        "recordsImported": 2,
        "recordsAlreadyThere": 0,
        "recordsRefused": 2,
        "stepsImported": 4,
        "placeholders": 0,
        "refusalsOmitted": 0,
        "errorCode": None,
    }
    assert (await told_by(headquarters, RUNS, filter={"status": "FAILED"}))["nodes"] == []
    assert (await told_by(north, RUNS))["nodes"] == []
    listed = await told_by(north, LIST)
    assert [(one["externalId"], one["status"], one["imported"]) for one in listed["nodes"]] == [
        ("4", "CLOSED", True),
        ("1", "CLOSED", True),
    ]
