#!/usr/bin/env python3
"""Sets Touchstone up in this folder and runs one of its commands: `python3 run.py demo`, `python3 run.py test`.

Needs Python 3.11 and pip, nothing else. What it makes lies in `.venv` and `.touchstone`; both may be deleted.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATE = ROOT / ".touchstone"
STAMP = VENV / "touchstone-setup"
LOCK = ROOT / "requirements.lock"
"""What the product needs, and what installs this checkout."""
DEVELOPMENT_LOCK = ROOT / "requirements-dev.lock"
"""The same and what tests, checks and benchmarks need: as much again, most of it the type checker's."""
DEVELOPING = ("test", "bench")
OLDEST_UV, NEXT_UV = (0, 9), (1, 0)
IN_PARALLEL = ("-n", "2", "--dist", "worksteal")
"""Each half of the tests in a process; whichever is done first takes over what the other has left."""
INTERRUPTED, TOLD_TO_END = 130, 143
"""The statuses a shell expects of what Ctrl-C and SIGTERM ended."""
OWN = ("core", "tenants", "gateway", "plugins", "infra")
"""What is compiled while packages are fetched, for which one core is enough."""
EARLY = "gateway.demo.performing"
"""What the demonstration imports first: others install meanwhile, and it goes on from there by itself."""
LATE = "sqlmodel, strawberry.relay, fastapi, redis.asyncio, uvicorn, websockets.asyncio.server"
"""What it comes to after a second or two, of the packages that take longest to compile."""
MEANWHILE = f"import gc; gc.disable(); import {EARLY}"
ON_ITS_OWN = f"import gc, os; os.fork() and os._exit(0); os.setsid(); gc.disable(); import {LATE}; os._exit(0)"
"""Goes on beside the command, for two seconds or so."""
AFTER_OTHERS = ("nice",) if shutil.which("nice") else ()
"""Before a command that others should not wait for."""
TOLD: list[int] = []
"""Signals that came."""
STARTING: list[bool] = []
"""Whether a tool is being started, and cannot be ended yet by whoever is interrupted."""
# If this runs inside a virtual environment, that one may be the very `.venv` that is made anew.
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))


def main(arguments: list[str]) -> None:
    """Set up if something changed, then become the command."""
    if sys.version_info < (3, 11):  # noqa: UP036  # whoever has an older one should read a sentence
        sys.exit(f"Touchstone needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    signal.signal(signal.SIGTERM, told_to_end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, told_to_end)
    try:
        set_up(developing=bool(arguments) and arguments[0] in DEVELOPING)
    except subprocess.CalledProcessError as fault:
        sys.exit(f"Setting up failed with status {fault.returncode}; the reason is above.")
    except KeyboardInterrupt:
        step("interrupted while setting up; the next run goes on from here")
        sys.exit(TOLD_TO_END if signal.SIGTERM in TOLD else INTERRUPTED)
    if arguments[:1] == ["test"]:
        os.chdir(ROOT)
        command = [str(PYTHON), "-m", "pytest", *(arguments[1:] or IN_PARALLEL)]
    else:
        command = [str(VENV / "bin" / "touchstone"), *(arguments or ["--help"])]
    os.execve(command[0], command, compiling())  # noqa: S606  # becoming the command is the point


def told_to_end(number: int, _: object) -> None:
    """Take SIGTERM for Ctrl-C, and remember that it was not; wait until a tool that is being started can be ended."""
    TOLD.append(number)
    if not STARTING:
        raise KeyboardInterrupt


def heed() -> None:
    """Be interrupted by what came while a tool was being started."""
    if TOLD:
        raise KeyboardInterrupt


def compiling() -> dict[str, str]:
    """Give the environment of the command: where Python may keep no bytecode beside sources, it keeps it in our folder.

    Without any, every process would compile some thousand modules anew: five seconds for the demonstration.
    """
    environment = dict(os.environ)
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        environment.setdefault("PYTHONPYCACHEPREFIX", str(STATE / "bytecode"))
    return environment


def set_up(*, developing: bool) -> None:
    """Make `.venv` hold what the lock says, and this checkout; one process at a time.

    What was installed for development stays, for it is all that other commands need and more.

    Args:
        developing: Whether what tests, checks and benchmarks need is wanted too.
    """
    STATE.mkdir(exist_ok=True)
    with (STATE / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base, content = base_fingerprint(), content_fingerprint()
        had = STAMP.read_text().split() if STAMP.exists() and PYTHON.exists() else []
        had_all = had[2:] == ["development"]
        if had[:2] == [base, content] and (had_all or not developing):
            return
        with beside(*AFTER_OTHERS, BASE_PYTHON, "-m", "compileall", "-q", *OWN):
            uv, mirror = find_uv()
            if had[:1] != [base]:
                step("making .venv")
                shutil.rmtree(VENV, ignore_errors=True)  # Half of one is none to uv, which would not touch it.
                run(mirror, uv, "venv", "--quiet", "--clear", "--python", BASE_PYTHON, str(VENV))
            kind, wanted = ("development", DEVELOPMENT_LOCK) if developing or had_all else ("product", LOCK)
            STAMP.unlink(missing_ok=True)
            step(f"installing what {wanted.name} names")
            run(mirror, uv, "pip", "sync", "--quiet", "--require-hashes", str(wanted))
        step("installing this checkout")
        editable = [part for package in packages() for part in ("--editable", str(package))]
        with beside(str(PYTHON), "-c", ON_ITS_OWN), beside(str(PYTHON), "-c", MEANWHILE):
            run(mirror, uv, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", *editable)
        STAMP.write_text(f"{base} {content} {kind}\n")


@contextlib.contextmanager
def beside(*command: str) -> Generator[None]:
    """Have bytecode made during a block, and no longer: what it did not come to is made by whoever imports it.

    It only makes the first command faster: should it fail, that command says why.
    """
    places = os.pathsep.join(str(ROOT / part) for part in (".", "plugins/sdk", "infra/runtime"))
    environment = {**compiling(), "PYTHONPATH": places}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=quiet, stdout=quiet, stderr=quiet) as one:
        try:
            yield
        finally:
            one.terminate()


def packages() -> list[Path]:
    """Every distribution of this repository."""
    return [ROOT, ROOT / "infra" / "runtime", *(path.parent for path in sorted(ROOT.glob("plugins/*/pyproject.toml")))]


def base_fingerprint() -> str:
    """What makes a `.venv` another one: the Python under it and where it lies."""
    return hashlib.sha256(f"{sys.version}\0{sys.base_prefix}\0{VENV}".encode()).hexdigest()


def content_fingerprint() -> str:
    """What makes its content another one: the locks and every pyproject.toml."""
    digest = hashlib.sha256()
    for path in (LOCK, DEVELOPMENT_LOCK, *(package / "pyproject.toml" for package in packages())):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def find_uv() -> tuple[str, dict[str, str]]:
    """Find uv on the PATH or where an earlier run put it; else have pip put it there.

    A uv of our own knows only pip's settings, so it is told of the mirror that those may name.
    """
    if (found := shutil.which("uv")) and is_recent(found):
        return found, {}
    ours = STATE / "uv"
    asked = [*AFTER_OTHERS, BASE_PYTHON, "-m", "pip", "config", "list"]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as listing:
        if not (ours / "bin" / "uv").exists():
            step("installing uv with pip")
            fresh = STATE / "uv.new"
            shutil.rmtree(fresh, ignore_errors=True)
            quiet = {"PIP_ROOT_USER_ACTION": "ignore", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
            # It is one program without dependencies: there is nothing to resolve or to compile.
            plain = ("--quiet", "--no-deps", "--no-compile", "--target", str(fresh))
            run(quiet, BASE_PYTHON, "-m", "pip", "install", *plain, "uv>={}.{},<{}".format(*OLDEST_UV, NEXT_UV[0]))
            shutil.rmtree(ours, ignore_errors=True)
            fresh.rename(ours)
        said = dict(line.strip().split("=", 1) for line in listing.stdout or () if "=" in line)
    named = [
        said[key].strip("'") for key in (":env:.index-url", "install.index-url", "global.index-url") if key in said
    ]
    return str(ours / "bin" / "uv"), {"UV_DEFAULT_INDEX": named[0]} if named else {}


def is_recent(uv: str) -> bool:
    """Tell whether a uv can do all that is asked of it here: build our small distributions by itself, for one."""
    said = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return found is not None and OLDEST_UV <= (int(found[1]), int(found[2])) < NEXT_UV


def run(settings: dict[str, str], *command: str) -> None:
    """Run a tool for `.venv`, with the machine's certificates and the Python that is here."""
    ours = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV)}
    STARTING.append(True)
    with subprocess.Popen(command, cwd=ROOT, env={**settings, **os.environ, **ours}) as tool:
        try:
            STARTING.clear()
            heed()
            status = tool.wait()
        except BaseException:
            tool.kill()
            raise
    if status:
        raise subprocess.CalledProcessError(status, command)


def step(what: str) -> None:
    """Say what is being done; on standard error, so that a command's output stays its own."""
    print(f"touchstone: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
