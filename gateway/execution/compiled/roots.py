"""Operations: which root fields one statement answers, and which are left to the interpreter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from graphql import FieldNode, FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema, OperationDefinitionNode
from graphql.execution.values import VariableValues
from sqlalchemy import ColumnElement
from strawberry.types.base import get_object_definition

from core.kernel.frozen import frozen
from core.kernel.graphql.ids import local_key, split_id
from core.kernel.reads import Breadth
from gateway.execution.compiled.arguments import Arguments, Find
from gateway.execution.compiled.bail import Bail, Inexpressible
from gateway.execution.compiled.binds import Binds, Run
from gateway.execution.compiled.keeping import figure, revision
from gateway.execution.compiled.objects import ObjectCompiler
from gateway.execution.compiled.payloads import PayloadPlan, payload_plan
from gateway.execution.compiled.plan import Plan, Root
from gateway.execution.compiled.rows import Rows, walls
from gateway.execution.compiled.statement import ContextStrategy
from gateway.execution.compiled.texts import NULL, concat, or_else, quoted
from gateway.execution.cursors import CursorSeal
from gateway.execution.guards import GUARDS, Guards
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan
from gateway.execution.readings import READINGS, CodeReading, KeptReading, KeptWhileReading, NodeReading, Readings
from gateway.execution.resolvers import looked_up, read_id
from gateway.execution.selections import Selections


@frozen(kw_only=True)
class Compiler:
    """Makes plans.

    Attributes:
        schema: The assembled schema.
        guards: What each field takes.
        readings: How each field reads.
        seal: Seals cursors.
        page_limit: Most objects on one page.
        keeps: Whether answers that may be kept are.
    """

    schema: GraphQLSchema
    guards: Guards
    readings: Readings
    seal: CursorSeal
    page_limit: int
    keeps: bool = False

    @classmethod
    def of(cls, schema: GraphQLSchema, seal: CursorSeal, page_limit: int, *, keeps: bool = False) -> "Compiler":
        """Compile against an assembled schema."""
        extensions = schema.extensions
        return cls(
            schema=schema,
            guards=extensions[GUARDS],
            readings=extensions[READINGS],
            seal=seal,
            page_limit=page_limit,
            keeps=keeps,
        )

    def plan(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        strategy: ContextStrategy,
    ) -> Plan:
        """Compile a query, as far as it can be.

        Raises:
            GraphQLError: An argument is wrong; the interpreter says it in its place.
        """
        query = cast("GraphQLObjectType", self.schema.query_type)
        objects = self._objects(fragments, variables, strategy.binds())
        roots: list[Root] = []
        columns: list[ColumnElement[Any]] = []
        for name, nodes in objects.selections.of(operation.selection_set, query).items():
            try:
                root = RootCompiler(objects, query, nodes, keeps=self.keeps)
                columns.append(root.column())
                roots.append(Root(name, nodes, len(columns) - 1, mark=object() if root.is_kept else None))
            except Inexpressible as why:
                roots.append(Root(name, nodes, None, str(why)))
        return Plan.made(strategy, columns, roots, objects)

    def payload(
        self,
        field: str,
        nodes: Sequence[FieldNode],
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
        *,
        fresh: bool = False,
    ) -> PayloadPlan | None:
        """Compile what is selected of a mutation's success; nothing where it cannot be.

        With ``fresh`` the payload's rows are read as the same statement writes them.
        """
        guard = self.guards.find("Mutation", field)
        if guard is None or guard.change is None:
            return None
        success = self.schema.get_type(get_object_definition(guard.change.success, strict=True).name)
        try:
            objects = self._objects(fragments, variables, Binds())
            return payload_plan(objects, cast("GraphQLObjectType", success), nodes, fresh=fresh)
        except Inexpressible:
            return None

    def _objects(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: VariableValues, binds: Binds
    ) -> ObjectCompiler:
        return ObjectCompiler(
            schema=self.schema,
            guards=self.guards,
            readings=self.readings,
            selections=Selections(self.schema, fragments, variables),
            variables=variables,
            seal=self.seal,
            page_limit=self.page_limit,
            binds=binds,
        )


@dataclass(slots=True)
class RootCompiler:
    """Compiles one field of Query."""

    objects: ObjectCompiler
    query: GraphQLObjectType
    nodes: Sequence[FieldNode]
    keeps: bool

    @property
    def is_kept(self) -> bool:
        """Whether its column is the revision at which a kept answer holds."""
        reading = self.objects.readings.fields.get((self.query.name, self.nodes[0].name.value))
        return self.keeps and isinstance(reading, CodeReading) and reading.kept is not None

    def column(self) -> ColumnElement[Any]:
        """Give the field's JSON.

        Raises:
            Inexpressible: The interpreter has to read it; nothing of it is left in the plan.
        """
        name = self.nodes[0].name.value
        if name == "__typename":
            return quoted(f'"{self.query.name}"')
        kept = len(self.objects.splices), set(self.objects.needs), len(self.objects.searches)
        try:
            self.objects.take(self.query, name)
            return self._compiled(name)
        except Inexpressible:
            del self.objects.splices[kept[0] :]
            self.objects.needs = kept[1]
            del self.objects.searches[kept[2] :]
            raise

    def _compiled(self, name: str) -> ColumnElement[Any]:
        guard = self.objects.guards.fields[self.query.name, name]
        if guard.breadth is not Breadth.TENANT:
            raise Inexpressible(f"Query.{name} reads wider than a tenant")
        definition = self.query.fields[name]
        reading = self.objects.readings.fields[self.query.name, name]
        match reading:
            case ListPlan():
                return concat(self.objects.list(reading, None, definition, self.nodes))
            case LookupPlan():
                return self._look_up(reading)
            case NodeReading():
                return self._node()
            case CodeReading(kept=KeptReading() as kept) if self.keeps:
                return revision(kept, self.objects)
            case CodeReading(kept=KeptWhileReading() as kept) if self.keeps:
                return figure(kept, self.objects, definition, self.nodes)
            case _:
                raise Inexpressible(f"Query.{name} is read by code")

    def _look_up(self, plan: LookupPlan) -> ColumnElement[Any]:
        """Read one row by some of its columns."""
        definition = self.query.fields[self.nodes[0].name.value]
        arguments = Arguments(definition, self.nodes[0], self.objects.variables)
        rows = Rows(plan.target, plan.target.table.alias(self.objects.alias()))
        matched = [
            rows.adapted(plan.columns[name])
            == self.objects.binds.add(column_value(plan, name, arguments.find(name)), plan.columns[name].type)
            for name in arguments.now
        ]
        return self._one(rows, [*rows.all_adapted(plan.conditions), *matched])

    def _node(self) -> ColumnElement[Any]:
        """Read any entity by its global id; whose type it is is part of the plan."""
        arguments = Arguments(self.query.fields["node"], self.nodes[0], self.objects.variables)
        plan = self.objects.readings.entities.get(split_id(arguments.now["id"])[0])
        if plan is None:
            raise Inexpressible("an id of nothing")
        self.objects.needs.add(plan.entity.permission)
        rows = Rows(plan, plan.table.alias(self.objects.alias()))
        key = self.objects.binds.add(key_value(plan, arguments.find("id")), plan.key.type)
        return self._one(rows, [*rows.all_adapted(plan.conditions), rows.adapted(plan.key) == key])

    def _one(self, rows: Rows, conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[Any]:
        named = self.objects.schema.get_type(rows.plan.entity.name)
        type_ = cast("GraphQLObjectType", named)
        found = sa.select(concat(self.objects.object(type_, rows, self.nodes))).select_from(rows.source)
        owned = walls(rows.plan.entity.model, rows.source, self.objects.binds)
        one = found.where(*owned, *conditions).limit(sa.literal_column("1")).correlate(None).scalar_subquery()
        return or_else(one, NULL)


def column_value(plan: LookupPlan, name: str, find: Find) -> Find:
    """Find the value of the column that an argument carries."""
    return lambda run: looked_up(plan, name, find(run))


def key_value(plan: EntityPlan, find: Find) -> Find:
    """Find the key in a global id; one of another type than the plan's is left to the interpreter."""

    def key(run: Run) -> Any:  # noqa: ANN401 - whatever the key's column holds
        given = find(run)
        if split_id(given)[0] != plan.entity.name:
            raise Bail
        return read_id(plan, local_key(plan.entity.name, given))

    return key
