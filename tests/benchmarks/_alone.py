"""Measuring in a process of its own: a new one, or where figures mean nothing, one that has the product imported."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from tests.benchmarks._ground import LENT
from tests.support.becoming import module, script
from tests.support.forked import Forked


async def alone(path: Path, *arguments: str) -> list[str]:
    """Run a file to its end and give the words it told.

    Raises:
        RuntimeError: It ended otherwise than well.
    """
    if (lent := LENT.get()) is not None:
        said = lent.folder / uuid4().hex
        process = Forked(script, str(path), *arguments, environment=dict(os.environ), output=said)
        status, told = await process.ended(), said.read_text()
    else:
        new = await asyncio.create_subprocess_exec(
            sys.executable, str(path), *arguments, stdout=asyncio.subprocess.PIPE
        )
        heard, _ = await new.communicate()
        status, told = new.returncode, heard.decode()
    if status:
        msg = f"{path.name} {' '.join(arguments)} ended with {status}."
        raise RuntimeError(msg)
    return told.split()


def lent_process(command: list[str], environment: Mapping[str, str], output: Path) -> Forked | None:
    """Begin ``python -m ...`` where the cluster is lent, which nothing is measured on; else give None."""
    if LENT.get() is None or command[:2] != [sys.executable, "-m"]:
        return None
    return Forked(module, *command[2:], environment={"PATH": "/usr/bin:/bin", **environment}, output=output)
