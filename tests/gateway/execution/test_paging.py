"""A list walked page by page, either way, is the sorted list; cursors belong to one list, filter and tenant."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from core.kernel.clock import SetClock
from core.kernel.database import Database
from tests.gateway.execution.notes.models import Note
from tests.gateway.execution.notes.world import World, note_id, settings_with
from tests.gateway.execution.test_reading import codes

QUERY = """query ($first: Int, $after: String, $last: Int, $before: String) {
    bestNotes(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { id title stars } } totalCount
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }"""


async def filled(world: World, rows: list[tuple[int, str]]) -> list[str]:
    """Write notes and give their ids in the list's order: most stars first, then by title, then by id."""
    made = [
        Note(
            tenant_id=world.region_id,
            network_id=world.network_id,
            title=title,
            stars=stars,
            opened_at=world.clock.now(),
        )
        for stars, title in rows
    ]
    async with world.database.unit(world.scope()) as unit:
        unit.session.add_all(made)
    return [note_id(one) for one in sorted(made, key=lambda note: (-note.stars, note.title, str(note.id)))]


async def walked(world: World, size: int, *, backward: bool) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        place = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        page = (await world.data(QUERY, place))["bestNotes"]
        ids = [one["node"]["id"] for one in page["edges"]]
        assert len(ids) <= size
        found = ids + found if backward else found + ids
        info = page["pageInfo"]
        if not info["hasPreviousPage" if backward else "hasNextPage"]:
            return found
        assert len(ids) == size
        cursor = info["startCursor" if backward else "endCursor"]


@pytest.mark.parametrize("backward", [False, True])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "\u4e2d", "Z"])), max_size=14),
    size=st.integers(1, 6),
)
async def test_pages_are_slices_of_the_sorted_list(
    database: Database, notes_tables: None, clock: SetClock, backward: bool, rows: list[tuple[int, str]], size: int
) -> None:
    world = World(database=database, clock=clock)
    expected = await filled(world, rows)
    assert await walked(world, size, backward=backward) == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(-1, 8), end=st.integers(0, 9), size=st.integers(0, 9), backward=st.booleans())
async def test_any_page_is_the_slice_it_names(
    database: Database, notes_tables: None, clock: SetClock, start: int, end: int, size: int, backward: bool
) -> None:
    world = World(database=database, clock=clock)
    expected = await filled(world, [(number % 3, "abc"[number % 2]) for number in range(9)])
    edges = (await world.data(QUERY, {"first": 9}))["bestNotes"]["edges"]
    place: dict[str, Any] = {
        "after": edges[start]["cursor"] if start >= 0 else None,
        "before": edges[end]["cursor"] if end < 9 else None,
        "last" if backward else "first": size,
    }
    page = (await world.data(QUERY, place))["bestNotes"]
    between = expected[start + 1 : end]
    wanted = (between[-size:] if size else []) if backward else between[:size]
    assert [one["node"]["id"] for one in page["edges"]] == wanted
    assert page["totalCount"] == 9
    info = page["pageInfo"]
    if wanted:
        assert info["hasNextPage"] == (wanted[-1] != expected[-1])
        assert info["hasPreviousPage"] == (wanted[0] != expected[0])
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]


async def test_nested_lists_are_paged_per_parent(world: World) -> None:
    for number in range(3):
        note = await world.note(title=str(number))
        for text in "abcd"[: number + 2]:
            await world.remark(note, text)
    query = """query ($after: String) { notes { nodes { title remarks(first: 2, after: $after) {
        edges { cursor node { text } } pageInfo { hasNextPage endCursor } totalCount } } } }"""
    found = {one["title"]: one["remarks"] for one in (await world.data(query))["notes"]["nodes"]}
    assert {title: [edge["node"]["text"] for edge in one["edges"]] for title, one in found.items()} == {
        "0": ["a", "b"],
        "1": ["a", "b"],
        "2": ["a", "b"],
    }
    assert {title: one["pageInfo"]["hasNextPage"] for title, one in found.items()} == {"0": False, "1": True, "2": True}
    assert {title: one["totalCount"] for title, one in found.items()} == {"0": 2, "1": 3, "2": 4}


async def test_the_next_page_of_one_parent(world: World) -> None:
    note = await world.note()
    for text in "abc":
        await world.remark(note, text)
    query = """query ($id: ID!, $after: String, $before: String, $last: Int, $first: Int) { note(id: $id) {
        remarks(first: $first, after: $after, last: $last, before: $before) { nodes { text }
        pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } } }"""
    first = (await world.data(query, {"id": note_id(note), "first": 2}))["note"]["remarks"]
    assert [one["text"] for one in first["nodes"]] == ["a", "b"]
    after = {"id": note_id(note), "first": 2, "after": first["pageInfo"]["endCursor"]}
    second = (await world.data(query, after))["note"]["remarks"]
    assert [one["text"] for one in second["nodes"]] == ["c"]
    assert second["pageInfo"]["hasPreviousPage"]
    back = {"id": note_id(note), "last": 1, "before": second["pageInfo"]["startCursor"]}
    assert (await world.data(query, back))["note"]["remarks"]["nodes"] == [{"text": "b"}]


async def cursor_of(world: World, field: str, arguments: str = "", tenant: Any = None) -> str:
    found = await world.data(f"{{ {field}{arguments} {{ edges {{ cursor }} }} }}", tenant=tenant)
    return found[field]["edges"][0]["cursor"]


async def test_a_cursor_of_another_list_order_filter_or_tenant_does_not_open(world: World) -> None:
    await world.note()
    await world.note(tenant=world.unit_id)
    query = "query ($after: String) { notes(after: $after) { nodes { id } } }"
    foreign = [
        await cursor_of(world, "bestNotes"),
        await cursor_of(world, "notes", "(filter: {starsFrom: 0})"),
        await cursor_of(world, "notes", tenant=world.unit_id),
        await cursor_of(world, "allNotes"),
    ]
    assert not (await world.data(query, {"after": await cursor_of(world, "notes")}))["notes"]["nodes"]
    for cursor in foreign:
        result = await world.execute(query, {"after": cursor})
        assert codes(result) == ["gateway.bad_cursor"]
        assert result.data == {"notes": None}


async def test_a_changed_cursor_does_not_open(world: World) -> None:
    await world.note()
    cursor = await cursor_of(world, "notes")
    query = "query ($after: String) { notes(after: $after) { nodes { id } } }"
    for place in range(0, len(cursor), 5):
        changed = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
        assert codes(await world.execute(query, {"after": changed})) == ["gateway.bad_cursor"], place
    for made_up in ("", "x", "!", cursor[:-4], cursor + "AAAA", "\u4e2d"):
        assert codes(await world.execute(query, {"after": made_up})) == ["gateway.bad_cursor"], made_up


async def test_the_same_place_has_the_same_cursor_and_another_key_another(world: World) -> None:
    await world.note()
    cursor = await cursor_of(world, "notes")
    assert await cursor_of(world, "notes") == cursor
    other_key = settings_with(cursor_key=SecretStr("another"))
    other = await world.execute("{ notes { edges { cursor } } }", configured=other_key)
    assert other.data["notes"]["edges"][0]["cursor"] != cursor


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 1, last: 1", "gateway.bad_page"),
        ("first: -1", "gateway.bad_page"),
        ("last: -1", "gateway.bad_page"),
        ("first: 51", "gateway.page_too_large"),
        ("last: 51", "gateway.page_too_large"),
    ],
)
async def test_pages_that_are_not_served(world: World, arguments: str, code: str) -> None:
    assert codes(await world.execute(f"{{ notes({arguments}) {{ nodes {{ id }} }} }}")) == [code]


async def test_a_page_too_large_by_a_variable_or_deep_inside_is_found_before_anything_is_read(world: World) -> None:
    await world.note()
    query = "query ($n: Int = 51) { notes { nodes { remarks(first: $n) { nodes { text } } } } }"
    with world.counting() as statements:
        assert codes(await world.execute(query)) == ["gateway.page_too_large"]
        assert codes(await world.execute(query, {"n": 500})) == ["gateway.page_too_large"]
    assert not statements
