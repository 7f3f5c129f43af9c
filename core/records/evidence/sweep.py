"""Delete files that nobody gave as evidence: those that were received and not given, and those that no row names."""

from datetime import datetime, timedelta
from typing import Final

from core.kernel.blobs import Blobs
from core.kernel.clock import recorded_now
from core.kernel.outbox_rows import Tenancy
from core.kernel.timers import ring_after
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.receive import SWEEP, OpenUnit
from core.records.evidence.repository import drop_waiting, is_any_waiting, unknown_among

MOST: Final = 500


async def sweep_evidence(open_unit: OpenUnit, blobs: Blobs, settings: EvidenceSettings) -> int:
    """Delete what has waited long enough; tell how many files.

    Rows go first: a file is deleted once nothing refers to it, and one that is left by a kill is found the next time.
    """
    before = recorded_now() - timedelta(hours=settings.kept_hours)
    tenancy = await forget_waiting(open_unit, before)
    deleted, left = await blobs.drop_unfinished(tenancy, before), False
    async for page in blobs.stored(tenancy):
        async with open_unit() as unit:
            unknown = await unknown_among(unit, list(page))
        old = [blob for blob in unknown if page[blob] < before]
        for blob in old:
            await blobs.delete(tenancy, blob)
        deleted += len(old)
        left = left or len(old) < len(unknown)
    async with open_unit() as unit:
        if left or await is_any_waiting(unit):
            await ring_after(unit.session, tenancy, SWEEP, unit.now + timedelta(hours=settings.kept_hours))
    return deleted


async def forget_waiting(open_unit: OpenUnit, before: datetime) -> Tenancy:
    """Delete the rows of files that waited long enough; tell whose they are."""
    while True:
        async with open_unit() as unit:
            if len(await drop_waiting(unit, before, MOST)) < MOST:
                return Tenancy(unit.tenant_id, unit.network_id)
