"""Payloads of mutations: what is selected of the rows a mutation made, read by one statement before it commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import orjson
import sqlalchemy as sa
from graphql import FieldNode, GraphQLList, GraphQLNonNull, GraphQLObjectType
from sqlalchemy import ColumnElement

from core.kernel.at_once import FRESH, AtOnce
from core.kernel.frozen import frozen
from core.kernel.patterns import Filled
from core.kernel.reads import Splicing
from gateway.execution.compiled.bail import Inexpressible
from gateway.execution.compiled.binds import Find, Run
from gateway.execution.compiled.likeness import Alike, Likeness, likeness_of
from gateway.execution.compiled.objects import ObjectCompiler
from gateway.execution.compiled.plan import Plan, Root
from gateway.execution.compiled.printing import BAIL
from gateway.execution.compiled.rows import Rows, walls
from gateway.execution.compiled.statement import OpenTransaction
from gateway.execution.compiled.texts import NULL, concat, or_else, quoted
from gateway.execution.compiled.values import Shown, shown
from gateway.execution.graphql_types import kind_of, named_type
from gateway.execution.plans import EntityPlan
from gateway.execution.readings import AttributeReading


@frozen
class PayloadPlan:
    """How the success of a mutation is printed.

    Attributes:
        plan: Reads the rows; a root is a field of the payload.
        values: What prints the fields that code gave, by their names in the answer: attribute and printer.
        fresh: Tables whose rows are read as the statement has just written them, which is then one with it.
        tables: All other tables that are read.
        likeness: How new rows are printed by the likeness of one, where they can be.
    """

    plan: Plan
    values: dict[str, tuple[str, Shown]]
    fresh: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    likeness: Likeness | None = None

    def alike(self, doing: AtOnce | Filled) -> Alike | None:
        """Give the new rows, where they are printed by the likeness of one."""
        return self.likeness.of(doing) if self.likeness and isinstance(doing, AtOnce) else None

    async def read(self, connection: Any, run: Run, splicing: Splicing) -> bytes:  # noqa: ANN401 - asyncpg's is not typed
        """Print the payload of a mutation that is done and not yet committed.

        Raises:
            Bail: The interpreter would have an error here.
        """
        rows = await self.plan.fill(await self.plan.read(connection, run), run, splicing) if self.plan.sql else []
        return self.written(rows, run.refs)

    def written(self, rows: Sequence[bytes], refs: Mapping[str, Any]) -> bytes:
        """Write the payload of what a statement printed and of what the mutation gave."""
        parts: list[bytes] = []
        for one in self.plan.roots:
            if one.column is None:
                name, show = self.values[one.name]
                text = orjson.dumps(show(refs.get(name)))
            else:
                text = rows[one.column]
            parts.append(b'"' + one.name.encode() + b'":' + text)
        return b"{" + b",".join(parts) + b"}"


def payload_plan(
    objects: ObjectCompiler, success: GraphQLObjectType, nodes: Sequence[FieldNode], *, fresh: bool = False
) -> PayloadPlan:
    """Compile what is selected of a mutation's success.

    Args:
        objects: Compiles the objects of this plan.
        success: The payload's type.
        nodes: Where it is asked for.
        fresh: Whether the payload's rows are read as the same statement writes them; see ``core.kernel.at_once``.

    Raises:
        Inexpressible: Something of it can only be read by the interpreter.
    """
    roots: list[Root] = []
    columns: list[ColumnElement[Any]] = []
    values: dict[str, tuple[str, Shown]] = {}
    written: set[str] = set()
    listed: list[Likeness | None] = []
    for name, same in objects.selections.below(nodes, success).items():
        asked = same[0].name.value
        if asked == "__typename":
            roots.append(Root(name, same, len(columns)))
            columns.append(quoted(f'"{success.name}"'))
            continue
        objects.take(success, asked)
        reading, kind = objects.readings.fields[success.name, asked], kind_of(success.fields[asked])
        if not isinstance(reading, AttributeReading):
            raise Inexpressible(f"{success.name}.{asked} is no attribute")
        if reading.leads_to is None:
            roots.append(Root(name, same, None))
            values[name] = (reading.name, shown(kind, same, objects.selections, objects.readings))
            continue
        if isinstance(kind, GraphQLNonNull):
            raise Inexpressible(f"{success.name}.{asked} is never empty")
        roots.append(Root(name, same, len(columns)))
        told = cast("GraphQLObjectType", named_type(success.fields[asked]))
        if fresh:
            many = isinstance(kind, GraphQLList)
            read = fresh_rows if many else fresh_row
            written.add(reading.leads_to.table.name)
            listed.append(likeness_of(objects, reading.leads_to, told, same, len(columns)) if many else None)
        else:
            read = listed_rows if isinstance(kind, GraphQLList) else one_row
        columns.append(read(objects, reading.leads_to, reading.name, told, same))
    plan = Plan.made(OpenTransaction(), columns, roots, objects)
    likeness = listed[0] if len(listed) == 1 else None
    return PayloadPlan(of_fresh(plan, written), values, frozenset(written), tables_behind(columns), likeness)


def of_fresh(plan: Plan, tables: Iterable[str]) -> Plan:
    """Read what was written by its name in the statement, where it was compiled as an alias of the table."""
    sql = plan.sql
    for table in tables:
        sql = sql.replace(f"{table} AS {FRESH}{table}", f"{FRESH}{table}")
    return replace(plan, sql=sql)


def tables_behind(columns: Sequence[ColumnElement[Any]]) -> frozenset[str]:
    """Name the tables that are read, but for rows as they are written."""
    found: set[str] = set()
    waiting: list[Any] = [*columns]
    while waiting:
        one = waiting.pop()
        if isinstance(one, sa.Table):
            found.add(one.name)
        elif not (isinstance(one, sa.Alias) and str(one.name).startswith(FRESH)):
            waiting += one.get_children()
    return frozenset(found)


def fresh_row(
    objects: ObjectCompiler, plan: EntityPlan, _name: str, type_: GraphQLObjectType, nodes: Sequence[FieldNode]
) -> ColumnElement[Any]:
    """Print the row that the statement has written."""
    rows = Rows(plan, plan.table.alias(f"{FRESH}{plan.table.name}"))
    found = sa.select(concat(objects.object(type_, rows, nodes))).select_from(rows.source)
    return found.where(*walls(plan.entity.model, rows.source, objects.binds)).correlate(None).scalar_subquery()


def fresh_rows(
    objects: ObjectCompiler, plan: EntityPlan, _name: str, type_: GraphQLObjectType, nodes: Sequence[FieldNode]
) -> ColumnElement[Any]:
    """Print the rows that the statement has written, by their keys, which ascend as they were asked for."""
    rows = Rows(plan, plan.table.alias(f"{FRESH}{plan.table.name}"))
    found = sa.select(concat(objects.object(type_, rows, nodes))).select_from(rows.source)
    owned = found.where(*walls(plan.entity.model, rows.source, objects.binds)).order_by(rows.adapted(plan.key))
    listed = sa.func.array(owned.correlate(None).scalar_subquery(), type_=sa.ARRAY(sa.Text()))
    return concat(["[", sa.func.array_to_string(listed, quoted(","), type_=sa.Text()), "]"])


def one_row(
    objects: ObjectCompiler,
    plan: EntityPlan,
    name: str,
    type_: GraphQLObjectType,
    nodes: Sequence[FieldNode],
) -> ColumnElement[Any]:
    """Print the row that a reference names, or null."""
    rows = Rows(plan, plan.table.alias(objects.alias()))
    key = objects.binds.add(reference(name), plan.key.type)
    found = sa.select(concat(objects.object(type_, rows, nodes))).select_from(rows.source)
    owned = walls(plan.entity.model, rows.source, objects.binds)
    one = found.where(*owned, rows.adapted(plan.key) == key).correlate(None).scalar_subquery()
    return or_else(one, NULL)


def listed_rows(
    objects: ObjectCompiler,
    plan: EntityPlan,
    name: str,
    type_: GraphQLObjectType,
    nodes: Sequence[FieldNode],
) -> ColumnElement[Any]:
    """Print the rows that a list of references names, in the order of the list."""
    rows = Rows(plan, plan.table.alias(objects.alias()))
    keys = objects.binds.add(reference(name), sa.ARRAY(plan.key.type))
    columns = sa.column("key", plan.key.type)
    named = sa.func.unnest(keys).table_valued(columns, with_ordinality="place", name=objects.alias())
    given = named.render_derived()
    printed = concat(objects.object(type_, rows, nodes))
    owned = walls(plan.entity.model, rows.source, objects.binds)
    found = sa.select(or_else(sa.case((rows.adapted(plan.key).is_not(None), printed)), BAIL)).select_from(
        given.outerjoin(rows.source, sa.and_(*owned, rows.adapted(plan.key) == given.c.key))
    )
    listed = sa.func.array(found.order_by(given.c.place).correlate(None).scalar_subquery(), type_=sa.ARRAY(sa.Text()))
    return concat(["[", sa.func.array_to_string(listed, quoted(","), type_=sa.Text()), "]"])


def reference(name: str) -> Find:
    """Find an id among what the mutation gave."""
    return lambda run: run.refs.get(name)
