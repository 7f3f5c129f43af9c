"""The features whose contributions make the schema: every package ``graphql`` in the product that exports one."""

from core.kernel.discovery import import_modules
from core.kernel.graphql.contribution import Contribution

ROOTS = ("core", "tenants")


def contributions() -> list[Contribution]:
    """Gather what the features add to the schema, in the order of their names."""
    found = (getattr(module, "CONTRIBUTION", None) for module in import_modules("graphql", ROOTS))
    return [one for one in found if isinstance(one, Contribution)]
