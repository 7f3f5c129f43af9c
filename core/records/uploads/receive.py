"""Take a file in that is to be imported."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.timers import set_timer
from core.kernel.unit import Unit
from core.records.permissions import IMPORT_RECORDS
from core.records.uploads.errors import TooManyUploads
from core.records.uploads.models import ImportUpload
from core.records.uploads.repository import count_alone, count_waiting
from core.records.uploads.store import Received

EXPIRES: Final = "records.import_upload_expires"
"""Topic of a file's timer."""
KEPT: Final = timedelta(days=1)
"""How long a file waits for somebody to have it imported."""
MOST_WAITING: Final = 10
LONGEST_NAME: Final = 200
NAMELESS: Final = "log"


@frozen(kw_only=True)
class KeepUpload:
    """A file that has arrived.

    Attributes:
        upload_id: Under which id it lies in the store.
        name: What whoever sent it calls it.
        received: What arrived.
    """

    upload_id: UUID
    name: str
    received: Received


async def check_room(unit: Unit) -> None:
    """Refuse a file before it is read.

    Raises:
        NotPermitted: The actor may not import.
        TooManyUploads: Others wait to be imported first.
    """
    unit.scope.require(IMPORT_RECORDS)
    if await count_waiting(unit) >= MOST_WAITING:
        raise TooManyUploads(most=MOST_WAITING)


async def keep_upload(unit: Unit, command: KeepUpload) -> UUID:
    """Note a file that lies in the store; it expires where nobody has it imported.

    Raises:
        NotPermitted: The actor may not import.
        TooManyUploads: Others came while it arrived, and wait to be imported first.
    """
    unit.scope.require(IMPORT_RECORDS)
    if await count_alone(unit) >= MOST_WAITING:
        raise TooManyUploads(most=MOST_WAITING)
    received = command.received
    upload = ImportUpload(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=command.upload_id,
        file_name=safe_name(command.name),
        bytes=received.bytes,
        file_hash=received.file_hash,
        uploaded_by=unit.scope.actor.id,
        recorded_at=recorded_now(),
    )
    unit.session.add(upload)
    await unit.session.flush()
    await set_timer(unit, EXPIRES, upload.id, unit.now + KEPT)
    details = {"bytes": upload.bytes, "file_hash": upload.file_hash}
    await record_act(unit, action="records.upload", subject_kind="import_upload", subject_id=upload.id, details=details)
    return upload.id


def safe_name(name: str) -> str:
    """Give a file's name without folders and without what cannot be shown; it names nothing on any disk."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(one for one in last if one.isprintable()).strip()[:LONGEST_NAME] or NAMELESS
