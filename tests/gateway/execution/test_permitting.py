"""Nothing is read that is not permitted, wherever in the schema it is; what is refused is refused once and says so."""

import pytest
from graphql import GraphQLObjectType

from core.kernel.graphql.access import PUBLIC, Permission
from core.kernel.graphql.context import RequestContext
from gateway.execution.guards import GUARDS, Guard, Guards
from tests.gateway.execution.notes.permissions import AUDIT, READ
from tests.gateway.execution.notes.world import EVERYTHING, World, note_id, schema_for
from tests.gateway.execution.test_reading import codes


def guarded() -> dict[tuple[str, str], Guard]:
    guards: Guards = schema_for().graphql.extensions[GUARDS]
    return guards.fields


def test_every_field_of_every_type_has_a_guard() -> None:
    known = guarded()
    for name, type_ in schema_for().graphql.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            for field in type_.fields:
                assert (name, field) in known, f"{name}.{field}"


def test_a_field_that_leads_to_an_entity_needs_what_the_entity_needs() -> None:
    known = guarded()
    assert known["Query", "notes"].needs == (READ,)
    assert known["Note", "topic"].needs == (READ,)
    assert known["Note", "authorMark"].needs == (AUDIT,)
    assert known["FinishNoteSuccess", "note"].needs == (READ,)
    assert known["Query", "ping"].needs == ()
    assert PUBLIC not in {one for guard in known.values() for one in guard.needs}


async def test_every_query_is_refused_without_its_permission(world: World) -> None:
    note = await world.note()
    queries = {
        "note": f'note(id: "{note_id(note)}") {{ id }}',
        "node": f'node(id: "{note_id(note)}") {{ id }}',
        "topic": 'topic(code: "x") { id }',
        "topics": "topics { totalCount }",
        "notes": "notes { totalCount }",
        "bestNotes": "bestNotes { totalCount }",
        "allNotes": "allNotes { totalCount }",
        "notesBelow": "notesBelow { totalCount }",
        "bestNote": "bestNote { id }",
        "digest": "digest { words }",
        "someNotes": "someNotes(ids: []) { id }",
        "trouble": "trouble",
        "nothing": "nothing",
    }
    assert set(queries) | {"ping"} == {name for owner, name in guarded() if owner == "Query"}
    for name, query in queries.items():
        with world.counting():
            result = await world.execute(f"{{ {query} }}", without=EVERYTHING)
        assert result.data == {name: None}
        assert codes(result) == ["kernel.not_permitted"]
        assert not world.connections, name
    assert (await world.data("{ ping }", without=EVERYTHING)) == {"ping": "pong"}


async def test_the_error_says_what_is_missing_and_where(world: World) -> None:
    await world.note(author_mark="m")
    result = await world.execute("{ notes { edges { node { authorMark } } } }", without=frozenset({AUDIT.name}))
    error = result.errors[0]
    assert error.path == ["notes", "edges", 0, "node", "authorMark"]
    assert error.message == "This needs the permission notes.audit."
    assert error.extensions == {
        "code": "kernel.not_permitted",
        "hint": "Ask an administrator of your tenant for a role that holds it.",
    }


async def test_a_permission_is_looked_up_once_however_many_rows_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await world.note()
    asked: list[tuple[Permission, ...]] = []
    check = RequestContext.check

    def noted(self: RequestContext, *needed: Permission) -> None:
        asked.append(needed)
        check(self, *needed)

    monkeypatch.setattr(RequestContext, "check", noted)
    await world.execute("{ notes { nodes { title stars authorMark } } }")
    assert sorted(asked, key=repr) == sorted([(READ,), (AUDIT,)], key=repr)


async def test_without_a_token_or_without_a_tenant(world: World) -> None:
    query = "{ ping notes { totalCount } }"
    anonymous = await schema_for().execute(query, context_value=world.context(None))
    assert anonymous.data == {"ping": "pong", "notes": None}
    assert codes(anonymous) == ["gateway.not_signed_in"]

    class Known:
        actor = world.scope().actor

    nowhere = world.context(None)
    nowhere.identity = Known()
    result = await schema_for().execute(query, context_value=nowhere)
    assert codes(result) == ["gateway.no_tenant"]


async def test_a_field_nobody_declared_is_refused_when_it_runs(world: World) -> None:
    fields = guarded()
    kept = fields.pop(("Query", "ping"))
    try:
        result = await world.execute("{ ping }")
    finally:
        fields["Query", "ping"] = kept
    assert result.data == {"ping": None}
    assert codes(result) == ["kernel.not_permitted"]


async def test_introspection_needs_no_permission(world: World) -> None:
    found = await world.data("{ __typename __schema { queryType { name } } }", without=EVERYTHING)
    assert found == {"__typename": "Query", "__schema": {"queryType": {"name": "Query"}}}
