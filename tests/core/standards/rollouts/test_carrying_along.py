"""An adaptation follows into a new version when its tenant does, and not before."""

from datetime import timedelta
from typing import Any

from core.kernel.scope import Scope
from tests.core.standards.builders import Stage, wish
from tests.core.standards.rollouts.staging import PASS_GATE, START_WAVE, STRICTER, Rolling, wave

HELD_BY = """SELECT v.number FROM adaptations a JOIN published_versions v ON v.network_id = a.network_id
  AND v.id = a.based_on WHERE a.tenant_id = $1 AND a.recorded_to IS NULL AND a.valid_to IS NULL"""
WAITING = "SELECT outcome FROM merge_outcomes WHERE tenant_id = $1 AND status = 'open'"


async def based_on(stage: Stage, scope: Scope) -> list[str]:
    return [row["number"] for row in await stage.admin.fetch(HELD_BY, scope.tenant_id)]


async def test_adaptations_follow_wave_by_wave(stage: Stage) -> None:
    network = stage.network
    rolling = await Rolling.on(stage, others=0)
    for scope, seconds in ((network.north, 3600), (network.south, STRICTER["default"] + 600)):
        await stage.adapt(scope, wish(seconds))
    stage.clock.advance(timedelta(hours=1))
    await rolling.plan(
        wave("pilots", "TENANTS", network.north, gate="manual"),
        wave("late", "TENANTS", network.south),
        wave("rest", "REST"),
    )
    await rolling.start()
    assert await rolling.on_second() == {"north"}
    assert await based_on(stage, network.north) == ["2.0.0"]
    assert await based_on(stage, network.south) == ["1.0.0"]
    assert await stage.admin.fetch(WAITING, network.south.tenant_id) == []
    assert await stage.limit(network.south) == STRICTER["default"] + 600

    pilots: Any = await rolling.wave("pilots")
    late: Any = await rolling.wave("late")
    await rolling.do(rolling.lead, PASS_GATE, wave=pilots["id"], reason="It works.")
    await rolling.do(rolling.lead, START_WAVE, wave=late["id"])
    await rolling.work()
    assert "south" in await rolling.on_second()
    [outcome] = await stage.admin.fetch(WAITING, network.south.tenant_id)
    assert outcome["outcome"] == "out_of_bounds"  # The new version lets nobody go above what it says.
    assert await stage.limit(network.south) == STRICTER["default"]
