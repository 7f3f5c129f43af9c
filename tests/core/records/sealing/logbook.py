"""A tenant that something is done in, and whose log is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.services import Services
from core.kernel.work import Background
from core.records.events.policy import Event, EventKind, Happening, Head, chained
from core.records.events.repository import add_events
from core.records.events.writing import origin_of
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.merkle import EMPTY
from core.records.sealing.seal import Sealed, seal_batch
from tests.core.records.sealing.test_merkle import slow_root

KINDS = [EventKind.STEP_STARTED, EventKind.STEP_COMPLETED, EventKind.WAITING, EventKind.RESUMED]


@dataclass
class Logbook:
    """One tenant's records and log.

    Attributes:
        database: The database.
        services: What handlers ask for.
        clock: The clock that use cases are given.
        scope: The tenant.
        admin: A superuser's connection.
        heads: The last event of each record.
    """

    database: Database
    services: Services
    clock: SetClock
    scope: Scope
    admin: Any
    heads: dict[UUID, Head] = field(default_factory=dict[UUID, Head])
    chance: Random = field(default_factory=lambda: Random(7))

    @property
    def log(self) -> LogName:
        return LogName(self.scope.network_id, self.scope.tenant_id)

    @property
    def masters(self) -> MasterKeys:
        return self.services.get(MasterKeys)

    @property
    def background(self) -> Background:
        return Background(database=self.database, services=self.services, clock=self.clock)

    async def write(self, records: int = 3, events: int = 4, acts: int = 2) -> None:
        """Write events of new records, and audit entries, in one transaction."""
        async with self.database.unit(self.scope, clock=self.clock) as unit:
            for _ in range(records):
                await add_events(unit, self.happened(unit, new_id(), events))
            for number in range(acts):
                await record_act(
                    unit, action="test.act", subject_kind="test", subject_id=new_id(), details={"number": number}
                )

    async def go_on(self, record_id: UUID, events: int = 1) -> list[Event]:
        """Write further events of a record."""
        async with self.database.unit(self.scope, clock=self.clock) as unit:
            made = self.happened(unit, record_id, events)
            await add_events(unit, made)
        return made

    def happened(self, unit: Any, record_id: UUID, events: int) -> list[Event]:
        """Make events of a record."""
        happenings = [
            Happening(
                kind=self.chance.choice(KINDS),
                occurred_at=self.clock.now() + timedelta(seconds=number),
                facts={"step": f"step-{number}", "note": self.chance.random() > 0.5},
                sealed=self.chance.randbytes(20) if self.chance.random() > 0.5 else None,
                client_id=new_id() if self.chance.random() > 0.5 else None,
            )
            for number in range(events)
        ]
        named = [(new_id(), one) for one in happenings]
        made = chained(origin_of(unit), record_id, named, self.heads.get(record_id, Head()))
        if made:
            self.heads[record_id] = Head(made[-1].number, made[-1].hash)
        return made

    async def seal(self, most: int = 2_000) -> Sealed:
        """Seal until nothing is left."""
        while True:
            async with self.database.unit(self.scope, clock=self.clock) as unit:
                sealed = await seal_batch(unit, self.masters, most)
            if not sealed.more:
                return sealed

    async def leaves(self) -> list[Any]:
        return await self.admin.fetch(
            "SELECT number, kind, subject_id, hash FROM log_leaves WHERE tenant_id = $1 ORDER BY number",
            self.scope.tenant_id,
        )

    async def head_rows(self) -> list[Any]:
        return await self.admin.fetch(
            "SELECT * FROM log_heads WHERE tenant_id = $1 ORDER BY size", self.scope.tenant_id
        )

    async def unsealed(self) -> int:
        """How many events and entries of the tenant are no leaves."""
        return await self.admin.fetchval(
            "SELECT (SELECT count(*) FROM record_events WHERE tenant_id = $1)"
            " + (SELECT count(*) FROM audit_entries WHERE tenant_id = $1)"
            " - (SELECT count(*) FROM log_leaves WHERE tenant_id = $1)",
            self.scope.tenant_id,
        )

    async def assert_whole(self) -> Sequence[Any]:
        """Everything is a leaf once, without a gap, and each head is the root of all before it; give the leaves."""
        leaves, heads = await self.leaves(), await self.head_rows()
        assert [one["number"] for one in leaves] == list(range(len(leaves)))
        assert len({one["subject_id"] for one in leaves}) == len(leaves)
        hashes = [one["hash"] for one in leaves]
        for head in heads:
            assert head["root"] == slow_root(hashes[: head["size"]])
        assert (heads[-1]["size"] if heads else 0) == len(leaves)
        assert await self.unsealed() == 0
        assert slow_root([]) == EMPTY
        return leaves
