"""A whole log as a file: one JSON object a line (NDJSON), in the order in which it is examined.

    {"log": {format, network, tenant, exported}}     first
    {"key": {...}}                                   each signing key, by number
    {"tail": {...}, "kind": "event" | "audit"}       what is not sealed yet: events record by record, then entries
    {"leaf": {...}, "row": {...}, "tombstone": {...}}  each leaf with its row; no ``row`` where there is none
    {"head": {...}}                                  right behind the last leaf that it covers
    {"end": {"leaves": n}}                           last, so that a file that was cut off is told

Columns have their names in the database; hashes, keys and ciphertext are base64, instants UTC with six digits, and what
is empty is left out.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import orjson

from core.kernel.canonical import instant_text
from core.records.sealing.policy.examining import Examination, Held
from core.records.sealing.policy.findings import Examined
from core.records.sealing.policy.heads import Head, LogName
from core.records.sealing.policy.leaves import AUDIT_COLUMNS, EVENT
from core.records.sealing.policy.rows import EVENT_COLUMNS, TOMBSTONE_COLUMNS, LeafRow, Row

FORMAT: Final = "touchstone.log/1"
BYTES: Final = frozenset(
    {
        "endorsement",
        "hash",
        "payload_hash",
        "previous",
        "public_key",
        "root",
        "sealed",
        "sealed_hash",
        "signature",
    }
)
IDS: Final = frozenset({"id", "on_behalf_of"})
LEAF_COLUMNS: Final = ("number", "kind", "subject_id", "hash", "network_id")
KEY_COLUMNS: Final = ("id", "network_id", "number", "public_key", "endorsement", "recorded_at")
HEAD_COLUMNS: Final = ("id", "network_id", *Head.__dataclass_fields__)


class ExportIsMalformed(ValueError):  # noqa: N818 - errors are facts
    """A file is no export of a log; its text says why."""


def first_line(log: LogName, exported_at: datetime) -> bytes:
    """Write the first line."""
    about = {"format": FORMAT, "network": str(log.network_id), "tenant": str(log.tenant_id)}
    return orjson.dumps({"log": about | {"exported": instant_text(exported_at)}}) + b"\n"


def line_of(name: str, row: Row) -> bytes:
    """Write a row as a line."""
    return orjson.dumps({name: plain(row)}) + b"\n"


def tail_line(row: Row, kind: str) -> bytes:
    """Write what is not sealed yet as a line."""
    return orjson.dumps({"tail": plain(row), "kind": kind}) + b"\n"


def leaf_line(leaf: LeafRow) -> bytes:
    """Write a leaf with its row as a line."""
    told = {"leaf": plain({name: getattr(leaf, name) for name in LEAF_COLUMNS})}
    if leaf.row is not None:
        told["row"] = plain(leaf.row)
    if leaf.tombstone is not None:
        told["tombstone"] = plain(leaf.tombstone)
    return orjson.dumps(told) + b"\n"


def last_line(leaves: int) -> bytes:
    """Write the last line."""
    return orjson.dumps({"end": {"leaves": leaves}}) + b"\n"


def plain(row: Row) -> dict[str, object]:
    """Write columns as JSON values; what is empty is left out."""
    return {name: written(value) for name, value in row.items() if value is not None}


def written(value: object) -> object:
    """Write one column."""
    match value:
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return instant_text(value)
        case UUID():
            return str(value)
        case _:
            return value


def read_row(given: object, columns: Iterable[str]) -> dict[str, Any]:
    """Read columns from JSON values; what was left out is empty.

    Raises:
        ExportIsMalformed: A value has not the form of its column.
    """
    if not isinstance(given, dict):
        raise ExportIsMalformed("a row is no JSON object")
    told = cast("Mapping[str, Any]", given)
    try:
        return {name: read_value(name, told.get(name)) for name in columns}
    except (ValueError, TypeError, AttributeError):
        raise ExportIsMalformed("a value has not the form of its column") from None


def read_value(name: str, value: Any) -> Any:  # noqa: ANN401 - columns are of any type
    """Read one column by its name."""
    if value is None:
        return None
    if name in BYTES:
        return b64decode(value, validate=True)
    if name in IDS or name.endswith("_id"):
        return UUID(value)
    return datetime.fromisoformat(value) if name.endswith(("_at", "_to")) else value


def objects(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Read lines as objects.

    Raises:
        ExportIsMalformed: A line is none.
    """
    for number, line in enumerate(lines, start=1):
        try:
            told: object = orjson.loads(line)
        except orjson.JSONDecodeError:
            told = None
        if not isinstance(told, dict):
            raise ExportIsMalformed(f"line {number} is no JSON object")
        yield cast("dict[str, Any]", told)


def examine_export(lines: Iterable[bytes], held: Held) -> Examined:
    """Examine a log as it was exported, line by line.

    Args:
        lines: The file's lines.
        held: The checkpoints, and the key that is trusted.

    Raises:
        ExportIsMalformed: It is no export, or was cut off.
    """
    told = objects(lines)
    nothing: dict[str, Any] = {}
    log = log_named(next(told, nothing))
    keys: list[Row] = []
    examination: Examination | None = None
    leaves = 0
    for line in told:
        if "key" in line:
            keys.append(read_row(line["key"], KEY_COLUMNS))
            continue
        examination = examination or Examination(log, keys, held)
        if "end" in line:
            if line["end"] != {"leaves": leaves}:
                break
            return examination.end()
        take(examination, line)
        leaves += "leaf" in line
    raise ExportIsMalformed("lines of it are missing")


def log_named(line: Mapping[str, Any]) -> LogName:
    """Read the first line.

    Raises:
        ExportIsMalformed: It is another.
    """
    about = line.get("log")
    try:
        if about and about["format"] == FORMAT:
            return LogName(UUID(about["network"]), UUID(about["tenant"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise ExportIsMalformed(f"it does not begin as the form {FORMAT} does")


def take(examination: Examination, line: Mapping[str, Any]) -> None:
    """Take one line of the tail, a leaf or a head.

    Raises:
        ExportIsMalformed: It is none of them.
    """
    if "leaf" in line:
        examination.leaf(read_leaf(line))
    elif "head" in line:
        examination.head(read_row(line["head"], HEAD_COLUMNS))
    elif "tail" in line and line.get("kind") == EVENT:
        examination.tail_event(read_row(line["tail"], EVENT_COLUMNS))
    elif "tail" in line:
        examination.tail_audit(read_row(line["tail"], AUDIT_COLUMNS))
    else:
        raise ExportIsMalformed("a line is of no known kind")


def read_leaf(line: Mapping[str, Any]) -> LeafRow:
    """Read a leaf with its row."""
    place = read_row(line["leaf"], LEAF_COLUMNS)
    columns = EVENT_COLUMNS if place["kind"] == EVENT else AUDIT_COLUMNS
    row, tombstone = line.get("row"), line.get("tombstone")
    return LeafRow(
        **place,
        row=None if row is None else read_row(row, columns),
        tombstone=None if tombstone is None else read_row(tombstone, TOMBSTONE_COLUMNS),
    )
