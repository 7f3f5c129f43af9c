"""GraphQL over HTTP beside the bare floor, PostGraphile and Mercurius, on one database with the same questions."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks._execution.effects import check_effects
from tests.benchmarks._execution.filling import Amount
from tests.benchmarks._execution.load import CONNECTIONS, choose, in_python
from tests.benchmarks._execution.network import Network, built
from tests.benchmarks._execution.npm import CONFIGURED, Peers, PeersAreMissing, install
from tests.benchmarks._execution.operations import operations
from tests.benchmarks._execution.report import absent, flat_lines, lines_of, memory_lines
from tests.benchmarks._execution.rounds import Contest, Rounds, check_equal
from tests.benchmarks._execution.serving import (
    MERCURIUS,
    OURS,
    POSTGRAPHILE,
    ROOT,
    Server,
    Start,
    floor,
    ours,
    peer,
    serving,
)
from tests.benchmarks._ground import GIB, Standing, first_process, standing
from tests.support.cluster import superuser

SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "8GB", "maintenance_work_mem": "256MB"}
SCHEMA = ROOT / "gateway" / "schema" / "schema.graphql"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a run is.

    Attributes:
        records: Records of each tenant of the small network, and of the tenants that are compared with it.
        tenants: Tenants of the small network.
        most_records: Records of the largest tenant of the large network.
        most_tenants: Tenants of the large network.
        rounds: How often everything is measured.
        seconds: How long each load lasts.
        peers: Whether peers, wrk and a second server for the product take part.
    """

    records: int
    tenants: int
    most_records: int
    most_tenants: int
    rounds: int
    seconds: float
    peers: bool


FULL = Size(10_000, 10, 1_000_000, 10_000, rounds=5, seconds=4, peers=True)
QUICK = Size(300, 3, 900, 9, rounds=1, seconds=0.15, peers=False)


async def run(quick: bool) -> list[dict[str, Any]]:
    """Run the suite; the short form is small, has one round and leaves the peers out."""
    return await Suite(QUICK if quick else FULL).run()


class Suite:
    """Everything that is measured on one cluster.

    Args:
        size: How large the run is.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._lines: list[dict[str, Any]] = []
        self._operations = operations(site=has_site())
        self._site = has_site()

    async def run(self) -> list[dict[str, Any]]:
        """Measure the servers beside one another, then the product alone in a large network."""
        async with standing((1 if self._size is QUICK else 8) * GIB, SETTINGS) as cluster:
            folder = cluster.folder
            peers = self._installed()
            generator = choose(folder, peers) if self._size.peers else in_python(folder)
            (folder / "logs").mkdir(mode=0o700, exist_ok=True)
            tell(f"load from {generator.name} over {CONNECTIONS} connections")
            rounds = Rounds(generator, await first_process(cluster), self._size.seconds, self._size.rounds, tell)
            async with self._small(cluster) as small:
                await self._beside_one_another(small, peers, rounds, folder)
                async with self._large(cluster) as large:
                    await self._flat(small, large, rounds, folder)
        return self._lines

    def _installed(self) -> Peers | None:
        reason = "the short form leaves peers out"
        if self._size.peers:
            try:
                return install()
            except PeersAreMissing as missing:
                reason = str(missing)
        self._lines += [absent(f"beside {one}", reason, "") for one in (POSTGRAPHILE, MERCURIUS)]
        return None

    @asynccontextmanager
    async def _small(self, cluster: Standing) -> AsyncGenerator[Network, None]:
        amount = Amount(self._size.records)
        tenants = self._size.tenants
        async with built(cluster, "small", [amount, amount], others=amount, tenants=tenants) as network:
            connection = await superuser(network.admin_url)
            try:
                await connection.execute((CONFIGURED / "functions.sql").read_text())
            finally:
                await connection.close()
            tell(f"{tenants} tenants with {self._size.records} records each in {network.filled_s:.0f} s")
            yield network

    @asynccontextmanager
    async def _large(self, cluster: Standing) -> AsyncGenerator[Network, None]:
        """Fill the network with one large tenant, one like those of the small network, and very many."""
        size = self._size
        amounts = [Amount(size.most_records, steps=3), Amount(size.records)]
        others = Amount(20, steps=3)
        async with built(cluster, "large", amounts, others=others, tenants=size.most_tenants) as network:
            tell(f"{size.most_tenants} tenants, one with {size.most_records} records, in {network.filled_s:.0f} s")
            yield network

    async def _beside_one_another(self, network: Network, peers: Peers | None, rounds: Rounds, folder: Path) -> None:
        """Measure all servers; what writes goes to the second tenant, so that pages stay what they are.

        All rounds of what reads come before any of what writes: a round of writing leaves a million rows, which
        autovacuum would look through while the next round is measured.
        """
        reading, writing = network.asked
        async with serving(self._starts(network, peers), folder / "logs") as servers:
            contests: list[Contest] = []
            for operation in self._operations:
                asked = writing if operation.writes else reading
                rivals = [Contest(server, operation, asked) for server in servers]
                await check_equal(rivals)
                if operation.writes:
                    await check_effects(rivals, network.admin_url)
                contests += rivals
            measured = await rounds.run([one for one in contests if not one.operation.writes])
            measured |= await rounds.run([one for one in contests if one.operation.writes])
            self._lines += lines_of(self._operations, measured)
            self._lines += memory_lines(servers)

    def _starts(self, network: Network, peers: Peers | None) -> list[Start]:
        starts = [ours(network), floor(network, site=self._site)]
        if peers is not None:
            starts.append(peer(POSTGRAPHILE, "postgraphile.mjs", network, peers))
            starts.append(peer(MERCURIUS, "mercurius.mjs", network, peers))
        if self._size.peers and offers("granian"):
            starts.append(ours(network, f"{OURS} on granian", "--server", "granian"))
        else:
            self._lines.append(
                absent(f"{OURS} on granian", "the short form, or touchstone serve, does not offer it", "")
            )
        return starts

    async def _flat(self, small: Network, large: Network, rounds: Rounds, folder: Path) -> None:
        """Measure the product with few and many records, and with few and many tenants around."""
        async with both(small, large, folder) as (few, many):
            reads = self._operations[:2]
            contests = [
                Contest(server, operation, asked)
                for operation in reads
                for server, asked in ((few, small.asked[0]), (many, large.asked[0]), (many, large.asked[1]))
            ]
            measured = await rounds.run(contests)
        than = f"{self._size.records:,} records, {self._size.tenants} tenants"
        for place, operation in enumerate(reads):
            base, records, tenants = (measured[one] for one in contests[3 * place : 3 * place + 3])
            self._lines += flat_lines(operation, base, records, f"{self._size.most_records:,} records", than)
            self._lines += flat_lines(operation, base, tenants, f"{self._size.most_tenants:,} tenants", than)


@asynccontextmanager
async def both(small: Network, large: Network, folder: Path) -> AsyncGenerator[tuple[Server, Server], None]:
    """Serve two networks at a time."""
    async with serving([ours(small), ours(large)], folder / "logs") as (few, many):
        yield few, many


def has_site() -> bool:
    """Tell whether a record in the schema has its site."""
    _, _, after = SCHEMA.read_text().partition("\ntype Record implements Node {")
    return "\n  site: Site" in after.partition("\n}")[0]


def offers(server: str) -> bool:
    """Tell whether the product can be served by something else than uvicorn."""
    command = [sys.executable, "-m", "gateway.cli.main", "serve", "--help"]
    return server in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.lower()


def tell(what: str) -> None:
    """Tell on standard error how far the run is."""
    print(f"  {what}", file=sys.stderr, flush=True)
