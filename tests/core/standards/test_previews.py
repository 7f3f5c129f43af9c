"""Before a version is published, it is known whose adaptations would wait and whose limits would change."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from core.kernel.errors import NotFound, NotPermitted
from core.kernel.graphql.ids import global_id
from core.kernel.jobs import CancelJob, cancel_job
from core.kernel.permissions import every_permission
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.models import Preview, StandardVersion
from core.standards.previews import jobs, units
from core.standards.previews.outset import limit_sites
from core.standards.previews.start import LOOK, REPLACED, StartPreview, start_preview
from core.standards.previews.told import PreviewTold, tell_preview
from core.standards.publish import PublishVersion, publish_version
from tenants.directory import TenantDirectory
from tenants.networks.move import MoveTenant, move_tenant
from tests.core.standards.builders import Stage, content, wish
from tests.core.standards.test_jobs import STRICTER, work_off
from tests.support.api import Api
from tests.support.networks import as_person, provisioned

RESENT = "UPDATE outbox SET status = 'waiting', attempts = 0, finished_at = NULL WHERE network_id = $1 AND topic = $2"


async def awaiting(stage: Stage) -> StandardVersion:
    """North and south have adapted what is published; a stricter version is approved."""
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await stage.adapt(stage.network.south, wish(3000))
    await work_off(stage)
    _, version = await stage.approved(content("2.0.0", STRICTER))
    return version


async def looked(stage: Stage, version: StandardVersion, **said: Any) -> Preview:
    made = await stage.act(stage.network.headquarters, start_preview, StartPreview(version_id=version.id, **said))
    await work_off(stage)
    return made


async def told(stage: Stage, version: StandardVersion) -> PreviewTold:
    scope = replace(stage.network.headquarters, instant=stage.clock.now())
    async with stage.database.network_reads(stage.network.id) as session:
        tree = TenantDirectory(stage.database).within(session)
        found = await tell_preview(Unit(session, scope, stage.clock, tree), version.id)
    assert found is not None
    return found


async def rows(stage: Stage, table: str) -> list[Any]:
    return await stage.admin.fetch(f"SELECT * FROM {table} WHERE network_id = $1 ORDER BY id", stage.network.id)


async def findings(stage: Stage) -> dict[tuple[str, str], Any]:
    names = {scope.tenant_id: name for name, scope in vars_of(stage).items()}
    return {
        (names[row["subject_id"]], row["finding"]): orjson.loads(row["details"])
        for row in await rows(stage, "preview_findings")
    }


def vars_of(stage: Stage) -> dict[str, Any]:
    network = stage.network
    return {"hq": network.headquarters, "west": network.region, "north": network.north, "south": network.south}


async def job(stage: Stage, made: Preview) -> Any:
    return await stage.admin.fetchrow("SELECT * FROM jobs WHERE id = $1", made.job_id)


async def test_every_tenant_is_looked_at(stage: Stage) -> None:
    version = await awaiting(stage)
    made = await looked(stage, version)
    found = await told(stage, version)
    assert (found.preview.tenants, found.preview.affected, found.stale) == (3, 2, False)
    assert {row.finding: (row.tenants, row.places) for row in found.counts} == {
        "merged": (1, 1),
        "out_of_bounds": (1, 1),
        "limits_changed": (2, 2),
    }
    by = await findings(stage)
    [broken] = by["north", "out_of_bounds"]
    assert (broken["place"], broken["value"], broken["limit"]) == (
        "first_response.limit",
        5000,
        {"bound": "maximum", "value": 3600},
    )
    assert broken["proposal"] == {"kind": "nearest", "place": "first_response.limit", "value": 3600}
    limits = {
        (row["before"], row["after"]): (row["place"], row["tenants"]) for row in await rows(stage, "preview_limits")
    }
    place = "first_response.limit"
    assert limits == {("5000", "3600"): (place, 1), ("7200", "3600"): (place, 1)}
    state = await job(stage, made)
    assert (state["status"], state["done"], state["total"]) == ("done", 3, 3)


async def test_what_was_looked_at_is_what_happens(stage: Stage) -> None:
    version = await awaiting(stage)
    await looked(stage, version)
    approver = stage.network.headquarters
    await stage.act(
        approver,
        publish_version,
        PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=stage.clock.now()),
    )
    await work_off(stage)
    assert [await stage.limit(stage.network.north), await stage.limit(stage.network.south)] == [3600, 3000]
    assert await stage.limit(stage.network.region) == 3600


async def test_chunks_join_to_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    version = await awaiting(stage)
    await looked(stage, version)
    whole, limits = (
        await findings(stage),
        {row["digest"]: row["tenants"] for row in await rows(stage, "preview_limits")},
    )
    monkeypatch.setattr(jobs, "CHUNK", 1)
    made = await looked(stage, version)
    assert await findings(stage) == whole
    assert {row["digest"]: row["tenants"] for row in await rows(stage, "preview_limits")} == limits
    assert (await job(stage, made))["status"] == "done"
    assert (await told(stage, version)).preview.tenants == 3


async def test_the_tree_is_read_for_the_first_chunk_and_the_last(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    version = await awaiting(stage)
    headquarters = stage.network.headquarters
    more = ((f"late-{number}", "franchisee") for number in range(3))
    await provisioned(stage.database, stage.clock, headquarters, headquarters, *more)
    read, reading = list[int](), units.units_looked_at

    async def counted(unit: Unit, at: datetime) -> Sequence[UUID]:
        found = await reading(unit, at)
        read.append(len(found))
        return found

    monkeypatch.setattr(units, "units_looked_at", counted)
    monkeypatch.setattr(jobs, "CHUNK", 1)
    await looked(stage, version)
    assert read == [6, 6]
    assert (await told(stage, version)).preview.tenants == 6


async def test_a_chunk_that_is_done_twice_counts_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    version = await awaiting(stage)
    monkeypatch.setattr(jobs, "CHUNK", 1)
    await looked(stage, version)
    before = {
        table: list(map(str, await rows(stage, table))) for table in ("previews", "preview_findings", "preview_limits")
    }
    assert await stage.admin.execute(RESENT, stage.network.id, LOOK) == "UPDATE 3"
    await work_off(stage)
    after = {table: list(map(str, await rows(stage, table))) for table in before}
    assert after == before


async def test_a_look_that_was_killed_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    version = await awaiting(stage)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    keep, killed = jobs.keep, list[bool]()

    async def kept(unit: Unit, preview_id: Any, outlooks: Any) -> bool:
        done = await keep(unit, preview_id, outlooks)
        if not killed:
            killed.append(True)
            raise ConnectionError
        return done

    monkeypatch.setattr(jobs, "keep", kept)
    made = await stage.act(stage.network.headquarters, start_preview, StartPreview(version_id=version.id))
    with pytest.raises(ConnectionError):
        await work_off(stage)
    stage.clock.advance(timedelta(hours=1))
    await work_off(stage)
    assert killed
    found = await told(stage, version)
    assert (found.preview.tenants, found.preview.affected) == (3, 2)
    assert (await job(stage, made))["status"] == "done"


async def test_a_look_can_be_cancelled(stage: Stage) -> None:
    version = await awaiting(stage)
    made = await stage.act(stage.network.headquarters, start_preview, StartPreview(version_id=version.id))
    await stage.act(stage.network.headquarters, cancel_job, CancelJob(job_id=made.job_id))
    await work_off(stage)
    assert (await job(stage, made))["status"] == "cancelled"
    assert await rows(stage, "preview_findings") == []
    assert (await told(stage, version)).preview.tenants == 0


async def test_looking_again_forgets_what_was_found(stage: Stage) -> None:
    version = await awaiting(stage)
    first = await stage.act(stage.network.headquarters, start_preview, StartPreview(version_id=version.id))
    second = await looked(stage, version)
    assert [(state := await job(stage, first))["status"], state["error"]] == ["failed", REPLACED]
    assert [row["id"] for row in await rows(stage, "previews")] == [second.id]
    assert (await told(stage, version)).preview.tenants == 3


async def test_it_is_told_when_a_preview_may_not_be_true_any_more(stage: Stage) -> None:
    version = await awaiting(stage)
    await looked(stage, version)
    assert not (await told(stage, version)).stale
    await stage.adapt(stage.network.south, wish(2000))
    await stage.adapt(stage.network.region, wish(6000))
    found = await told(stage, version)
    assert (found.stale, found.tenants_changed, found.version_changed) == (True, 2, False)
    await looked(stage, version)
    assert not (await told(stage, version)).stale
    change = "UPDATE standard_versions SET hash = 'other' WHERE id = $1"
    await stage.admin.execute(change, version.id)
    assert (await told(stage, version)).version_changed


async def test_what_is_refused_changes_nothing(stage: Stage) -> None:
    published = await stage.publish()
    _, version = await stage.approved(content("2.0.0", STRICTER))
    before = await stage.rows()
    less = as_person(stage.network.headquarters, every_permission() - {"standards.preview"})
    for scope, wanted, fact in (
        (less, version.id, NotPermitted),
        (stage.network.north, version.id, NotFound),
        (stage.network.headquarters, published.id, VersionIsElsewhere),
    ):
        with pytest.raises(fact):
            await stage.act(scope, start_preview, StartPreview(version_id=wanted))
    assert await stage.rows() == before
    assert await rows(stage, "previews") == []
    async with stage.unit(less, read_only=True) as unit:
        with pytest.raises(NotPermitted):
            await tell_preview(unit, version.id)


async def test_a_region_looks_at_its_own_units(stage: Stage) -> None:
    region = stage.network.region
    await stage.publish(content(code="regional"), scope=region)
    await stage.adapt(stage.network.north, wish(5000, code="regional"))
    _, version = await stage.approved(content("2.0.0", STRICTER, code="regional"), region)
    await stage.act(region, start_preview, StartPreview(version_id=version.id))
    await work_off(stage)
    assert {name for name, _ in await findings(stage)} == {"north", "south"}
    grants = "SELECT kind FROM reading_grants WHERE network_id = $1 AND purpose = 'standards.preview'"
    assert [row["kind"] for row in await stage.admin.fetch(grants, stage.network.id)] == ["region"]


@pytest.mark.parametrize("days", [0, 9], ids=["an instant before it left", "now"])
async def test_a_region_does_not_look_at_a_unit_that_has_left_it(stage: Stage, days: int) -> None:
    network = stage.network
    await stage.publish(content(code="regional"), scope=network.region)
    await stage.adapt(network.north, wish(5000, code="regional"))
    _, version = await stage.approved(content("2.0.0", STRICTER, code="regional"), network.region)
    at = stage.clock.now() + timedelta(days=days)
    [east] = await provisioned(
        stage.database, stage.clock, network.headquarters, network.headquarters, ("east", "region")
    )
    stage.clock.advance(timedelta(days=1))
    moved = MoveTenant(tenant_id=network.north.tenant_id, parent_id=east.tenant_id)
    await stage.act(network.headquarters, move_tenant, moved)
    stage.clock.advance(timedelta(days=8))
    made = await stage.act(network.region, start_preview, StartPreview(version_id=version.id, at=at))
    await work_off(stage)
    assert {name for name, _ in await findings(stage)} == {"south"}
    assert (await job(stage, made))["total"] == 1


def test_limits_are_clocks_and_what_limits_say() -> None:
    assert limit_sites(content()) == [("first_response", "limit")]


PAGE = """
query Found($version: ID!, $outcome: PreviewOutcome) {
  previewTenants(filter: { version: $version, outcome: $outcome }) { nodes { tenant outcome count details } }
  preview(version: $version) { stale preview { job { status } limits { nodes { place before after tenants } } } }
}
"""


async def test_headquarters_pages_through_what_was_found(stage: Stage) -> None:
    version = await awaiting(stage)
    await looked(stage, version)
    api, scope = Api.on(stage.database, stage.clock), as_person(stage.network.headquarters, every_permission())
    given = {"version": global_id("StandardVersion", version.id)}
    answer = await api.execute(scope, PAGE, {**given, "outcome": "OUT_OF_BOUNDS"})
    assert answer.codes == []
    assert answer.data is not None
    [node] = answer.data["previewTenants"]["nodes"]
    assert (node["tenant"], node["count"]) == (global_id("Tenant", stage.network.north.tenant_id), 1)
    limits = answer.data["preview"]["preview"]["limits"]["nodes"]
    assert {(one["before"], one["after"], one["tenants"]) for one in limits} == {(5000, 3600, 1), (7200, 3600, 1)}
    assert answer.data["preview"]["preview"]["job"] == {"status": "DONE"}
