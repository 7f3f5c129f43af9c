"""The shape of a document is measured in as many visits as it has selections, whatever its fragments do."""

import pytest
from graphql import DocumentNode, OperationDefinitionNode, get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.shape import Shape, Shapes
from tests.gateway.execution.notes.world import World
from tests.gateway.execution.test_reading import codes


def measured(query: str) -> tuple[Shape, Shapes]:
    document = parse(query)
    shapes = Shapes.of(document)
    return shapes.operation(operation(document)), shapes


def operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))


def chain(links: int, spreads: int = 2, leaf: str = "x: ping") -> str:
    """A chain of fragments, each of which spreads the next one several times."""
    parts = [
        f"fragment f{number} on Query {{ {' '.join([f'...f{number + 1}'] * spreads)} }}" for number in range(links)
    ]
    return f"{{ ...f0 }} {' '.join(parts)} fragment f{links} on Query {{ {leaf} }}"


def apart(fragments: int) -> str:
    """Fragments beside each other, as components of a front end have them, that ask for the same."""
    spreads = " ".join(f"...f{number}" for number in range(fragments))
    parts = [f"fragment f{number} on Note {{ id title stars }}" for number in range(fragments)]
    return f"{{ note(id: 1) {{ {spreads} }} }} {' '.join(parts)}"


@pytest.mark.parametrize(
    ("query", "shape"),
    [
        ("{ a }", {"depth": 1, "fields": 1}),
        ("{ a { b { c } } d }", {"depth": 3, "fields": 2}),
        ("{ x: a { y: b } a: a }", {"depth": 2, "aliases": 2, "fields": 2}),
        (
            "query @q { a @i { ... @j { b @k } ...f @l } } fragment f on A { c @m }",
            {"depth": 2, "directives": 6, "fields": 1},
        ),
        ("{ __schema { types { name } } __typename }", {"depth": 1, "introspection_depth": 3, "fields": 2}),
        (
            "{ x: a y: __type { b: name ...f } } fragment f on __Type { c: name }",
            {"depth": 1, "introspection_depth": 2, "aliases": 4, "introspection_aliases": 3, "fields": 2},
        ),
        ("{ ...f ...f } fragment f on Query { a: b }", {"depth": 1, "aliases": 2, "fields": 2}),
        ("{ ...f } fragment f on Query { a { ...f } }", {"depth": 1, "fields": 1}),
        (
            "{ a { b b b } a { b { c } b { c } ...f } } fragment f on A { b { d } }",
            {"depth": 3, "fields": 2, "again": 3},
        ),
    ],
)
def test_shapes(query: str, shape: dict[str, int]) -> None:
    found = measured(query)[0]
    names = ("depth", "introspection_depth", "aliases", "introspection_aliases", "directives", "fields", "again")
    nothing = dict.fromkeys(names, 0)
    assert {name: getattr(found, name) for name in nothing} == {**nothing, **shape}


def test_a_chain_of_sixty_fragments_is_looked_at_once() -> None:
    shape, shapes = measured(chain(60))
    assert shapes.visits == 1 + 60 * 2 + 1
    assert shape.aliases == 2**60
    assert shape.depth == 1


@given(links=st.integers(1, 40), spreads=st.integers(1, 4))
def test_visits_are_the_selections_of_the_document(links: int, spreads: int) -> None:
    _, shapes = measured(chain(links, spreads))
    assert shapes.visits == 1 + links * spreads + 1


def selections(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"a {{ {' '.join(parts)} }}")


@given(st.recursive(st.just("a"), selections, max_leaves=30))
def test_depth_is_the_deepest_nesting(selection: str) -> None:
    deepest = level = 0
    for sign in selection:
        level += {"{": 1, "}": -1}.get(sign, 0)
        deepest = max(deepest, level)
    assert measured(f"{{ {selection} }}")[0].depth == deepest + 1


def nested(levels: int) -> str:
    return "{ note(id: 1) " + "{ parent " * levels + "{ id }" + " }" * levels + " }"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (nested(13), "gateway.too_deep"),
        ("{ " + " ".join(f"a{n}: ping" for n in range(61)) + " }", "gateway.too_many_aliases"),
        (
            "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(4)) + " }",
            "gateway.too_many_aliases",
        ),
        (chain(60), "gateway.too_many_aliases"),
        (chain(60, leaf="ping"), "gateway.too_many_root_fields"),
        (
            "{ note(id: 1) { " + " ".join("id @include(if: true)" for _ in range(61)) + " } }",
            "gateway.too_many_directives",
        ),
        ("{ " + " ".join("ping" for _ in range(21)) + " }", "gateway.too_many_root_fields"),
        ("{ __schema " + "{ types { ofType " * 13 + "{ name }" + " } }" * 13 + " }", "gateway.too_deep"),
        ("{ " + "ping " * 4000 + "}", "gateway.too_many_tokens"),
        ("{" * 100, "gateway.malformed"),
        ("{ note(id: 1) { " + "parent { id } " * 102 + "} }", "gateway.too_many_repetitions"),
        (apart(300), "gateway.too_many_repetitions"),
        ("{ note(id: 1) { ...f0 } }" + chain(60).partition("}")[2], "gateway.too_many_aliases"),
        ("{ a " * 1000 + "}" * 1000, "gateway.too_deep"),
        (chain(480, spreads=1, leaf="ping"), "gateway.too_deep"),
    ],
)
async def test_too_much_has_a_code_of_its_own(world: World, query: str, code: str) -> None:
    result = await world.execute(query)
    assert codes(result) == [code], result.errors
    assert result.data is None


async def test_what_is_within_the_limits_passes(world: World) -> None:
    result = await world.execute("{ " + " ".join(f"a{n}: ping" for n in range(20)) + " }")
    assert result.errors is None
    assert len(result.data) == 20


async def test_many_components_may_ask_for_the_same(world: World) -> None:
    assert codes(await world.execute(apart(60))) == ["gateway.bad_id"]  # it was executed


async def test_the_other_operations_of_a_document_are_measured_too(world: World) -> None:
    result = await world.execute("query a { ping } query b " + nested(13))
    assert codes(result) == ["gateway.too_deep"]


async def test_the_usual_introspection_query_passes(world: World) -> None:
    result = await world.execute(get_introspection_query(input_value_deprecation=True))
    assert result.errors is None
