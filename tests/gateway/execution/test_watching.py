"""Events are executed one by one, each in a short transaction of its own."""

from typing import Any

from strawberry.types.graphql import OperationType

from tests.gateway.execution.notes.permissions import AUDIT, READ
from tests.gateway.execution.notes.world import EVERYTHING, World, schema_for
from tests.gateway.execution.test_reading import codes

WATCH = "subscription { shining { title stars authorMark remarkCount } }"


async def watched(world: World, query: str = WATCH, without: frozenset[str] = frozenset()) -> list[Any]:
    context = world.context(world.scope(held=EVERYTHING - without))
    stream = await schema_for().subscribe(query, context_value=context)
    return [one async for one in stream]


async def test_each_event_reads_its_selection(world: World) -> None:
    await world.note(title="two", stars=2)
    note = await world.note(title="one", stars=1)
    await world.remark(note)
    with world.counting() as statements:
        events = await watched(world)
    assert [one.errors for one in events] == [None, None]
    assert [one.data["shining"]["title"] for one in events] == ["one", "two"]
    assert [one.data["shining"]["remarkCount"] for one in events] == [1, 0]
    assert len(statements) == 2 + 2 * 2


async def test_a_denied_field_is_null_in_each_event(world: World) -> None:
    await world.note(stars=1, author_mark="m")
    events = await watched(world, without=frozenset({AUDIT.name}))
    assert [one.data["shining"]["authorMark"] for one in events] == [None]
    assert [codes(one) for one in events] == [["kernel.not_permitted"]]


async def test_it_does_not_begin_without_its_permission(world: World) -> None:
    await world.note(stars=1)
    with world.counting():
        events = await watched(world, without=frozenset({READ.name}))
    assert [one.data for one in events] == [None]
    assert [codes(one) for one in events] == [["kernel.not_permitted"]]
    assert not world.connections


async def test_limits_and_validation_hold_for_subscriptions(world: World) -> None:
    events = await watched(world, "subscription { shining { nothing } }")
    assert [set(codes(one)) for one in events] == [{"gateway.invalid"}]


async def test_a_fault_of_the_generator_is_masked(world: World) -> None:
    await world.note(stars=1)
    context = world.context(world.scope())
    context.database = None  # type: ignore[assignment]
    stream = await schema_for().stream(
        WATCH, context_value=context, allowed_operation_types=(OperationType.SUBSCRIPTION,)
    )
    events: list[Any] = [one async for one in stream]
    assert [codes(one) for one in events] == [["gateway.internal"]]
