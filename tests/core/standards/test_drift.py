"""Whatever differs from what was published is found, with who laid it and why, and what is suspended is told apart."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from core.kernel.errors import InvalidInput, NotPermitted
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.standards.across import gathering
from core.standards.drift.policy import Difference
from core.standards.drift.report import AskDrift, DriftPage, DriftSums, drift_page, drift_sums
from core.standards.permissions import OVERSEE_STANDARDS
from core.standards.vocabulary import Outcome
from tenants.directory import TenantDirectory
from tests.core.standards.builders import CODE, Stage, content, wish
from tests.core.standards.test_jobs import STRICTER
from tests.support.api import Api
from tests.support.networks import as_person, build_network

T = TypeVar("T")


async def overseen(stage: Stage, scope: Scope, work: Callable[[Unit], Awaitable[T]]) -> T:
    """Read as the region or network role."""
    async with stage.unit(scope, read_only=True) as unit:
        below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    opened = (
        stage.database.network_reads(scope.network_id)
        if scope.is_root
        else stage.database.region_reads(scope.network_id, (scope.tenant_id, *below))
    )
    async with opened as session:
        tree = TenantDirectory(stage.database).within(session)
        return await work(Unit(session, replace(scope, instant=stage.clock.now()), stage.clock, tree))


async def page(stage: Stage, scope: Scope, first: int = 100, after: Any = None, **asked: Any) -> DriftPage:
    return await overseen(stage, scope, lambda unit: drift_page(unit, AskDrift(**asked), first, after))


async def sums(stage: Stage, scope: Scope, **asked: Any) -> DriftSums:
    return await overseen(stage, scope, lambda unit: drift_sums(unit, AskDrift(**asked)))


def told(found: DriftPage) -> list[tuple[Any, ...]]:
    def line(one: Difference) -> tuple[Any, ...]:
        key = found.tenants[one.tenant_id].key
        return key, one.code, one.clause_key, one.value, one.default, one.outcome, one.inherited

    return sorted(map(line, found.found), key=str)


async def adapted(stage: Stage) -> None:
    """Two standards; the region and both units below it differ, one of them twice."""
    await stage.publish()
    await stage.publish(content(code="other"))
    network = stage.network
    await stage.adapt(network.region, wish(5000, legal_basis="Trade Act 7"))
    await stage.adapt(network.north, wish(3600))
    await stage.adapt(network.north, wish({"en": "Moin"}, clause_key="greeting", parameter_key=""))
    await stage.adapt(network.south, wish(600, code="other"))


IN_FORCE = Outcome.IN_FORCE
GREETED = {"en": "Moin"}


async def test_every_value_that_differs_is_found_where_it_was_laid(stage: Stage) -> None:
    await adapted(stage)
    found = await page(stage, stage.network.headquarters)
    assert told(found) == [
        ("north", CODE, "first_response", 3600, 7200, IN_FORCE, False),
        ("north", CODE, "greeting", GREETED, {"en": "Welcome"}, IN_FORCE, False),
        ("south", "other", "first_response", 600, 7200, IN_FORCE, False),
        ("west", CODE, "first_response", 5000, 7200, IN_FORCE, False),
    ]
    [west] = [one for one in found.found if found.tenants[one.tenant_id].key == "west"]
    assert (west.overlay.reason, west.overlay.legal_basis) == ("We are faster.", "Trade Act 7")
    assert (west.overlay.author_id, west.overlay.span.start) == (stage.network.region.actor.id, stage.clock.now())
    assert not west.under_waiver
    assert found.more is None


async def test_inherited_values_are_listed_where_that_is_asked(stage: Stage) -> None:
    await adapted(stage)
    found = await page(stage, stage.network.headquarters, code=CODE, inherited=True)
    assert [line for line in told(found) if line[-1]] == [("south", CODE, "first_response", 5000, 7200, IN_FORCE, True)]
    assert len(found.found) == 4


async def test_what_is_suspended_is_told_apart_and_what_ended_is_gone(stage: Stage) -> None:
    await stage.publish()
    now, north, south = stage.clock.now(), stage.network.north, stage.network.south
    await stage.adapt(north, wish(5000))
    await stage.adapt(south, wish(3000, valid_to=now + timedelta(days=1)))
    turn = now + timedelta(days=2)
    await stage.publish(content("2.0.0", STRICTER), turn)
    then = await page(stage, stage.network.headquarters, at=turn)
    assert told(then) == [("north", CODE, "first_response", 3600, 3600, Outcome.OUT_OF_BOUNDS, False)]
    assert [one.version for one in then.found] == ["2.0.0"]
    before = await page(stage, stage.network.headquarters)
    assert {line[3] for line in told(before)} == {5000, 3000}
    assert told(await page(stage, stage.network.headquarters, at=now - timedelta(days=1))) == []


async def test_a_value_that_says_what_was_published_does_not_differ(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(7200))
    assert told(await page(stage, stage.network.headquarters)) == []


async def test_pages_join_to_the_whole(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await adapted(stage)
    whole = [one.key for one in (await page(stage, stage.network.headquarters)).found]
    monkeypatch.setattr(gathering, "ADAPTATIONS_AT_ONCE", 1)
    monkeypatch.setattr(gathering, "AT_ONCE", 1)
    for scope in (stage.network.headquarters, stage.network.region):
        joined: list[Any] = []
        after: Any = None
        for _ in whole:
            part = await page(stage, scope, 1, after)
            joined += [one.key for one in part.found]
            after = part.more
        assert joined == whole
        assert after is None
    with pytest.raises(InvalidInput):
        await page(stage, stage.network.headquarters, 101)


async def test_sums_agree_with_the_pages(stage: Stage) -> None:
    await adapted(stage)
    found = await sums(stage, stage.network.headquarters)
    assert (found.outcomes.total(), found.under_waiver) == (4, 0)
    assert found.standards == {CODE: 3, "other": 1}
    assert found.places == {
        (CODE, "first_response.limit"): 2,
        (CODE, "greeting"): 1,
        ("other", "first_response.limit"): 1,
    }
    assert {found.names[one].key: count for one, count in found.tenants.items()} == {"north": 2, "south": 1, "west": 1}


async def test_nobody_oversees_more_than_lies_below(stage: Stage) -> None:
    await adapted(stage)
    strangers = await build_network(stage.database, stage.clock)
    assert told(await page(stage, strangers.headquarters)) == []
    seen: set[UUID] = {one.tenant_id for one in (await page(stage, stage.network.north)).found}
    assert seen == {stage.network.north.tenant_id}
    less = as_person(stage.network.headquarters, every_permission() - {OVERSEE_STANDARDS.name})
    with pytest.raises(NotPermitted):
        await page(stage, less)
    with pytest.raises(NotPermitted):
        await sums(stage, less)


REPORT = """
query Drift($after: String) {
  driftReport(first: 3, after: $after) { endCursor entries { tenantKey value } }
  driftSummary { entries }
}
"""


async def test_reads_are_put_on_record_and_cursors_are_checked(stage: Stage) -> None:
    await adapted(stage)
    api, scope = Api.on(stage.database, stage.clock), as_person(stage.network.headquarters, every_permission())
    answer = await api.execute(scope, REPORT, {})
    assert answer.data is not None
    cursor = answer.data["driftReport"]["endCursor"]
    rest = await api.execute(scope, REPORT, {"after": cursor})
    assert rest.data is not None
    assert (len(rest.data["driftReport"]["entries"]), rest.data["driftReport"]["endCursor"]) == (1, None)
    assert rest.data["driftSummary"]["entries"] == 4
    grants = "SELECT count(*) FROM audit_entries WHERE network_id = $1 AND action = 'kernel.open_grant'"
    assert await stage.admin.fetchval(grants, stage.network.id) == 1
    assert (await api.execute(scope, REPORT, {"after": "bm9uZQ"})).codes == ["kernel.invalid_input"]
