"""Two who change the network's rules at once: one of them has read what is no more, and is told so."""

import asyncio

import pytest

from core.kernel.errors import StaleEdit
from core.standards.waivers.rules import ChangeRules, change_rules
from tests.core.standards.builders import Stage

STUCK = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def second(stage: Stage, days: int) -> None:
    await stage.act(stage.network.headquarters, change_rules, ChangeRules(longest_days=days, expected_revision=0))


async def test_the_second_of_two_first_rules_is_stale(stage: Stage) -> None:
    async with stage.unit(stage.network.headquarters) as unit:
        await change_rules(unit, ChangeRules(longest_days=100, expected_revision=0))
        other = asyncio.ensure_future(second(stage, 200))
        async with asyncio.timeout(60):
            while not await stage.admin.fetchval(STUCK):  # noqa: ASYNC110 - PostgreSQL tells nobody who waits
                await asyncio.sleep(0.02)
    with pytest.raises(StaleEdit):
        await other
    kept = "SELECT longest_days, revision FROM waiver_rules WHERE network_id = $1"
    assert [tuple(row) for row in await stage.admin.fetch(kept, stage.network.id)] == [(100, 1)]
