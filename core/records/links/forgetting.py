"""What links let go of: where a customer was erased, or a record's content removed, no link is kept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.kernel.unit import Unit
from core.records.links.repository import drop_links, links_of
from core.records.privacy.registry import Forgotten, forgets, tells


@forgets("links")
async def forget_links(unit: Unit, forgotten: Forgotten) -> None:
    """Drop every link to the records."""
    await drop_links(unit, forgotten.record_ids)


@tells("links")
async def told_links(unit: Unit, record_ids: Sequence[UUID]) -> Mapping[UUID, object]:
    """Tell by which links the records can or could be looked at."""
    return await links_of(unit, record_ids)
