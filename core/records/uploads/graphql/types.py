"""Types of files that wait to be imported."""

from datetime import datetime

from core.kernel.graphql.types import entity, reads
from core.kernel.reads import Column, Expression
from core.records.permissions import IMPORT_RECORDS
from core.records.uploads.models import ImportUpload


@entity(
    ImportUpload,
    permission=IMPORT_RECORDS,
    description="A file that was sent to `POST /uploads` and waits to be imported; it goes when that has ended, or"
    " after a day without.",
)
class ImportUploadType:
    """A file that waits to be imported."""

    file_name: str = reads(Column("file_name"), description="What it was called where it came from.")
    bytes: float = reads(Column("bytes"), description="Its size.")
    file_hash: str = reads(Column("file_hash"), description="Its SHA-256, in hexadecimal.")
    recorded_at: datetime = reads(Column("recorded_at"), description="When it had arrived.")
    ordered: bool = reads(
        Expression(lambda upload: upload.c.job_id.is_not(None)), description="Whether its import was ordered."
    )
