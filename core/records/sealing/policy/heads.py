"""What a tenant's log is called, what its heads say, and how one signing key vouches for the next."""

from datetime import datetime
from typing import Final
from uuid import UUID

from core.kernel.canonical import instant_text
from core.kernel.frozen import frozen
from core.kernel.ids import derived_id
from core.records.sealing.policy.notes import Checkpoint, Note, VerifyingKey, note_of

AFTER: Final = "after"
SIGNED: Final = "signed"
COMPLETE: Final = "complete"


@frozen
class LogName:
    """Whose log it is."""

    network_id: UUID
    tenant_id: UUID

    @property
    def origin(self) -> str:
        """What the log is called in checkpoints, and its keys after it."""
        return f"touchstone/{self.network_id}/{self.tenant_id}"

    def key(self, public: bytes) -> VerifyingKey:
        """Give a signing key of the log by its public half."""
        return VerifyingKey(self.origin, public)

    def head_id(self, size: int) -> UUID:
        """Give the id of the head of a size."""
        return derived_id("sealing.head", self.tenant_id, str(size))

    def key_id(self, number: int) -> UUID:
        """Give the id of a signing key's row."""
        return derived_id("sealing.key", self.tenant_id, str(number))


@frozen(kw_only=True)
class Head:
    """What a log was at a size; see ``LogHead``."""

    size: int
    after_size: int
    root: bytes
    signed_at: datetime
    complete_to: datetime | None
    key_number: int = 0
    signature: bytes = b""


def checkpoint_of(log: LogName, head: Head) -> Checkpoint:
    """Write down what a head says: size and root, the head before, when it was signed, up to when it is complete."""
    said = [f"{AFTER} {head.after_size}", f"{SIGNED} {instant_text(head.signed_at)}"]
    if head.complete_to is not None:
        said.append(f"{COMPLETE} {instant_text(head.complete_to)}")
    return Checkpoint(log.origin, head.size, head.root, tuple(said))


def signed_checkpoint(log: LogName, head: Head, public: bytes) -> Note:
    """Give a head as the signed note that is exported."""
    return note_of(checkpoint_of(log, head).text, log.key(public), head.signature)


def endorsement_text(log: LogName, number: int, public: bytes, recorded_at: datetime) -> str:
    """Write down what the key before signs of a new key; it can never be taken for a checkpoint."""
    return f"{log.origin}\nkey {number}\n{log.key(public).text}\nmade {instant_text(recorded_at)}\n"
