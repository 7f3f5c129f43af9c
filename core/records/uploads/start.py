"""Have a file imported that was uploaded: one run, one job, one command."""

import re
from asyncio import to_thread
from datetime import timedelta
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.errors import NotFound
from core.kernel.frozen import frozen
from core.kernel.jobs import open_job
from core.kernel.outbox import send
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.records.importing.import_log import run_of
from core.records.mappings.loading import mapping_digest, parse_mapping, shipped_mapping, shipped_names
from core.records.mappings.schema import LogMapping, TraceRule
from core.records.permissions import IMPORT_RECORDS
from core.records.uploads.errors import UploadIsTaken
from core.records.uploads.models import ImportUpload
from core.records.uploads.receive import EXPIRES
from core.records.uploads.repository import add_run, find_upload, order_upload

IMPORT: Final = "records.import_upload"
"""Command, and kind of job: import a file that was uploaded."""
NAME: Final = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
"""What can only be meant as the name of a mapping."""
KEPT: Final = timedelta(days=7)
"""How long a file is kept whose import is given up, so that it may be begun once more."""


@frozen(kw_only=True)
class StartImport:
    """What to import and how.

    Attributes:
        upload_id: The file.
        mapping: The text of a mapping file, in YAML or JSON, or the name of one that is shipped.
        standard_code: The standard that the records are executed under, where it is another than the mapping says.
    """

    upload_id: UUID
    mapping: str
    standard_code: str | None = None


@frozen
class Ordered:
    """An import that was ordered: its run and its job."""

    run_id: UUID
    job_id: UUID


async def start_import(unit: Unit, command: StartImport) -> Ordered:
    """Order the import of a file into the tenant it was uploaded in; ordered again in the same way, it is the same.

    Raises:
        NotPermitted: The actor may not import.
        NotFound: The tenant has no such file, or its import has ended.
        MappingInvalid: The mapping does not follow its schema.
        MappingUnknown: No mapping of that name is shipped.
        UploadIsTaken: The file is being imported with another mapping.
    """
    unit.scope.require(IMPORT_RECORDS)
    mapping = await to_thread(mapping_of, command)  # A long one takes its time, and others are served meanwhile.
    upload = await find_upload(unit, command.upload_id, lock=True)
    if upload is None:
        raise NotFound(kind="upload", key=str(command.upload_id))
    run = run_of(unit.scope, unit.now, upload.file_name, upload.file_hash, upload.bytes, mapping)
    if upload.job_id is not None:
        if upload.run_id != run.id:
            raise UploadIsTaken
        return Ordered(run.id, upload.job_id)
    await add_run(unit, run)
    job = await open_job(unit, kind=IMPORT, subject_kind="import_run", subject_id=run.id, total=upload.bytes)
    await order(unit, upload, mapping, Ordered(run.id, job.id))
    return Ordered(run.id, job.id)


async def order(unit: Unit, upload: ImportUpload, mapping: LogMapping, ordered: Ordered) -> None:
    """Keep what was ordered, and send the command."""
    said = mapping.model_dump_json(by_alias=True, exclude_none=True)
    values = {"mapping": said, "run_id": ordered.run_id, "job_id": ordered.job_id}
    await order_upload(unit, upload.id, values)
    await set_timer(unit, EXPIRES, upload.id, unit.now + KEPT)
    await send(unit, IMPORT, {"upload_id": upload.id, "job_id": ordered.job_id})
    details = {"upload_id": upload.id, "file_hash": upload.file_hash, "mapping_hash": mapping_digest(mapping)}
    await record_act(
        unit, action="records.order_import", subject_kind="import_run", subject_id=ordered.run_id, details=details
    )


def mapping_of(command: StartImport) -> LogMapping:
    """Read the mapping that was sent or named.

    Raises:
        MappingInvalid: It does not follow its schema.
        MappingUnknown: No mapping of that name is shipped.
    """
    said = command.mapping.strip()
    if said in shipped_names() or NAME.fullmatch(said):
        mapping = shipped_mapping(said)
    else:
        mapping = parse_mapping(said.encode(), "mapping.json" if said.startswith("{") else "mapping.yaml")
    if command.standard_code is None:
        return mapping
    standard = TraceRule(fixed=command.standard_code)
    return mapping.model_copy(update={"record": mapping.record.model_copy(update={"standard": standard})})
