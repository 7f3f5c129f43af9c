"""The examination of a log: its keys, the unsealed tail, every leaf with its row, and every head, in that order.

It is told row by row and keeps little, so a log of any length can be examined from a database or from a file.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.frozen import frozen
from core.records.sealing.policy.findings import Examined, Finding, FindingKind
from core.records.sealing.policy.heads import Head, LogName, checkpoint_of
from core.records.sealing.policy.key_chain import KeyRow, believed
from core.records.sealing.policy.leaves import EVENT, SOURCES, audit_leaf
from core.records.sealing.policy.merkle import Growing, Subtree, leaf_of
from core.records.sealing.policy.notes import Checkpoint, Note, VerifyingKey
from core.records.sealing.policy.removals import Removals
from core.records.sealing.policy.rows import LeafRow, Row, as_audit, event_says
from core.records.sealing.policy.tail import Tail, too_old

MOST_FINDINGS: Final = 1_000
UNKNOWN_LEAF: Final = bytes(32)
"""Stands in the tree for a leaf that is missing."""


@frozen(kw_only=True)
class Held:
    """What whoever examines holds in their own hands.

    Attributes:
        checkpoints: Signed checkpoints that were exported.
        key: The key that is trusted; without one the log's own keys are believed as far as they vouch for each other.
        leaf: Gives the hash of a leaf as it was at the largest checkpoint, where the hashes were exported with it.
    """

    checkpoints: Sequence[Note] = ()
    key: VerifyingKey | None = None
    leaf: Callable[[int], bytes | None] | None = None


@dataclass(slots=True)
class Misplaced:
    """Leaves that are others than those that were exported."""

    seen: dict[int, bytes] = field(default_factory=dict[int, bytes])
    known: dict[bytes, int] = field(default_factory=dict[bytes, int])
    subjects: dict[int, tuple[str, UUID]] = field(default_factory=dict[int, tuple[str, UUID]])

    def take(self, leaf: LeafRow, number: int, known: bytes) -> None:
        """Take a leaf that is another than the one exported."""
        self.seen[number], self.known[known] = leaf.hash, number
        self.subjects[number] = leaf.kind, leaf.subject_id

    def told(self) -> Iterator[Finding]:
        """Tell leaves that changed places from those that changed."""
        for number, hash_ in self.seen.items():
            what, id_ = self.subjects[number]
            if (before := self.known.get(hash_)) is not None:
                says = f"It stands at {number} of the log; when the checkpoint was exported it stood at {before}."
                yield Finding(FindingKind.REORDERED, what, says, id_, number)
            else:
                says = f"What stands at {number} of the log is not what stood there when the checkpoint was exported."
                yield Finding(FindingKind.ALTERED, what, says, id_, number)


class Examination:
    """One pass over a log.

    Args:
        log: Whose log it is.
        keys: The rows of its keys, by number.
        held: What whoever examines holds.
    """

    def __init__(self, log: LogName, keys: Sequence[KeyRow], held: Held) -> None:
        self.tail = Tail()
        self.findings: list[Finding] = []
        self.found = 0
        self._log, self._held = log, held
        self._growing, self._misplaced = Growing(), Misplaced()
        self._heads, self._last_size = 0, 0
        self._complete_to: datetime | None = None
        self._removals = Removals()
        self._broken = False
        self._keys, wrong = believed(log, keys)
        self.report(wrong)
        self._roots: dict[int, list[Checkpoint]] = {}
        self._without_head: set[int] = set()
        self._believe(held.checkpoints)

    @property
    def size(self) -> int:
        """How many leaves were told."""
        return self._growing.size

    def report(self, findings: Iterable[Finding]) -> None:
        """Keep what was found."""
        for one in findings:
            self.found += 1
            if len(self.findings) < MOST_FINDINGS:
                self.findings.append(one)

    def say(self, kind: FindingKind, what: str, says: str, id_: UUID | None = None, number: int | None = None) -> None:
        """Keep one finding."""
        self.report([Finding(kind, what, says, id_, number)])

    def _believe(self, checkpoints: Sequence[Note]) -> None:
        """Look at the checkpoints themselves: of this log, and signed by a key that is believed."""
        key = self._held.key
        if key is not None and key not in self._keys.values():
            self.say(FindingKind.KEY_UNKNOWN, "key", "The key that is trusted is none of the log's keys.")
        for note in checkpoints:
            said = Checkpoint.read(note.text)
            if said.origin != self._log.origin:
                self.say(FindingKind.KEY_UNKNOWN, "log", f"The checkpoint is of another log: {said.origin}.")
                continue
            if not note.is_signed_by(*([key] if key else self._keys.values())):
                says = "The checkpoint was not signed by any key that is believed: the log's keys are others now."
                self.say(FindingKind.KEY_UNKNOWN, "key", says, number=said.size)
            self._roots.setdefault(said.size, []).append(said)
            self._without_head.add(said.size)

    def tail_event(self, row: Row) -> None:
        """Take an event that is no leaf; of a record in order, and all before the first leaf."""
        self.report(self.tail.event(row))

    def tail_audit(self, row: Row) -> None:
        """Take an audit entry that is no leaf, before the first leaf."""
        self.tail.audit(row)
        self._removals.unsealed_act(row)

    def leaf(self, leaf: LeafRow) -> list[tuple[Subtree, bytes]]:
        """Take the next leaf; give the nodes that became whole."""
        nodes = self._missing_before(leaf)
        number = self._growing.size
        known = self._held.leaf(number) if self._held.leaf else None
        if known is not None and known != leaf.hash:
            self._misplaced.take(leaf, number, known)
        self.report(self._row_findings(leaf))
        return nodes + self._add(leaf.hash)

    def _missing_before(self, leaf: LeafRow) -> list[tuple[Subtree, bytes]]:
        nodes: list[tuple[Subtree, bytes]] = []
        while leaf.number is not None and self._growing.size < leaf.number:
            number = self._growing.size
            self._broken = True
            self.say(FindingKind.LEAF_MISSING, "leaf", f"The leaf {number} is missing.", number=number)
            nodes += self._add(UNKNOWN_LEAF)
        return nodes

    def _add(self, hash_: bytes) -> list[tuple[Subtree, bytes]]:
        nodes = self._growing.add(hash_)
        for said in self._roots.get(self._growing.size, ()):
            if said.root != self._growing.root:
                says = (
                    f"The first {said.size} leaves are not those that the checkpoint was signed over: events or entries"
                    " among them were changed, put in, taken out or moved, and the log was written anew."
                )
                self.say(FindingKind.REWRITTEN, "log", says, number=said.size)
        return nodes

    def _row_findings(self, leaf: LeafRow) -> Iterator[Finding]:
        """Hold a leaf against its row."""
        row, kind, id_, number = leaf.row, leaf.kind, leaf.subject_id, leaf.number
        if leaf.network_id != self._log.network_id or kind not in SOURCES:
            yield Finding(FindingKind.ALTERED, "leaf", "This leaf names another network or kind.", id_, number)
        if row is None:
            yield Finding(FindingKind.DELETED, kind, f"It was sealed at {number} of the log and is gone.", id_, number)
            return
        if content_hash(leaf) != leaf.hash or row["network_id"] != self._log.network_id:
            says = f"It does not say what was sealed at {number} of the log."
            yield Finding(FindingKind.ALTERED, kind, says, id_, number)
        if self._complete_to is not None and row["recorded_at"] <= self._complete_to:
            yield Finding(FindingKind.INSERTED, kind, too_old(row["recorded_at"], self._complete_to), id_, number)
        if kind == EVENT:
            yield from self._event_findings(leaf, row)
        else:
            yield from self._removals.act(row)

    def _event_findings(self, leaf: LeafRow, row: Row) -> Iterator[Finding]:
        """Hold what only events have against the leaf: their own hash, and what is left of removed content."""
        self.tail.sealed(leaf.hash, row)
        if row["hash"] != leaf.hash:
            yield Finding(FindingKind.ALTERED, EVENT, "Its own hash is not its leaf's.", row["id"], leaf.number)
        if leaf.tombstone is None:
            return
        says = self._removals.take(leaf.tombstone, row)
        if leaf.tombstone["network_id"] != self._log.network_id:
            says = "What is left of its content belongs to another network."
        if says:
            yield Finding(FindingKind.ALTERED, EVENT, says, row["id"], leaf.number)

    def head(self, row: Mapping[str, Any]) -> None:
        """Take a head, right behind the last leaf that it covers."""
        head = Head(**{name: row[name] for name in Head.__dataclass_fields__})
        problem = self._head_problem(head, row)
        self._heads += 1
        self._last_size = head.size
        self._without_head.discard(head.size)
        if problem:
            self.say(FindingKind.HEAD_ALTERED, "head", problem, row["id"], head.size)
        elif head.complete_to is not None and self._vouched(head):
            self._complete_to = max(head.complete_to, self._complete_to or head.complete_to)

    def _vouched(self, head: Head) -> bool:
        """Tell whether a believed key signed a head."""
        key = self._keys.get(head.key_number)
        return key is not None and key.signed(checkpoint_of(self._log, head).text, head.signature)

    def _head_problem(self, head: Head, row: Mapping[str, Any]) -> str:
        """Say what is wrong with a head; nothing where nothing is, or no more than was said before."""
        size, there, text = head.size, self._growing.size, checkpoint_of(self._log, head).text
        others = any(said.text != text for said in self._roots.get(size, ()))
        foreign = row["id"] != self._log.head_id(size) or row["network_id"] != self._log.network_id
        over_others = size == there and head.root != self._growing.root and not self._broken
        self._broken |= over_others
        problems = (
            (not self._vouched(head), f"The head of {size} leaves is not signed by a key that is believed."),
            (others, f"The head of {size} leaves is not the one that was exported."),
            (foreign, f"The row of the head of {size} leaves belongs to another head or log."),
            (
                head.after_size != self._last_size,
                f"The head before that of {size} leaves is gone.",
            ),
            (size != there, f"The head covers {size} leaves, and only {there} are there."),
            (over_others, f"The head of {size} leaves was signed over others than those that are there."),
        )
        return next((says for wrong, says in problems if wrong), "")

    def node(self, level: int, number: int, kept: bytes | None, network_id: UUID | None, whole: bytes) -> None:
        """Hold a kept node against the one that the leaves give."""
        if not self._broken and (kept != whole or network_id != self._log.network_id):
            says = (
                f"The node {number} of level {level} is missing."
                if kept is None
                else (f"The node {number} of level {level} is not what its leaves give.")
            )
            self.say(FindingKind.NODE_ALTERED, "node", says, number=number)

    def cut_off(self, record_id: UUID, said: int, there: int | None) -> None:
        """Take a record that says to have other events than there are."""
        says = f"The record says that its last event is {said}; there, the last is {there or 'none'}, or another."
        self.say(FindingKind.CUT_OFF, "record", says, record_id, said)

    def end(self) -> Examined:
        """Close the examination and tell what it came to."""
        size = self._growing.size
        self.report(self._misplaced.told())
        for said in sorted(self._roots):
            if said > size:
                says = f"The log has {size} leaves, and had {said} when the checkpoint was exported."
                self.say(FindingKind.ROLLED_BACK, "log", says, number=said)
        for said in sorted(self._without_head):
            self.say(FindingKind.HEAD_MISSING, "head", f"The head of {said} leaves is gone.", number=said)
        if size > self._last_size:
            says = f"There are {size} leaves, and the last head covers {self._last_size} of them."
            self.say(FindingKind.HEAD_MISSING, "head", says, number=size)
        self.report(self.tail.left(self._complete_to))
        self.report(self._removals.left())
        return Examined(
            leaves=size, heads=self._heads, unsealed=self.tail.size, findings=self.findings, found=self.found
        )


def content_hash(leaf: LeafRow) -> bytes:
    """Hash what a leaf's row says now."""
    row = leaf.row or {}
    if leaf.kind == EVENT:
        return leaf_of(event_says(row, leaf.tombstone).encode())
    return audit_leaf(as_audit(row))
