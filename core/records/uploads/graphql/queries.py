"""Queries of files that wait to be imported."""

from core.kernel.graphql.queries import query_connection
from core.records.uploads.graphql.types import ImportUploadType

import_uploads = query_connection(
    "import_uploads",
    ImportUploadType,
    order=("-recorded_at", "-id"),
    description="Files of the tenant acted in that wait to be imported or are being imported, the latest first.",
)

QUERIES = [import_uploads]
