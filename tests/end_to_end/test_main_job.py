"""The main job on the real log: published, adapted, imported, scored and shown, to the figures the file holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.kernel.clock import SetClock
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.work import Background
from core.quality.dashboard import Dashboard, network_dashboard
from core.quality.repository import Period
from core.records.importing.import_log import ImportLog, import_log
from core.records.mappings.loading import shipped_mapping
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import draft_standard
from core.standards.publish import PublishVersion, publish_version
from gateway.wiring import make_services
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin
from tenants.networks.opening import LogTenants
from tests.support.networks import FOUNDED, BuiltNetwork

ROOT = Path(__file__).parents[2]
LOG = ROOT.parent / "shared" / "data" / "bpic2013_incidents.xes.gz"
STANDARD = ROOT / "gateway" / "demo" / "content" / "incident-handling.yaml"
PLUGIN = "scoring-conformance"
SCOPES = frozenset({"records.read", "standards.read"})

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="the real log is not beside this checkout")


async def publish(database: Database, scope: Scope, clock: SetClock) -> None:
    editor = replace(scope, actor=Actor(ActorKind.PERSON, new_id()))
    approver = replace(scope, actor=Actor(ActorKind.PERSON, new_id()))
    async with database.unit(editor, clock=clock) as unit:
        draft = await draft_standard(unit, load_standard(STANDARD))
        handed_in = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
    async with database.unit(approver, clock=clock) as unit:
        approval = ApproveVersion(version_id=draft.id, expected_revision=handed_in.revision)
        approved = await approve_version(unit, approval)
        command = PublishVersion(version_id=draft.id, expected_revision=approved.revision, valid_from=FOUNDED)
        await publish_version(unit, command)


async def read(database: Database, scope: Scope, clock: SetClock, directory: Directory) -> Dashboard:
    async with database.network_reads(scope.network_id) as session:
        from core.kernel.unit import Unit

        unit = Unit(session=session, scope=scope, clock=clock, directory=directory.within(session))
        return await network_dashboard(unit, Period(standard_code="incident-handling"))


async def test_the_real_log_comes_to_its_figures(database: Database, network: BuiltNetwork, clock: SetClock) -> None:
    load_handlers()
    services = make_services(database)
    directory = services.get(Directory)
    hq = network.headquarters
    await publish(database, hq, clock)
    async with database.unit(hq, clock=clock) as unit:
        await approve_plugin(unit, ApprovePlugin(plugin=PLUGIN, scopes=SCOPES))
    command = ImportLog(
        path=LOG,
        mapping=shipped_mapping("bpic2013_incidents"),
        secret=b"tests",
        opener=LogTenants(database, clock, {PLUGIN: SCOPES}),
    )
    done = await import_log(database, directory, hq, command, clock=clock)
    assert done.failure is None
    assert (done.figures.seen, done.figures.imported, done.figures.steps) == (7_554, 7_554, 65_533)
    await run_until_idle(Background(database=database, services=services, clock=clock), network_id=hq.network_id)
    shown = await read(database, hq, clock, directory)
    figures = shown.whole.figures
    assert (figures.records, figures.steps, len(shown.tenants)) == (7_554, 65_533, 22)
    assert (figures.resolved, figures.within_published) == (7_546, 4_682)
    assert round((shown.whole.median_seconds or 0) / 3600, 2) == 6.03
    by_key = {one.tenant.key: one.performance.figures.records for one in shown.tenants}
    assert [by_key[key] for key in ("se", "pl", "us", "in", "unknown")] == [2_955, 1_762, 780, 492, 26]
    [limits] = [score for score in shown.whole.scores if score.dimension == "time_limits"]
    assert limits.scored == 7_554 - limits_not_judged(shown)
    await again(database, services, hq, clock, command, shown)


def limits_not_judged(shown: Dashboard) -> int:
    [limits] = [score for score in shown.whole.scores if score.dimension == "time_limits"]
    return shown.whole.figures.records - limits.scored


async def again(database, services, hq, clock, command, before) -> None:  # type: ignore[no-untyped-def]
    directory = services.get(Directory)
    repeated = await import_log(database, directory, hq, command, clock=clock)
    assert (repeated.figures.new, repeated.figures.new_steps) == (0, 0)
    await run_until_idle(Background(database=database, services=services, clock=clock), network_id=hq.network_id)
    after = await read(database, hq, clock, directory)
    assert (after.whole, after.days) == (before.whole, before.days)
