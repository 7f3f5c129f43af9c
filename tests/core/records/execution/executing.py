"""A tenant whose records are executed, and everything it holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.direct import fetch
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.execution.act import act
from core.records.execution.commands import Command
from core.records.execution.private import Sealer
from core.records.open_record import OpenRecord, open_record
from tests.core.records.conftest import MASTER_KEY, Chain

T = TypeVar("T")
TABLES = (
    "records",
    "record_steps",
    "record_contacts",
    "record_evidence",
    "evidence_uploads",
    "record_keys",
    "record_events",
    "audit_entries",
    "outbox",
    "idempotency_keys",
    "data_keys",
    "customers",
    "customer_keys",
)
CODE = "incident-handling"


@dataclass(slots=True)
class Shop:
    """A tenant whose records are executed.

    Attributes:
        chain: Its network.
        scope: The tenant, and who acts.
        admin: Looks behind the walls.
        opened: How many records were opened.
    """

    chain: Chain
    scope: Scope
    admin: Any
    opened: int = field(default=0)

    async def run(self, work: Callable[[Unit], Awaitable[T]], scope: Scope | None = None) -> T:
        chain = self.chain
        async with chain.database.unit(scope or self.scope, clock=chain.clock, directory=chain.directory) as unit:
            return await work(unit)

    async def open(self, **said: Any) -> UUID:
        self.opened += 1
        given: dict[str, Any] = {
            "channel": "phone",
            "standard_code": CODE,
            "external_id": f"call {self.opened}",
            **said,
        }
        return await self.run(lambda unit: open_record(unit, OpenRecord(**given)))

    async def act(self, record_id: UUID, command: Command, version: int | None = None, **said: Any) -> UUID:
        """Do something, on the record as it is now by default."""

        async def work(unit: Unit) -> UUID:
            expected = version or (await fetch(unit, "SELECT version FROM records WHERE id = $1", record_id))[0][0]
            return await act(unit, record_id, expected, command, sealer=sealer(unit), **said)

        return await self.run(work)

    async def row(self, record_id: UUID) -> Any:
        return await self.admin.fetchrow("SELECT * FROM records WHERE id = $1", record_id)

    async def steps(self, record_id: UUID) -> list[Any]:
        return await self.admin.fetch("SELECT * FROM record_steps WHERE record_id = $1 ORDER BY position", record_id)

    async def events(self, record_id: UUID) -> list[Any]:
        return await self.admin.fetch("SELECT * FROM record_events WHERE record_id = $1 ORDER BY number", record_id)

    async def kinds(self, record_id: UUID) -> list[str]:
        return [one["kind"] for one in await self.events(record_id)]

    async def digest(self) -> str:
        """One figure that changes with any row of the tenant."""
        found = sha256()
        for table in TABLES:
            rows = await self.admin.fetch(
                f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE tenant_id = $1 ORDER BY row",
                self.scope.tenant_id,
            )
            found.update(repr([row["row"] for row in rows]).encode())
        return found.hexdigest()


def sealer(unit: Unit) -> Sealer:
    """The tenant's own key seals."""
    return Sealer(KeyRing(unit, MasterKeys.read(MASTER_KEY)))


PROCESS: dict[str, Any] = {
    "steps": [
        {"key": "intake", "position": 1, "required": True, "repeatable": False, "role": "front_desk"},
        {"key": "visit", "position": 2, "required": False, "role": "field"},
        {
            "key": "repair",
            "position": 2,
            "required": True,
            "role": "workshop",
            "when": "record.priority != 'low'",
            "evidence": [{"key": "plate", "kinds": ["photo"]}],
        },
        {"key": "report", "position": 3, "required": True, "role": "front_desk"},
    ],
    "readiness": [
        {"key": "tools", "concern": "tools_checked"},
        {"key": "rooms", "concern": "surroundings_prepared", "required": False},
    ],
}
"""Somebody takes it in, perhaps drives there, repairs what is urgent enough, and reports."""


def content(code: str, number: str = "1.0.0", process: dict[str, Any] | None = None) -> dict[str, Any]:
    """A standard of one process."""
    return {
        "code": code,
        "number": number,
        "title": {"en": code},
        "clauses": [
            {"key": "process", "kind": "process", "text": {"en": "The steps."}, "body": process or PROCESS},
            {
                "key": "resolution",
                "kind": "limit",
                "text": {"en": "In time."},
                "parameters": [{"key": "limit", "type": "duration", "unit": "elapsed", "default": 3600}],
            },
        ],
    }
