"""The main job on the real log: published, adapted, imported, scored and shown, to the figures the file holds."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.quality.dashboard import Dashboard, network_dashboard
from core.quality.repository import Period
from core.records.importing.figures import Imported
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
SETTINGS = Settings.model_validate({"role_secret": "x", "master_key": "0" * 64, "cursor_key": "x"})
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


@dataclass(frozen=True, slots=True)
class Job:
    """The main job in one network."""

    database: Database
    services: Services
    scope: Scope
    clock: SetClock

    @property
    def directory(self) -> Directory:
        return self.services.get(Directory)

    async def bring_in(self) -> Imported:
        command = ImportLog(
            path=LOG,
            mapping=shipped_mapping("bpic2013_incidents"),
            masters=self.services.get(MasterKeys),
            opener=LogTenants(self.database, self.clock, {PLUGIN: SCOPES}),
        )
        done = await import_log(self.database, self.directory, self.scope, command, clock=self.clock)
        background = Background(database=self.database, services=self.services, clock=self.clock)
        await run_until_idle(background, network_id=self.scope.network_id)
        return done

    async def read(self) -> Dashboard:
        async with self.database.network_reads(self.scope.network_id) as session:
            tree = self.directory.within(session)
            unit = Unit(session=session, scope=self.scope, clock=self.clock, directory=tree)
            return await network_dashboard(unit, Period(standard_code="incident-handling"))


async def test_the_real_log_comes_to_its_figures_once_and_again(
    database: Database, network: BuiltNetwork, clock: SetClock
) -> None:
    hq = network.headquarters
    job = Job(database, make_services(database, SETTINGS), hq, clock)
    await publish(database, hq, clock)
    async with database.unit(hq, clock=clock) as unit:
        await approve_plugin(unit, ApprovePlugin(plugin=PLUGIN, scopes=SCOPES))
    done = await job.bring_in()
    assert done.failure is None
    assert (done.figures.seen, done.figures.imported, done.figures.steps) == (7_554, 7_554, 65_533)
    shown = await job.read()
    check_figures(shown)
    repeated = await job.bring_in()
    assert (repeated.figures.new, repeated.figures.new_steps) == (0, 0)
    after = await job.read()
    assert (after.whole, after.days) == (shown.whole, shown.days)


def check_figures(shown: Dashboard) -> None:
    figures = shown.whole.figures
    assert (figures.records, figures.steps, len(shown.tenants)) == (7_554, 65_533, 22)
    assert (figures.resolved, figures.within_published) == (7_546, 4_682)
    assert round((shown.whole.median_seconds or 0) / 3600, 2) == 6.03
    by_key = {one.tenant.key: one.performance.figures.records for one in shown.tenants}
    assert [by_key[key] for key in ("se", "pl", "us", "in", "unknown")] == [2_955, 1_762, 780, 492, 26]
    scored = {score.dimension: score.scored for score in shown.whole.scores}
    # Open records cannot be judged on time to resolution; every record shows how it kept to the process.
    assert scored["step_conformance"] == 7_554
    assert 7_546 <= scored["time_limits"] <= 7_554
