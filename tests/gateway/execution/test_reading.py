"""Declared fields read what was written, only what is asked for, and nothing of anybody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from tests.gateway.execution.notes.permissions import AUDIT, COMPARE
from tests.gateway.execution.notes.world import World, minutes, note_id


def codes(result: Any) -> list[str]:
    return [one.extensions["code"] for one in result.errors or ()]


async def test_every_kind_of_declaration_reads(world: World) -> None:
    topic = await world.topic()
    parent = await world.note(title="first")
    note = await world.note(
        title="second", parent_id=parent.id, topic_id=topic.id, sealed="terces", facts='{"b":[1,"2"]}', author_mark="m"
    )
    for text in ("a", "bbb", "cc"):
        await world.remark(note, text)
        world.clock.advance(minutes(1))
    found = await world.data(
        """query ($id: ID!) { note(id: $id) {
            id title status age secret authorMark facts factsText parent { title id } topic { code noteCount }
            remarks { nodes { text note { title } } totalCount } remarkCount longest medianLength totalLength
        } }""",
        {"id": note_id(note)},
    )
    assert found["note"] == {
        "id": note_id(note),
        "title": "second",
        "status": "OPEN",
        "age": 180,
        "secret": "secret",
        "authorMark": "m",
        "facts": {"b": [1, "2"]},
        "factsText": '{"b":[1,"2"]}',
        "parent": {"title": "first", "id": note_id(parent)},
        "topic": {"code": "tills", "noteCount": 1},
        "remarks": {
            "nodes": [{"text": one, "note": {"title": "second"}} for one in ("a", "bbb", "cc")],
            "totalCount": 3,
        },
        "remarkCount": 3,
        "longest": 3,
        "medianLength": 2.0,
        "totalLength": 6,
    }


async def test_figures_over_no_rows(world: World) -> None:
    note = await world.note()
    found = await world.data(
        "query ($id: ID!) { note(id: $id) { remarkCount longest medianLength secret facts parent { id } } }",
        {"id": note_id(note)},
    )
    empty = {"longest": None, "medianLength": None, "secret": None, "facts": None, "parent": None}
    assert found["note"] == {"remarkCount": 0, **empty}


async def test_statements_do_not_grow_with_the_rows(world: World) -> None:
    topic = await world.topic()
    for number in range(12):
        note = await world.note(title=str(number), topic_id=topic.id, sealed="x")
        await world.remark(note, "one")
        await world.remark(note, "three")
    with world.counting() as statements:
        found = await world.data(
            """{ notes(first: 12) { totalCount nodes {
                title secret topic { name } remarks(first: 1) { nodes { text note { title } } totalCount }
                remarkCount longest medianLength
            } } }"""
        )
    assert len(found["notes"]["nodes"]) == 12
    assert {one["remarkCount"] for one in found["notes"]["nodes"]} == {2}
    # Notes, their count, topics, remarks, the notes of the remarks, the count of remarks, and one for all figures.
    assert len(statements) == 7, statements
    assert len(set(world.connections)) == 1


async def test_only_the_columns_asked_for_are_read(world: World) -> None:
    await world.note(sealed="x", body="long")
    with world.counting() as statements:
        await world.data("{ notes { nodes { ...part } } } fragment part on Note { title }")
    assert len(statements) == 1
    assert "notes.title" in statements[0]
    assert not [name for name in ("body", "sealed", "facts", "author_mark") if f"notes.{name}" in statements[0]]


async def test_skipped_fields_are_not_read(world: World) -> None:
    note = await world.note()
    query = """query ($id: ID!, $with: Boolean!) { note(id: $id) {
        title facts @include(if: $with) ... @skip(if: $with) { body: secret } parent @include(if: $with) { id }
    } }"""
    with world.counting() as statements:
        found = await world.data(query, {"id": note_id(note), "with": False})
    assert found["note"] == {"title": "a note", "body": None}
    assert "notes.facts" not in statements[0]
    assert "notes.sealed" in statements[0]


async def test_a_page_without_rows_asked_for_reads_none(world: World) -> None:
    await world.note()
    with world.counting() as statements:
        found = await world.data("{ notes { totalCount } }")
    assert found == {"notes": {"totalCount": 1}}
    assert len(statements) == 1


async def test_the_same_relation_with_different_selections(world: World) -> None:
    parent = await world.note(title="up", stars=3)
    await world.note(title="down", parent_id=parent.id)
    found = await world.data(
        "{ notes(filter: {answered: false}) { nodes { a: parent { title } b: parent { stars title } } } }"
    )
    assert found["notes"]["nodes"] == [{"a": {"title": "up"}, "b": {"stars": 3, "title": "up"}}]


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        ("{status: [DONE]}", ["c"]),
        ("{status: [DONE, OPEN]}", ["a", "b", "c"]),
        ("{status: []}", []),
        ("{starsFrom: 2}", ["b", "c"]),
        ("{starsFrom: 2, status: [OPEN]}", ["b"]),
        ('{openedBefore: "2026-11-21T10:01:30+01:00"}', ["a", "b"]),
        ("{answered: true}", ["a", "c"]),
        ("{answered: false}", ["b"]),
        ("{status: null}", ["a", "b", "c"]),
        ("{}", ["a", "b", "c"]),
    ],
)
async def test_filters(world: World, narrowing: str, expected: list[str]) -> None:
    first = await world.note(title="a", stars=1)
    world.clock.advance(minutes(1))
    await world.note(title="b", stars=2, parent_id=first.id)
    world.clock.advance(minutes(1))
    await world.note(title="c", stars=3, status="done")
    found = await world.data(f"{{ notes(filter: {narrowing}) {{ totalCount nodes {{ title }} }} }}")
    assert sorted(one["title"] for one in found["notes"]["nodes"]) == expected
    assert found["notes"]["totalCount"] == len(expected)


async def test_a_filter_by_global_id_wants_one_of_the_right_type(world: World) -> None:
    topic, other = await world.topic("tills"), await world.topic("queues")
    await world.note(title="on it", topic_id=topic.id)
    await world.note(title="beside it", topic_id=other.id)
    query = "query ($topic: ID!) { notes(filter: {topic: $topic}) { nodes { title } } }"
    found = await world.data(query, {"topic": global_id("Topic", topic.id)})
    assert found["notes"]["nodes"] == [{"title": "on it"}]
    refused = await world.execute(query, {"topic": global_id("Note", topic.id)})
    assert codes(refused) == ["gateway.bad_id"]
    assert refused.errors[0].message == "This is the id of a Note, not of a Topic."


async def test_nested_filters_and_aggregates_share_their_arguments(world: World) -> None:
    topic = await world.topic()
    for stars in (1, 2, 3):
        await world.note(title=str(stars), stars=stars, topic_id=topic.id)
    found = await world.data(
        """query ($f: NoteFilter) { topic(code: "tills") {
            all: noteCount some: noteCount(filter: $f) notes(filter: $f, first: 1) { totalCount nodes { title } }
        } }""",
        {"f": {"starsFrom": 2}},
    )
    assert found["topic"] == {"all": 3, "some": 2, "notes": {"totalCount": 2, "nodes": [{"title": "3"}]}}


async def test_one_row_by_something_else_than_its_id(world: World) -> None:
    await world.topic("tills")
    found = await world.data('{ topic(code: "tills") { name } none: topic(code: "x") { name } }')
    assert found == {"topic": {"name": "Tills"}, "none": None}


async def test_node_reads_any_entity_again(world: World) -> None:
    note, topic = await world.note(), await world.topic()
    query = "query ($id: ID!) { node(id: $id) { id __typename ... on Note { title } ... on Topic { code } } }"
    found = await world.data(query, {"id": note_id(note)})
    assert found["node"] == {"id": note_id(note), "__typename": "Note", "title": "a note"}
    found = await world.data(query, {"id": global_id("Topic", topic.id)})
    assert found["node"]["code"] == "tills"
    assert (await world.data(query, {"id": global_id("Note", new_id())}))["node"] is None


@pytest.mark.parametrize(
    "bad", ["", "x", "Tm90ZTo", "!!!", global_id("Note", "no-uuid"), global_id("Nothing", UUID(int=7))]
)
async def test_bad_ids_are_named(world: World, bad: str) -> None:
    for query in ("query ($id: ID!) { node(id: $id) { id } }", "query ($id: ID!) { note(id: $id) { id } }"):
        result = await world.execute(query, {"id": bad})
        assert codes(result) == ["gateway.bad_id"]


async def test_another_tenant_sees_none_of_it(world: World) -> None:
    note = await world.note(tenant=world.unit_id, title="theirs")
    await world.remark(note)
    query = """query ($id: ID!) { note(id: $id) { title } node(id: $id) { id } notes { totalCount nodes { title } }
        digest { words } }"""
    nothing: dict[str, Any] = {
        "note": None,
        "node": None,
        "notes": {"totalCount": 0, "nodes": []},
        "digest": {"words": 0},
    }
    for other in (world.region_id, world.beside_id, world.root_id):
        assert await world.data(query, {"id": note_id(note)}, tenant=other) == nothing
    mine = await world.data(query, {"id": note_id(note)}, tenant=world.unit_id)
    assert mine["note"] == {"title": "theirs"}


async def test_every_statement_names_its_tenant(world: World) -> None:
    topic = await world.topic()
    note = await world.note(topic_id=topic.id, parent_id=(await world.note()).id)
    await world.remark(note)
    with world.counting() as statements:
        await world.data(
            "{ notes { totalCount nodes { parent { title } topic { name } remarkCount remarks { nodes { id } } } } }"
        )
    assert len(statements) == 6
    for statement in statements:
        wall = "topics.network_id = " if "FROM topics" in statement else ".tenant_id = "
        assert wall in statement, statement


async def test_code_gives_values_and_ids_of_entities(world: World) -> None:
    await world.note(title="b b", stars=2)
    await world.note(title="a", stars=1)
    with world.counting() as statements:
        found = await world.data(
            "{ digest { words best { title stars } all { title } } bestNote(above: 2) { title } ping(loudly: true) }"
        )
    assert found["digest"] == {
        "words": 3,
        "best": {"title": "a", "stars": 1},
        "all": [{"title": "a"}, {"title": "b b"}],
    }
    assert found["bestNote"] == {"title": "b b"}
    assert found["ping"] == "PONG"
    assert len(set(world.connections)) == 1
    assert len(statements) == 4  # two of code, and two readings, as `best` and `all` ask for different columns
    assert (await world.data("{ bestNote(above: 3) { title } }"))["bestNote"] is None


async def test_entities_that_code_gives_by_id_are_read_in_one_statement(world: World) -> None:
    made = [note_id(await world.note(title=str(number))) for number in range(9)]
    with world.counting() as statements:
        found = await world.data(
            "query ($ids: [ID!]!) { someNotes(ids: $ids) { title remarkCount } }", {"ids": [*made, made[0]]}
        )
    assert [one["title"] for one in found["someNotes"]] == [*"012345678", "0"]
    assert len(statements) == 2


async def test_the_whole_network_is_read_with_an_audited_grant(world: World) -> None:
    ours = await world.note(title="ours")
    theirs = await world.note(tenant=world.beside_id, title="theirs")
    for note in (ours, theirs, theirs):
        await world.remark(note)
    query = "query All { allNotes { totalCount nodes { title remarkCount remarks { nodes { note { title } } } } } }"
    found = await world.data(query)
    assert found["allNotes"]["totalCount"] == 2
    assert {one["title"]: one["remarkCount"] for one in found["allNotes"]["nodes"]} == {"ours": 1, "theirs": 2}
    assert [len(one["remarks"]["nodes"]) for one in found["allNotes"]["nodes"]] == [1, 2]
    grants = await world.rows("SELECT kind, purpose FROM reading_grants")
    assert grants == [("network", "graphql query All")]
    acts = await world.rows("SELECT action FROM audit_entries")
    assert acts == [("kernel.open_grant",)]


async def test_rows_of_one_id_in_two_tenants_are_kept_apart(world: World) -> None:
    """Ids are unique in practice and only per tenant by the schema, so nothing may depend on the practice."""
    one = new_id()
    ours = await world.note(id=one, title="ours")
    theirs = await world.note(tenant=world.beside_id, id=one, title="theirs")
    await world.remark(ours, "here")
    for text in ("there", "there too"):
        await world.remark(theirs, text)
    found = await world.data(
        """{ allNotes { nodes { title remarkCount longest remarks { totalCount nodes { text note { title } } } } } }"""
    )
    nodes = {node["title"]: node for node in found["allNotes"]["nodes"]}
    assert nodes["ours"] == {
        "title": "ours",
        "remarkCount": 1,
        "longest": 4,
        "remarks": {"totalCount": 1, "nodes": [{"text": "here", "note": {"title": "ours"}}]},
    }
    assert nodes["theirs"]["remarkCount"] == 2
    assert {one["note"]["title"] for one in nodes["theirs"]["remarks"]["nodes"]} == {"theirs"}


async def test_money_is_minor_units_as_text(world: World) -> None:
    await world.note(price_minor=2**53 + 1, price_currency="EUR")
    await world.note(price_minor=1)
    found = await world.data("{ notes { nodes { price { amountMinor currency } } } }")
    prices = [one["price"] for one in found["notes"]["nodes"]]
    assert {"amountMinor": "9007199254740993", "currency": "EUR"} in prices
    assert None in prices


async def test_units_below_are_read_by_the_region_and_by_the_root(world: World) -> None:
    for tenant, title in ((world.region_id, "own"), (world.unit_id, "below"), (world.beside_id, "beside")):
        await world.note(tenant=tenant, title=title)
    query = "{ notesBelow { nodes { title } } }"

    async def titles(tenant: Any) -> list[str]:
        return sorted(one["title"] for one in (await world.data(query, tenant=tenant))["notesBelow"]["nodes"])

    assert await titles(world.region_id) == ["below", "own"]
    assert await titles(world.unit_id) == ["below"]
    assert await titles(world.root_id) == ["below", "beside", "own"]
    assert await world.rows("SELECT kind FROM reading_grants") == [("region",)]


async def test_wider_reading_is_refused_and_leaves_no_grant(world: World) -> None:
    await world.note()
    result = await world.execute("{ allNotes { totalCount } }", without=frozenset({COMPARE.name}))
    assert codes(result) == ["kernel.not_permitted"]
    assert result.data == {"allNotes": None}
    assert await world.rows("SELECT kind FROM reading_grants") == []


async def test_breadths_are_read_one_after_another_in_the_order_asked(world: World) -> None:
    await world.note(title="own")
    await world.note(tenant=world.unit_id, title="below")
    found = await world.data(
        """{ a: notes { totalCount } b: allNotes { totalCount } c: notes { nodes { title } }
        d: notesBelow { totalCount } }"""
    )
    assert list(found) == ["a", "b", "c", "d"]
    assert [found["a"]["totalCount"], found["b"]["totalCount"], found["d"]["totalCount"]] == [1, 2, 2]


async def test_an_instant_is_answered_in_utc_with_six_digits(world: World) -> None:
    opened = world.clock.now() + timedelta(microseconds=7)
    await world.note(opened_at=opened)
    found = await world.data("{ notes { nodes { openedAt } } }")
    assert found["notes"]["nodes"] == [{"openedAt": "2026-11-21T09:00:00.000007Z"}]


async def test_a_denied_field_is_null_at_its_place_and_its_siblings_are_not(world: World) -> None:
    for title in ("a", "b"):
        await world.note(title=title, author_mark="m")
    result = await world.execute("{ notes { nodes { title authorMark } } }", without=frozenset({AUDIT.name}))
    assert [one["authorMark"] for one in result.data["notes"]["nodes"]] == [None, None]
    assert {one["title"] for one in result.data["notes"]["nodes"]} == {"a", "b"}
    assert [one.path for one in result.errors] == [["notes", "nodes", number, "authorMark"] for number in (0, 1)]
    assert codes(result) == ["kernel.not_permitted"] * 2
