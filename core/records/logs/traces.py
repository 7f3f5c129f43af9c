"""What every reader of logs yields."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from core.kernel.frozen import frozen


class RefusalCode(StrEnum):
    """Why one trace of a log does not become a record; stable, shown in the error report of an import."""

    EMPTY_TRACE = "records.empty_trace"
    TRACE_TOO_LARGE = "records.trace_too_large"
    ROW_MALFORMED = "records.row_malformed"
    VALUE_MISSING = "records.value_missing"
    VALUE_NOT_MAPPED = "records.value_not_mapped"
    VALUE_UNUSABLE = "records.value_unusable"
    DATE_UNREADABLE = "records.date_unreadable"
    DATE_WITHOUT_ZONE = "records.date_without_zone"
    UNKNOWN_TENANT = "records.unknown_tenant"
    OTHER_TENANT = "records.other_tenant"
    TENANT_SUSPENDED = "records.tenant_suspended"
    NO_STANDARD = "records.no_standard_in_force"
    DUPLICATE_EXTERNAL_ID = "records.duplicate_external_id"


@frozen
class Flaw:
    """What is wrong with one trace; the message names columns and rules, never a person's data."""

    code: RefusalCode
    message: str


@frozen
class Trace:
    """One case of a log.

    Attributes:
        position: Where it stands: the number of the trace, from 1, or in a table the line its first row is on.
        external_id: What the log calls the case; ``None`` where the log does not say.
        attributes: What is said of the case as a whole, by name, as text; of a table, the cells of its first row.
        events: What happened, in the order of the log, each by name as text.
        flaw: Why the trace cannot be used, where the reader found it so; its events are then incomplete.
    """

    position: int
    external_id: str | None
    attributes: Mapping[str, str] = field(repr=False)
    events: Sequence[Mapping[str, str]] = field(repr=False)
    flaw: Flaw | None = None
