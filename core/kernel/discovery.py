"""Import a feature's modules of one name wherever they lie, so that what they declare is known."""

import os
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
    """Name the modules and packages of one name below a package."""
    return tuple(one for one in module_names(root) if one.rpartition(".")[2] == named)


@cache
def module_names(root: str) -> tuple[str, ...]:
    """Name whatever lies below a package, importing none of it.

    It is looked for once for the process: what is installed does not change under it.
    """
    spec = find_spec(root)
    places = (spec.submodule_search_locations or ()) if spec else ()
    return tuple(sorted(".".join((root, *parts)) for place in places for parts in module_parts(Path(place))))


def module_parts(folder: Path) -> Iterator[tuple[str, ...]]:
    """Find the modules and packages below a folder, each by the parts of its name."""
    for place, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if one != "__pycache__"]
        above = Path(place).relative_to(folder).parts
        for file in files:
            name, dot, ending = file.rpartition(".")
            if dot and ending == "py":
                yield above if name == "__init__" else (*above, name)
