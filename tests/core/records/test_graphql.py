"""Front ends open, work, find and list records; who imports sees how it went; each inside its own tenant."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from core.kernel.graphql.context import RequestContext
from core.kernel.scope import Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.records.graphql import CONTRIBUTION
from gateway.schema.assembly import build_schema
from tests.core.records.builders import mapping, xes_trace
from tests.core.records.conftest import Chain
from tests.core.records.test_import_log import LogOf, case

SETTINGS = Settings.model_validate({"role_secret": "x", "master_key": "0" * 64, "cursor_key": "only tests"})
SCHEMA = build_schema([CONTRIBUTION], SETTINGS)

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
NETWORK = "query Network($filter: RecordFilter) { networkRecords(filter: $filter) { nodes { externalId } } }"
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


@dataclass(frozen=True, slots=True)
class Client:
    """Executes operations in a tenant."""

    chain: Chain
    scope: Scope

    async def execute(self, query: str, **variables: Any) -> Any:
        context = RequestContext(
            database=self.chain.database,
            clock=self.chain.clock,
            directory=self.chain.directory,
            services=Services(),
            settings=SETTINGS,
            scope=self.scope,
        )
        return await SCHEMA.execute(query, variables, context_value=context)

    async def data(self, query: str, **variables: Any) -> Any:
        answer = await self.execute(query, **variables)
        assert answer.errors is None, answer.errors
        assert answer.data is not None
        return next(iter(answer.data.values()))

    def without(self, permission: str) -> "Client":
        return replace(self, scope=replace(self.scope, permissions=self.scope.permissions - {permission}))


@pytest.fixture
async def north(chain: Chain) -> Client:
    return Client(chain, await chain.tenant("north"))


async def opened(client: Client, **changes: Any) -> Any:
    answer = await client.data(OPEN, input={**PHONE, **changes}, key=f"open {changes}")
    assert answer["__typename"] == "OpenRecordSuccess", answer
    return answer["record"]


async def test_a_record_is_opened_worked_and_resolved(north: Client) -> None:
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
    north.chain.clock.advance(timedelta(minutes=1))
    refused = await north.data(STEP, input={"record": record["id"], "version": 1, "key": "danced"}, key="1")
    assert refused == {
        "__typename": "StepNotForeseen",
        "code": "records.step_not_foreseen",
        "step": "danced",
        "foreseen": ["accepted", "completed"],
    }
    early = await north.data(RESOLVE, input={"record": record["id"], "version": 1}, key="2")
    assert (early["__typename"], early["steps"]) == ("RequiredStepsMissing", ["accepted", "completed"])
    for version, key in ((1, "accepted"), (2, "completed")):
        step = {"record": record["id"], "version": version, "key": key, "status": "done"}
        told = await north.data(STEP, input=step, key=key)
    assert (told["record"]["version"], told["record"]["stepCount"]) == (3, 2)
    assert told["record"]["steps"]["nodes"] == [
        {"position": place, "key": key, "status": "done", "occurredAt": "2026-11-21T09:01:00.000000Z"}
        for place, key in ((1, "accepted"), (2, "completed"))
    ]
    done = await north.data(RESOLVE, input={"record": record["id"], "version": 3}, key="3")
    assert done["record"] == {
        "version": 4,
        "status": "RESOLVED",
        "resolvedAt": "2026-11-21T09:01:00.000000Z",
        "resolutionSeconds": 60,
    }


async def test_a_request_that_comes_twice_is_done_once(north: Client, admin: Any) -> None:
    record = await opened(north)
    step = {"record": record["id"], "version": 1, "key": "accepted"}
    first = await north.data(STEP, input=step, key="once")
    assert await north.data(STEP, input=step, key="once") == first
    reused = await north.data(STEP, input={**step, "version": 2}, key="once")
    assert reused["code"] == "kernel.idempotency_key_reused"
    assert await admin.fetchval("SELECT count(*) FROM record_steps WHERE tenant_id = $1", north.scope.tenant_id) == 1


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
    before = await admin.fetch("SELECT * FROM records WHERE tenant_id = $1", north.scope.tenant_id)
    told = await north.without(permission).data(query, input=given[query], key="k")
    assert (told["__typename"], told["code"]) == ("NotPermitted", "kernel.not_permitted")
    assert await admin.fetch("SELECT * FROM records WHERE tenant_id = $1", north.scope.tenant_id) == before


async def test_another_tenant_neither_sees_nor_changes_a_record(north: Client) -> None:
    chain = north.chain
    south, above = Client(chain, await chain.tenant("south")), Client(chain, chain.scope)
    record = await opened(north)
    for other in (south, above):
        assert await other.data("query One($id: ID!) { record(id: $id) { id } }", id=record["id"]) is None
        assert (await other.data(LIST))["nodes"] == []
        step = {"record": record["id"], "version": 1, "key": "accepted"}
        assert (await other.data(STEP, input=step, key="1"))["code"] == "kernel.not_found"
        resolve = {"record": record["id"], "version": 1}
        assert (await other.data(RESOLVE, input=resolve, key="2"))["code"] == "kernel.not_found"
    seen = await north.data("query One($id: ID!) { record(id: $id) { id stepCount } }", id=record["id"])
    assert seen == {"id": record["id"], "stepCount": 0}


async def test_records_are_listed_latest_first_and_narrowed(north: Client) -> None:
    await north.chain.publish("complaints")
    for number, changes in enumerate(({}, {"channel": "email"}, {"standardCode": "complaints"}, {"priority": "high"})):
        await opened(north, externalId=f"call {number}", **changes)
        north.chain.clock.advance(timedelta(hours=1))
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
        listed = await north.data(LIST, filter=filter)
        assert [one["externalId"] for one in listed["nodes"]] == expected, filter
        assert listed["totalCount"] == len(expected)
    first = await north.data(LIST, first=3)
    rest = await north.data(LIST, first=3, after=first["pageInfo"]["endCursor"])
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
        answer = await north.without(permission).execute(query)
        assert answer.errors, query
        assert (answer.errors[0].extensions or {})["code"] == "kernel.not_permitted"


async def test_headquarters_lists_the_whole_network_under_an_audited_grant(north: Client, admin: Any) -> None:
    chain = north.chain
    region = await chain.tenant("west", kind="region")
    inner = Client(chain, await chain.tenant("inner", region))
    await opened(north, externalId="in north")
    await opened(inner, externalId="in inner")

    async def seen(scope: Scope) -> set[str]:
        listed = await Client(chain, scope).data(NETWORK, filter={"status": "OPEN"})
        return {one["externalId"] for one in listed["nodes"]}

    assert await seen(chain.scope) == {"in north", "in inner"}
    assert await seen(region) == {"in inner"}
    assert await seen(north.scope) == {"in north"}
    grants = await admin.fetch("SELECT kind FROM reading_grants WHERE network_id = $1", chain.scope.network_id)
    assert {one["kind"] for one in grants} >= {"network"}


async def test_who_imports_sees_how_it_went_and_nobody_else(north: Client, log_of: LogOf) -> None:
    chain = north.chain
    log = log_of(case("1", "north"), case("2", "0"), xes_trace("3", []), case("4", "north"), name="today.xes")
    await chain.bring(log, mapping())
    headquarters = Client(chain, chain.scope)
    (run,) = (await headquarters.data(RUNS, filter={"status": "FINISHED"}))["nodes"]
    one = await headquarters.data("query One($id: ID!) { importRun(id: $id) { fileName } }", id=run.pop("id"))
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
    assert (await headquarters.data(RUNS, filter={"status": "FAILED"}))["nodes"] == []
    assert (await north.data(RUNS))["nodes"] == []
    listed = await north.data(LIST)
    assert [(one["externalId"], one["status"], one["imported"]) for one in listed["nodes"]] == [
        ("4", "CLOSED", True),
        ("1", "CLOSED", True),
    ]
