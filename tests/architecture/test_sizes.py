"""Modules stay small enough to read in one sitting."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "tenants", "gateway", "plugins", "infra", "migrations", "tests")
LIMIT = 400
TEST_LIMIT = 600


def modules() -> list[Path]:
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    return [ROOT / "run.py", *found]


def test_every_folder_is_looked_at() -> None:
    assert all((ROOT / folder).is_dir() for folder in FOLDERS)
    assert len(modules()) > 100


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_not_longer_than_its_limit(path: Path) -> None:
    limit = TEST_LIMIT if "tests" in path.parts else LIMIT
    assert path.read_text().count("\n") <= limit, f"{path} is too long: split it by meaning"
