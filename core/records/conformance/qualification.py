"""Who may do a step: asked through a Protocol that is answered above this room, today by roles, later by training."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.kernel.frozen import frozen
from core.kernel.unit import Unit


@frozen(kw_only=True)
class Performed:
    """A step that somebody did.

    Attributes:
        record_id: The record.
        position: Place of the step's occurrence.
        performer_id: Who did it.
        role: The role that owns the step.
        at: When it was done.
    """

    record_id: UUID
    position: int
    performer_id: UUID
    role: str
    at: datetime


class Qualifications(Protocol):
    """Tells who was qualified for what."""

    async def unqualified(self, unit: Unit, performed: Collection[Performed]) -> Collection[Performed]:
        """Give those steps whose performer is known not to be qualified; a step of which nothing is known is none."""
        ...
