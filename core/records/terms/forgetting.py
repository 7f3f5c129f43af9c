"""Let records be found by nothing that was forgotten of them."""

from core.kernel.unit import Unit
from core.records.privacy.registry import Forgotten, forgets
from core.records.terms.keep import forget_terms


@forgets("terms")
async def drop_terms(unit: Unit, forgotten: Forgotten) -> None:
    """Drop the terms of records whose texts are gone.

    All texts of such records go: those under the person's key with it, and the others are removed.
    """
    await forget_terms(unit, forgotten.record_ids)
