"""What ``touchstone doctor`` looks at: each check says what it found and, where something is wrong, how to mend it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

from redis.asyncio import Redis
from sqlalchemy import text

from core.kernel.blob_settings import load_blob_settings
from core.kernel.blobs import Blobs
from core.kernel.connecting import without_credentials
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.migration.location import newest_revision
from core.kernel.outbox_rows import Tenancy
from core.kernel.roles import SERVING, Role
from core.kernel.rotation import held_keys, under_older
from core.kernel.settings import Environment, Settings
from core.plugin_host.registry import load_plugins
from gateway.unreachable import kind_of

OLDEST_POSTGRESQL = 180_000
CLOCKS_APART_S = 5.0
"""More than this is no slow answer."""
UNWALLED = text("""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'alembic_version' AND NOT c.relrowsecurity
    ORDER BY c.relname
""")
BACKLOG = text("""
    SELECT count(*) FILTER (WHERE status <> 'done' AND status <> 'dead') AS waiting,
           count(*) FILTER (WHERE status = 'dead') AS dead
    FROM outbox
""")


SERVED_DOCUMENTS = text("SELECT count(DISTINCT hash) FROM trusted_document_builds WHERE retired_at IS NULL")


class Verdict(StrEnum):
    """What a check found."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@frozen
class Finding:
    """One finding.

    Attributes:
        subject: What was looked at.
        verdict: Good, warning or bad.
        says: What was found.
        remedy: How to mend it; empty where nothing is wrong.
    """

    subject: str
    verdict: Verdict
    says: str
    remedy: str = ""


Check = Callable[[Database, Settings], Awaitable[Finding]]


async def database_answers(database: Database, settings: Settings) -> Finding:
    """Check that every serving role can sign in, and that the server is new enough."""
    where = without_credentials(settings.database_url)
    version = 0
    for role in SERVING:
        async with database.pool(role).connect() as connection:
            version = int(await connection.scalar(text("SHOW server_version_num")) or 0)
    if version < OLDEST_POSTGRESQL:
        return Finding("database", Verdict.BAD, f"{where} is version {version}", "Use PostgreSQL 18 or newer.")
    return Finding("database", Verdict.GOOD, f"{where} answers all {len(SERVING)} serving roles")


async def schema_is_current(database: Database, settings: Settings) -> Finding:  # noqa: ARG001 - one form for all checks
    """Check that every migration of this release was applied."""
    newest = newest_revision()
    async with database.pool(Role.APP).connect() as connection:
        current = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    if current != newest:
        return Finding("schema", Verdict.BAD, f"at {current}, this release needs {newest}", "Run: touchstone migrate")
    return Finding("schema", Verdict.GOOD, f"at {current}, the newest")


async def clocks_agree(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that this machine and the database's tell the same time: work is due by the one that sends it."""
    return by_clocks(await seconds_ahead(database))


async def seconds_ahead(database: Database) -> float:
    """Tell how many seconds this machine's clock is ahead of the database's; less than none where it is behind."""
    async with database.pool(Role.APP).connect() as connection:
        before = datetime.now(UTC)
        there = cast("datetime", await connection.scalar(text("SELECT clock_timestamp()")))
        after = datetime.now(UTC)
    return (before + (after - before) / 2 - there).total_seconds()


def by_clocks(ahead_s: float) -> Finding:
    """Say what it means that this machine's clock is so many seconds ahead of the database's, or behind."""
    apart = abs(ahead_s)
    if apart <= CLOCKS_APART_S:
        return Finding("clock", Verdict.GOOD, "tells the time that the database tells")
    says = f"{apart:,.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the database's"
    remedy = "Let all machines take the time from one source (NTP); what a clock ahead sends is begun late."
    return Finding("clock", Verdict.BAD, says, remedy)


async def walls_stand(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that every table has row-level security."""
    async with database.pool(Role.APP).connect() as connection:
        open_tables = list((await connection.execute(UNWALLED)).scalars())
    if open_tables:
        remedy = "Enable row-level security on them at once, and find out who disabled it."
        return Finding("walls", Verdict.BAD, f"no row-level security on: {', '.join(open_tables)}", remedy)
    return Finding("walls", Verdict.GOOD, "row-level security on every table")


async def work_flows(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that background work is done and nothing was given up."""
    async with database.transaction(Role.WORKER, {}, read_only=True) as session:
        waiting, dead = (await session.execute(BACKLOG)).one()
    if dead:
        remedy = "Look at deadLetters in GraphQL, mend the cause, and replay them."
        return Finding("background work", Verdict.BAD, f"{dead} given up, {waiting} waiting", remedy)
    return Finding("background work", Verdict.GOOD, f"{waiting} waiting, none given up")


async def queue_answers(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that the queue answers and keeps what it is given."""
    client: Any = cast("Any", Redis).from_url(settings.redis_url.get_secret_value(), socket_timeout=5)
    try:
        kept = (await client.config_get("appendonly")).get("appendonly")
    finally:
        await client.aclose()
    if kept != "yes":
        says = "answers, but forgets everything when it is killed"
        return Finding("queue", Verdict.WARNING, says, "Set appendonly yes; work is handed over again either way.")
    return Finding("queue", Verdict.GOOD, "answers and keeps what it is given")


async def plugins_load(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that every installed plugin could be loaded."""
    registry = await asyncio.to_thread(load_plugins)
    broken = [f"{entry.key}: {entry.reason}" for entry in registry.entries if not entry.available]
    if broken:
        remedy = "Run touchstone-plugin-check on each, or uninstall it; the others work."
        return Finding("plugins", Verdict.WARNING, "; ".join(broken), remedy)
    names = ", ".join(entry.key for entry in registry.entries)
    return Finding("plugins", Verdict.GOOD, names or "none installed")


async def settings_are_safe(database: Database, settings: Settings) -> Finding:  # noqa: ARG001
    """Check that production carries no convenience of development."""
    if settings.environment is Environment.DEVELOPMENT:
        remedy = "Fine on your own machine; set TOUCHSTONE_ENVIRONMENT=production where others can reach it."
        return Finding("settings", Verdict.WARNING, "development: conveniences are on", remedy)
    if settings.builtin_issuer:
        remedy = "Unset TOUCHSTONE_BUILTIN_ISSUER and register your identity provider."
        return Finding("settings", Verdict.BAD, "the built-in token issuer is on in production", remedy)
    return Finding("settings", Verdict.GOOD, "production")


async def documents_are_registered(database: Database, settings: Settings) -> Finding:
    """Check that something can be asked where registered documents alone are served."""
    async with database.pool(Role.APP).connect() as connection:
        served = int(await connection.scalar(SERVED_DOCUMENTS) or 0)
    if not settings.serves_trusted_documents_only:
        return Finding("documents", Verdict.GOOD, f"{served} registered; other texts are served too")
    if not served:
        remedy = "Run: touchstone documents register, or set TOUCHSTONE_TRUSTED_DOCUMENTS_ONLY=false."
        return Finding("documents", Verdict.WARNING, "none is registered, and nothing else is served", remedy)
    return Finding("documents", Verdict.GOOD, f"{served} registered; nothing else is served")


async def keys_open(database: Database, settings: Settings) -> Finding:
    """Check that the master key of every data key is configured, and that no rotation was left half done."""
    masters = MasterKeys.read(settings.master_key.get_secret_value())
    older = under_older(await held_keys(database), masters)
    missing = sum(one.keys for one in older if one.master_key_id not in masters.names)
    if missing:
        remedy = "Give the older master key after the current one in TOUCHSTONE_MASTER_KEY; see: touchstone keys list"
        return Finding("keys", Verdict.BAD, f"{missing} are wrapped by a master key that is not configured", remedy)
    if older:
        says = f"{sum(one.keys for one in older)} are wrapped by an older master key"
        return Finding("keys", Verdict.WARNING, says, "Run: touchstone keys rotate")
    return Finding("keys", Verdict.GOOD, "all are wrapped by the current master key")


async def files_are_kept(database: Database, settings: Settings) -> Finding:  # noqa: ARG001 - one form for all checks
    """Check that files can be stored, read and deleted."""
    blobs, nobody = Blobs(load_blob_settings(), settings.home), Tenancy(UUID(int=0), UUID(int=0))

    async def content() -> AsyncGenerator[bytes]:
        yield b"touchstone doctor"

    stored = await blobs.put(nobody, content())
    read = b"".join([one async for one in blobs.read(nobody, stored.blob)])
    await blobs.delete(nobody, stored.blob)
    if read != b"touchstone doctor":
        return Finding("files", Verdict.BAD, "what is read is not what was stored", "Use another store.")
    return Finding("files", Verdict.GOOD, "stored, read and deleted")


MIGRATE = "Run: touchstone migrate"
DATABASE_FIRST = "Mend the database first, then look again."
CHECKS: tuple[tuple[str, Check, str], ...] = (
    ("settings", settings_are_safe, "See docs/operations.md."),
    ("database", database_answers, "Check DATABASE_URL and TOUCHSTONE_ROLE_SECRET, then run: touchstone migrate"),
    ("schema", schema_is_current, MIGRATE),
    ("clock", clocks_agree, MIGRATE),
    ("walls", walls_stand, MIGRATE),
    ("keys", keys_open, MIGRATE),
    ("documents", documents_are_registered, MIGRATE),
    ("background work", work_flows, MIGRATE),
    ("queue", queue_answers, "Check REDIS_URL and that Valkey or Redis runs."),
    ("files", files_are_kept, "Check TOUCHSTONE_BLOBS_*: the folder must be writable, the bucket must exist."),
    ("plugins", plugins_load, "Uninstall the plugin that was installed last."),
)


async def examine(database: Database, settings: Settings) -> AsyncGenerator[Finding, None]:
    """Run every check; one that cannot be run is a bad finding and does not stop the others."""
    away = ""
    for subject, check, remedy in CHECKS:
        try:
            yield await check(database, settings)
        except DomainError as refusal:  # It says itself what is wrong and what to do.
            yield Finding(subject, Verdict.BAD, refusal.message, refusal.hint)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person needs the finding and the other checks
            kind = kind_of(error)
            away = kind if subject == "database" else away
            first = remedy == MIGRATE and kind == away
            yield Finding(subject, Verdict.BAD, f"cannot be checked: {kind}", DATABASE_FIRST if first else remedy)
