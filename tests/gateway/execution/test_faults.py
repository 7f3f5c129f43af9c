"""Whatever goes wrong, the client gets a code; what nobody foresaw is masked and found again in the log."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.limits.checks import MAX_ERRORS
from tests.gateway.execution.notes.world import World, settings_with
from tests.gateway.execution.test_reading import codes

CLOSED = settings_with(introspection=False)
OPEN = settings_with(introspection=True)
LONGEST = 120
MISSPELT: tuple[tuple[str, dict[str, Any] | None, str], ...] = (
    ("{ note_ }", None, "notes"),
    ("{ notes { nods { id } } }", None, "nodes"),
    ("{ notes(frist: 1) { totalCount } }", None, "first"),
    ("{ notes(filter: {statsu: [OPEN]}) { totalCount } }", None, "status"),
    ("{ notes(filter: {status: [OPENED]}) { totalCount } }", None, "OPEN"),
    ("{ notes { ... on NoteConnectio { totalCount } } }", None, "NoteConnection"),
    ("{ ping @skp(if: true) }", None, ""),
    ("query ($f: NoteFiltr) { notes(filter: $f) { totalCount } }", {"f": {}}, "NoteFilter"),
    ("query ($f: NoteFilter) { notes(filter: $f) { totalCount } }", {"f": {"statu": []}}, "status"),
    ("query ($f: NoteFilter) { notes(filter: $f) { totalCount } }", {"f": {"status": ["OPENED"]}}, "OPEN"),
)
"""Operations that a letter is wrong in, with their variables and what was meant; directives have few neighbours."""


async def test_a_fault_is_masked_and_its_id_is_in_the_log(world: World) -> None:
    with capture_logs() as logs:
        result = await world.execute("{ trouble ping }")
    assert result.data == {"trouble": None, "ping": "pong"}
    error = result.errors[0]
    assert error.message == "Something went wrong on our side."
    assert error.path == ["trouble"]
    assert error.original_error is None or "secret" not in str(error.original_error)
    assert error.extensions["code"] == "gateway.internal"
    written = [one for one in logs if one["event"] == "gateway.internal"]
    assert [one["fault"] for one in written] == [error.extensions["fault"]]
    assert written[0]["error"] == "ZeroDivisionError"
    assert any("notes/feature.py" in place for place in written[0]["where"])
    assert str(world.region_id) not in str(logs)


async def test_a_fault_that_many_rows_share_is_logged_once(world: World) -> None:
    for _ in range(3):
        old = await world.note(opened_at=datetime(1, 1, 1, tzinfo=UTC))
        await world.note(parent_id=old.id)
    with capture_logs() as logs:
        result = await world.execute("{ notes(filter: {answered: false}) { nodes { parent { age } } } }")
    assert set(codes(result)) == {"gateway.internal"}
    assert len(result.errors) == 3
    assert len({one.extensions["fault"] for one in result.errors}) == 1
    assert len([one for one in logs if one["event"] == "gateway.internal"]) == 1


async def test_a_refusal_in_a_query_is_an_error_with_its_code(world: World) -> None:
    result = await world.execute("{ nothing }")
    assert codes(result) == ["kernel.not_found"]
    assert result.errors[0].message == "There is no thing x in this tenant."
    assert result.errors[0].extensions["hint"] == "Check the identifier and the tenant you act in."


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "gateway.malformed"),
        ("{ notes(first: ) }", "gateway.malformed"),
        ("{ nothingOfTheKind }", "gateway.invalid"),
        ("{ notes }", "gateway.invalid"),
        ('{ notes(first: "x") { totalCount } }', "gateway.invalid"),
        ("query ($a: Int!) { notes(first: $a) { totalCount } }", "gateway.bad_variables"),
        (
            "{ notes { ...a } } fragment a on NoteConnection { ...b } fragment b on NoteConnection { ...a }",
            "gateway.invalid",
        ),
        ('{ notes(filter: {openedBefore: "yesterday"}) { totalCount } }', "gateway.invalid"),
        ('{ notes(filter: {openedBefore: "2026-11-21T09:00:00"}) { totalCount } }', "gateway.invalid"),
        ("{ notes(filter: {openedBefore: 5}) { totalCount } }", "gateway.invalid"),
        ('{ notes(filter: {openedBefore: "0001-01-01T00:00:00+23:00"}) { totalCount } }', "gateway.invalid"),
    ],
)
async def test_what_a_client_did_wrong_has_a_code(world: World, query: str, code: str) -> None:
    result = await world.execute(query)
    assert set(codes(result)) == {code}
    assert result.data is None


@pytest.mark.parametrize(("query", "variables", "meant"), MISSPELT)
async def test_what_is_meant_is_suggested_where_introspection_is_on(
    world: World, query: str, variables: dict[str, object] | None, meant: str
) -> None:
    result = await world.execute(query, variables, configured=OPEN)
    assert result.errors
    suggested = [error.message.partition("Did you mean")[2] for error in result.errors]
    assert not meant or any(f"'{meant}'" in one for one in suggested), result.errors
    assert not [one for one in suggested if len(one) > LONGEST]


async def test_a_thousand_misspelt_names_are_not_all_looked_for(world: World) -> None:
    for query in (
        f"{{ {' '.join(f'note{number}_' for number in range(1_000))} }}",
        f"{{ notes({' '.join(f'firs{number}: 1' for number in range(1_000))}) {{ totalCount }} }}",
    ):
        result = await world.execute(query, configured=OPEN)
        assert 1 <= len(result.errors or ()) <= MAX_ERRORS + 1
    statuses = {"f": {"status": ["OPENED"] * 1_000}}
    result = await world.execute(
        "query ($f: NoteFilter) { notes(filter: $f) { totalCount } }", statuses, configured=OPEN
    )
    assert 1 <= len(result.errors or ()) <= MAX_ERRORS + 1


@pytest.mark.parametrize(("query", "variables", "meant"), MISSPELT)
async def test_nothing_is_suggested_where_introspection_is_off(
    world: World, query: str, variables: dict[str, object] | None, meant: str
) -> None:
    result = await world.execute(query, variables, configured=CLOSED)
    assert result.errors
    for error in result.errors:
        assert "Did you mean" not in error.message
        assert f"'{meant}'" not in error.message
        assert error.extensions["code"].startswith("gateway.")


async def test_introspection_is_closed_where_it_is_configured_so(world: World) -> None:
    for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Note") { name } }'):
        result = await world.execute(query, configured=CLOSED)
        assert set(codes(result)) == {"gateway.introspection_off"}
    assert (await world.execute("{ __typename }", configured=CLOSED)).data == {"__typename": "Query"}


async def test_an_argument_that_a_variable_leaves_out_is_the_clients_mistake(world: World) -> None:
    result = await world.execute("query ($v: String = null) { topic(code: $v) { id } }")
    assert set(codes(result)) <= {"gateway.invalid", "gateway.bad_arguments", "gateway.bad_variables"}
    assert result.errors
