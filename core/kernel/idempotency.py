"""Idempotency keys: the same request with the same key is done once."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, select, update

from core.kernel.clock import recorded_now
from core.kernel.errors import DomainError, InvalidInput, fact
from core.kernel.ids import new_id
from core.kernel.models import IdempotencyKey
from core.kernel.unit import Unit

MAX_KEY_LENGTH = 200


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


async def replayed(unit: Unit, operation: str, key: str, fingerprint: str) -> tuple[UUID, ...] | None:
    """Give the ids of the result if the request was done before; else take the key for this transaction.

    A second request with the same key waits here until the first has committed or rolled back.

    Args:
        unit: The transaction that does the request.
        operation: Name of the operation.
        key: What the client calls its request, 1 to 200 characters.
        fingerprint: Hash of the input.

    Raises:
        IdempotencyKeyReused: The key was used with another fingerprint.
        InvalidInput: The key is empty or too long.
    """
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise InvalidInput(field="idempotencyKey", problem=f"give 1 to {MAX_KEY_LENGTH} characters")
    if await take(unit, operation, key, fingerprint):
        return None
    found = (await unit.session.execute(select(IdempotencyKey).where(is_request(unit, operation, key)))).scalar_one()
    if found.fingerprint != fingerprint:
        raise IdempotencyKeyReused(operation=operation)
    return tuple(found.ids)


async def remember(unit: Unit, operation: str, key: str, fingerprint: str, ids: tuple[UUID, ...]) -> None:
    """Keep the ids of the result with the key that :func:`replayed` took in the same transaction."""
    await take(unit, operation, key, fingerprint)
    await unit.session.execute(
        update(IdempotencyKey)
        .where(is_request(unit, operation, key), col(IdempotencyKey.fingerprint) == fingerprint)
        .values(ids=list(ids))
        .execution_options(synchronize_session=False)
    )


async def take(unit: Unit, operation: str, key: str, fingerprint: str) -> bool:
    """Write the key unless it is there; tell whether it was written."""
    written = await unit.session.execute(
        insert(IdempotencyKey)
        .values(
            tenant_id=unit.tenant_id,
            network_id=unit.network_id,
            id=new_id(),
            actor_id=unit.scope.actor.id,
            operation=operation,
            key=key,
            fingerprint=fingerprint,
            ids=[],
            recorded_at=recorded_now(),
        )
        .on_conflict_do_nothing()
        .returning(col(IdempotencyKey.id))
    )
    return written.scalar() is not None


def is_request(unit: Unit, operation: str, key: str) -> ColumnElement[bool]:
    """Find the key of this actor in this tenant."""
    return and_(
        col(IdempotencyKey.tenant_id) == unit.tenant_id,
        col(IdempotencyKey.actor_id) == unit.scope.actor.id,
        col(IdempotencyKey.operation) == operation,
        col(IdempotencyKey.key) == key,
    )
