"""The locks say what the projects ask for today: compiled again over themselves, nothing changes."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.launcher import launcher

ROOT = Path(__file__).parents[2]
OURS = ("touchstone-sdk", "touchstone-testkit", "touchstone-runtime", "touchstone-scoring-conformance")
PRODUCT, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
RENEW = "renew it: CONTRIBUTING.md says how"


def compiled(into: Path, name: str, *options: str) -> str:
    """Compile a lock over a copy of itself."""
    lock = into / name
    shutil.copy(ROOT / name, lock)
    projects = [
        ROOT / "pyproject.toml",
        ROOT / "infra/runtime/pyproject.toml",
        *sorted(ROOT.glob("plugins/*/pyproject.toml")),
    ]
    program, mirror = launcher().find_uv()
    command = [
        *(program, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
        *("--no-header", "--no-annotate", "--all-extras", *options),
        *(part for name in OURS for part in ("--no-emit-package", name)),
        *(str(project.relative_to(ROOT)) for project in projects),
        *("-o", str(lock)),
    ]
    subprocess.run(
        command, check=True, cwd=ROOT, env={**mirror, **os.environ, "UV_SYSTEM_CERTS": "1"}, capture_output=True
    )
    return lock.read_text()


def pins(name: str) -> set[str]:
    """Give what a lock pins, with versions and markers."""
    return {line for line in (ROOT / name).read_text().splitlines() if "==" in line}


def test_the_lock_of_the_product_is_current(tmp_path: Path) -> None:
    assert compiled(tmp_path, PRODUCT, "--group", "build") == (ROOT / PRODUCT).read_text(), RENEW


def test_the_lock_of_development_is_current(tmp_path: Path) -> None:
    wanted = compiled(tmp_path, DEVELOPMENT, "--group", "dev", "--constraints", PRODUCT)
    assert wanted == (ROOT / DEVELOPMENT).read_text(), RENEW


def test_what_is_installed_to_run_is_what_is_tested() -> None:
    assert pins(PRODUCT) < pins(DEVELOPMENT)
