"""A network with a published standard, and logs to import into it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from core.kernel import at_once, grouping
from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import TenantFacts
from core.kernel.permissions import every_permission
from core.kernel.scope import Actor, ActorKind, Scope
from core.records.importing.figures import Imported, Progress
from core.records.importing.import_log import ImportLog, import_log
from core.records.mappings.schema import LogMapping, TenantTemplate
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.draft import DraftStandard, draft_standard
from core.standards.policy.content import StandardContent
from core.standards.publish import PublishVersion, publish_version
from tenants.directory import TenantDirectory
from tenants.networks.create import CreateNetwork, create_network, founding_scope
from tenants.networks.provision import ProvisionTenant, provision_tenant
from tests.core.records.builders import xes_log

MASTER_KEY = "5e" * 32
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chain:
    """A network: its headquarters' scope, and what is needed to act in it."""

    database: Database
    directory: TenantDirectory
    clock: SetClock
    scope: Scope

    async def tenant(self, key: str, parent: Scope | None = None, kind: str = "franchisee") -> Scope:
        """Add a tenant and give a person's scope in it, with every permission."""
        above = parent or self.scope
        command = ProvisionTenant(key=key, name=key, parent_id=above.tenant_id, kind=kind, since=LONG_AGO)
        async with self.database.unit(self.scope, clock=self.clock) as unit:
            tenant = await provision_tenant(unit, command)
        return replace(above, tenant_id=tenant.id, lineage=(*above.lineage, tenant.id), actor=person())

    async def open_tenant(self, scope: Scope, key: str, template: TenantTemplate) -> TenantFacts:
        """Bring a tenant into being that a log names."""
        command = ProvisionTenant(
            key=key,
            name=template.name_of(key),
            parent_id=scope.tenant_id,
            kind=template.kind,
            locale=template.locale,
            time_zone=template.time_zone,
            currency=template.currency,
            since=LONG_AGO,
        )
        async with self.database.unit(scope, clock=self.clock) as unit:
            await provision_tenant(unit, command)
        facts = await self.directory.tenant_by_key(scope.network_id, key)
        assert facts is not None
        return facts

    async def publish(
        self,
        code: str,
        number: str = "1.0.0",
        since: datetime = LONG_AGO,
        limit: int = 172_800,
        publisher: Scope | None = None,
    ) -> None:
        """Publish a version of a standard with a process and one limit, as headquarters by default."""
        await self.publish_content(standard(code, number, limit), since, publisher)

    async def publish_content(
        self, said: dict[str, Any], since: datetime = LONG_AGO, publisher: Scope | None = None
    ) -> None:
        """Publish a version of a standard, as headquarters by default."""
        await self.publish_standard(msgspec.convert(said, type=StandardContent), since, publisher)

    async def publish_standard(
        self, content: StandardContent, since: datetime = LONG_AGO, publisher: Scope | None = None
    ) -> None:
        """Publish a version of a standard, as headquarters by default."""
        author, approver = (replace(publisher or self.scope, actor=person()) for _ in range(2))
        async with self.database.unit(author, clock=self.clock) as unit:
            version = await draft_standard(unit, DraftStandard(content=content))
            version = await submit_version(
                unit, SubmitVersion(version_id=version.id, expected_revision=version.revision)
            )
        async with self.database.unit(approver, clock=self.clock) as unit:
            version = await approve_version(
                unit, ApproveVersion(version_id=version.id, expected_revision=version.revision)
            )
            command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=since)
            await publish_version(unit, command)

    async def bring(
        self, path: Path, mapping: LogMapping, scope: Scope | None = None, *, master_key: str = MASTER_KEY, **said: Any
    ) -> Imported:
        """Import a log."""
        command = ImportLog(path=path, mapping=mapping, masters=MasterKeys.read(master_key), **said)
        return await import_log(self.database, self.directory, scope or self.scope, command, clock=self.clock)

    async def bring_watched(self, path: Path, mapping: LogMapping, progress: Progress) -> Imported:
        """Import a log as headquarters while somebody watches."""
        command = ImportLog(path=path, mapping=mapping, masters=MasterKeys.read(MASTER_KEY))
        return await import_log(self.database, self.directory, self.scope, command, clock=self.clock, progress=progress)


def person() -> Actor:
    return Actor(ActorKind.PERSON, uuid4())


def standard(code: str, number: str, limit: int) -> dict[str, Any]:
    steps = [
        {"key": key, "position": place, "required": True}
        for place, key in enumerate(("accepted", "completed"), start=1)
    ]
    duration = {"key": "limit", "type": "duration", "unit": "elapsed", "default": limit}
    return {
        "code": code,
        "number": number,
        "title": {"en": code},
        "clauses": [
            {"key": "process", "kind": "process", "text": {"en": "The steps."}, "body": {"steps": steps}},
            {"key": "resolution", "kind": "limit", "text": {"en": "In time."}, "parameters": [duration]},
        ],
    }


async def found_chain(database: Database, clock: SetClock) -> Chain:
    """Found a network of a headquarters alone, with nothing published."""
    key = f"chain-{uuid4().hex[:12]}"
    founding = founding_scope(key, clock.now())
    async with database.unit(founding, clock=clock) as unit:
        await create_network(unit, CreateNetwork(key=key, name=key, founded_at=LONG_AGO))
    scope = replace(founding, actor=person(), permissions=every_permission())
    return Chain(database, TenantDirectory(database), clock, scope)


@pytest.fixture
async def bare(database: Database, clock: SetClock) -> Chain:
    """A network of a headquarters alone, with nothing published."""
    return await found_chain(database, clock)


@pytest.fixture
async def chain(bare: Chain) -> Chain:
    """A network with the standard that the mapping of the tests names."""
    await bare.publish("incident-handling")
    return bare


@pytest.fixture
def log_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes a log of traces and gives its path."""

    def write(*traces: str, name: str = "log.xes") -> Path:
        path = tmp_path / name
        path.write_bytes(xes_log(*traces))
        return path

    return write


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Statements wait for somebody else as long as a test may take."""
    for text in (at_once.statement, grouping.written):
        text.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(at_once, "PATIENCE", "60s")
        yield
    for text in (at_once.statement, grouping.written):
        text.cache_clear()
