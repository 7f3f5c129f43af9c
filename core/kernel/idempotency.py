"""Idempotency keys: the same request with the same key is done once."""

from collections.abc import Callable, Sequence
from typing import ClassVar
from uuid import UUID

from core.kernel.clock import recorded_now
from core.kernel.direct import NewRow, fetch, write_with
from core.kernel.errors import DomainError, InvalidInput, fact
from core.kernel.ids import new_id
from core.kernel.models import IdempotencyKey
from core.kernel.unit import Acting, Unit

MAX_KEY_LENGTH = 200
WRITE = """
    INSERT INTO idempotency_keys
        (tenant_id, actor_id, operation, key, fingerprint, ids, id, network_id, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (tenant_id, actor_id, operation, key)"""
TAKE = f"{WRITE} DO NOTHING RETURNING id"
REMEMBER = f"""{WRITE} DO UPDATE SET ids = excluded.ids
    WHERE idempotency_keys.fingerprint = excluded.fingerprint"""
FIND = """
    SELECT fingerprint, ids FROM idempotency_keys
    WHERE tenant_id = $1 AND actor_id = $2 AND operation = $3 AND key = $4"""


@fact
class IdempotencyKeyReused(DomainError):  # noqa: N818 - errors are facts
    """The idempotency key was used before, with another input."""

    operation: str
    code: ClassVar[str] = "kernel.idempotency_key_reused"

    @property
    def message(self) -> str:
        """Say what happened."""
        return f"This idempotency key was used for another {self.operation}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Make a fresh key for each intention; repeat a request only with the input it had."


async def replayed(
    unit: Unit, operation: str, key: str, fingerprint: str, *, unkeyed: Callable[[], str] | None = None
) -> tuple[UUID, ...] | None:
    """Give the ids of the result if the request was done before; else take the key for this transaction.

    A second request with the same key waits here until the first has committed or rolled back.

    Args:
        unit: The transaction that does the request.
        operation: Name of the operation.
        key: What the client calls its request, 1 to 200 characters.
        fingerprint: Keyed hash of the input.
        unkeyed: Gives the hash that was kept of the same input while hashes had no key.

    Raises:
        IdempotencyKeyReused: The key was used with another fingerprint.
        InvalidInput: The key is empty or too long.
    """
    check_key(key)
    if await fetch(
        unit, TAKE, *request(unit, operation, key), fingerprint, [], new_id(), unit.network_id, recorded_now()
    ):
        return None
    (found,) = await fetch(unit, FIND, *request(unit, operation, key))
    kept = found["fingerprint"]
    if kept != fingerprint and (unkeyed is None or kept != unkeyed()):
        raise IdempotencyKeyReused(operation=operation)
    return tuple(found["ids"])


def request_row(act: Acting, operation: str, key: str, fingerprint: str, ids: Sequence[UUID]) -> NewRow:
    """Give the row of a request that is done by one statement, with the ids of its result.

    Raises:
        InvalidInput: The key is empty or too long.
    """
    check_key(key)
    return NewRow(
        IdempotencyKey.__tablename__,
        {
            "tenant_id": act.tenant_id,
            "actor_id": act.scope.actor.id,
            "operation": operation,
            "key": key,
            "fingerprint": fingerprint,
            "ids": list(ids),
            "id": new_id(),
            "network_id": act.network_id,
            "recorded_at": recorded_now(),
        },
    )


def check_key(key: str) -> None:
    """Refuse a key that is none.

    Raises:
        InvalidInput: The key is empty or too long.
    """
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise InvalidInput(field="idempotencyKey", problem=f"give 1 to {MAX_KEY_LENGTH} characters")


async def remember(
    unit: Unit, operation: str, key: str, fingerprint: str, ids: tuple[UUID, ...], rows: Sequence[NewRow] = ()
) -> None:
    """Keep the ids of the result with the key, which :func:`replayed` took in the same transaction.

    Args:
        unit: The transaction that does the request.
        operation: Name of the operation.
        key: What the client calls its request.
        fingerprint: Hash of the input.
        ids: The result.
        rows: What the request has to write yet, and is written at once with it.
    """
    given = (fingerprint, list(ids), new_id(), unit.network_id, recorded_now())
    await write_with(unit, rows, REMEMBER, *request(unit, operation, key), *given)


def request(unit: Unit, operation: str, key: str) -> tuple[UUID, UUID, str, str]:
    """Name a request of this actor in this tenant."""
    return unit.tenant_id, unit.scope.actor.id, operation, key
