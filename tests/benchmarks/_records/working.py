"""Opening records and completing their steps through GraphQL, beside one function in SQL that leaves the same rows."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from tests.benchmarks._execution.network import STANDARD
from tests.benchmarks._execution.operations import row_id
from tests.benchmarks._execution.serving import FLOOR, Server, headers_for
from tests.benchmarks._harness import case
from tests.benchmarks._records.sending import Address, Sent, send
from tests.benchmarks._records.served import Served
from tests.support.cluster import superuser

CONNECTIONS = 16
AT_ONCE = 1_000
STEP = "accepted"
TABLES = (
    "records",
    "record_keys",
    "record_steps",
    "record_events",
    "idempotency_keys",
    "outbox",
    "audit_entries",
    "record_terms",
    "timers",
)
"""Each request leaves as many rows in them at the floor as at the product, or nothing is measured."""
OPEN = """mutation($input: OpenRecordInput!, $key: String!) { openRecord(input: $input, idempotencyKey: $key) {
    __typename ... on OpenRecordSuccess { record { id version status openedAt } } } }"""
OPEN_MANY = """mutation($input: OpenRecordsInput!, $key: String!) { openRecords(input: $input, idempotencyKey: $key) {
    ... on OpenRecordsSuccess { records { id } } ... on Problem { code message } } }"""
COMPLETE = """mutation($input: CompleteStepInput!, $key: String!) { completeStep(input: $input, idempotencyKey: $key) {
    __typename ... on CompleteStepSuccess { record { id version status stepCount } } } }"""


@dataclass(frozen=True, slots=True)
class Act:
    """What is asked over and over, each time of another record.

    Attributes:
        name: What it is called in the table.
        path: Where it is posted to at the floor.
        success: What every answer holds that is no refusal.
    """

    name: str
    path: str
    success: bytes


OPENING = Act("opening a record", "open", b'"OpenRecordSuccess"')
COMPLETING = Act("completing a step", "complete", b'"CompleteStepSuccess"')


async def cases(at: Served, *, each: int, rounds: int) -> list[dict[str, Any]]:
    """Measure both acts in turn with their floors.

    Args:
        at: What is served.
        each: How many requests are sent at a time.
        rounds: How often.
    """
    working = Working(at, each)
    found: list[dict[str, Any]] = []
    for act in (OPENING, COMPLETING):
        await working.check(act)
        seen: dict[str, list[Sent]] = {}
        for number in range(rounds + 1):
            for server in (at.server, at.floor):
                sent = await working.sent(act, server, each)
                if number or rounds == 1:  # The first one warms up.
                    seen.setdefault(server.name, []).append(sent)
        found += lines(act, seen[at.server.name], seen[FLOOR], each)
    return found


class Working:
    """Makes requests, and sends them.

    Args:
        at: What is served.
        each: How many requests are sent at a time.
    """

    def __init__(self, at: Served, each: int) -> None:
        self._at = at
        self._each = each

    async def check(self, act: Act) -> None:
        """See that both leave the same rows.

        Raises:
            RuntimeError: They do not.
        """
        await self.sent(act, self._at.server, 2)
        left = [await self._left(act, server) for server in (self._at.server, self._at.floor)]
        if left[0] != left[1] or not any(left[0].values()):
            msg = f"{act.name} leaves {left[0]}, its floor {left[1]}"
            raise RuntimeError(msg)

    async def _left(self, act: Act, server: Server) -> dict[str, int]:
        bodies = await self._bodies(act, 1)
        before = await self._counted()
        await self._send(act, server, bodies)
        return {table: rows - before[table] for table, rows in (await self._counted()).items()}

    async def _counted(self) -> dict[str, int]:
        admin = await superuser(self._at.admin_url)
        try:
            counting = "SELECT count(*) FROM {table} WHERE tenant_id = $1"
            tenant = self._at.working.tenant_id
            return {table: await admin.fetchval(counting.format(table=table), tenant) for table in TABLES}
        finally:
            await admin.close()

    async def sent(self, act: Act, server: Server, count: int) -> Sent:
        """Send requests, all of which must be carried out."""
        return await self._send(act, server, await self._bodies(act, count))

    async def _send(self, act: Act, server: Server, bodies: Sequence[str]) -> Sent:
        path = act.path if server.name == FLOOR else "graphql"
        to = Address(server.port, path, await headers_for(self._at.working, server))
        sent = await send(
            to, bodies, act.success, connections=CONNECTIONS, server=server.pid, postgres=self._at.postgres
        )
        if sent.refused:
            msg = f"{server.name} refuses {act.name}: {sent.refused[0][:500]!r} {server.said()}"
            raise RuntimeError(msg)
        return sent

    async def _bodies(self, act: Act, count: int) -> list[str]:
        if act is OPENING:
            return [body(OPEN, {**opened(), "externalId": uuid4().hex}) for _ in range(count)]
        records = await self._opened(count)
        step = {"version": 1, "key": STEP, "answersCustomer": True}
        return [body(COMPLETE, {**step, "record": record}) for record in records]

    async def _opened(self, count: int) -> list[str]:
        """Open records through the product, whose steps are there to be completed."""
        ids: list[str] = []
        headers = await headers_for(self._at.working, self._at.server)
        async with httpx2.AsyncClient(timeout=60, verify=False) as client:
            while len(ids) < count:
                some = [{**opened(), "externalId": uuid4().hex} for _ in range(min(AT_ONCE, count - len(ids)))]
                url = f"http://127.0.0.1:{self._at.server.port}/graphql"
                answer = await client.post(url, headers=headers, content=body(OPEN_MANY, {"records": some}))
                ids += [one["id"] for one in answer.json()["data"]["openRecords"]["records"]]
        return ids


def opened() -> dict[str, str]:
    """Say what is opened."""
    return {"channel": "phone", "standardCode": STANDARD, "priority": "high"}


def body(text: str, given: dict[str, Any]) -> str:
    """Write a request; the floor is told the record by its own id as well."""
    told: dict[str, Any] = {"query": text, "variables": {"input": given, "key": uuid4().hex}}
    if "record" in given:
        told["extensions"] = {"row": row_id(given["record"])}
    return json.dumps(told)


def lines(act: Act, ours: Sequence[Sent], floor: Sequence[Sent], each: int) -> list[dict[str, Any]]:
    """Set the product beside the floor: requests a second, and processor time of a request."""

    def median(some: Sequence[Sent], name: str) -> float:
        return statistics.median(getattr(one, name) for one in some)

    rate, least = (each / median(some, "seconds") for some in (ours, floor))
    told = [case(f"{act.name} through GraphQL", rate, "requests/s", against=FLOOR, ratio=rate / least)]
    for what, name in (("the API", "server_s"), ("PostgreSQL", "database_s")):
        own, bare = (1e6 * median(some, name) / each for some in (ours, floor))
        named = f"{act.name}, processor time of {what}"
        told.append(case(named, own, "us/request", against=FLOOR, ratio=own / bare if bare else None))
    return told
