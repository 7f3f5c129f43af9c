"""A mutation is one transaction: its answer is read inside it, a refusal undoes it, a repetition repeats nothing."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from core.kernel.graphql.ids import split_id
from core.kernel.ids import new_id
from gateway.execution.fingerprints import fingerprint
from tests.gateway.execution.notes.permissions import AUDIT, READ, WRITE
from tests.gateway.execution.notes.world import World, note_id, schema_for
from tests.gateway.execution.test_reading import codes

FINISH = """mutation ($note: ID!, $version: Int!, $key: String!) {
    finishNote(input: {note: $note, version: $version}, idempotencyKey: $key) {
        __typename
        ... on FinishNoteSuccess { note { id status version remarkCount } }
        ... on Problem { code message hint }
        ... on StaleEdit { expected actual kind }
        ... on NotPermitted { permission }
    } }"""
OPEN = """mutation ($title: String!, $key: String!) {
    openANote(input: {title: $title}, idempotencyKey: $key) {
        __typename ... on OpenNoteSuccess { receipt note { id title authorMark version } } ... on Problem { code }
    } }"""


async def finished(world: World, note: Any, version: int = 1, key: str = "k", **more: Any) -> Any:
    given = {"note": note_id(note), "version": version, "key": key}
    return (await world.data(FINISH, given, **more))["finishNote"]


async def opened(world: World, title: str, key: str = "k", **more: Any) -> Any:
    return await world.execute(OPEN, {"title": title, "key": key}, **more)


async def titles(world: World) -> list[str]:
    return [one for (one,) in await world.rows("SELECT title FROM notes ORDER BY title")]


async def test_the_answer_shows_what_the_transaction_wrote(world: World) -> None:
    note = await world.note()
    await world.remark(note)
    with world.counting():
        answer = await finished(world, note)
    done = {"id": note_id(note), "status": "DONE", "version": 2, "remarkCount": 1}
    assert answer == {"__typename": "FinishNoteSuccess", "note": done}
    assert len(set(world.connections)) == 1
    assert await world.rows("SELECT status, version FROM notes") == [("done", 2)]


async def test_what_is_kept_of_an_input_tells_nobody_what_it_was(world: World) -> None:
    """Nor that two inputs are alike; and what was kept while it did tell, is recognised."""
    done = [await opened(world, "Frau Weber", key=key) for key in ("k1", "k2")]
    plain = fingerprint("openANote", {"input": {"title": "Frau Weber"}})
    assert len({plain, *[one for (one,) in await world.rows("SELECT fingerprint FROM idempotency_keys")]}) == 3
    kept = "UPDATE idempotency_keys SET fingerprint = '{}' WHERE key = '{}' RETURNING key"
    assert await world.rows(kept.format(plain, "k1")) == [("k1",)]
    again = (await opened(world, "Frau Weber", key="k1")).data["openANote"]
    assert again["note"] == done[0].data["openANote"]["note"]
    assert (await opened(world, "Herr Weber", key="k1")).data["openANote"]["code"] == "kernel.idempotency_key_reused"
    assert await world.rows(kept.format(plain[::-1], "k2")) == [("k2",)]
    assert (await opened(world, "Frau Weber", key="k2")).data["openANote"]["code"] == "kernel.idempotency_key_reused"
    assert await titles(world) == ["Frau Weber"] * 2


async def test_a_refusal_is_a_member_of_the_result_and_undoes_everything(world: World) -> None:
    result = await opened(world, "refused")
    assert result.errors is None
    assert result.data == {"openANote": {"__typename": "StaleEdit", "code": "kernel.stale_edit"}}
    assert await titles(world) == []
    assert await world.rows("SELECT key FROM idempotency_keys") == []


async def test_a_refusal_shows_its_own_fields(world: World) -> None:
    note = await world.note(version=3)
    assert await finished(world, note) == {
        "__typename": "StaleEdit",
        "code": "kernel.stale_edit",
        "message": "The note is at version 3, not 1.",
        "hint": "Read it again, apply your change to what it says now, and send it with the new version.",
        "expected": 1,
        "actual": 3,
        "kind": "note",
    }


async def test_another_tenants_row_is_not_found_and_not_changed(world: World) -> None:
    note = await world.note()
    for other in (world.unit_id, world.root_id, world.beside_id):
        answer = await finished(world, note, tenant=other)
        assert answer["__typename"] == "NotFound"
    assert await world.rows("SELECT status, version FROM notes") == [("open", 1)]


async def test_without_the_permission_it_is_refused_in_the_result(world: World) -> None:
    note = await world.note()
    answer = await finished(world, note, without=frozenset({WRITE.name}))
    assert answer["__typename"] == "NotPermitted"
    assert answer["permission"] == "notes.write"
    assert await world.rows("SELECT status FROM notes") == [("open",)]


async def test_an_unlisted_refusal_is_an_error_with_its_code(world: World) -> None:
    result = await opened(world, "unlisted")
    assert result.data is None
    assert codes(result) == ["kernel.not_found"]
    assert await titles(world) == []


async def test_a_fault_is_masked_and_undoes_everything(world: World) -> None:
    result = await opened(world, "broken")
    assert result.data is None
    assert codes(result) == ["gateway.internal"]
    assert "Ann" not in str(result.errors)
    assert await titles(world) == []


async def test_a_violated_constraint_is_masked_and_undoes_everything(world: World) -> None:
    result = await opened(world, "forbidden")
    assert result.data is None
    assert codes(result) == ["gateway.internal"]
    assert "notes_title" not in str(result.errors)
    assert await titles(world) == []


async def test_a_failure_of_the_commit_itself_is_told(world: World) -> None:
    result = await opened(world, "late")
    assert result.data is None
    assert codes(result) == ["gateway.internal"]
    assert result.errors[0].path == ["openANote"]
    assert await titles(world) == []


async def test_a_failed_statement_of_the_answer_undoes_the_change(world: World) -> None:
    note = await world.note(facts="{}")
    query = FINISH.replace("remarkCount", "remarkCount secret")
    await world.rows("UPDATE notes SET sealed = 'x'")
    given = {"note": note_id(note), "version": 1, "key": "k"}
    assert (await world.data(query, given))["finishNote"]["note"]["secret"] == "x"
    broken = FINISH.replace("remarkCount", "remarkCount overflow: age")
    await world.rows("UPDATE notes SET opened_at = '0001-01-01 00:00:00+00', version = 1, status = 'open'")
    result = await world.execute(broken, {**given, "key": "other"})
    assert result.data is None
    assert set(codes(result)) == {"gateway.internal"}
    assert result.errors[-1].path == ["finishNote"]
    assert await world.rows("SELECT status, version FROM notes") == [("open", 1)]


async def test_a_denied_field_of_the_answer_leaves_the_change_done(world: World) -> None:
    result = await opened(world, "new", without=frozenset({AUDIT.name}))
    assert result.data["openANote"]["note"]["authorMark"] is None
    assert codes(result) == ["kernel.not_permitted"]
    assert await titles(world) == ["new"]
    result = await opened(world, "newer", "k2", without=frozenset({READ.name}))
    assert result.data["openANote"] == {"__typename": "OpenNoteSuccess", "receipt": "thanks", "note": None}
    assert codes(result) == ["kernel.not_permitted"]
    assert await titles(world) == ["new", "newer"]


async def test_a_repeated_request_is_done_once_and_shows_the_present_state(world: World) -> None:
    first = (await opened(world, "once")).data["openANote"]
    assert first["receipt"] == "thanks"
    await world.rows("UPDATE notes SET title = 'renamed'")
    again = (await opened(world, "once")).data["openANote"]
    assert again["note"] == {**first["note"], "title": "renamed"}
    assert again["receipt"] is None
    assert await titles(world) == ["renamed"]


async def test_the_same_key_with_another_input_is_refused(world: World) -> None:
    await opened(world, "one")
    result = await opened(world, "two")
    assert result.data == {"openANote": {"__typename": "IdempotencyKeyReused", "code": "kernel.idempotency_key_reused"}}
    assert await titles(world) == ["one"]


async def test_a_key_is_one_actors_one_tenants_and_one_operations(world: World) -> None:
    note = await world.note()
    await opened(world, "one", key="same")
    assert (await finished(world, note, key="same"))["__typename"] == "FinishNoteSuccess"
    await opened(world, "one", key="same", tenant=world.unit_id)
    world.actor_id = new_id()
    assert (await opened(world, "two", key="same")).data["openANote"]["__typename"] == "OpenNoteSuccess"
    assert await titles(world) == ["a note", "one", "two"]
    assert [one for (one,) in await world.rows("SELECT title FROM notes", tenant=world.unit_id)] == ["one"]


async def test_a_refused_request_may_be_repeated_with_its_key(world: World) -> None:
    note = await world.note(version=2)
    assert (await finished(world, note, version=1))["__typename"] == "StaleEdit"
    assert (await finished(world, note, version=2))["__typename"] == "FinishNoteSuccess"


async def test_requests_at_once_with_one_key_are_done_once(world: World) -> None:
    answers = await asyncio.gather(*(opened(world, "once") for _ in range(6)))
    ids = {one.data["openANote"]["note"]["id"] for one in answers}
    assert len(ids) == 1
    assert UUID(split_id(ids.pop())[1])
    assert await titles(world) == ["once"]


async def test_bad_keys_and_bad_ids_are_named(world: World) -> None:
    for key in ("", "k" * 201):
        result = await opened(world, "x", key)
        assert result.data is None
        assert codes(result) == ["kernel.invalid_input"]
    result = await world.execute(FINISH, {"note": "nonsense", "version": 1, "key": "k"})
    assert codes(result) == ["gateway.bad_id"]
    assert await titles(world) == []


async def test_each_field_is_a_transaction_of_its_own_in_order(world: World) -> None:
    result = await world.data(
        """mutation {
            a: openANote(input: {title: "a"}, idempotencyKey: "1") { __typename }
            b: openANote(input: {title: "refused"}, idempotencyKey: "2") { __typename }
            c: openANote(input: {title: "c"}, idempotencyKey: "3") {
                __typename ... on OpenNoteSuccess { note { title } }
            }
        }"""
    )
    assert [result[name]["__typename"] for name in "abc"] == ["OpenNoteSuccess", "StaleEdit", "OpenNoteSuccess"]
    assert result["c"]["note"] == {"title": "c"}
    assert await titles(world) == ["a", "c"]


async def test_without_a_token_or_a_tenant_it_is_an_error(world: World) -> None:
    anonymous = world.context(None)
    result = await schema_for().execute(OPEN, {"title": "x", "key": "k"}, context_value=anonymous)
    assert result.data is None
    assert codes(result) == ["gateway.not_signed_in"]


async def test_a_mutation_may_enter_a_tenant_that_the_request_does_not_name(world: World) -> None:
    class Guest:
        actor = world.scope().actor
        host = world.scope(world.unit_id)

    context = world.context(None)
    context.identity = Guest()
    visit = (
        """visit(input: {title: $title}, idempotencyKey: "k") { __typename ... on VisitSuccess { note { title } } }"""
    )
    finish = """finishNote(input: {note: "x", version: 1}, idempotencyKey: "k") { __typename }"""
    query = f"mutation ($title: String!) {{ {visit} }}"
    result = await schema_for().execute(query, {"title": "hello"}, context_value=context)
    assert result.errors is None
    assert result.data == {"visit": {"__typename": "VisitSuccess", "note": {"title": "hello"}}}
    assert await world.rows("SELECT title FROM notes", tenant=world.unit_id) == [("hello",)]
    both = f"mutation ($title: String!) {{ {visit} {finish} }}"
    refused = await schema_for().execute(both, {"title": "uninvited"}, context_value=context)
    assert refused.data is None
    assert codes(refused) == ["gateway.no_tenant"]
    assert context.scope is None


async def test_a_mutation_that_takes_too_long_is_undone_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.execution.changes.WRITE_LIMIT_MS", 200)
    started = asyncio.get_running_loop().time()
    result = await opened(world, "slow")
    assert codes(result) == ["gateway.too_slow"]
    assert asyncio.get_running_loop().time() - started < 20
    assert await titles(world) == []
