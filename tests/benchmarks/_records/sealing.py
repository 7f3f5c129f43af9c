"""Sealing: what it costs for each event beside hashing and writing the same rows alone, and proofs in large logs."""

import statistics
import time
from dataclasses import dataclass
from hashlib import sha256
from random import Random
from typing import Any

from core.kernel.crypto import MasterKeys
from core.kernel.ids import new_id
from core.kernel.roles import Role
from core.kernel.scope import Scope
from core.records.events.policy import Event, EventKind, Happening, chained
from core.records.events.repository import ADD, add_events, sent
from core.records.events.writing import origin_of
from core.records.sealing.policy.heads import LogName
from core.records.sealing.policy.leaves import EVENT, NewLeaf
from core.records.sealing.policy.merkle import Growing, Subtree, inclusion_ranges
from core.records.sealing.policy.proofs import root_by_inclusion
from core.records.sealing.repository import ADD_LEAVES, add_leaves, add_nodes, asking, hashes_of
from core.records.sealing.seal import MOST_LEAVES, seal_batch
from tests.benchmarks._floors import SET_TENANT, connected
from tests.benchmarks._ground import Ground
from tests.benchmarks._harness import case, interleaved
from tests.benchmarks._records.size import Size, tell
from tests.support.networks import build_network

SEALING_GOAL, BESIDE_GOAL, PROOF_GOAL = 3.0, 2.0, 3.0
PER_RECORD = 5
PROOFS = 50
AT_ONCE = 20_000


async def cases(ground: Ground, size: Size) -> list[dict[str, Any]]:
    """Measure sealing and proofs."""
    sealing = Sealing(ground, (await build_network(ground.database, ground.clock)).north, size.events)
    await sealing.seal()
    async with connected(ground, Role.APP) as bare:
        took = await interleaved(
            size.rounds, seal=sealing.seal, floor=lambda: sealing.floor(bare), write=lambda: sealing.write_bare(bare)
        )
    tell(f"sealed {size.events:,} events {size.rounds} times")
    return [*sealing.cases(took), await proofs(ground, size.few, size.many)]


@dataclass
class Sealing:
    """One tenant whose events are sealed in every round, and rivals that write the same rows elsewhere."""

    ground: Ground
    scope: Scope
    events: int

    async def seal(self) -> float:
        """Write events, and tell how long sealing them takes."""
        await self._write()
        masters = self.ground.services.get(MasterKeys)
        sealed, more = 0, True
        started = time.perf_counter()
        while more:
            async with self.ground.database.unit(self.scope, clock=self.ground.clock) as unit:
                done = await seal_batch(unit, masters)
            sealed, more = sealed + done.leaves, done.more
        took = time.perf_counter() - started
        if sealed < self.events:
            msg = f"{sealed} of {self.events} events were sealed."
            raise RuntimeError(msg)
        return took

    async def _write(self) -> None:
        for _ in range(self.events // 1_000):
            async with self.ground.database.unit(self.scope, clock=self.ground.clock) as unit:
                await add_events(unit, self._made(unit, 1_000))

    def _made(self, unit: Any, number: int) -> list[Event]:
        """Make events of new records."""
        facts = {"step": "diagnosis", "status": "done", "answersCustomer": True}
        happening = Happening(kind=EventKind.STEP_COMPLETED, occurred_at=unit.now, facts=facts)
        records = number // PER_RECORD
        origin = origin_of(unit)
        named = [(new_id(), [(new_id(), happening) for _ in range(PER_RECORD)]) for _ in range(records)]
        return [one for record_id, happenings in named for one in chained(origin, record_id, happenings)]

    async def floor(self, bare: Any) -> float:
        """Read as many events, hash twice for each and write their leaves, and nothing else, for another tenant."""
        network_id, tenant_id = new_id(), new_id()
        read = "SELECT id, hash FROM record_events WHERE tenant_id = $1 ORDER BY id OFFSET $2 LIMIT $3"
        took = 0.0
        for first in range(0, self.events, MOST_LEAVES):
            started = time.perf_counter()
            async with bare.transaction():
                await bare.execute(SET_TENANT, str(self.scope.network_id), str(self.scope.tenant_id))
                rows = await bare.fetch(read, self.scope.tenant_id, 0, MOST_LEAVES)
            for row in rows:
                sha256(sha256(row["hash"]).digest()).digest()
            numbers = list(range(first, first + len(rows)))
            columns = numbers, [EVENT] * len(rows), [new_id() for _ in rows], [row["hash"] for row in rows]
            async with bare.transaction():
                await bare.execute(SET_TENANT, str(network_id), str(tenant_id))
                await bare.fetch(ADD_LEAVES, tenant_id, network_id, *columns)
            took += time.perf_counter() - started
        return took

    async def write_bare(self, bare: Any) -> float:
        """Write as many events as bare rows, for a tenant of its own."""
        network_id, tenant_id = new_id(), new_id()
        async with self.ground.database.unit(self.scope, clock=self.ground.clock, read_only=True) as unit:
            made = self._made(unit, self.events)
        chunks = [made[first : first + 1_000] for first in range(0, len(made), 1_000)]
        ready = [sent(chunk) for chunk in chunks]
        started = time.perf_counter()
        for columns in ready:
            async with bare.transaction():
                await bare.execute(SET_TENANT, str(network_id), str(tenant_id))
                await bare.fetch(ADD, tenant_id, network_id, *columns)
        return time.perf_counter() - started

    def cases(self, took: dict[str, float]) -> list[dict[str, Any]]:
        """Set sealing beside its floors."""
        each = took["seal"] / self.events * 1e6
        floors = {
            "hashing twice and inserting the same leaves alone": (took["floor"], SEALING_GOAL),
            "a bare INSERT ... SELECT unnest of the events": (took["write"], BESIDE_GOAL),
        }
        return [
            case(
                f"sealing {self.events} events",
                each,
                "us/event",
                against=name,
                ratio=took["seal"] / floor,
                goal=f"<= {goal}",
                met=took["seal"] / floor <= goal,
            )
            for name, (floor, goal) in floors.items()
        ]


async def proofs(ground: Ground, small: int, large: int) -> dict[str, Any]:
    """Compare proofs of inclusion in a large log with those in a small one."""
    took = [await proving(ground, size) for size in (small, large)]
    ratio = took[1] / took[0]
    return case(
        f"proof of inclusion among {large} leaves",
        took[1] * 1e3,
        "ms",
        against=f"among {small} leaves",
        ratio=ratio,
        goal=f"<= {PROOF_GOAL}",
        met=ratio <= PROOF_GOAL,
    )


async def proving(ground: Ground, size: int) -> float:
    """Fill a log and give the median seconds of a proof; each is checked."""
    scope = (await build_network(ground.database, ground.clock)).south
    root, leaves = await filled(ground, scope, size)
    chance, took = Random(size), list[float]()
    for _ in range(PROOFS):
        number = chance.randrange(size)
        async with ground.database.unit(scope, clock=ground.clock, read_only=True) as unit:
            started = time.perf_counter()
            path = await hashes_of(
                asking(unit), LogName(unit.network_id, unit.tenant_id), inclusion_ranges(number, size)
            )
            took.append(time.perf_counter() - started)
        if root_by_inclusion(leaves[number], number, size, path) != root:
            msg = f"The proof of {number} among {size} leaves does not hold."
            raise RuntimeError(msg)
    return statistics.median(took)


async def filled(ground: Ground, scope: Scope, size: int) -> tuple[bytes, list[bytes]]:
    """Write leaves and the nodes above them; give the root and the leaves."""
    growing = Growing()
    leaves = [sha256(number.to_bytes(8)).digest() for number in range(size)]
    for first in range(0, size, AT_ONCE):
        some = leaves[first : first + AT_ONCE]
        nodes: list[tuple[Subtree, bytes]] = []
        for leaf in some:
            nodes += growing.add(leaf)
        async with ground.database.unit(scope, clock=ground.clock) as unit:
            ask, log = asking(unit), LogName(unit.network_id, unit.tenant_id)
            await add_leaves(ask, log, first, [NewLeaf(new_id(), EVENT, leaf) for leaf in some])
            await add_nodes(ask, log, nodes)
    return growing.root, leaves
