"""Opening many records through the whole schema, and everything that a tenant holds afterwards."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

import orjson

from core.kernel.graphql.ids import local_id
from core.kernel.scope import Scope
from core.records.graphql.types import RecordType
from gateway.answering.answering import Answering
from gateway.answering.at_once import DoneAtOnce
from gateway.answering.payloads import WrittenPayload
from tenants.sites.open import OpenSite, open_site
from tests.core.records.conftest import Chain
from tests.support.api import Api, whole_schema

CODE = "incident-handling"
OPEN_MANY = """
mutation($input: OpenRecordsInput!, $key: String!) {
  openRecords(input: $input, idempotencyKey: $key) {
    __typename
    ... on OpenRecordsSuccess {
      opened alreadyThere
      records { id channel externalId standardCode standardVersion status priority openedAt stepCount version }
    }
    ... on Problem { code message hint }
    ... on InvalidInput { field }
    ... on RecordsRefused { given refused refusals { index code message hint } }
    ... on NotPermitted { permission }
  }
}
"""
OPEN_ONE = """
mutation($input: OpenRecordInput!, $key: String!) {
  openRecord(input: $input, idempotencyKey: $key) {
    __typename
    ... on OpenRecordSuccess { record { id } }
    ... on Problem { code message hint }
  }
}
"""
TABLES = (
    "records",
    "record_keys",
    "record_events",
    "audit_entries",
    "outbox",
    "idempotency_keys",
    "effective_documents",
)
ROWS_OF = "SELECT to_jsonb(t)::text AS row FROM {table} t WHERE tenant_id = $1 ORDER BY row"


@cache
def answering(compiled: bool) -> Answering:
    """What answers operations of the whole schema, with statements that print or without."""
    return Answering(whole_schema(), compiled=compiled)


@dataclass(frozen=True, slots=True)
class Desk:
    """One tenant's way of opening records.

    Attributes:
        api: Executes operations.
        chain: The network.
        scope: The tenant, and who acts.
        compiled: Whether what is answered is printed by a statement.
    """

    api: Api
    chain: Chain
    scope: Scope
    compiled: bool = True

    async def ask(self, document: str, given: Any, key: str) -> Any:
        done = await answering(self.compiled).execute(
            document, {"input": given, "key": key}, self.api.context(self.scope)
        )
        assert done.errors is None, done.errors
        body = getattr(done, "body", None)
        (told,) = (orjson.loads(orjson.dumps(done.data)) if body is None else orjson.loads(body)["data"]).values()
        return told

    async def many(self, records: Sequence[Any], key: str = "a key") -> Any:
        return await self.ask(OPEN_MANY, {"records": list(records)}, key)

    async def one(self, record: Any, key: str = "a key") -> Any:
        return await self.ask(OPEN_ONE, record, key)

    def interpreted(self) -> "Desk":
        return replace(self, compiled=False)

    def without(self, permission: str) -> "Desk":
        return replace(self, scope=replace(self.scope, permissions=self.scope.permissions - {permission}))

    async def open_sites(self, *keys: str) -> None:
        async with self.chain.database.unit(self.scope, clock=self.chain.clock, directory=self.chain.directory) as unit:
            for key in keys:
                await open_site(unit, OpenSite(key=key, name=key.title()))


async def everything(admin: Any, *scopes: Scope) -> list[tuple[str, list[str]]]:
    """Every row that opening could write, of some tenants."""
    return [
        (table, [row["row"] for row in await admin.fetch(ROWS_OF.format(table=table), scope.tenant_id)])
        for scope in scopes
        for table in TABLES
    ]


def call(name: Any, **changes: Any) -> dict[str, Any]:
    """What one record begins with."""
    return {"channel": "phone", "standardCode": CODE, "externalId": None if name is None else f"call {name}", **changes}


def calls(names: Iterable[Any]) -> list[dict[str, Any]]:
    return [call(name) for name in names]


def names(told: Any) -> list[str]:
    return [one["externalId"] for one in told["records"]]


def ids(told: Any) -> list[str]:
    return [one["id"] for one in told["records"]]


def row_ids(told: Any) -> list[UUID]:
    """The rows' own ids, which ascend with the time they were made."""
    return [local_id(RecordType, one) for one in ids(told)]


class Printing:
    """Counts the payloads that a statement printed.

    Attributes:
        printed: Of each payload, whether it was printed.
        at_once: Of each mutation that was tried by one statement, whether that did it, and printed its payload.
    """

    def __init__(self, patch: Any) -> None:
        self.printed: list[bool] = []
        self.at_once: list[bool] = []
        print_, answer = WrittenPayload.print, DoneAtOnce.answer

        async def answered(doing: DoneAtOnce, *given: Any) -> Any:
            self.at_once.append(False)
            found = await answer(doing, *given)
            if found is not None:
                self.at_once[-1] = True
                self.printed.append(True)
            return found

        async def noticed(payload: WrittenPayload, *given: Any) -> Any:
            found = await print_(payload, *given)
            self.printed.append(found is not None)
            return found

        patch.setattr(WrittenPayload, "print", noticed)
        patch.setattr(DoneAtOnce, "answer", answered)
