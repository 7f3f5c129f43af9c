"""Servers side by side on loopback: started here, asked at an address, ended by their process id."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL

import httpx2
from touchstone_runtime.spawning import Launch, spawn

from core.kernel.roles import Role, role_password
from tests.benchmarks._alone import lent_process
from tests.benchmarks._execution.network import Asked, Network
from tests.benchmarks._execution.npm import Peers
from tests.benchmarks._execution.operations import Data, Operation
from tests.support.cluster import ROLE_SECRET
from tests.support.forked import Forked

ROOT = Path(__file__).parents[3]
POOL = 5
"""What the product ships with; every server has as many connections."""
PATIENCE_S = 60
FAREWELL_S = 20
SECRETS = {
    "TOUCHSTONE_ROLE_SECRET": ROLE_SECRET,
    "TOUCHSTONE_MASTER_KEY": "0" * 64,
    "TOUCHSTONE_CURSOR_KEY": "a secret of benchmarks",
}
OURS = "Touchstone"
FLOOR = "the bare floor"
POSTGRAPHILE = "PostGraphile 5"
MERCURIUS = "Mercurius"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        name: What it is.
        pid: Its process.
        port: Where it answers.
        log: What it says.
    """

    name: str
    pid: int
    port: int
    log: Path

    def url(self, operation: Operation) -> str:
        """Give the address an operation is posted to."""
        path = operation.name if self.name == FLOOR else "graphql"
        return f"http://127.0.0.1:{self.port}/{path}"

    def said(self) -> str:
        """Give the end of what the server said."""
        return self.log.read_text(errors="replace")[-2000:]

    def body(self, operation: Operation) -> str:
        """Give the operation in the server's words."""
        return (operation.postgraphile if self.name == POSTGRAPHILE else operation.ours).body()

    def read(self, operation: Operation, data: Data) -> Data:
        """Give the server's answer in our words."""
        return operation.reads_postgraphile(data) if self.name == POSTGRAPHILE else data


@dataclass(frozen=True, slots=True)
class Start:
    """How a server is started.

    Attributes:
        name: What it is.
        command: Program and arguments; ``PORT`` stands for the port.
        folder: Where it works.
        environment: Its environment.
    """

    name: str
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


def ours(network: Network, name: str = OURS, *options: str) -> Start:
    """Start the product as in production: one process, no built-in issuer, no introspection."""
    settings = {
        **SECRETS,
        "DATABASE_URL": network.url,
        "TOUCHSTONE_ENVIRONMENT": "production",
        "TOUCHSTONE_TRUSTED_DOCUMENTS_ONLY": "false",
        "TOUCHSTONE_POOL_SIZE": str(POOL),
        "TOUCHSTONE_WORKERS": "1",
    }
    command = [sys.executable, "-m", "gateway.cli.main", "serve", "--port", "PORT", *options]
    return Start(name, command, ROOT, settings)


def floor(network: Network, *, site: bool) -> Start:
    """Start the floor under the same server as the product."""
    command = [sys.executable, "-m", "uvicorn", "tests.benchmarks._execution.floor:app", "--port", "PORT"]
    quiet = ["--no-access-log", "--log-level", "warning", "--no-server-header"]
    return Start(FLOOR, [*command, *quiet], ROOT, {**database(network), "BENCH_SITE": str(int(site))})


def peer(name: str, file: str, network: Network, peers: Peers) -> Start:
    """Start a peer under Node, in one process."""
    environment = {**database(network), "NODE_ENV": "production", "GRAPHILE_ENV": "production", "BENCH_PORT": "PORT"}
    return Start(name, [str(peers.node), file], peers.folder, environment)


def database(network: Network) -> dict[str, str]:
    """Tell a server other than ours which database it serves, as the role that ours serves as."""
    asked = network.asked[0]
    host = network.url.removeprefix("postgresql://")
    return {
        "BENCH_DATABASE": f"postgresql://{Role.APP.value}:{role_password(ROLE_SECRET, Role.APP)}@{host}",
        "BENCH_POOL": str(POOL),
        "BENCH_NETWORK": str(asked.network_id),
        "BENCH_ROOT": asked.lineage.split(",")[0],
    }


@asynccontextmanager
async def serving(starts: Sequence[Start], logs: Path) -> AsyncGenerator[list[Server], None]:
    """Run servers as long as the block lasts; they also end when this process does."""
    with ExitStack() as stack:
        servers = [started(start, logs, stack) for start in starts]
        for server in servers:
            await answering(server)
        yield servers


def started(start: Start, logs: Path, stack: ExitStack) -> Server:
    """Start one server; it is ended when the stack unwinds."""
    port = free_port()
    environment = {name: value.replace("PORT", str(port)) for name, value in start.environment.items()}
    log = logs / f"{start.name}-{port}.log"
    output = stack.enter_context(log.open("wb"))
    command = [part.replace("PORT", str(port)) for part in start.command]
    process = lent_process(command, environment, log) or spawn(
        Launch(
            command=command,
            folder=start.folder,
            account=None,
            output=output,
            farewell=SIGKILL,
            environment=environment,
        )
    )
    stack.callback(end, process)
    return Server(start.name, process.pid, port, log)


def free_port() -> int:
    """Give a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes] | Forked) -> None:
    """End a server and wait until it is gone."""
    process.terminate()
    try:
        process.wait(FAREWELL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def answering(server: Server) -> None:
    """Wait until a server takes connections.

    Raises:
        RuntimeError: It does not come up; with the end of its log.
    """
    for _ in range(PATIENCE_S * 10):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    msg = f"{server.name} does not come up: {server.said()}"
    raise RuntimeError(msg)


async def headers_for(asked: Asked, server: Server) -> dict[str, str]:
    """Give the headers of a tenant's requests: a fresh token of a quarter of an hour where the server asks for one."""
    headers = {"content-type": "application/json", "touchstone-tenant": str(asked.tenant_id)}
    if not server.name.startswith(OURS):
        return headers
    form = {"grant_type": "client_credentials", "client_id": asked.client_id, "client_secret": asked.secret}
    async with httpx2.AsyncClient(verify=False) as client:
        answer = await client.post(f"http://127.0.0.1:{server.port}/oauth/token", data=form)
    return {**headers, "authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}
