"""Clients that open records through the API, whoever is killed meanwhile, and ask again until they are answered."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import httpx2

from core.kernel.clock import recorded_now
from core.kernel.graphql.ids import local_id
from core.records.graphql.types import RecordType
from gateway.auth.own_issuers import builtin_issuer
from gateway.demo.stage import Stage
from tests.crash import facts
from tests.crash.plant import PATIENCE_S, Plant, until

CODE = "checkout"
CLIENTS = 8
EACH = 8
SOME = 12
"""Answers after which the blow comes."""
PAUSE_S = 0.2
OPEN = """
mutation($input: OpenRecordInput!, $key: String!) {
  openRecord(input: $input, idempotencyKey: $key) {
    __typename ... on OpenRecordSuccess { record { id externalId } } ... on Problem { code message }
  }
}
"""
KEPT = """
    SELECT r.external_id, r.id::text AS id,
      (SELECT count(*) FROM record_keys k WHERE k.tenant_id = r.tenant_id AND k.record_id = r.id) AS keys,
      (SELECT count(*) FROM record_events e WHERE e.tenant_id = r.tenant_id AND e.record_id = r.id) AS events,
      (SELECT count(*) FROM idempotency_keys i WHERE i.tenant_id = r.tenant_id AND r.id = ANY(i.ids)) AS requests,
      (SELECT array_agg(o.topic ORDER BY o.topic) FROM outbox o
       WHERE o.tenant_id = r.tenant_id AND position(r.id::text IN o.payload::text) > 0) AS sent
    FROM records r WHERE r.network_id = $1
"""


@dataclass
class Calls:
    """What clients of one store have asked for.

    Attributes:
        plant: The installation they ask.
        stage: Their network.
        answered: The record that each was told of, by its name.
        again: How often a request was sent again.
        numbers: What the next one is called by.
    """

    plant: Plant
    stage: Stage
    answered: dict[str, str] = field(default_factory=dict[str, str])
    again: int = 0
    numbers: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def under_way(self) -> AsyncGenerator[None]:
        """Have clients ask while something happens; it begins once some are answered, and in the end all are."""
        before = len(self.answered)
        asked = [f"call {next(self.numbers)}" for _ in range(CLIENTS * EACH)]
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as clients:
            for place in range(CLIENTS):
                clients.create_task(self.client(asked[place::CLIENTS]))

            async def some() -> bool:
                return len(self.answered) >= before + SOME

            await until(some, self.plant.api.said)
            yield

    async def client(self, names: list[str]) -> None:
        """Ask for one record after the other."""
        issuer, member = builtin_issuer(self.plant.settings), self.stage.clerk
        assert issuer is not None
        token = issuer.mint(member.part.subject, recorded_now())
        headers = {"authorization": f"Bearer {token}", "touchstone-tenant": str(member.tenant_id)}
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S, trust_env=False) as client:
            for name in names:
                self.answered[name] = await self.opened(client, name)

    async def opened(self, client: httpx2.AsyncClient, name: str) -> str:
        """Ask for a record until the answer comes."""
        given = {"channel": "till", "standardCode": CODE, "externalId": name}
        body = {"query": OPEN, "variables": {"input": given, "key": name}}
        url = f"http://127.0.0.1:{self.plant.port}/graphql"
        while True:
            try:
                answer = await client.post(url, json=body)
            except httpx2.TransportError:
                told = None
            else:
                told = answer.json() if answer.is_success else None
            if told is not None and told.get("data"):
                made = told["data"]["openRecord"]
                assert made["__typename"] == "OpenRecordSuccess", made
                assert made["record"]["externalId"] == name
                return str(local_id(RecordType, made["record"]["id"]))
            self.again += 1
            await asyncio.sleep(PAUSE_S)

    async def assert_done_once(self) -> None:
        """Each is one record with everything that belongs to it, and the one that was told."""
        rows = await facts.rows(self.plant, KEPT, self.stage.headquarters.network_id)
        assert {name: id_ for name, id_, *_ in rows} == self.answered
        assert len(rows) == len(self.answered)
        assert {(keys, events, requests) for _, _, keys, events, requests, _ in rows} == {(1, 1, 1)}
        assert {tuple(sent) for *_, sent in rows} == {("quality.score_record", "records.changed")}
