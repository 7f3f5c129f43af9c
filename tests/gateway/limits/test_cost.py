"""What an operation costs is known before anything is read, and told."""

from typing import Any

import pytest

from gateway.limits.cost import Prices
from tests.gateway.execution.notes.world import World, settings_with
from tests.gateway.execution.test_reading import codes
from tests.gateway.limits.test_shape import chain


async def cost(world: World, query: str, variables: dict[str, Any] | None = None) -> int:
    """Ask for the cost; the reading itself finds no database."""
    result = await world.execute(query, variables, configured=settings_with(max_cost=10**9, max_page_size=1000))
    return result.extensions["cost"]["asked"]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("{ ping }", 5),
        ("{ __typename }", 0),
        ('{ note(id: "x") { id title } }', 1),
        ('{ note(id: "x") { parent { topic { name } } } }', 3),
        ('{ note(id: "x") { remarkCount longest } }', 1 + 2 + 2),
        ("{ notes(first: 10) { nodes { id } } }", 10),
        ("{ notes(first: 10) { edges { cursor node { id } } pageInfo { endCursor } totalCount } }", 10),
        ("{ notes { nodes { id } } }", 25),
        ("{ notes(last: 3) { nodes { remarkCount } } }", 3 * (1 + 2)),
        ("{ notes(first: 10) { nodes { remarks(first: 5) { nodes { note { id } } } } } }", 10 * (1 + 5 * (1 + 1))),
        ("{ digest { words best { id } all { remarkCount } } }", 5 + 1 + 1 + 10 * (1 + 2)),
        (
            "{ notes(first: 10) { ...f } } fragment f on NoteConnection { nodes { remarks(first: 2) { totalCount } } }",
            30,
        ),
        ("{ ...q } fragment q on Query { a: notes(first: 1) { totalCount } b: notes(first: 2) { totalCount } }", 3),
    ],
)
async def test_costs(world: World, query: str, asked: int) -> None:
    assert await cost(world, query) == asked


async def test_the_size_of_a_page_may_come_from_a_variable(world: World) -> None:
    query = "query ($n: Int = 7) { notes(first: $n) { nodes { id } } }"
    assert await cost(world, query) == 7
    assert await cost(world, query, {"n": 9}) == 9
    assert await cost(world, query, {"n": None}) == 25
    assert await cost(world, "query ($n: Int) { notes(first: $n) { nodes { id } } }") == 25


async def test_a_mutation_costs_what_it_says_and_what_it_reads(world: World) -> None:
    query = """mutation { openANote(input: {title: "x"}, idempotencyKey: "k") {
        ... on OpenNoteSuccess { note { remarkCount } } ... on Problem { code } } }"""
    assert await cost(world, query) == 10 + 1 + (1 + 2)


async def test_too_costly_is_refused_before_anything_is_read(world: World) -> None:
    dear = settings_with(max_cost=100)
    query = "{ notes(first: 50) { nodes { remarks(first: 2) { nodes { text } } } } }"
    result = await world.execute(query, configured=dear)
    assert codes(result) == ["gateway.too_costly"]
    assert result.errors[0].message == "This costs 150, and an operation may cost 100."
    assert result.extensions == {"cost": {"asked": 150, "limit": 100}}
    assert result.data is None


async def test_a_fragment_is_priced_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Prices] = []
    created = Prices.__init__

    def noted(self: Prices, *args: Any, **more: Any) -> None:
        created(self, *args, **more)
        made.append(self)

    monkeypatch.setattr(Prices, "__init__", noted)
    fragments = chain(6, leaf="id").partition("}")[2].replace("on Query", "on Node")
    await world.execute('{ node(id: "x") { ...f0 } }' + fragments)
    assert made
    assert made[0].visits == 2 + 6 * 2 + 1


async def test_variables_that_do_not_fit_are_told_before_the_price(world: World) -> None:
    result = await world.execute("query ($n: Int) { notes(first: $n) { totalCount } }", {"n": "many"})
    assert codes(result) == ["gateway.bad_variables"]
