"""What other features let go of when a person is erased or content is removed, and what they tell in an export.

A feature that keeps anything about records beside their events says so in its module ``forgetting.py``:

    @forgets("terms")
    async def drop_terms(unit: Unit, forgotten: Forgotten) -> None: ...

    @tells("evidence")
    async def evidence_of(unit: Unit, record_ids: Sequence[UUID]) -> Mapping[UUID, object]: ...
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from core.kernel.discovery import import_modules
from core.kernel.frozen import frozen
from core.kernel.unit import Unit

MODULE = "forgetting"


@frozen(kw_only=True)
class Forgotten:
    """What is forgotten.

    Attributes:
        customer_id: The customer who was erased; empty where content of records was removed because its time was over.
        record_ids: Records of the customer, or those whose content was removed; some hundred at a time.
    """

    customer_id: UUID | None
    record_ids: Sequence[UUID]


Forget = Callable[[Unit, Forgotten], Awaitable[None]]
Tell = Callable[[Unit, Sequence[UUID]], Awaitable[Mapping[UUID, object]]]
AnyForget = TypeVar("AnyForget", bound=Forget)
AnyTell = TypeVar("AnyTell", bound=Tell)

FORGETTING: dict[str, Forget] = {}
TELLING: dict[str, Tell] = {}


def forgets(feature: str) -> Callable[[AnyForget], AnyForget]:
    """Declare what a feature drops, in the transaction it is given; it may be called again for the same."""

    def declare(forget: AnyForget) -> AnyForget:
        FORGETTING[feature] = forget
        return forget

    return declare


def tells(section: str) -> Callable[[AnyTell], AnyTell]:
    """Declare what a feature tells of some records in an export, by record, as JSON values."""

    def declare(tell: AnyTell) -> AnyTell:
        TELLING[section] = tell
        return tell

    return declare


async def forget(unit: Unit, forgotten: Forgotten) -> None:
    """Have every feature drop what it keeps."""
    import_modules(MODULE)
    for feature in sorted(FORGETTING):
        await FORGETTING[feature](unit, forgotten)


async def told_of(unit: Unit, record_ids: Sequence[UUID]) -> dict[str, Mapping[UUID, object]]:
    """Give what every feature tells of some records, by section."""
    import_modules(MODULE)
    return {section: await TELLING[section](unit, record_ids) for section in sorted(TELLING)}
