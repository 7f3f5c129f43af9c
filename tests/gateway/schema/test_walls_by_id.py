"""Whatever type an id is of, nobody reaches an object with it that is not theirs: by any name, in any fragment."""

from typing import Any

import pytest

from core.kernel.graphql.ids import global_id
from core.kernel.permissions import every_permission
from core.kernel.rows import RowClass
from core.kernel.scope import Scope
from gateway.execution.readings import READINGS
from tests.gateway.schema.furnished import Furnished
from tests.support.api import answer_of, whole_schema
from tests.support.networks import as_person

ENTITIES: dict[str, Any] = {
    name: plan
    for name, plan in whole_schema().graphql.extensions[READINGS].entities.items()
    if plan.entity.model.row_class is RowClass.TENANT
}
AT_ONCE = 10
EMPTY = frozenset({"Adoption", "ImportRefusal", "PreviewLimit", "RecordRemoval"})
"""What the furnished house holds nothing of."""


@pytest.mark.parametrize("name", list(ENTITIES))
async def test_an_object_is_reached_by_its_id_in_its_own_tenant_alone(name: str, house: Furnished) -> None:
    network, everything = house.network, every_permission()
    held = {owner.tenant_id: await ids_in(name, house, owner) for owner in (house.north, house.headquarters)}
    assert any(held.values()) or name in EMPTY, f"furnish some {name}"
    for owner in (house.north, house.headquarters):
        ids = held[owner.tenant_id]
        if not ids:
            continue
        assert await reached(name, house, owner, ids) == len(ids)
        permission = ENTITIES[name].entity.permission
        outsiders = (
            as_person(house.strangers.headquarters, everything),
            as_person(house.strangers.north, everything),
            as_person(network.south, everything),
            as_person(network.region, everything),
            as_person(network.headquarters if owner is house.north else network.north, everything),
            as_person(owner, everything - {permission.name}),
        )
        for one in outsiders:
            assert await reached(name, house, one, ids) == 0


async def ids_in(name: str, house: Furnished, owner: Scope) -> list[str]:
    plan = ENTITIES[name]
    query = f"SELECT {plan.key.name} FROM {plan.table.name} WHERE tenant_id = $1 LIMIT {AT_ONCE}"
    rows = await house.office.admin.fetch(query, owner.tenant_id)
    return [global_id(name, row[0]) for row in rows]


async def reached(name: str, house: Furnished, scope: Scope, ids: list[str]) -> int:
    """How many of the objects somebody reaches, compiled and interpreted alike."""
    given = ", ".join(f"$i{number}: ID!" for number in range(len(ids)))
    asked = " ".join(f"n{number}: node(id: $i{number}) {{ ...Found }}" for number in range(len(ids)))
    document = f"query Reach({given}) {{ {asked} }} fragment Found on Node {{ __typename ... on {name} {{ id }} }}"
    variables = {f"i{number}": one for number, one in enumerate(ids)}
    compiled = await house.api.execute(scope, document, variables)
    interpreted = answer_of(
        await whole_schema().execute(document, variable_values=variables, context_value=house.api.context(scope))
    )
    assert (compiled.data, sorted(compiled.codes)) == (interpreted.data, sorted(interpreted.codes))
    return sum(one is not None for one in (compiled.data or {}).values())
