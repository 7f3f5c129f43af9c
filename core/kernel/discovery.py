"""Import a feature's modules of one name wherever they lie, so that what they declare is known."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

ROOTS = ("core", "tenants", "gateway")


def import_modules(named: str, roots: tuple[str, ...] = ROOTS) -> list[ModuleType]:
    """Import every module of that name below the top-level packages that are installed.

    Args:
        named: Name of the module, such as ``models`` or ``jobs``.
        roots: Top-level packages to look in; one that is not installed is passed over.
    """
    return [import_module(name) for root in roots for name in known_names(root, named)]


@cache
def known_names(root: str, named: str) -> tuple[str, ...]:
    """Name the modules below a package once for the process: what is installed does not change under it."""
    return tuple(sorted(module_names(root, named)))


def module_names(root: str, named: str) -> Iterator[str]:
    """Name the modules below a package without importing any of them."""
    spec = find_spec(root)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place)
        for file in folder.rglob(f"{named}.py"):
            yield ".".join((root, *file.relative_to(folder).with_suffix("").parts))
