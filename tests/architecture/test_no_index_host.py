"""No file names a package index's host: the repository installs from whatever mirror a company has."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MADE_HERE = {".git", ".venv", ".touchstone", "node_modules", "__pycache__", "dist"}
# The environment has no pip of its own; the Python it was made from has the one that knows the names.
BASE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
SAYS_HOSTS = """
from pip._internal.models import index
print(*{host for one in (index.PyPI, index.TestPyPI) for host in (one.netloc, one.file_storage_domain)}, sep="\\n")
"""


def files() -> Iterator[Path]:
    """Every file that is tracked or about to be; all files where there is no git."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        yield from (path for path in ROOT.rglob("*") if not MADE_HERE & set(path.relative_to(ROOT).parts))
    else:
        yield from (ROOT / name for name in listing.split("\0") if name)


@pytest.fixture(scope="module")
def hosts() -> list[bytes]:
    answer = subprocess.run([BASE_PYTHON, "-c", SAYS_HOSTS], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, f"{BASE_PYTHON} has no pip to ask for the names: {answer.stderr}"
    return [host.encode() for host in answer.stdout.split()]


def naming(paths: Iterator[Path], hosts: list[bytes]) -> list[str]:
    """List the files in which one of the hosts stands."""
    return [str(path) for path in paths if path.is_file() and any(host in path.read_bytes() for host in hosts)]


def test_no_file_names_the_host_of_a_package_index(hosts: list[bytes]) -> None:
    assert len(hosts) >= 3
    assert all(b"." in host for host in hosts)
    seen = list(files())
    assert ROOT / "run.py" in seen
    assert naming(iter(seen), hosts) == []


def test_a_file_that_did_would_be_found(hosts: list[bytes], tmp_path: Path) -> None:
    guilty, innocent = tmp_path / "guilty", tmp_path / "innocent"
    guilty.write_bytes(b"index = https://" + hosts[0] + b"/simple")
    innocent.write_bytes(b"index = none")
    assert naming(iter([guilty, innocent]), hosts) == [str(guilty)]
