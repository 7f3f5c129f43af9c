"""Every way the declared readings of the schema walk a table: pages, filters, relations and look-ups."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, cast
from uuid import UUID

from graphql import GraphQLEnumType, get_named_type, is_leaf_type

from core.kernel.graphql.ids import global_id
from core.kernel.reads import Breadth, Operator
from core.kernel.rows import RowClass
from gateway.execution.guards import GUARDS
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan, MeasurePlan, python_kind
from gateway.execution.readings import READINGS
from tests.gateway.execution.crowded import RARE, ROWS
from tests.support.api import whole_schema

BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
EARLY = BEGINNING + timedelta(minutes=6) * (ROWS // RARE)
MIDDLE = BEGINNING + timedelta(minutes=6) * (ROWS // 2)
LATE = BEGINNING + timedelta(minutes=6) * (ROWS - ROWS // RARE)
SOME_ID = UUID("cfcd2084-95d5-65ef-66e7-dff9f98764da")
"""What ``md5('0')::uuid`` is: one of the made-up parents."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One way a table is walked.

    Attributes:
        name: The field, and what of it is asked for.
        document: The operation.
        variables: Its variables.
        target: What is walked.
        columns: What must be index conditions, beside the wall.
        listed: The list, where it is one: then the rows come in its order.
        given: What the list is narrowed by.
        breadth: How far it reads.
        operator: How the filter compares, where there is one.
        behind: Whether the page begins behind a cursor.
    """

    name: str
    document: str
    variables: Mapping[str, Any]
    table: str
    row_class: RowClass
    columns: tuple[str, ...]
    listed: ListPlan | None = None
    given: Mapping[str, Any] = field(default_factory=dict[str, Any])
    breadth: Breadth = Breadth.TENANT
    operator: Operator | None = None
    behind: bool = False

    @property
    def wall(self) -> str:
        """The column by which the statement and the policy wall the table."""
        return "network_id" if self.row_class is RowClass.REFERENCE else "tenant_id"


def walks() -> Iterator[Walk]:
    """Every walk of the assembled schema."""
    graphql: Any = whole_schema().graphql
    readings, guards = graphql.extensions[READINGS], graphql.extensions[GUARDS]
    for (type_, name), reading in sorted(readings.fields.items(), key=lambda one: one[0]):
        definition: Any = graphql.type_map[type_].fields[name]
        breadth = guards.fields[type_, name].breadth if type_ == "Query" else Breadth.TENANT
        match reading:
            case ListPlan(key=None):
                yield from root_walks(name, definition, reading, breadth)
            case ListPlan() | MeasurePlan():
                yield related_walk(type_, name, definition, reading)
            case LookupPlan():
                yield lookup_walk(name, definition, reading)
            case _:
                pass
    for name, plan in sorted(readings.entities.items()):
        if plan.key.name not in {"tenant_id", "network_id"}:
            yield node_walk(name, plan)


def root_walks(name: str, definition: Any, plan: ListPlan, breadth: Breadth) -> Iterator[Walk]:
    """A list's first page, a page behind another, and one page for each field of its filter."""
    same: dict[str, Any] = {
        "table": plan.target.table.name,
        "row_class": plan.target.entity.model.row_class,
        "listed": plan,
        "breadth": breadth,
    }
    yield Walk(
        name=f"{name}, first page",
        document=f"{{ {name}(first: 5) {{ nodes {{ id }} }} }}",
        variables={},
        columns=(),
        **same,
    )
    yield Walk(
        name=f"{name}, next page",
        document=f"query($after: String!) {{ {name}(first: 5, after: $after) {{ nodes {{ id }} }} }}",
        variables={},
        columns=(plan.order[0].column.name,),
        behind=True,
        **same,
    )
    for one, (column, match) in plan.filters.matches.items():
        kind = definition.args["filter"].type
        given = {one: asked(bare(kind).fields[one].type, match, column)}
        narrowed = Walk(
            name=f"{name}, by {one}",
            document=f"query($filter: {kind}) {{ {name}(first: 5, filter: $filter) {{ nodes {{ id }} }} }}",
            variables={"filter": given},
            columns=(str(column.name),),
            given=given,
            operator=match.operator,
            **same,
        )
        yield replace(narrowed, table=str(column.table.name))


def related_walk(type_: str, name: str, definition: Any, plan: ListPlan | MeasurePlan) -> Walk:
    """The rows of a table that name one row."""
    inner = "" if is_leaf_type(bare(definition.type)) else "(first: 5) { nodes { id } }"
    measured = isinstance(plan, MeasurePlan)
    return Walk(
        name=f"{type_}.{name}",
        document=f"query($id: ID!) {{ node(id: $id) {{ ... on {type_} {{ {name} {inner} }} }} }}",
        variables={"id": global_id(type_, SOME_ID)},
        table=plan.table.name if measured else plan.target.table.name,
        row_class=plan.model.row_class if measured else plan.target.entity.model.row_class,
        columns=(str(plan.key.name) if plan.key is not None else "",),
        listed=None if measured else plan,
    )


def lookup_walk(name: str, definition: Any, plan: LookupPlan) -> Walk:
    """One row by some of its columns."""
    values = {one: plan_value(plan, one, definition) for one in definition.args}
    declared = ", ".join(f"${one}: {argument.type}" for one, argument in definition.args.items())
    passed = ", ".join(f"{one}: ${one}" for one in definition.args)
    return Walk(
        name=name,
        document=f"query({declared}) {{ {name}({passed}) {{ id }} }}",
        variables=values,
        table=plan.target.table.name,
        row_class=plan.target.entity.model.row_class,
        columns=tuple(str(one.name) for one in plan.columns.values()),
    )


def plan_value(plan: LookupPlan, argument: str, definition: Any) -> Any:
    if argument == "id":
        return global_id(plan.target.entity.name, SOME_ID)
    return plain(bare(definition.args[argument].type), plan.columns[argument])


def node_walk(name: str, plan: EntityPlan) -> Walk:
    """Any row by its global id."""
    return Walk(
        name=f"node of {name}",
        document=f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ id }} }} }}",
        variables={"id": global_id(name, key_of(plan))},
        table=plan.table.name,
        row_class=plan.entity.model.row_class,
        columns=(str(plan.key.name),),
    )


def key_of(plan: EntityPlan) -> Any:
    return SOME_ID if plan.key.type.python_type is UUID else "x1"


def asked(kind: Any, match: Any, column: Any) -> Any:
    """What a filter is given: something that few rows have."""
    leaf = bare(kind)
    if match.operator in {Operator.FROM, Operator.AFTER}:
        return LATE.isoformat()
    if match.operator in {Operator.UP_TO, Operator.BEFORE}:
        return EARLY.isoformat()
    if match.operator in {Operator.EMPTY, Operator.THERE}:
        return True
    value = global_id(match.refers_to, SOME_ID) if match.refers_to else plain(leaf, column)
    return [value] if match.operator is Operator.AMONG else value


def plain(leaf: Any, column: Any) -> Any:
    """A value of a leaf type, as sent."""
    if isinstance(leaf, GraphQLEnumType):
        return next(iter(leaf.values))
    if python_kind(column) is bool:
        return False  # Made-up truths are true otherwise.
    return str(SOME_ID) if python_kind(column) is UUID else "x0"


def wanted() -> dict[tuple[str, str], str]:
    """What filters ask for, as SQL literals, by table and column; nothing for points in time, which are all there."""
    found: dict[tuple[str, str], str] = {}
    graphql: Any = whole_schema().graphql
    for (type_, name), reading in graphql.extensions[READINGS].fields.items():
        if not isinstance(reading, ListPlan):
            continue
        for one, (column, match) in reading.filters.matches.items():
            place = (str(column.table.name), str(column.name))
            if match.operator is Operator.EMPTY:
                found[place] = "NULL"
            elif match.operator in {Operator.IS, Operator.AMONG} and not match.refers_to:
                kind = bare(graphql.type_map[type_].fields[name].args["filter"].type)
                found[place] = literal(bare(kind.fields[one].type), column)
    return found


def literal(leaf: Any, column: Any) -> str:
    """The value of a leaf type as the column holds it."""
    if isinstance(leaf, GraphQLEnumType):
        value: Any = next(iter(leaf.values.values())).value
        return f"'{value.value if isinstance(value, Enum) else value}'"
    return f"'{plain(leaf, column)}'"


def bare(kind: Any) -> Any:
    """A type without its markers of lists and required values."""
    return cast("Any", get_named_type)(kind)
