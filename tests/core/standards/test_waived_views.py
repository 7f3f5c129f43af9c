"""Waivers in views across the network: drift names them, a preview knows what they keep and what no more."""

from typing import Any

from core.standards.models import StandardVersion
from tests.core.standards.builders import CODE, Stage, content
from tests.core.standards.test_previews import findings, looked
from tests.core.standards.waivers.asking import bounded, front, granted

DRIFT = """query Drift($code: String!, $at: DateTime) { driftReport(code: $code, at: $at, first: 50) {
  entries { tenantKey value default suspended underWaiver outcome reason approverId operator } } }"""
SUMS = "query Sums($code: String!) { driftSummary(code: $code) { entries underWaiver inForce } }"


async def values(stage: Stage, at: str | None = None) -> list[Any]:
    hq = front(stage, stage.network.headquarters).client
    entries = (await hq.data(DRIFT, code=CODE, at=at))["driftReport"]["entries"]
    return [one for one in entries if one["operator"] == "ASSIGN"]


async def test_drift_says_what_holds_under_a_waiver_and_no_longer(stage: Stage) -> None:
    north, region = await bounded(stage)
    await granted(stage, north, region)
    [entry] = await values(stage)
    assert (entry["tenantKey"], entry["value"], entry["default"]) == ("north", 1200, 7200)
    assert (entry["underWaiver"], entry["suspended"], entry["outcome"]) == (True, False, "IN_FORCE")
    assert (entry["reason"], entry["approverId"]) == ("The mall demands it.", str(region.scope.actor.id))
    hq = front(stage, stage.network.headquarters).client
    sums = (await hq.data(SUMS, code=CODE))["driftSummary"]
    assert sums["underWaiver"] == 1
    ends = (await north.waiver())["expiresAt"]
    assert await values(stage, ends) == [], "it ends by itself"


async def approved(stage: Stage, terms: dict[str, Any]) -> StandardVersion:
    _, version = await stage.approved(content("2.0.0", terms))
    return version


async def test_a_preview_knows_whose_limit_a_waiver_keeps(stage: Stage) -> None:
    await granted(stage, *await bounded(stage))
    await looked(stage, await approved(stage, {"default": 3600, "bounds": {"minimum": 600, "maximum": 3600}}))
    changed = {name: facts for (name, finding), facts in (await findings(stage)).items() if finding == "limits_changed"}
    assert "north" not in changed, "its waiver holds before and after"
    assert [(one["before"], one["after"]) for one in changed["south"]] == [(7200, 3600)]


async def test_a_preview_tells_what_a_waiver_keeps_no_longer(stage: Stage) -> None:
    await granted(stage, *await bounded(stage))
    await looked(stage, await approved(stage, {"bounds": {"minimum": 2000, "maximum": 7200}}))
    changed = {name: facts for (name, finding), facts in (await findings(stage)).items() if finding == "limits_changed"}
    assert [(one["before"], one["after"]) for one in changed.pop("north")] == [(1200, 7200)]
    assert changed == {}, "a region cannot lift what headquarters sets"
