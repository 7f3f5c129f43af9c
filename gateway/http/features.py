"""The features whose contributions make the schema: every package ``graphql`` in the product that exports one."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from core.kernel.graphql.contribution import Contribution

ROOTS = ("core", "tenants")


def contributions() -> list[Contribution]:
    """Gather what the features add to the schema, in the order of their names."""
    modules = (import_module(name) for root in ROOTS for name in graphql_packages(root))
    found = (getattr(module, "CONTRIBUTION", None) for module in modules)
    return [one for one in found if isinstance(one, Contribution)]


def graphql_packages(root: str) -> list[str]:
    """Name the packages ``graphql`` below a top-level package."""
    spec = find_spec(root)
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    return sorted(
        ".".join((root, *file.parent.relative_to(folder).parts))
        for folder in folders
        for file in folder.rglob("graphql/__init__.py")
    )
