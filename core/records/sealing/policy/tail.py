"""The unsealed tail: events that are no leaves yet must continue the chains of their records.

They are told before the leaves, record by record and in the order of their numbers. What the first of a record names as
the event before must turn up among the leaves; what is left in the end has nothing to stand on.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from core.records.events.policy import NO_EVENT, leaf_of
from core.records.sealing.policy.findings import Finding, FindingKind
from core.records.sealing.policy.leaves import AUDIT, EVENT
from core.records.sealing.policy.rows import Row, as_event, inner_hashes


class Tail:
    """What is not sealed yet."""

    def __init__(self) -> None:
        self.size = 0
        self._last: tuple[UUID, int, bytes] | None = None
        self._awaited: dict[bytes, Row] = {}
        self._told: list[tuple[datetime, str, UUID]] = []

    def event(self, row: Row) -> Iterator[Finding]:
        """Take an event that is no leaf."""
        hash_ = leaf_of(as_event(row), *inner_hashes(row, None))
        if row["hash"] != hash_:
            yield found(row, FindingKind.ALTERED, "This event, not sealed yet, does not give its own hash.")
        yield from self._follows(row)
        self._last = (row["record_id"], row["number"], hash_)
        self._note(row, EVENT)

    def _follows(self, row: Row) -> Iterator[Finding]:
        record_id, number, previous = self._last or (None, 0, NO_EVENT)
        if record_id == row["record_id"]:
            if (row["number"], row["previous"]) != (number + 1, previous):
                yield found(row, FindingKind.CHAIN_BROKEN, f"This event does not follow event {number} of its record.")
        elif row["number"] == 1:
            if row["previous"] != NO_EVENT:
                yield found(row, FindingKind.CHAIN_BROKEN, "This first event of a record names one before it.")
        else:
            self._awaited[row["previous"]] = row

    def audit(self, row: Row) -> None:
        """Take an audit entry that is no leaf."""
        self._note(row, AUDIT)

    def _note(self, row: Row, kind: str) -> None:
        self.size += 1
        self._told.append((row["recorded_at"], kind, row["id"]))

    def sealed(self, leaf: bytes, row: Row) -> None:
        """Take an event that is a leaf: perhaps one that the tail stands on."""
        awaited = self._awaited.get(leaf)
        if awaited and (awaited["record_id"], awaited["number"]) == (row["record_id"], row["number"] + 1):
            del self._awaited[leaf]

    def left(self, complete_to: datetime | None) -> Iterator[Finding]:
        """Tell, in the end, what has nothing to stand on, and what claims to be older than it can be.

        Args:
            complete_to: Everything recorded up to here is sealed, as a head said.
        """
        for row in self._awaited.values():
            yield found(row, FindingKind.CHAIN_BROKEN, "The event that this one names as the one before is not there.")
        for recorded_at, kind, id_ in self._told:
            if complete_to is not None and recorded_at <= complete_to:
                yield Finding(FindingKind.INSERTED, kind, too_old(recorded_at, complete_to), id_)


def found(row: Row, kind: FindingKind, says: str) -> Finding:
    """Say something of an event of the tail."""
    return Finding(kind, EVENT, says, row["id"], row["number"])


def too_old(recorded_at: datetime, complete_to: datetime) -> str:
    """Say that something was put in later than it claims."""
    return (
        f"It claims to have been recorded at {recorded_at:%Y-%m-%d %H:%M:%S}Z and was not there when the log was"
        f" complete to {complete_to:%Y-%m-%d %H:%M:%S}Z."
    )
