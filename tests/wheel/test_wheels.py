"""The distributions as partners get them: built as wheels, installed together outside the checkout, and run there."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.launcher import launcher

ROOT = Path(__file__).parents[2]
OURS = ["core", "tenants", "gateway"]

_OWNERS = """
import json, pathlib, sys
from importlib.metadata import distributions
prefix = pathlib.Path(sys.prefix).resolve()
owners = {}
for one in distributions():
    for path in one.files or ():
        if len(path.parts) > 1 and not path.parts[0].endswith((".dist-info", "..")):
            owners.setdefault(path.parts[0], set()).add(one.name)
print(json.dumps({name: sorted(who) for name, who in owners.items()}))
"""

_IMPORTS = """
import importlib, json, sys
print(json.dumps({name: importlib.import_module(name).__file__ for name in sys.argv[1:]}))
"""

_IMPORTS_ALL = """
import importlib, json, pathlib, sys
names = []
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    parts = path.relative_to(sys.argv[1]).with_suffix("").parts
    if parts[0] in sys.argv[2:] and not {"_migrations", "__main__"} & set(parts):
        names.append(".".join(parts).removesuffix(".__init__"))
for name in names:
    importlib.import_module(name)
print(json.dumps(names))
"""

_ENTRY_POINTS = """
import json
from importlib.metadata import entry_points
print(json.dumps({one.name: str(one.load()) for one in entry_points(group="touchstone.plugins")}))
"""


@dataclass(frozen=True, slots=True)
class Place:
    """An environment that holds the wheels, and nothing of the checkout."""

    folder: Path
    wheels: dict[str, Path]

    @property
    def bin(self) -> Path:
        return self.folder / "environment" / "bin"

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment away from the checkout; give what it printed."""
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        done = subprocess.run(
            [self.bin / program, *arguments], cwd=self.folder, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, script: str, *arguments: str) -> Any:
        return json.loads(self.run("python", "-I", "-c", script, *arguments))


def project(package: Path) -> dict[str, Any]:
    return tomllib.loads((package / "pyproject.toml").read_text())["project"]


def build(uv: str, package: Path, into: Path) -> Path:
    """Build one wheel with what is installed here: each says by which backend."""
    told = ("--quiet", "--offline", "--no-build-isolation", "--python", sys.executable)
    command = [uv, "build", "--wheel", *told, "--out-dir", str(into), str(package)]
    done = subprocess.run(command, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = into.glob("*.whl")
    return wheel


def closure(wanted: list[tuple[str, str]]) -> set[str]:
    """Follow what distributions declare, each with one extra or none; give the names of all they need."""
    seen: set[tuple[str, str]] = set()
    while wanted:
        name, extra = wanted.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in requires(name) or []:
            asked = Requirement(line)
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                wanted += [(canonicalize_name(asked.name), one) for one in {"", *asked.extras}]
    return {name for name, _ in seen}


def locked(names: set[str]) -> str:
    """Give the part of the lock that pins these distributions."""
    blocks = re.split(r"^(?=\w)", (ROOT / "requirements-dev.lock").read_text(), flags=re.MULTILINE)
    return "".join(block for block in blocks if block and canonicalize_name(re.split(r"[=\s\[]", block)[0]) in names)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Everything built, and installed with what the wheels themselves ask for and nothing more, as the lock pins it.

    Nothing is fetched: setting up left all of it in uv's cache.
    """
    folder = tmp_path_factory.mktemp("clean")
    run = launcher()
    packages: list[Path] = run.packages()
    uv, mirror = run.find_uv()
    wheels = {project(package)["name"]: build(uv, package, folder / package.name) for package in packages}
    pins = folder / "pins.txt"
    pins.write_text(locked(closure([("touchstone-server", "embedded"), *((name, "") for name in wheels)])))
    environment = str(folder / "environment")
    for command in (
        ["venv", "--python", run.BASE_PYTHON, environment],
        ["pip", "sync", "--python", environment, "--require-hashes", str(pins)],
        ["pip", "install", "--python", environment, "--no-deps", *map(str, wheels.values())],
        ["pip", "check", "--python", environment],
    ):
        settings = {**mirror, **os.environ, "UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never"}
        done = subprocess.run([uv, *command], cwd=folder, env=settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return Place(folder, wheels)


def test_every_distribution_of_the_repository_is_built(place: Place) -> None:
    assert {"touchstone-server", "touchstone-runtime", "touchstone-sdk"} <= place.wheels.keys()


def test_a_wheel_holds_its_packages_and_nothing_else(place: Place) -> None:
    for name, wheel in place.wheels.items():
        with zipfile.ZipFile(wheel) as archive:
            listed = archive.namelist()
        tops = {path.split("/", 1)[0] for path in listed if ".dist-info/" not in path}
        assert tops == (set(OURS) if name == "touchstone-server" else {name.replace("-", "_")})
        assert not [path for path in listed if "__pycache__" in path or "/tests/" in path or path.endswith(".pyc")]


def test_the_command_runs_outside_the_checkout(place: Place) -> None:
    assert "demo" in place.run("touchstone", "--help")


def test_every_package_is_imported_from_the_clean_environment(place: Place) -> None:
    names = [*OURS, *(name.replace("-", "_") for name in place.wheels if name != "touchstone-server")]
    found: dict[str, str] = place.python(_IMPORTS, *names)
    assert found.keys() == set(names)
    assert all(Path(file).is_relative_to(place.folder) for file in found.values())


def test_every_module_finds_what_it_imports_among_what_the_wheels_ask_for(place: Place) -> None:
    (site,) = (place.folder / "environment" / "lib").glob("python3*/site-packages")
    names: list[str] = place.python(_IMPORTS_ALL, str(site), *OURS, "touchstone_runtime", "touchstone_sdk")
    assert {"core.kernel.scope", "touchstone_runtime.servers"} <= set(names)


def test_nobody_else_owns_our_top_level_names(place: Place) -> None:
    owners: dict[str, list[str]] = place.python(_OWNERS)
    for name in OURS:
        assert owners[name] == ["touchstone-server"]
    for name in place.wheels:
        if name != "touchstone-server":
            assert owners[name.replace("-", "_")] == [name]


def test_every_plugin_is_discovered_and_loads(place: Place) -> None:
    declared = {
        entry: target
        for package in launcher().packages()
        for entry, target in project(package).get("entry-points", {}).get("touchstone.plugins", {}).items()
    }
    assert declared
    assert place.python(_ENTRY_POINTS).keys() == declared.keys()


def test_the_wheel_brings_the_migrations(place: Place) -> None:
    with zipfile.ZipFile(place.wheels["touchstone-server"]) as archive:
        names = archive.namelist()
    packed = {path.rsplit("/", 1)[1] for path in names if "/versions/" in path}
    there = {path.name for path in (ROOT / "migrations" / "versions").glob("*.py")}
    assert there
    assert there <= packed
    assert "gateway/_migrations/baseline.sql" in names
