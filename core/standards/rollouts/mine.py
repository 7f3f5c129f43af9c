"""Tell a tenant which rollouts concern it, and what each changes for it."""

from collections.abc import Sequence
from datetime import datetime

from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.gather import lineage_at
from core.standards.permissions import READ_STANDARDS
from core.standards.rollouts.difference import Difference, difference_of, rollouts_seen
from core.standards.rollouts.models import Acknowledgement
from core.standards.rollouts.policy.succession import Stage
from core.standards.rollouts.repository.acknowledgements import acknowledgements_of
from core.standards.rollouts.repository.standing import rolled_out_codes


@frozen(kw_only=True)
class OwnRollout:
    """A rollout as it concerns a tenant.

    Attributes:
        code: The standard.
        stage: Where the tenant's wave stands now.
        in_force: Whether the tenant is on the version.
        effective_from: Since when it is, or when it will be as far as that is known.
        difference: What changes for the tenant, found anew.
        acknowledgement: What it has acknowledged, or was asked.
    """

    code: str
    stage: Stage
    in_force: bool
    effective_from: datetime | None
    difference: Difference
    acknowledgement: Acknowledgement | None


async def my_rollouts(unit: Unit, code: str | None = None) -> Sequence[OwnRollout]:
    """List the rollouts that concern the tenant now: those of versions that no later one has superseded.

    Args:
        unit: The tenant; nothing is written.
        code: Of this standard alone.

    Raises:
        NotPermitted: The actor may not read standards.
    """
    unit.scope.require(READ_STANDARDS)
    lineage = await lineage_at(unit, unit.now)
    codes = [code] if code is not None else await rolled_out_codes(unit, lineage)
    return [own for one in codes for own in await of_standard(unit, one)]


async def of_standard(unit: Unit, code: str) -> Sequence[OwnRollout]:
    """List those of one standard."""
    gathered = await rollouts_seen(unit, code)
    succession = gathered.succession
    if not succession.stages:
        return ()
    said = {row.published_version_id: row for row in await acknowledgements_of(unit, code)}
    current, pieces = succession.version_at(unit.now), succession.pieces()
    found: list[OwnRollout] = []
    for issue in sorted(succession.issues, key=lambda one: one.span.start, reverse=True):
        stage = succession.stage_at(issue.id, max(unit.now, issue.span.start))
        if stage is None or (issue.span.end is not None and issue.span.end <= unit.now):
            continue
        spans = [piece.span for piece in pieces if piece.version_id == issue.id]
        turn = next((one.start for one in spans if one.holds(unit.now) or one.start > unit.now), None)
        found.append(
            OwnRollout(
                code=code,
                stage=stage,
                in_force=current == issue.id,
                effective_from=turn,
                difference=await difference_of(unit, gathered, issue.id, stage),
                acknowledgement=said.get(issue.id),
            )
        )
    return found
