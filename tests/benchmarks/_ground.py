"""What a benchmark of the main job stands on: a cluster of its own, networks with a standard, and logs."""

import csv
import logging
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from touchstone_runtime.postgres import EmbeddedPostgres
from touchstone_runtime.throwaway import throwaway_folder

from core.kernel.clock import SetClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.services import Services
from core.kernel.settings import Settings
from core.kernel.work import Background
from core.records.importing.figures import Progress
from core.records.importing.import_log import ImportLog, import_log
from core.records.mappings.loading import load_mapping, shipped_mapping
from core.records.mappings.schema import LogMapping, TenantTemplate
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import draft_standard
from core.standards.publish import PublishVersion, publish_version
from gateway.demo import chain
from gateway.wiring import make_services
from tenants.activations.approve_plugin import ApprovePlugin, approve_plugin
from tenants.networks.opening import LogTenants
from tests.support.cluster import ROLE_SECRET, admin_database_url, clone, drop, make_template, superuser
from tests.support.networks import FOUNDED, build_network

ROOT = Path(__file__).parents[2]
REAL_LOG = ROOT.parent / "shared" / "data" / "bpic2013_incidents.xes.gz"
CONTENT = ROOT / "gateway" / "demo" / "content"
SETTINGS = Settings.model_validate({"role_secret": ROLE_SECRET, "master_key": "0" * 64, "cursor_key": "x"})
PLUGIN = "scoring-conformance"
GRANTED = frozenset({"records.read", "standards.read"})
GIB = 1024**3
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Log:
    """A log, what it means, and the standard its records are executed under."""

    path: Path
    mapping: LogMapping
    code: str

    @property
    def standard(self) -> Path:
        return CONTENT / f"{self.code}.yaml"


def real_log() -> Log:
    return Log(REAL_LOG, shipped_mapping("bpic2013_incidents"), "incident-handling")


def chain_log(folder: Path, traces: int) -> Log:
    """Write a made-up log of about as many traces; the story of the chain, told again as often as needed."""
    path = folder / f"chain-{traces}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(chain.COLUMNS)
        writer.writerows(chain_rows(traces))
    mapping = load_mapping(CONTENT / "checkout-log.yaml")
    tenant = mapping.tenant.model_copy(update={"create": TenantTemplate()})
    return Log(path, mapping.model_copy(update={"tenant": tenant}), "checkout")


def chain_rows(traces: int) -> Iterator[tuple[str, ...]]:
    """Give the rows of the first traces; each telling has names and chances of its own."""
    told, telling = set[str](), 0
    while True:
        for name, *rest in chain.rows(chain.SEED + telling):
            own = f"{telling}-{name}"
            if own not in told and len(told) == traces:
                return
            told.add(own)
            yield (own, *rest)
        telling += 1


@dataclass(frozen=True, slots=True)
class Ground:
    """One database and what a process is wired with."""

    database: Database
    services: Services
    clock: SetClock

    @property
    def directory(self) -> Directory:
        return self.services.get(Directory)

    @property
    def background(self) -> Background:
        return Background(database=self.database, services=self.services, clock=self.clock)

    async def found(self, log: Log) -> Scope:
        """Found a network whose tenants may use the plugin, and publish the log's standard in it."""
        scope = (await build_network(self.database, self.clock)).headquarters
        editor, approver = (replace(scope, actor=Actor(ActorKind.PERSON, new_id())) for _ in range(2))
        async with self.database.unit(editor, clock=self.clock) as unit:
            draft = await draft_standard(unit, load_standard(log.standard))
            version = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
        async with self.database.unit(approver, clock=self.clock) as unit:
            approval = ApproveVersion(version_id=version.id, expected_revision=version.revision)
            version = await approve_version(unit, approval)
            command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=FOUNDED)
            await publish_version(unit, command)
        async with self.database.unit(scope, clock=self.clock) as unit:
            await approve_plugin(unit, ApprovePlugin(plugin=PLUGIN, scopes=GRANTED))
        return scope

    async def bring(self, scope: Scope, log: Log, progress: Progress | None = None) -> int:
        """Import the log and tell how many records it brought."""
        command = ImportLog(
            path=log.path,
            mapping=log.mapping,
            masters=self.services.get(MasterKeys),
            opener=LogTenants(self.database, self.clock, {PLUGIN: GRANTED}),
        )
        done = await import_log(self.database, self.directory, scope, command, clock=self.clock, progress=progress)
        if done.failure is not None or done.figures.refused:
            msg = f"The log did not come in whole: {done.figures.refusals} {done.failure}"
            raise RuntimeError(msg)
        return done.figures.new


@asynccontextmanager
async def ground_at(url: str) -> AsyncGenerator[Ground, None]:
    """Open a migrated database."""
    database = Database(url, ROLE_SECRET, pool_size=5)
    try:
        yield Ground(database, make_services(database, SETTINGS), SetClock(NOW))
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class Standing:
    """A cluster with a migrated template.

    Attributes:
        admin_url: Its address for the superuser.
        folder: A folder beside it, for logs.
    """

    admin_url: str
    folder: Path


LENT: ContextVar[Standing | None] = ContextVar("LENT", default=None)
"""A cluster that suites are lent, whose figures mean nothing then; without one each starts its own."""


@asynccontextmanager
async def standing(room: int = GIB, settings: Mapping[str, str] | None = None) -> AsyncGenerator[Standing, None]:
    """Give the cluster that was lent, or start one that is thrown away and migrate its template.

    Args:
        room: Bytes that it may take.
        settings: Settings of its server.
    """
    if (lent := LENT.get()) is not None:
        with quietly():
            yield lent
        return
    with (
        quietly(),
        throwaway_folder(room=room) as folder,
        EmbeddedPostgres(folder / "postgres", fast=True, settings=settings) as postgres,
    ):
        await make_template(postgres.admin_url)
        yield Standing(postgres.admin_url, folder)


@asynccontextmanager
async def own_database(cluster: Standing, name: str) -> AsyncGenerator[str, None]:
    """Clone the template for as long as the block lasts; give the address without a user."""
    made = f"bench_{name}_{uuid4().hex[:12]}"
    try:
        yield await clone(cluster.admin_url, made)
    finally:
        await drop(cluster.admin_url, made)


async def first_process(cluster: Standing) -> int:
    """Tell the process of the cluster's server that all others come from."""
    admin = await superuser(cluster.admin_url)
    try:
        return await postmaster(admin)
    finally:
        await admin.close()


async def postmaster(admin: Any) -> int:
    """Tell the same through a superuser's connection."""
    return int((await admin.fetchval("SELECT pg_read_file('postmaster.pid')")).split()[0])


@asynccontextmanager
async def own_ground(room: int = GIB) -> AsyncGenerator[tuple[Ground, Path, str], None]:
    """Open a database of its own.

    Yields:
        The ground, a folder for logs, and the database's address for the superuser.
    """
    async with standing(room) as cluster, own_database(cluster, "ground") as url, ground_at(url) as ground:
        yield ground, cluster.folder, admin_database_url(cluster.admin_url, url.rpartition("/")[2])


@contextmanager
def quietly() -> Generator[None]:
    """Log warnings only: a line for each piece of work would bury the table, and costs time of its own."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(**before)
