"""What is refused is not read: its columns stand in no statement, compiled or not."""

import pytest

from tests.gateway.execution.compiled.both_ways import Given
from tests.gateway.execution.compiled.houses import House

ASKED = """{ %s { nodes { label weight w: weight keeper { name badge specimens { totalCount } }
  parent { weight keeper { badge } } pieces { edges { node { weight keeper { name } } } } } } }"""
SINGLE = [
    "specimens(first: 5)",
    "byLabel(last: 3)",
    "hereAndThere(first: 3)",
]


async def statements(house: House, role: str, query: str, *, compiled: bool) -> str:
    way = house.both.compiled if compiled else house.both.interpreted
    house.both.database.forget()
    done = Given.of(await way.execute(query, {}, house.context(house.acting(role))))
    assert bool(done.errors) == (role != "everything")
    assert b'"label"' in done.data
    return "\n".join([*house.both.database.statements, *house.both.database.plans])


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("listed", SINGLE)
async def test_refused_columns_stand_in_no_statement(cabinet: House, listed: str, compiled: bool) -> None:
    query = ASKED % listed
    allowed = await statements(cabinet, "everything", query, compiled=compiled)
    for column in ("secret_weight", "secret_badge", "keeper_id", "keepers"):
        assert column in allowed
    keepers = await statements(cabinet, "no keepers", query, compiled=compiled)
    assert "secret_weight" in keepers
    assert "keeper_id" not in keepers
    assert "keepers" not in keepers
    if not listed.startswith("hereAndThere"):
        weights = await statements(cabinet, "no weights", query, compiled=compiled)
        assert "keeper_id" in weights
        assert "secret_weight" not in weights
        assert "secret_badge" not in weights


@pytest.mark.parametrize("compiled", [True, False])
async def test_nor_through_node_a_fragment_or_a_repeated_field(cabinet: House, compiled: bool) -> None:
    acting = cabinet.acting("no weights")
    ids = acting.words.ids["Specimen"][:3]
    found = 0
    for one in ids:
        query = f"""{{ node(id: "{one}") {{ ...F ... on Specimen {{ weight label }} }}
            specimen(id: "{one}") {{ ...F }} }}
          fragment F on Specimen {{ weight other: weight label @skip(if: false) }}"""
        cabinet.both.database.forget()
        way = cabinet.both.compiled if compiled else cabinet.both.interpreted
        done = Given.of(await way.execute(query, {}, cabinet.context(acting)))
        found += b'"weight":null' in done.data
        assert not any("secret_weight" in sql for sql in cabinet.both.database.statements + cabinet.both.database.plans)
    assert found
