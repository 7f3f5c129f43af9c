"""Two features never share a name."""

from collections.abc import Sequence

from core.kernel.errors import DomainError
from core.kernel.graphql.contribution import Contribution
from core.kernel.graphql.declared import Change, declared_of
from core.kernel.graphql.entities import entity_of
from core.kernel.graphql.fields import RootField
from core.kernel.graphql.naming import camel
from core.kernel.graphql.types import extension_fields


def duplicates(contributions: Sequence[Contribution]) -> list[str]:
    """Name the fields and results that two features contribute, with both."""
    return [*root_duplicates(contributions), *extension_duplicates(contributions), *result_duplicates(contributions)]


def root_duplicates(contributions: Sequence[Contribution]) -> list[str]:
    """Name root fields that are contributed twice."""
    faults: list[str] = []
    for type_name in ("Query", "Mutation", "Subscription"):
        owners: dict[str, str] = {"node": "the framework"} if type_name == "Query" else {}
        for feature, one in roots(contributions, type_name):
            name = camel(one.name)
            if name in owners:
                faults.append(f"{type_name}.{name} is contributed by {owners[name]} and by {feature}.")
            owners.setdefault(name, feature)
    return faults


def roots(contributions: Sequence[Contribution], type_name: str) -> list[tuple[str, RootField]]:
    """List the fields of a root type with the features that contribute them."""
    kinds = {"Query": "queries", "Mutation": "mutations", "Subscription": "subscriptions"}
    return [(one.feature, root) for one in contributions for root in getattr(one, kinds[type_name])]


def extension_duplicates(contributions: Sequence[Contribution]) -> list[str]:
    """Name fields of another feature's type that are there already."""
    owners: dict[tuple[str, str], str] = {}
    faults: list[str] = []
    for one in contributions:
        for extended, classes in one.extends.items():
            name = shown_name(extended)
            known = {field.python_name: extended.__module__ for field in extension_fields(extended)}
            for field in [field for cls in classes for field in extension_fields(cls)]:
                first = known.get(field.python_name) or owners.get((name, field.python_name))
                if first:
                    faults.append(f"{name}.{camel(field.python_name)} is declared by {first} and by {one.feature}.")
                owners[name, field.python_name] = one.feature
    return faults


def shown_name(cls: type) -> str:
    """Give a type's GraphQL name."""
    entity = entity_of(cls)
    return entity.name if entity else cls.__name__


def result_duplicates(contributions: Sequence[Contribution]) -> list[str]:
    """Name results of mutations that stand for two things."""
    owners: dict[str, tuple[object, str]] = {}
    faults: list[str] = []
    for feature, root in roots(contributions, "Mutation"):
        declared = declared_of(root.field)
        if declared is None or not isinstance(declared.source, Change):
            continue
        kinds: list[type[DomainError] | type] = [declared.source.success, *declared.source.problems]
        for kind in kinds:
            first, owner = owners.setdefault(kind.__name__, (kind, feature))
            if first is not kind:
                faults.append(f"The type {kind.__name__} is declared by {owner} and by {feature}.")
    return faults
