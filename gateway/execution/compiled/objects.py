"""Objects: what is selected of an entity's row, printed as JSON by PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from graphql import FieldNode, GraphQLField, GraphQLNonNull, GraphQLObjectType, GraphQLSchema
from graphql.execution.values import VariableValues
from sqlalchemy import ColumnElement, Select

from core.kernel.graphql.access import Permission
from core.kernel.graphql.entities import Entity
from gateway.execution.compiled.arguments import Arguments
from gateway.execution.compiled.bail import Inexpressible
from gateway.execution.compiled.binds import Binds
from gateway.execution.compiled.filtering import filtered
from gateway.execution.compiled.holes import FilledSplice, JsonSplice, Splice, hole
from gateway.execution.compiled.lists import ListCompiler, ListTools
from gateway.execution.compiled.printing import BAIL, printed
from gateway.execution.compiled.rows import Read, Rows, walls
from gateway.execution.compiled.searches import Search
from gateway.execution.compiled.texts import NULL, Text, concat, or_else, quoted
from gateway.execution.compiled.values import shown
from gateway.execution.cursors import CursorSeal
from gateway.execution.graphql_types import is_required, kind_of, named_type
from gateway.execution.guards import Guards
from gateway.execution.plans import EntityPlan, ListPlan, MeasurePlan, ToOnePlan, python_kind
from gateway.execution.readings import (
    ColumnReading,
    DocumentReading,
    HoleReading,
    IdentityReading,
    Reading,
    Readings,
)
from gateway.execution.selections import Selections


@dataclass(kw_only=True)
class ObjectCompiler:
    """Compiles the objects of one plan.

    Attributes:
        schema: What the fields are of.
        guards: What each field takes.
        readings: How each field reads.
        selections: The document's fields.
        variables: The variables the plan is made with.
        seal: Seals cursors.
        page_limit: Most objects on one page.
        binds: The plan's parameters.
        splices: What fills the plan's holes.
        needs: Every permission that what was compiled takes.
        searches: What has to be looked into before the statement is told.
    """

    schema: GraphQLSchema
    guards: Guards
    readings: Readings
    selections: Selections
    variables: VariableValues
    seal: CursorSeal
    page_limit: int
    binds: Binds = field(default_factory=Binds)
    splices: list[Splice] = field(default_factory=list[Splice])
    needs: set[Permission] = field(default_factory=set[Permission])
    searches: list[Search] = field(default_factory=list[Search])
    _counter: Any = field(default_factory=lambda: count(1))

    def alias(self) -> str:
        """Give a name that no other rows of the statement have."""
        return f"t{next(self._counter)}"

    def object(self, type_: GraphQLObjectType, rows: Rows, nodes: Sequence[FieldNode]) -> Text:
        """Print one object.

        Raises:
            Inexpressible: A field of it reads in a way that no statement can.
        """
        text: Text = ["{"]
        for number, (name, same) in enumerate(self.selections.below(nodes, type_).items()):
            text += [f'{"," if number else ""}"{name}":', *self._field(type_, rows, same)]
        return [*text, "}"]

    def take(self, type_: GraphQLObjectType, name: str) -> None:
        """Note what a field takes."""
        guard = self.guards.find(type_.name, name)
        if guard is None:
            raise Inexpressible(f"{type_.name}.{name} is not declared")
        self.needs.update(guard.needs)

    def _field(self, type_: GraphQLObjectType, rows: Rows, nodes: Sequence[FieldNode]) -> Text:
        name = nodes[0].name.value
        if name == "__typename":
            return [f'"{type_.name}"']
        self.take(type_, name)
        reading, definition = self.readings.fields[type_.name, name], type_.fields[name]
        own = self._own(reading, rows, definition)
        return own if own is not None else self._other(reading, rows, definition, nodes)

    def _own(self, reading: Reading, rows: Rows, definition: GraphQLField) -> Text | None:
        """Print what the row itself holds."""
        match reading:
            case ColumnReading(label):
                return self._column(rows, label, definition)
            case DocumentReading(label):
                text = rows.read(label)
                return [or_else(text, BAIL if is_required(definition) else NULL)]
            case IdentityReading(entity):
                return ['"', global_id(entity, rows), '"']
            case _:
                return None

    def _column(self, rows: Rows, label: str, definition: GraphQLField) -> Text:
        column = rows.plan.columns[label]
        kind = kind_of(definition)
        if named_type(definition).name == "JSON" and not isinstance(column.type, sa.Text):
            return self._hole(JsonSplice(is_required(definition)), [rows.read(label)])
        filled = isinstance(column, sa.Column) and not column.nullable and isinstance(kind, GraphQLNonNull)
        return printed(kind, column, rows.read(label), filled=filled)

    def _other(self, reading: Reading, rows: Rows, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Text:
        """Print what other rows, or Python, hold."""
        match reading:
            case HoleReading(_, declared):
                show = shown(kind_of(definition), nodes, self.selections, self.readings)
                kinds = tuple(python_kind(rows.plan.columns[one]) for one in declared.columns)
                return self._hole(FilledSplice(declared, kinds, show), [rows.read(one) for one in declared.columns])
            case ToOnePlan():
                return self._to_one(reading, rows, definition, nodes)
            case MeasurePlan():
                return self._measure(reading, rows, definition, nodes)
            case ListPlan():
                return self.list(reading, rows, definition, nodes)
            case _:
                raise Inexpressible(f"{nodes[0].name.value} is read by code")

    def _hole(self, splice: Splice, columns: Sequence[ColumnElement[Any]]) -> Text:
        self.splices.append(splice)
        return hole(len(self.splices) - 1, columns)

    def _to_one(self, plan: ToOnePlan, rows: Rows, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Text:
        there = Rows(plan.target, plan.target.table.alias(self.alias()))
        type_ = cast("GraphQLObjectType", named_type(definition))
        found = sa.select(concat(self.object(type_, there, nodes)).label("one")).select_from(there.source)
        matched = [
            *walls(plan.target.entity.model, there.source, self.binds),
            there.adapted(plan.key) == rows.read(plan.by),
        ]
        one = self._looked_up(found.where(*matched).correlate(rows.source), rows)
        return [or_else(one, BAIL if is_required(definition) else NULL)]

    def _looked_up(self, found: Select[Any], rows: Rows) -> ColumnElement[Any]:
        """Read what a row points to.

        Rows of a list often point to the same few. A join lets PostgreSQL keep what it has printed for the next row
        that points there, and its policies are looked at once. The limit tells it that there is at most one, and keeps
        it from reading all that a tenant has instead.
        """
        if rows.beside is None:
            return found.scalar_subquery()
        there = found.limit(sa.literal_column("1")).lateral(self.alias())
        rows.beside.append(there)
        return there.c.one

    def reads(self, type_: GraphQLObjectType, nodes: Sequence[FieldNode], rows: EntityPlan) -> "Read":
        """Tell what is read of rows that are printed as objects of a type."""
        names = {one[0].name.value for one in self.selections.below(nodes, type_).values()}
        elsewhere = any(isinstance(self.readings.fields.get((type_.name, one)), ToOnePlan) for one in names)
        return Read(frozenset[str]().union(*(rows.needs.get(one, ()) for one in names)), elsewhere=elsewhere)

    def _measure(self, plan: MeasurePlan, rows: Rows, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Text:
        there = Rows(self._measured_entity(plan), plan.table.alias(self.alias()))
        arguments = Arguments(definition, nodes[0], self.variables)
        conditions = [
            *walls(plan.model, there.source, self.binds),
            there.adapted(plan.key) == rows.read(plan.local),
            *there.all_adapted(plan.conditions),
            *filtered(plan.filters, there, arguments, "filter", self.binds),
        ]
        figure = sa.select(there.adapted(plan.measured)).select_from(there.source).where(*conditions)
        one = figure.correlate(rows.source).scalar_subquery()
        if plan.empty is not None:
            one = sa.func.coalesce(one, quoted(str(plan.empty)), type_=plan.measured.type)
        return printed(kind_of(definition), sa.literal_column("figure", plan.measured.type), one, filled=False)

    def _measured_entity(self, plan: MeasurePlan) -> Any:  # noqa: ANN401 - only its table matters here
        return next(one for one in self.readings.entities.values() if one.table is plan.table)

    def list(self, plan: ListPlan, rows: Rows | None, definition: GraphQLField, nodes: Sequence[FieldNode]) -> Text:
        """Print a list, at the root or of a row."""
        tools = ListTools(
            binds=self.binds,
            selections=self.selections,
            splices=self.splices,
            seal=self.seal,
            page_limit=self.page_limit,
            print_object=self.object,
            reads=self.reads,
            alias=self.alias,
            searches=self.searches,
        )
        arguments = Arguments(definition, nodes[0], self.variables)
        if plan.search is not None and arguments.now.get("search") is not None:
            self.needs.add(plan.search.declared.permission)
        return ListCompiler(tools, plan, rows, definition, nodes, arguments).text()


def global_id(entity: Entity, rows: Rows) -> ColumnElement[Any]:
    """Print a global id: base64 (RFC 4648, section 5) without padding over the type's name and the row's key."""
    key = rows.read(entity.key[0])
    named = quoted(f"{entity.name}:").concat(sa.cast(key, sa.Text()))
    if is_plain_in_base64(entity, key):  # All its bytes are the same in every encoding, and the first "=" is padding.
        plain = sa.func.encode(sa.func.textsend(named), quoted("base64"), type_=sa.Text())
        return sa.func.split_part(plain, quoted("="), sa.literal_column("1"), type_=sa.Text())
    encoded = sa.func.encode(sa.func.convert_to(named, quoted("UTF8")), quoted("base64"), type_=sa.Text())
    return sa.func.translate(encoded, quoted("+/=\n"), quoted("-_"), type_=sa.Text())


LINE = 57
"""Bytes that base64 writes on one line; PostgreSQL begins another one behind them."""
UUID_LENGTH = 36


def is_plain_in_base64(entity: Entity, key: ColumnElement[Any]) -> bool:
    """Tell whether base64 of an id has none of the signs that addresses must not have, but for its padding.

    Letters, digits, colons and dashes never make any: that takes bytes above 127, or one of ``>?~``. Replacing signs
    one by one takes PostgreSQL as long as all else that is done for a row.
    """
    return python_kind(key) is UUID and entity.name.isascii() and len(entity.name) + 1 + UUID_LENGTH <= LINE
