"""What an operation may cost depends on the roles of whoever asks."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.answering.answering import Answering
from gateway.limits.errors import RoleIsUnknown
from gateway.limits.figures import LimitFigures
from gateway.live.streaming import Streaming
from tests.gateway.execution.notes.world import World, schema_for, settings_with

TEN = "{ notes(first: 10) { nodes { id } } }"
GENEROUS = {"max_cost": 8, "role_costs": {"clerk": 5, "manager": 10}}


def figures(**more: Any) -> LimitFigures:
    return LimitFigures.of(settings_with(**more))


@pytest.mark.parametrize(
    ("roles", "limit"),
    [
        ((), 8),
        (("clerk",), 5),
        (("manager",), 10),
        (("clerk", "manager"), 10),
        (("auditor",), 8),
        (("auditor", "clerk"), 8),
        (("made-by-a-network",), 8),
    ],
)
def test_the_most_generous_of_the_roles_counts(world: World, roles: tuple[str, ...], limit: int) -> None:
    assert figures(**GENEROUS).cost_for(replace(world.scope(), roles=roles)) == limit


def test_whoever_is_in_no_tenant_has_the_limit_of_all(world: World) -> None:
    assert figures(**GENEROUS).cost_for(None) == 8
    assert figures().cost_for(replace(world.scope(), roles=("clerk",))) == 20_000


def test_the_most_that_anybody_may_spend_is_known() -> None:
    assert figures(**GENEROUS).most_cost == 10
    assert figures(max_cost=8, role_costs={"clerk": 5}).most_cost == 8
    assert figures(max_cost=8).most_cost == 8


def test_a_role_that_nobody_can_hold_is_refused_by_name() -> None:
    with pytest.raises(RoleIsUnknown, match="clark") as refused:
        figures(role_costs={"clark": 5})
    assert "clerk" in refused.value.hint


@pytest.mark.parametrize(("role", "limit", "refused"), [("clerk", 5, True), ("manager", 10, False)])
async def test_the_limit_of_the_role_is_held_and_told(world: World, role: str, limit: int, refused: bool) -> None:
    scope = replace(world.scope(), roles=(role,))
    result = await world.execute(TEN, scope=scope, configured=settings_with(**GENEROUS))
    assert result.extensions == {"cost": {"asked": 10, "limit": limit}}
    codes = [one.extensions.get("code") for one in result.errors or () if one.extensions]
    assert ("gateway.too_costly" in codes) is refused


def test_a_live_answer_is_shared_by_those_alone_who_may_spend_the_same(world: World) -> None:
    answering = Answering(schema_for(settings_with(**GENEROUS)))
    nobody_follows: Any = None
    streaming = Streaming(answering, nobody_follows)
    prepared = answering.prepared(TEN, None)
    assert prepared is not None

    def key(*roles: str) -> object:
        scope = replace(world.scope(), roles=roles)
        return streaming._key(TEN, {}, world.context(scope), scope, prepared, None)

    assert key("clerk") != key("manager")
    assert key("clerk", "manager") == key("manager")
