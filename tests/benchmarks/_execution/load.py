"""Load on a server: wrk where it is, autocannon from npm otherwise, and for the short form a small one in Python."""

import asyncio
import json
import shutil
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.benchmarks._execution.npm import Peers
from tests.benchmarks._execution.operations import FRESH

CONNECTIONS = 16
"""Connections of most operations."""
SCRIPT = """
wrk.method = "POST"
{headers}
local body = {body}
local count = 0
function request()
  if {fresh} then
    count = count + 1
    return wrk.format(nil, nil, nil, (body:gsub("{mark}", "{run}-" .. count)))
  end
  return wrk.format(nil, nil, nil, body)
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('{{"requests": %d, "seconds": %.6f, "bytes": %d, "failed": %d, "p50": %.3f, "p99": %.3f}}\\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent over and over.

    Attributes:
        url: Where to.
        headers: With which headers.
        body: The body; ``FRESH`` in it is replaced by a name no other request has.
        connections: Over how many connections at a time.
    """

    url: str
    headers: Mapping[str, str]
    body: str
    connections: int = CONNECTIONS

    def once(self) -> str:
        """Give the body of one request."""
        return self.body.replace(FRESH, uuid4().hex)


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of load came to.

    Attributes:
        requests: Requests that were answered.
        seconds: How long it took.
        failed: Requests without an answer, or with a status other than 2xx.
        bytes_each: Bytes of an answer, with its headers.
        p50_ms: Half of the answers took no longer.
        p99_ms: 99 of 100 answers took no longer.
    """

    requests: int
    seconds: float
    failed: int
    bytes_each: float
    p50_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Give requests a second."""
        return self.requests / self.seconds


@dataclass(frozen=True, slots=True)
class Generator:
    """What makes the load.

    Attributes:
        name: Its name.
        command: The program; empty for the one in Python.
        folder: Where scripts are written.
    """

    name: str
    command: tuple[str, ...]
    folder: Path

    async def run(self, request: Request, seconds: float) -> Load:
        """Send requests for some seconds."""
        if self.name == "wrk":
            return await self._wrk(request, seconds)
        if self.name == "autocannon":
            return await self._autocannon(request, seconds)
        return await from_here(request, seconds)

    async def _wrk(self, request: Request, seconds: float) -> Load:
        script = self.folder / "load.lua"
        script.write_text(script_for(request))
        options = [
            "-t1",
            f"-c{request.connections}",
            f"-d{max(1, round(seconds))}s",
            "--timeout",
            "20s",
            "-s",
            str(script),
        ]
        told = await output(*self.command, *options, request.url)
        found: dict[str, Any] = json.loads(told[told.index("{") :])
        each = found["bytes"] / max(1, found["requests"])
        return Load(found["requests"], found["seconds"], found["failed"], each, found["p50"], found["p99"])

    async def _autocannon(self, request: Request, seconds: float) -> Load:
        options = [
            "-c",
            str(request.connections),
            "-d",
            str(max(1, round(seconds))),
            "-m",
            "POST",
            "--json",
            "-t",
            "20",
        ]
        for name, value in request.headers.items():
            options += ["-H", f"{name}={value}"]
        if FRESH in request.body:
            options.append("--idReplacement")
        body = request.body.replace(FRESH, f"{uuid4().hex}-[<id>]")
        found: dict[str, Any] = json.loads(await output(*self.command, *options, "-b", body, request.url))
        total, failed = found["requests"]["total"], found["errors"] + found["timeouts"] + found["non2xx"]
        latency = found["latency"]
        each = found["throughput"]["total"] / max(1, total)
        return Load(total, found["duration"], failed, each, latency["p50"], latency["p99"])


def choose(folder: Path, peers: Peers | None) -> Generator:
    """Take wrk, or autocannon, or what is left."""
    wrk = shutil.which("wrk")
    if wrk:
        return Generator("wrk", (wrk,), folder)
    if peers is not None:
        script = peers.folder / "node_modules" / "autocannon" / "autocannon.js"
        return Generator("autocannon", (str(peers.node), str(script)), folder)
    return in_python(folder)


def in_python(folder: Path) -> Generator:
    """Give the one that is always there."""
    return Generator("a loop in Python", (), folder)


def script_for(request: Request) -> str:
    """Write a script for wrk."""
    headers = "\n".join(f"wrk.headers[ {quoted(name)} ] = {quoted(value)}" for name, value in request.headers.items())
    fresh = "true" if FRESH in request.body else "false"
    return SCRIPT.format(headers=headers, body=quoted(request.body), fresh=fresh, mark=FRESH, run=uuid4().hex)


def quoted(text: str) -> str:
    """Write a Lua text; what is sent has no long brackets."""
    return f"[==[{text}]==]"


async def output(*command: str) -> str:
    """Run a program and give what it says.

    Raises:
        RuntimeError: It failed.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    told, complaint = await process.communicate()
    if process.returncode:
        msg = f"{command[0]} ended with {process.returncode}: {complaint.decode()[-500:]}"
        raise RuntimeError(msg)
    return told.decode()


async def from_here(request: Request, seconds: float) -> Load:
    """Send requests from here, which slows the server down: to see that all runs, not to compare."""
    until = time.perf_counter() + seconds
    runs = await asyncio.gather(*(one_connection(request, until) for _ in range(request.connections)))
    took = [one for run in runs for one, _, _ in run]
    sizes = [size for run in runs for _, size, _ in run]
    failed = sum(not well for run in runs for _, _, well in run)
    cuts = statistics.quantiles(took, n=100)
    return Load(len(took), seconds, failed, statistics.mean(sizes), cuts[49] * 1e3, cuts[98] * 1e3)


async def one_connection(request: Request, until: float) -> list[tuple[float, int, bool]]:
    """Send one request after another and tell seconds, bytes and whether it went well."""
    host, _, path = request.url.removeprefix("http://").partition("/")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    lines = "".join(f"{key}: {value}\r\n" for key, value in request.headers.items())
    done: list[tuple[float, int, bool]] = []
    while True:
        body = request.once().encode()
        started = time.perf_counter()
        writer.write(f"POST /{path} HTTP/1.1\r\nhost: {host}\r\n{lines}content-length: {len(body)}\r\n\r\n".encode())
        writer.write(body)
        head = await reader.readuntil(b"\r\n\r\n")
        [length] = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line]
        await reader.readexactly(length)
        done.append((time.perf_counter() - started, len(head) + length, b" 2" in head[:12]))
        if time.perf_counter() > until:
            writer.close()
            return done
