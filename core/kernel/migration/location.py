"""Where the migrations lie: at the root of a checkout, or inside the installed distribution."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import core
from core.kernel.migration.errors import MigrationsAreMissing


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
def newest_revision() -> str:
    """Give the newest migration of this release, by the number its file's name begins with.

    Alembic would import itself and every migration to tell the same, at the start of every process that serves.

    Raises:
        MigrationsAreMissing: There are none.
    """
    return max(one.name.partition("_")[0] for one in (find_migrations() / "versions").glob("[0-9]*_*.py"))


def candidates() -> list[Path]:
    """List the places to look: beside the packages, then among the data of the package that carries them."""
    found = [Path(place).parent / "migrations" for place in core.__path__]
    carrier = find_spec("gateway")
    return found + [Path(place) / "_migrations" for place in (carrier and carrier.submodule_search_locations) or ()]
