"""What reads a field, made from its declaration; nobody writes one by hand."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import orjson
from graphql import FieldNode

from core.kernel.graphql.declared import Code
from core.kernel.graphql.entities import Entity
from core.kernel.graphql.ids import bad_id, global_id, local_key, split_id
from core.kernel.graphql.mutations import Refs
from core.kernel.graphql.paging import Page
from core.kernel.graphql.problems import shown_value
from core.kernel.reads import Hole
from gateway.execution.changes import provided
from gateway.execution.cursors import CursorSeal
from gateway.execution.fetched import Fetched
from gateway.execution.fingerprints import as_text
from gateway.execution.graphql_types import Info, shown_type
from gateway.execution.guards import Convert
from gateway.execution.operation import Operation
from gateway.execution.pages import Listing, read_page
from gateway.execution.plans import EntityPlan, ListPlan, LookupPlan, MeasurePlan, ToOnePlan, read_key

Resolve = Callable[..., Any]
Plans = Callable[[str], EntityPlan | None]
NODE_KEY = "id"


def operation_of(info: Info) -> Operation:
    """Give the state of the operation a field is resolved for."""
    return info.context.operation


def reading_column(label: str) -> Resolve:
    """Read a column or an expression that came with the row."""

    def resolve(source: Fetched, _info: Info) -> Any:  # noqa: ANN401 - whatever the column holds
        return source.values[label]

    return resolve


def reading_document(label: str) -> Resolve:
    """Read a stored canonical JSON text as a value."""

    def resolve(source: Fetched, _info: Info) -> Any:  # noqa: ANN401 - any JSON value
        text = source.values[label]
        return None if text is None else orjson.loads(text)

    return resolve


def reading_identity(entity: Entity) -> Resolve:
    """Make the global id of a row."""
    name, key = entity.name, entity.key[0]

    def resolve(source: Fetched, _info: Info) -> str:
        return global_id(name, source.values[key])

    return resolve


def reading_hole(place: str, hole: Hole) -> Resolve:
    """Let Python splice in a value."""

    async def resolve(source: Fetched, info: Info) -> Any:  # noqa: ANN401 - whatever the hole holds
        reader = await operation_of(info).reader()
        return await reader.fill(place, hole, source)

    return resolve


def reading_to_one(plan: ToOnePlan) -> Resolve:
    """Read another row, or none."""

    async def read(source: Fetched, info: Info) -> Fetched | None:
        operation = operation_of(info)
        labels = operation.labels(plan.target, info.field_nodes)
        return await (await operation.reader()).to_one(plan, source, labels)

    def resolve(source: Fetched, info: Info) -> Any:  # noqa: ANN401 - a row to come, or nothing
        return None if source.values[plan.by] is None else read(source, info)

    return resolve


def reading_list(plan: ListPlan, seal: CursorSeal, limit: int) -> Resolve:
    """Read a page of a list, at the root or of a row."""
    name = f"{plan.target.entity.name}Connection"

    async def resolve(source: Fetched | None, info: Info, **given: Any) -> Any:  # noqa: ANN401 - arguments in, a page out
        operation = operation_of(info)
        page = Page.asked(given, limit)
        search = given.get("search")
        refused = operation.verdict((plan.search.declared.permission,)) if plan.search and search is not None else None
        if refused is not None:
            raise refused
        asked = operation.lookahead.fields(info.field_nodes, name)
        listing = Listing(
            plan=plan,
            source=None if plan.key is None else source,
            page=page,
            given=given.get("filter"),
            asked=asked,
            labels=operation.lookahead.list_labels(plan.target, asked, operation.verdict),
            search=search,
        )
        return await read_page(await operation.reader(), seal, listing)

    return resolve


def reading_measure(plan: MeasurePlan) -> Resolve:
    """Compute a figure over the rows that name a row."""

    async def resolve(source: Fetched, info: Info, **given: Any) -> Any:  # noqa: ANN401 - arguments in, a figure out
        reader = await operation_of(info).reader()
        narrowed = given.get("filter")
        return await reader.measure(plan, source, plan.filters.conditions(narrowed), as_text(narrowed))

    return resolve


def reading_lookup(plan: LookupPlan) -> Resolve:
    """Read one row at the root."""

    async def resolve(_source: object, info: Info, **given: Any) -> Fetched | None:  # noqa: ANN401 - arguments
        operation = operation_of(info)
        labels = operation.labels(plan.target, info.field_nodes)
        values = {name: looked_up(plan, name, one) for name, one in given.items()}
        return await (await operation.reader()).look_up(plan, values, labels)

    return resolve


def looked_up(plan: LookupPlan, name: str, given: Any) -> Any:  # noqa: ANN401 - as the scalars give it
    """Turn an argument into the value of the column it carries."""
    if name != plan.identity:
        return given
    return read_id(plan.target, local_key(plan.target.entity.name, given))


def read_id(plan: EntityPlan, key: str) -> Any:  # noqa: ANN401 - whatever the key's column holds
    """Read the key of an entity out of its global id."""
    try:
        return read_key(plan.key, key)
    except ValueError:
        raise bad_id() from None


def reading_node(plans: Plans) -> Resolve:
    """Read any entity by its global id; whoever may not see its type is refused."""

    async def resolve(_source: object, info: Info, id: str) -> Fetched | None:
        name, key = split_id(id)
        plan = plans(name)
        if plan is None:
            raise bad_id()
        operation = operation_of(info)
        refused = operation.verdict((plan.entity.permission,))
        if refused is not None:
            raise refused
        labels = operation.labels(plan, info.field_nodes)
        found, reader = read_id(plan, key), await operation.reader()
        if not plan.conditions:
            return await reader.by_key(plan, found, labels)
        return await reader.look_up(node_lookup(plan), {NODE_KEY: found}, labels)

    return resolve


def node_lookup(plan: EntityPlan) -> LookupPlan:
    """Look an entity up by its key among the rows that the API shows."""
    return LookupPlan(target=plan, columns={NODE_KEY: plan.key}, identity=NODE_KEY, conditions=plan.conditions)


def reading_attribute(name: str, plan: EntityPlan | None) -> Resolve:
    """Read an attribute of a value; where the field is of an entity's type, the row the attribute's id names."""

    def resolve(source: object, info: Info) -> Any:  # noqa: ANN401 - whatever the attribute holds
        return brought(getattr(source, name), plan, info)

    return resolve


def reading_payload(name: str, plan: EntityPlan | None) -> Resolve:
    """Read what a mutation gave: a value, or the row its id names."""

    def resolve(source: Any, info: Info) -> Any:  # noqa: ANN401 - an outcome in, anything out
        refs: Refs = source.told
        return brought(refs.values.get(name), plan, info)

    return resolve


def reading_problem(name: str) -> Resolve:
    """Read an attribute of a refusal."""

    def resolve(source: Any, _info: Info) -> Any:  # noqa: ANN401 - an outcome in, anything out
        return shown_value(getattr(source.told, name))

    return resolve


def running(code: Code, convert: Convert, plan: EntityPlan | None) -> Resolve:
    """Run a query's coroutine; it holds the connection while it runs, if it asks for one."""
    wants = provided(code.body, unit=None, asked=None)

    async def resolve(_source: object, info: Info, **given: Any) -> Any:  # noqa: ANN401 - arguments in, anything out
        operation = operation_of(info)
        converted = convert(given)
        if "asked" in wants:
            converted["asked"] = operation.lookahead.below(info.field_nodes, shown_type(info))
        if "unit" in wants:
            unit = (await operation.reader()).unit
            async with unit.lock:
                value = await code.body(**provided(code.body, context=info.context, unit=unit), **converted)
        else:
            value = await code.body(**provided(code.body, context=info.context), **converted)
        found = brought(value, plan, info)
        return await found if hasattr(found, "__await__") else found

    return resolve


def reading_event(plan: EntityPlan | None) -> Resolve:
    """Give an event of a subscription, or the row its id names."""

    def resolve(source: object, info: Info, **_given: Any) -> Any:  # noqa: ANN401 - an event in, anything out
        return brought(source, plan, info)

    return resolve


def brought(value: Any, plan: EntityPlan | None, info: Info) -> Any:  # noqa: ANN401 - whatever code gives
    """Give a value as it is, or bring the rows that ids stand for."""
    if plan is None or value is None or isinstance(value, Fetched):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [brought(one, plan, info) for one in cast("Sequence[Any]", value)]
    return bring(value, plan, operation_of(info), info.field_nodes)


async def bring(key: object, plan: EntityPlan, operation: Operation, nodes: Sequence[FieldNode]) -> Fetched | None:
    """Read the row an id stands for."""
    labels = operation.labels(plan, nodes)
    return await (await operation.reader()).by_key(plan, key, labels)
