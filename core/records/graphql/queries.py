"""Queries of service records and imports."""

from core.kernel.graphql.queries import query_connection, query_one
from core.kernel.reads import Breadth, Searching
from core.records.graphql.types import ImportRunFilter, ImportRunType, NetworkRecordFilter, RecordFilter, RecordType
from core.records.permissions import READ_NETWORK_RECORDS, READ_NOTES
from core.records.terms.models import RecordTerm
from core.records.terms.seek import sought_in_records

record = query_one("record", RecordType, description="Reads a service record by its global id.")
records = query_connection(
    "records",
    RecordType,
    order=("-opened_at", "-id"),
    filter=RecordFilter,
    search=Searching(
        index=RecordTerm,
        places={"opened_at": "opened_at", "id": "record_id"},
        seek=sought_in_records,
        permission=READ_NOTES,
        description="Lists what was said so: records whose notes and reasons have all these words, or these parts of"
        " Chinese, Japanese, Korean or Thai text, whatever their case; or those that their channel calls exactly so."
        " Takes `records.read_notes`.",
    ),
    description="Service records of the tenant acted in, latest first.",
)
network_records = query_connection(
    "network_records",
    RecordType,
    order=("-opened_at", "-id"),
    filter=NetworkRecordFilter,
    permission=READ_NETWORK_RECORDS,
    breadth=Breadth.UNITS_BELOW,
    description="Service records of the tenant acted in and every unit below it, latest first; the read is audited.",
)
import_run = query_one("import_run", ImportRunType, description="Reads an import by its global id.")
import_runs = query_connection(
    "import_runs",
    ImportRunType,
    order=("-started_at", "-id"),
    filter=ImportRunFilter,
    description="Imports that the tenant acted in has started, latest first.",
)

QUERIES = [record, records, network_records, import_run, import_runs]
