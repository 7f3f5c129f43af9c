"""Removed content: every tombstone names an act behind it, of its record, for as many events as the act says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from core.records.sealing.policy.findings import Finding, FindingKind
from core.records.sealing.policy.rows import REMOVED, Row, digest

REMOVE_CONTENT: Final = "privacy.remove_content"
"""Act: the content of all events of a record was removed."""
REMOVE_TEXTS: Final = "privacy.remove_texts"
"""Act: personal texts of some events of a record were removed, and nothing else."""
NOT_THERE: Final = "Content was removed, and the act that is named for it is not there."
OTHERWISE: Final = "More or other content was removed than the act that is named for it says."


@dataclass(slots=True)
class Removed:
    """What is said to have been removed by an act."""

    record_id: UUID
    events: int = 0
    whole: bool = False
    mixed: bool = False


class Removals:
    """What was removed, held against the acts that removed it; one entry for each act, and only until it is told."""

    def __init__(self) -> None:
        self._removed: dict[UUID, Removed] = {}
        self._unsealed: dict[UUID, Row] = {}

    def take(self, tombstone: Row, row: Row) -> str:
        """Take a tombstone with its event; say what is wrong with it, nothing where nothing is."""
        removed = self._removed.setdefault(tombstone["audit_id"], Removed(row["record_id"]))
        kept = row["payload"] != REMOVED
        removed.events += 1
        removed.whole |= not kept
        removed.mixed |= removed.record_id != row["record_id"]
        untouched = kept and tombstone["sealed_hash"] is None
        altered = kept and digest(row["payload"].encode()) != tombstone["payload_hash"]
        if row["sealed"] is not None or untouched or altered:
            return "Its content is said to have been removed, and something else stands there."
        return ""

    def unsealed_act(self, row: Row) -> None:
        """Take an audit entry that is no leaf, before the first leaf."""
        if row["action"] in {REMOVE_CONTENT, REMOVE_TEXTS}:
            self._unsealed[row["id"]] = row

    def act(self, row: Row) -> Iterator[Finding]:
        """Take a sealed audit entry."""
        removed = self._removed.pop(row["id"], None)
        if removed is not None and not explains(row, removed):
            yield Finding(FindingKind.UNEXPLAINED, "audit", OTHERWISE, row["id"])

    def left(self) -> Iterator[Finding]:
        """Tell, in the end, what no act explains."""
        for id_, removed in sorted(self._removed.items()):
            act = self._unsealed.get(id_)
            if act is None or not explains(act, removed):
                yield Finding(FindingKind.UNEXPLAINED, "audit", NOT_THERE if act is None else OTHERWISE, id_)


def explains(act: Row, removed: Removed) -> bool:
    """Tell whether an act says that this much of this record was removed."""
    wanted = {REMOVE_CONTENT} if removed.whole else {REMOVE_CONTENT, REMOVE_TEXTS}
    if act["action"] not in wanted or act["subject_id"] != removed.record_id or removed.mixed:
        return False
    told: object = orjson.loads(act["details"])
    events: object = told.get("events") if isinstance(told, dict) else None  # type: ignore[reportUnknownMemberType]
    return isinstance(events, int) and removed.events <= events
