"""Where the migrations lie: at the root of a checkout, or inside the installed distribution."""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import core
from core.kernel.migration.errors import MigrationsAreMissing

REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
FOLLOWS = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)


def find_migrations() -> Path:
    """Find the folder that holds ``env.py``.

    Raises:
        MigrationsAreMissing: It is in neither place.
    """
    for folder in candidates():
        if (folder / "env.py").is_file():
            return folder
    raise MigrationsAreMissing


@cache
def newest_revision(folder: Path | None = None) -> str:
    """Give the newest migration of this release: the one that no other follows; numbers need not be in their order.

    Alembic would import itself and every migration to tell the same, at the start of every process that serves.

    Args:
        folder: The migrations, where they are not those of the product.

    Raises:
        MigrationsAreMissing: There are none.
    """
    versions = (folder or find_migrations()) / "versions"
    texts = [one.read_text(encoding="utf-8") for one in versions.glob("[0-9]*_*.py")]
    named, followed = (set(found.findall("\n".join(texts))) for found in (REVISION, FOLLOWS))
    return max(named - followed)


def candidates() -> list[Path]:
    """List the places to look: beside the packages, then among the data of the package that carries them."""
    found = [Path(place).parent / "migrations" for place in core.__path__]
    carrier = find_spec("gateway")
    return found + [Path(place) / "_migrations" for place in (carrier and carrier.submodule_search_locations) or ()]
