"""Import a service log: from a file and a mapping to records of many tenants."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from core.kernel.clock import Clock, SystemClock
from core.kernel.crypto import MasterKeys
from core.kernel.database import Database
from core.kernel.directory import Directory
from core.kernel.errors import DomainError
from core.kernel.frozen import frozen
from core.kernel.ids import derived_id
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.importing.ahead import Take, read_ahead
from core.records.importing.figures import Figures, Imported, Progress, Watch
from core.records.importing.grouping import Group, Grouping
from core.records.importing.journal import Desk, Journal
from core.records.importing.retrying import STANDARD_PATIENCE, Patience, persist
from core.records.importing.targets import Targets, TenantOpener
from core.records.importing.writing import Fates, write_chunk
from core.records.logs.bounds import STANDARD_BOUNDS, Bounds
from core.records.logs.sources import LogStream, fingerprint, open_log
from core.records.logs.traces import Flaw
from core.records.mappings.drafting import Drafting, RecordDraft, Refusal, read_traces
from core.records.mappings.loading import mapping_digest
from core.records.mappings.schema import LogMapping
from core.records.models import ImportRun, RunStatus
from core.records.permissions import IMPORT_RECORDS

WRITTEN_AT_ONCE = 2
"""Chunks of different tenants that are written at a time: while the database works on one, the next is made."""


@frozen(kw_only=True)
class ImportLog:
    """What to import and how.

    Attributes:
        path: The log.
        mapping: What its traces mean.
        masters: The master keys, which wrap each tenant's key of pseudonyms.
        opener: Makes tenants that the log names and the network does not have, where the mapping allows it.
        bounds: How much the reader takes in.
        patience: How long to wait for a database that is away.
        name: What the log is called, where that is not its file's name.
        only_own: Whether cases of other tenants are refused, and none is made.
        watch: Is told the counts about once a second; what it raises ends the import where it is.
    """

    path: Path
    mapping: LogMapping
    masters: MasterKeys
    opener: TenantOpener | None = None
    bounds: Bounds = STANDARD_BOUNDS
    patience: Patience = STANDARD_PATIENCE
    name: str = ""
    only_own: bool = False
    watch: Watch | None = None

    @property
    def called(self) -> str:
        """What the log is called."""
        return self.name or self.path.name


async def import_log(
    database: Database,
    directory: Directory,
    scope: Scope,
    command: ImportLog,
    *,
    clock: Clock | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import a log into the scope's tenant and the units below it.

    Each chunk of at most some hundred records is one transaction in its tenant; a record is there whole or not at
    all. The same log with the same mapping is one run: started again, after a kill or for no reason, it adds only
    what is missing. Traces that cannot become records are refused one by one and kept in the run's error report.

    Args:
        database: The database.
        directory: Answers about the tenant tree.
        scope: Who imports; effects in other tenants are the system's, on behalf of this scope's tenant.
        command: What to import.
        clock: Tells when the run is said to happen.
        progress: Is called with the current figures.

    Raises:
        NotPermitted: The scope lacks ``records.import``.
        LogUnreadable: There is no such file, or it may not be read. What is found later in the log is not raised but
            given as ``failure``, because what came before it was imported.
        MasterKeyIsMissing: A tenant's key of pseudonyms is wrapped by a master key that is not configured.
    """
    scope.require(IMPORT_RECORDS)
    desk = Desk(database=database, scope=scope, clock=clock or SystemClock(), patience=command.patience)
    run = await describe_run(desk, command)
    figures = Figures(bytes_total=run.bytes_total)
    journal = Journal(desk, run.id, figures, command.watch)
    template = command.mapping.tenant.create
    targets = Targets(scope, run.id, directory, template, command.opener, only_own=command.only_own)
    await persist(lambda: targets.load(desk.clock.now()), command.patience)
    await journal.start(run)
    with open_log(command.path, command.bounds, command.called) as stream:
        importing = Importing(desk, run.id, figures, journal, targets, command.masters, progress or ignore)
        async with read_ahead(read_drafts(stream, command.mapping), stream.stop) as take:
            failure = await importing.consume(take, stream)
    await journal.finish(failure)
    importing.tell()
    return Imported(
        run_id=run.id, attempt=journal.attempt, figures=figures, created=tuple(targets.created), failure=failure
    )


class Importing:
    """The running of one attempt: sorts what is read, writes what is ready, counts everything.

    Args:
        desk: What the import works with.
        run_id: The run.
        figures: The counts.
        journal: The run's row and error report.
        targets: Finds tenants.
        masters: The master keys.
        progress: Is told the counts.

    Attributes:
        figures: The counts.
    """

    def __init__(
        self,
        desk: Desk,
        run_id: UUID,
        figures: Figures,
        journal: Journal,
        targets: Targets,
        masters: MasterKeys,
        progress: Progress,
    ) -> None:
        self._desk = desk
        self._run_id = run_id
        self.figures = figures
        self._journal = journal
        self._targets = targets
        self._masters = masters
        self._progress = progress
        self._grouping = Grouping()
        self._writing: dict[str, asyncio.Task[None]] = {}

    async def consume(self, take: Take[RecordDraft | Refusal], stream: LogStream) -> DomainError | None:
        """Import everything that is read, and give what ended the reading early."""
        try:
            return await self._consume(take, stream)
        finally:
            await self._stop_writing()

    async def _consume(self, take: Take[RecordDraft | Refusal], stream: LogStream) -> DomainError | None:
        last, failure = False, None
        while not last:
            batch = await take()
            last, failure = batch.last, batch.failure
            for item in batch.items:
                await self._settle(item)
            self.figures.bytes_read = stream.consumed
            await self._journal.save_sometimes()
            self.tell()
        await self._write(self._grouping.rest())
        await self._written(0)
        if failure is not None and not isinstance(failure, DomainError):
            raise failure
        return failure

    def tell(self) -> None:
        """Tell the counts."""
        self._progress(self.figures)

    async def _settle(self, item: RecordDraft | Refusal) -> None:
        self.figures.seen += 1
        if isinstance(item, Refusal):
            await self._journal.refuse(item)
            return
        target = await persist(lambda: self._targets.find(item.tenant_key), self._desk.patience)
        if isinstance(target, Flaw):
            await self._journal.refuse(Refusal(item.position, item.external_id, target))
            return
        for path in item.placeholders:
            self.figures.placeholders[path] = self.figures.placeholders.get(path, 0) + 1
        await self._write(self._grouping.add(target, item))

    async def _write(self, groups: Iterable[Group]) -> None:
        """Begin to write groups: of each tenant one at a time, in order, while others are written and read."""
        for group in groups:
            key = group.target.key
            if key in self._writing:
                await asyncio.wait([self._writing[key]])
            await self._written(WRITTEN_AT_ONCE - 1)
            self._writing[key] = asyncio.create_task(self._write_one(group))

    async def _write_one(self, group: Group) -> None:
        async def work(unit: Unit) -> Fates:
            return await write_chunk(unit, self._run_id, KeyRing(unit, self._masters), group.drafts)

        # Where the tenant stood elsewhere in the tree, each record's standard is that of the place at its time;
        # asking for each record is slow, and needed for no other.
        opened = [draft.opened_at for draft in group.drafts]
        moved = await self._moved(group.target.scope, min(opened), max(opened))
        fates = await self._desk.in_unit(group.target.scope, work, self._targets.directory if moved else None)
        await self.count(group, fates)
        await self._journal.save_sometimes()

    async def _written(self, most: int) -> None:
        """Wait until no more than so many groups are being written; what went wrong with one ends the import."""
        while True:
            for key, task in list(self._writing.items()):
                if task.done():
                    del self._writing[key]
                    task.result()
                    self.tell()
            if len(self._writing) <= most:
                return
            await asyncio.wait(self._writing.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _stop_writing(self) -> None:
        """Let nothing go on behind an import that has ended."""
        for task in self._writing.values():
            task.cancel()
        await asyncio.gather(*self._writing.values(), return_exceptions=True)

    async def _moved(self, scope: Scope, *instants: datetime) -> bool:
        """Tell whether a tenant stood elsewhere in the tree at one of these instants."""

        async def lineages() -> set[tuple[UUID, ...]]:
            ask = self._targets.directory.lineage
            return {await ask(scope.network_id, scope.tenant_id, at) for at in instants}

        return bool(await persist(lineages, self._desk.patience) - {(), scope.lineage})

    async def count(self, group: Group, fates: Fates) -> None:
        """Count what became of a group, which is committed."""
        figures, key = self.figures, group.target.key
        brought = len(fates.new) + len(fates.before)
        figures.new += len(fates.new)
        figures.imported += brought
        figures.already_there += len(fates.already_there)
        figures.new_steps += sum(len(draft.steps) for draft in fates.new)
        figures.steps += sum(len(draft.steps) for draft in (*fates.new, *fates.before))
        figures.chunks += bool(fates.new)
        if brought:
            figures.tenants[key] = figures.tenants.get(key, 0) + brought
        for refusal in fates.refused:
            await self._journal.refuse(refusal)


async def describe_run(desk: Desk, command: ImportLog) -> ImportRun:
    """Describe the run of a log with a mapping; the same two in the same tenant are the same run."""
    file_hash = await asyncio.to_thread(fingerprint, command.path)
    size = command.path.stat().st_size
    return run_of(desk.scope, desk.clock.now(), command.called, file_hash, size, command.mapping)


def run_of(scope: Scope, now: datetime, file_name: str, file_hash: str, size: int, mapping: LogMapping) -> ImportRun:
    """Describe the run of a file with a mapping, at its beginning.

    Args:
        scope: The tenant that imports.
        now: When.
        file_name: What the file is called.
        file_hash: SHA-256 of it, in hexadecimal.
        size: Its bytes.
        mapping: What it means.
    """
    mapping_hash = mapping_digest(mapping)
    return ImportRun(
        tenant_id=scope.tenant_id,
        network_id=scope.network_id,
        id=derived_id("records.import_run", scope.tenant_id, file_hash, mapping_hash),
        file_name=file_name,
        file_hash=file_hash,
        mapping_name=mapping.name,
        mapping_hash=mapping_hash,
        status=RunStatus.RUNNING.value,
        bytes_total=size,
        started_at=now,
        updated_at=now,
    )


def read_drafts(stream: LogStream, mapping: LogMapping) -> Iterator[RecordDraft | Refusal]:
    """Read a log and apply its mapping, trace by trace."""
    drafting = Drafting(mapping)
    return map(drafting.draft, read_traces(stream, mapping))


def ignore(_figures: Figures) -> None:
    """Tell nobody."""
