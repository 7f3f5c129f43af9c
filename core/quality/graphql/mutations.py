"""Mutations of quality: have records scored again."""

from core.kernel.background.graphql.types import JobType
from core.kernel.graphql.mutations import Refs, mutation, payload
from core.kernel.unit import Unit
from core.quality.permissions import SCORE
from core.quality.rescoring import order


@mutation(
    permission=SCORE,
    success=payload("RescoreRecordsSuccess", job=JobType),
    description=(
        "Has all records of the tenant acted in scored again, in the background; the job tells how far it is. This is "
        "done without asking after its time zone or its plugins have changed."
    ),
)
async def rescore_records(unit: Unit) -> Refs:
    """Have all records scored again."""
    return Refs(job=(await order.rescore_records(unit)).id)


MUTATIONS = [rescore_records]
