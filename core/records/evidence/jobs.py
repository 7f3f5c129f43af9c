"""Background work of evidence: some time after a file was received, what nobody gave as evidence is deleted."""

from datetime import timedelta

from core.kernel.blobs import Blobs
from core.kernel.handlers import handles
from core.kernel.work import Work
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.receive import SWEEP
from core.records.evidence.sweep import sweep_evidence


@handles(SWEEP, limit=timedelta(seconds=300))
async def sweep(work: Work) -> None:
    """Delete files that nobody gave as evidence."""
    services = work.services
    await sweep_evidence(lambda: work.unit(once=False), services.get(Blobs), services.get(EvidenceSettings))
