"""Ways to look at a server from outside."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from touchstone_runtime.accounts import unprivileged_account
from touchstone_runtime.processes import is_alive

_asyncpg: Any = asyncpg  # it has no types


async def ask(url: str, statement: str, **changed: Any) -> Any:
    """Run one statement and return its first value."""
    connection = await _asyncpg.connect(url, ssl=False, **changed)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def listens_on(port: int) -> set[str]:
    """Say on which addresses some process listens at this port, as the kernel tells."""
    found: set[str] = set()
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, hexadecimal_port = local.partition(":")
            if state == "0A" and int(hexadecimal_port, 16) == port:
                words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
                found.add(socket.inet_ntop(family, b"".join(words)))
    return found


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait for a condition; say whether it came true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return condition()


def is_gone(pid: int) -> bool:
    return not is_alive(pid)


def python_that(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a Python of its own that runs the script; it says on standard output what the test waits for."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )


@contextmanager
def stranger() -> Generator[subprocess.Popen[bytes]]:
    """A living process of the account servers run under, which is no server."""
    account = unprivileged_account()
    uid, gid = (None, None) if account is None else (account.uid, account.gid)
    with subprocess.Popen(["/bin/sleep", "600"], cwd="/", user=uid, group=gid) as process:
        try:
            yield process
        finally:
            process.kill()
