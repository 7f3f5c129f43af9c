"""Which fields a selection asks for, before it is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
)

from core.kernel.graphql.access import Permission
from core.kernel.graphql.asked import Asked
from gateway.execution.graphql_types import named_type
from gateway.execution.guards import GUARDS, Guards
from gateway.execution.plans import EntityPlan
from gateway.execution.selections import Fields, Selections, field_name

Judge = Callable[[tuple[Permission, ...]], object]


class Lookahead:
    """Looks into the selections of one operation; each fragment is visited once per selection."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], variables: Any) -> None:  # noqa: ANN401 - graphql-core's own container
        self._schema = schema
        self._selections = Selections(schema, fragments, variables, field_name)
        self._guards: Guards = schema.extensions[GUARDS]
        self._known: dict[tuple[object, ...], frozenset[str]] = {}

    def labels(self, plan: EntityPlan, nodes: Sequence[FieldNode], judge: Judge) -> frozenset[str]:
        """Give the labels that the selections below some nodes read of an entity; nothing is read for what is refused.

        Args:
            plan: The entity.
            nodes: What is selected.
            judge: Tells why whoever asks is refused, or nothing.
        """
        key = (plan.entity.name, *map(id, nodes))
        if key not in self._known:
            self._known[key] = frozenset(self.fields(nodes, plan.entity.name))
        found = [(name, self._guards.find(plan.entity.name, name)) for name in self._known[key]]
        permitted = [name for name, guard in found if guard is not None and judge(guard.needs) is None]
        return frozenset[str]().union(*[plan.needs.get(name, ()) for name in permitted])

    def list_labels(self, plan: EntityPlan, connection: Fields, judge: Judge) -> frozenset[str]:
        """Give the labels that the selections below a connection read of the listed entity."""
        inner: list[FieldNode] = list(connection.get("nodes", ()))
        for edge in connection.get("edges", ()):
            inner += self.fields([edge], f"{plan.entity.name}Edge").get("node", ())
        return self.labels(plan, inner, judge) if inner else frozenset()

    def below(self, nodes: Iterable[FieldNode], type_: GraphQLNamedType) -> Asked:
        """Give the fields selected below some nodes at any depth, whatever kind of object they turn out to be."""
        return Asked(frozenset(self._paths(nodes, type_, "")))

    def _paths(self, nodes: Iterable[FieldNode], type_: GraphQLNamedType, before: str) -> Iterator[str]:
        for kind in self._kinds(type_):
            for name, same in self.fields(nodes, kind.name).items():
                if name in kind.fields:
                    yield before + name
                    yield from self._paths(same, named_type(kind.fields[name]), f"{before}{name}.")

    def _kinds(self, type_: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        if is_abstract_type(type_):
            return self._schema.get_possible_types(type_)
        return [type_] if isinstance(type_, GraphQLObjectType) else []

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Fields:
        """Give the fields selected below some nodes on objects of a type, by name."""
        return self._selections.below(nodes, cast("GraphQLObjectType", self._schema.get_type(type_name)))
