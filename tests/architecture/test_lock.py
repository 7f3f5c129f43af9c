"""The lock says what the projects ask for today: compiled again over itself, nothing changes."""

import os
import shutil
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ("touchstone-sdk", "touchstone-testkit", "touchstone-runtime", "touchstone-scoring-conformance")


def uv() -> tuple[str, dict[str, str]]:
    """Find uv the way setting up finds it, with what it must be told."""
    spec = spec_from_file_location("touchstone_run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    run = module_from_spec(spec)
    spec.loader.exec_module(run)
    return run.find_uv()


def test_the_lock_is_current(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    shutil.copy(ROOT / "requirements.lock", lock)
    projects = [
        ROOT / "pyproject.toml",
        ROOT / "infra/runtime/pyproject.toml",
        *sorted(ROOT.glob("plugins/*/pyproject.toml")),
    ]
    program, mirror = uv()
    command = [
        *(program, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
        *("--no-header", "--no-annotate", "--all-extras", "--group", "dev"),
        *(part for name in OURS for part in ("--no-emit-package", name)),
        *(str(project.relative_to(ROOT)) for project in projects),
        *("-o", str(lock)),
    ]
    subprocess.run(
        command, check=True, cwd=ROOT, env={**mirror, **os.environ, "UV_SYSTEM_CERTS": "1"}, capture_output=True
    )
    assert lock.read_text() == (ROOT / "requirements.lock").read_text(), "renew it: CONTRIBUTING.md says how"
