"""A network with a published standard, logs that bring records in, and the worker's way of scoring them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import Ran, run_until_idle
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.work import Background
from core.plugin_host.invoker import Invoker
from core.plugin_host.registry import load_plugins
from core.records.importing.import_log import ImportLog, import_log
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import DraftStandard, draft_standard
from core.standards.publish import PublishVersion, publish_version
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin, withdraw_approval
from tenants.activations.enable_plugin import EnablePlugin, disable_plugin, enable_plugin
from tenants.activations.state import TenantActivation
from tenants.directory import TenantDirectory
from tests.core.records.builders import Events, event, mapping, xes_log, xes_trace
from tests.plugins.shelf import shelf
from tests.support.networks import FOUNDED, BuiltNetwork

__all__ = ["shelf"]

STANDARD = Path(__file__).parents[3] / "gateway" / "demo" / "content" / "incident-handling.yaml"
CONFORMANCE = "scoring-conformance"
MASTERS = MasterKeys.read("5e" * 32)
GRANTED = frozenset({"records.read", "standards.read"})


def served(tenant: str, name: str, *steps: tuple[str, str]) -> str:
    """A trace: its tenant, its name, and its steps as (key, instant)."""
    events: Events = [event(key, at, country=tenant, status="done") for key, at in steps]
    return xes_trace(name, events)


@dataclass(frozen=True, slots=True)
class House:
    """A network in which records are imported and scored."""

    database: Database
    network: BuiltNetwork
    clock: SetClock
    folder: Path
    admin: Any

    def background(self) -> Background:
        """What a process stands on that starts now: it sees the plugins that are installed by now."""
        load_handlers()
        services = Services()
        services.put(Directory, TenantDirectory(self.database))
        services.put(Invoker, Invoker(load_plugins(), TenantActivation(self.database)))
        return Background(database=self.database, services=services, clock=self.clock)

    async def work(self, *, tolerant: bool = False) -> Ran:
        """Do what is due."""
        return await run_until_idle(self.background(), network_id=self.network.id, tolerant=tolerant)

    async def publish(self, drafted: DraftStandard | None = None) -> None:
        """Publish a standard, valid since the network was founded: the one that the mapping names by default."""
        editor, approver = (
            replace(self.network.headquarters, actor=Actor(ActorKind.PERSON, new_id())) for _ in range(2)
        )
        async with self.database.unit(editor, clock=self.clock) as unit:
            draft = await draft_standard(unit, drafted or load_standard(STANDARD))
            version = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
        async with self.database.unit(approver, clock=self.clock) as unit:
            approval = ApproveVersion(version_id=version.id, expected_revision=version.revision)
            version = await approve_version(unit, approval)
            command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=FOUNDED)
            await publish_version(unit, command)

    async def allow(self, plugin: str, *scopes: Scope) -> None:
        """Have the network approve a plugin and some tenants enable it."""
        async with self.database.unit(self.network.headquarters, clock=self.clock) as unit:
            await approve_plugin(unit, ApprovePlugin(plugin=plugin, scopes=GRANTED))
        for scope in scopes:
            async with self.database.unit(scope, clock=self.clock) as unit:
                await enable_plugin(unit, EnablePlugin(plugin=plugin, scopes=GRANTED))

    async def disable(self, plugin: str, scope: Scope) -> None:
        async with self.database.unit(scope, clock=self.clock) as unit:
            await disable_plugin(unit, plugin)

    async def withdraw(self, plugin: str) -> None:
        async with self.database.unit(self.network.headquarters, clock=self.clock) as unit:
            await withdraw_approval(unit, plugin)

    async def bring(self, *traces: str) -> None:
        """Import a log as headquarters; its records wait to be scored."""
        path = self.folder / f"{new_id()}.xes"
        path.write_bytes(xes_log(*traces))
        command = ImportLog(path=path, mapping=mapping(), masters=MASTERS)
        done = await import_log(
            self.database, TenantDirectory(self.database), self.network.headquarters, command, clock=self.clock
        )
        assert (done.failure, done.figures.new) == (None, len(traces)), done

    async def order(self, scope: Scope, topic: str, **payload: Any) -> None:
        """Send a command in a tenant."""
        async with self.database.unit(scope, clock=self.clock) as unit:
            await send(unit, topic, {name: str(value) for name, value in payload.items()})

    async def record(self, scope: Scope, name: str) -> Any:
        query = "SELECT * FROM records WHERE tenant_id = $1 AND external_id = $2"
        return await self.admin.fetchrow(query, scope.tenant_id, name)

    async def figures(self, scope: Scope) -> list[tuple[Any, ...]]:
        """What is counted, by record: name, day, seconds to resolution, steps."""
        query = """SELECT r.external_id, f.day, f.resolution_seconds, f.step_count, f.published_limit_seconds
                   FROM record_figures f JOIN records r ON r.tenant_id = f.tenant_id AND r.id = f.id
                   WHERE f.tenant_id = $1 ORDER BY 1"""
        return [tuple(row) for row in await self.admin.fetch(query, scope.tenant_id)]

    async def scores(self, scope: Scope, rule: str = "%") -> list[tuple[Any, ...]]:
        """What was said, by record: id of the score, name, dimension, score, reason."""
        query = """SELECT s.id, r.external_id, s.dimension, s.basis_points, s.reason
                   FROM record_scores s JOIN records r ON r.tenant_id = s.tenant_id AND r.id = s.record_id
                   WHERE s.tenant_id = $1 AND s.rule LIKE $2 ORDER BY 2, 3, s.rule"""
        return [tuple(row) for row in await self.admin.fetch(query, scope.tenant_id, rule)]

    async def rules(self, scope: Scope) -> set[str]:
        """The rules that have said anything."""
        found = await self.admin.fetch("SELECT DISTINCT rule FROM record_scores WHERE tenant_id = $1", scope.tenant_id)
        return {row["rule"] for row in found}

    async def days(self, scope: Scope) -> list[tuple[Any, ...]]:
        """The sums: day, records, resolved, within the published limit, steps."""
        query = """SELECT day, records, resolved, within_published, steps FROM quality_days
                   WHERE tenant_id = $1 ORDER BY 1"""
        return [tuple(row) for row in await self.admin.fetch(query, scope.tenant_id)]

    async def score_days(self, scope: Scope) -> list[tuple[Any, ...]]:
        """The sums of scores: day, dimension, records, basis points."""
        query = """SELECT day, dimension, scored, basis_points FROM score_days
                   WHERE tenant_id = $1 ORDER BY 1, 2, rule"""
        return [tuple(row) for row in await self.admin.fetch(query, scope.tenant_id)]

    async def everything(self, scope: Scope) -> Sequence[Any]:
        reads = (self.figures, self.scores, self.days, self.score_days)
        return [await read(scope) for read in reads]

    async def errors(self, scope: Scope, topic: str) -> list[tuple[str, str | None]]:
        """Commands of a topic: status and last error."""
        query = "SELECT status, last_error FROM outbox WHERE tenant_id = $1 AND topic = $2 ORDER BY id"
        return [tuple(row) for row in await self.admin.fetch(query, scope.tenant_id, topic)]


@pytest.fixture
async def house(database: Database, network: BuiltNetwork, clock: SetClock, tmp_path: Path, admin: Any) -> House:
    """A network with its standard; no plugin is approved."""
    built = House(database, network, clock, tmp_path, admin)
    await built.publish()
    await built.work()
    return built
