"""Owners decide about what does not fit; nobody else does, and a refusal changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.errors import DomainError, InvalidInput, NotFound, NotPermitted
from core.standards.errors import BoundExceeded, UnknownParameter
from core.standards.merging.errors import MergeIsSettled, WaiverIsProposed
from core.standards.merging.moving import ClausePart, split
from core.standards.merging.resolve_merge import ResolveMerge, resolve_merge
from core.standards.merging.vocabulary import Resolution
from core.standards.permissions import ADAPT_STANDARDS
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.merging.test_carrying import TIGHT
from tests.core.standards.merging.working import (
    adaptations,
    greet,
    moved,
    outcomes,
    upgrade,
    value,
    version,
    waiting_items,
    work_off,
)
from tests.support.networks import as_person


async def waiting(stage: Stage, given: Any, wanted: Any = None) -> dict[str, Any]:
    """An adaptation of the northern outlet that does not fit a new version."""
    await stage.publish()
    await stage.adapt(stage.network.north, wanted or wish(5000))
    await upgrade(stage, given)
    [found] = await outcomes(stage)
    return found


async def decide(stage: Stage, outcome: dict[str, Any], action: Resolution, **said: Any) -> Any:
    facts: dict[str, Any] = {"outcome_id": outcome["id"], "action": action, "reason": "We looked at it.", **said}
    return await stage.act(facts.pop("who", stage.network.north), resolve_merge, ResolveMerge(**facts))


async def test_the_nearest_value_is_accepted(stage: Stage) -> None:
    waits = await waiting(stage, moved("2.0.0", TIGHT))
    row = await decide(stage, waits, Resolution.ACCEPT_PROPOSAL)
    assert (row.status, row.resolution, row.reason) == ("resolved", "accept_proposal", "We looked at it.")
    found = (await stage.resolve(stage.network.north)).standard
    assert found.values["response", "limit"].value == 3600
    assert [one.overlay.value for one in found.values["response", "limit"].why] == [3600]
    assert found.orphans == ()
    await work_off(stage)
    assert await waiting_items(stage) == []
    assert [one["status"] for one in await outcomes(stage)] == ["resolved"]


async def test_another_value_is_laid_instead(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit=TIGHT))
    await decide(stage, waits, Resolution.ADJUST, value=1800)
    assert await stage.limit(stage.network.north) == 1800
    await work_off(stage)
    assert [one["status"] for one in await outcomes(stage)] == ["resolved"]


async def test_what_is_dropped_ends_where_it_stopped_fitting(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit=TIGHT))
    stage.clock.advance(timedelta(hours=1))
    await decide(stage, waits, Resolution.DROP)
    [row] = await adaptations(stage)
    assert row["valid_to"] == waits["at"]
    assert await stage.limit(stage.network.north, waits["at"] - timedelta(seconds=1)) == 5000
    await work_off(stage)
    assert await waiting_items(stage) == []


async def test_a_proposal_to_drop_is_accepted(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", parameters=[]))
    await decide(stage, waits, Resolution.ACCEPT_PROPOSAL)
    assert (await stage.resolve(stage.network.north)).standard.orphans == ()


async def test_a_text_is_moved_into_a_part_of_its_clause(stage: Stage) -> None:
    parts = [ClausePart(key="hello"), ClausePart(key="goodbye")]
    waits = await waiting(stage, split(content(), content("2.0.0"), "greeting", parts), greet({"de": "Hallo"}))
    assert (waits["outcome"], waits["proposal"]) == ("orphaned", "move")
    await decide(stage, waits, Resolution.ACCEPT_PROPOSAL)
    assert await value(stage, stage.network.north, "hello") == {"de": "Hallo", "en": "Welcome"}
    assert await value(stage, stage.network.north, "goodbye") == {"en": "Welcome"}


async def test_what_is_left_suspended_is_not_asked_about_again_until_another_version(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit=TIGHT))
    await decide(stage, waits, Resolution.KEEP_SUSPENDED)
    await stage.adapt(stage.network.region, wish(3500))
    await work_off(stage)
    assert [one["status"] for one in await outcomes(stage)] == ["resolved"]
    assert await waiting_items(stage) == []
    await upgrade(stage, version("3.0.0", limit={**TIGHT, "default": 3000}))
    north = [one for one in await outcomes(stage) if one["tenant_id"] == stage.network.north.tenant_id]
    assert [(one["version_number"], one["status"]) for one in north] == [("2.0.0", "resolved"), ("3.0.0", "open")]
    assert len(await waiting_items(stage)) == 1


async def test_what_was_ended_and_left_returns_once_it_fits(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit={"unit": "business"}))
    assert waits["ended"]
    await decide(stage, waits, Resolution.KEEP_SUSPENDED)
    await upgrade(stage, version("2.1.0", limit={"unit": "business"}, text={"en": "Answer soon."}))
    assert await stage.limit(stage.network.north) == 7200
    await upgrade(stage, version("3.0.0"))
    assert await stage.limit(stage.network.north) == 5000
    before = await outcomes(stage)
    await upgrade(stage, version("3.1.0"))
    assert await stage.limit(stage.network.north) == 5000
    assert [one["outcome"] for one in (await outcomes(stage))[len(before) :]] == ["clean"]


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"action": Resolution.ADJUST, "value": 7000}, BoundExceeded),
        ({"action": Resolution.ADJUST}, InvalidInput),
        ({"action": Resolution.DROP, "value": 7}, InvalidInput),
        ({"action": Resolution.DROP, "reason": " "}, InvalidInput),
        ({"action": Resolution.DROP, "outcome_id": UUID(int=7)}, NotFound),
        ({"action": Resolution.DROP, "who": "south"}, NotFound),
        ({"action": Resolution.DROP, "who": "headquarters"}, NotFound),
        ({"action": Resolution.DROP, "who": "clerk"}, NotPermitted),
    ],
)
async def test_a_refused_decision_changes_nothing(
    stage: Stage, said: dict[str, Any], refusal: type[DomainError]
) -> None:
    waits = await waiting(stage, version("2.0.0", limit=TIGHT))
    north = stage.network.north
    clerk = as_person(north, north.permissions - {ADAPT_STANDARDS.name})
    who = {"clerk": clerk, "south": stage.network.south, "headquarters": stage.network.headquarters}
    before = (await stage.rows(), await outcomes(stage))
    others = {name: one for name, one in said.items() if name != "action"} | {
        "who": who.get(said.get("who", ""), north)
    }
    with pytest.raises(refusal):
        await decide(stage, waits, said["action"], **others)
    assert (await stage.rows(), await outcomes(stage)) == before


async def test_what_is_decided_is_decided(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit=TIGHT))
    await decide(stage, waits, Resolution.DROP)
    before = await stage.rows()
    with pytest.raises(MergeIsSettled):
        await decide(stage, waits, Resolution.KEEP_SUSPENDED)
    assert await stage.rows() == before


async def test_what_is_gone_cannot_be_adjusted(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", parameters=[]))
    before = (await stage.rows(), await outcomes(stage))
    with pytest.raises(UnknownParameter):
        await decide(stage, waits, Resolution.ADJUST, value=60)
    assert (await stage.rows(), await outcomes(stage)) == before


async def test_what_comes_back_under_its_old_name_waits_to_be_laid_there_again(stage: Stage) -> None:
    await waiting(stage, version("2.0.0", parameters=[]))
    await upgrade(stage, version("3.0.0"))
    [waits] = [one for one in await outcomes(stage) if one["status"] == "open"]
    assert (waits["outcome"], waits["proposal"], waits["ended"]) == ("orphaned", "move", True)
    assert await stage.limit(stage.network.north) == 7200
    await decide(stage, waits, Resolution.ACCEPT_PROPOSAL)
    assert await stage.limit(stage.network.north) == 5000


async def test_a_waiver_is_asked_for_by_itself(stage: Stage) -> None:
    waits = await waiting(stage, version("2.0.0", limit={"operators": []}), wish(5000, legal_basis="The law"))
    assert (waits["outcome"], waits["proposal"]) == ("locked", "ask_waiver")
    before = (await stage.rows(), await outcomes(stage))
    with pytest.raises(WaiverIsProposed):
        await decide(stage, waits, Resolution.ACCEPT_PROPOSAL)
    assert (await stage.rows(), await outcomes(stage)) == before
