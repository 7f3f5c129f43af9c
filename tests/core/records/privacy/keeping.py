"""A tenant that serves customers, whose log is sealed and examined, and whose background work is done."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.kernel.crypto import MasterKeys
from core.kernel.handlers import load_handlers
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.started import Started
from core.kernel.work import Background, Work, open_work
from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.records.sealing.policy.findings import Examined
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.notes import Note
from core.records.sealing.prove import checkpoint_at
from core.records.sealing.seal import seal_batch
from tests.core.records.customers.serving import Counter, counter_of

REASON = {"reasonCode": "asked_for", "legalBasis": "GDPR 17"}


@dataclass
class Keeper(Counter):
    """A tenant that keeps what is known of persons."""

    @property
    def scope(self) -> Scope:
        return self.shop.scope

    @property
    def masters(self) -> MasterKeys:
        return self.api.services.get(MasterKeys)

    @property
    def log(self) -> LogName:
        return LogName(self.scope.network_id, self.scope.tenant_id)

    def wait(self, **time: float) -> None:
        self.shop.chain.clock.advance(timedelta(**time))

    async def seal(self) -> Note:
        """Seal all there is, and export a checkpoint."""
        more = True
        while more:
            more = (await self.shop.run(lambda unit: seal_batch(unit, self.masters))).more
        return await self.shop.run(checkpoint_at)

    async def examined(self, checkpoint: Note) -> Examined:
        return await examine(self.shop.admin.fetch, self.log, Held(checkpoints=[checkpoint]))

    async def erase(self, customer: Any, **said: Any) -> Any:
        told = {"customer": customer["id"], "version": customer["version"], **REASON, **said}
        return await self.client.change("eraseCustomer", "customer { id name erasedAt version }", **told)

    async def closed(self, external: str, **said: Any) -> Any:
        """Open a record, note something about it, and go through all of it."""
        record = await self.opened(external, **said)
        record = await self.does("startStep", record, key="intake", readiness=["tools"])
        record = await self.does("completeStep", record, key="intake", status="taken in")
        record = await self.noted(record, f"Zinnober about {external}.")
        for key in ("repair", "report"):
            record = await self.does("addStep", record, key=key)
        record = await self.does("resolveRecord", record)
        return await self.does("closeRecord", record, type_="OnRecord")

    async def work(self, topic: str, *, sender: UUID | None = None, scope: Scope | None = None, **payload: Any) -> None:
        """Do background work as the worker does."""
        run = load_handlers()[topic].run
        await run(await self.started(topic, sender=sender, scope=scope, **payload))

    async def started(
        self, topic: str, *, sender: UUID | None = None, scope: Scope | None = None, **payload: Any
    ) -> Work:
        chain, where = self.shop.chain, scope or self.scope
        background = Background(database=chain.database, services=self.api.services, clock=chain.clock)
        command = Started(
            tenant_id=sender or where.tenant_id,
            network_id=where.network_id,
            target_tenant_id=where.tenant_id,
            command_id=new_id(),
            topic=topic,
            payload=payload,
            actor=Actor(ActorKind.SYSTEM, where.tenant_id),
            attempt=1,
            trace=None,
        )
        return await open_work(background, command)

    async def sent(self, topic: str) -> list[Any]:
        """What was sent for background work, the oldest first."""
        sql = "SELECT payload, due_at FROM outbox WHERE tenant_id = $1 AND topic = $2 ORDER BY id"
        return await self.rows(sql, topic)


async def keeper_of(database: Any, clock: Any, admin: Any) -> Keeper:
    """Found a network whose northern tenant keeps what is known of persons."""
    counter = await counter_of(database, clock, admin)
    return Keeper(counter.shop, counter.api, counter.client)
