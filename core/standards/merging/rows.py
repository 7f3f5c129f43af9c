"""Rows of what became of adaptations, made of what the merge says."""

from typing import Any, Final

from core.kernel.clock import recorded_now
from core.kernel.ids import new_id
from core.kernel.unit import Unit
from core.standards.merging.models import MergeOutcomeRow
from core.standards.merging.policy import Merged
from core.standards.merging.vocabulary import MergeStatus
from core.standards.merging.windows import Waiting
from core.standards.models import Adaptation
from core.standards.policy.content import plain_narrowing
from core.standards.policy.overlays import Overlay, Version
from core.standards.repository.adaptations import Head

SAID: Final = (
    "based_on",
    "version_id",
    "version_number",
    "outcome",
    "clause_key",
    "parameter_key",
    "variant",
    "clause_key_after",
    "parameter_key_after",
    "at",
    "limit_kind",
    "limit_value",
    "set_by",
    "problem",
    "proposal",
    "proposed_clause_key",
    "proposed_parameter_key",
    "proposed_value",
    "ended",
)
"""What an outcome says that waits; where any of it changes, it is another one."""


CHANGED: Final = frozenset(
    {
        "id",
        "clause_key",
        "parameter_key",
        "value",
        "narrowing",
        "based_on",
        "valid_from",
        "valid_to",
        "recorded_from",
        "recorded_to",
        "revision",
    }
)
"""What a piece of an adaptation may say otherwise than the adaptation itself."""
KEPT: Final = tuple(name for name in Adaptation.model_fields if name not in CHANGED)
"""What every piece of an adaptation says as the adaptation itself does."""


def outcome_row(
    unit: Unit, root: Adaptation, merged: Merged, version: Version, *, ended: bool = False
) -> MergeOutcomeRow:
    """Make the row of an outcome."""
    return MergeOutcomeRow(**outcome_values(unit, root, merged, version, ended=ended))


def outcome_values(
    unit: Unit, root: Adaptation, merged: Merged, version: Version, *, ended: bool = False
) -> dict[str, Any]:
    """Give what the row of an outcome says, by column."""
    after, proposal, now = merged.after, merged.proposal, recorded_now()
    return {
        "tenant_id": unit.tenant_id,
        "network_id": unit.network_id,
        "id": new_id(),
        "code": root.code,
        "adaptation_id": merged.overlay.id,
        "origin_id": root.origin_id,
        "based_on": merged.based_on,
        "version_id": version.id,
        "version_number": version.content.number,
        "outcome": merged.outcome.value,
        "clause_key": merged.before[0],
        "parameter_key": merged.before[1],
        "variant": root.variant,
        "clause_key_after": None if after is None else after[0],
        "parameter_key_after": None if after is None else after[1],
        "at": merged.at,
        "limit_kind": None if merged.limit is None else merged.limit.facet.value,
        "limit_value": None if merged.limit is None else merged.limit.value,
        "set_by": merged.set_by,
        "problem": merged.problem,
        "proposal": proposal.kind.value,
        "proposed_clause_key": proposal.site[0],
        "proposed_parameter_key": proposal.site[1],
        "proposed_value": proposal.value,
        "ended": ended,
        "status": (MergeStatus.FOLLOWED if merged.follows else MergeStatus.OPEN).value,
        "reason": "",
        "settled_at": now if merged.follows else None,
        "recorded_at": now,
    }


def waiting_row(unit: Unit, root: Adaptation, waiting: Waiting) -> MergeOutcomeRow:
    """Make the row of an outcome that waits."""
    row = outcome_row(unit, root, waiting.merged, waiting.version, ended=waiting.ended)
    row.adaptation_id = waiting.piece.overlay.id
    return row


def says_the_same(one: MergeOutcomeRow, other: MergeOutcomeRow) -> bool:
    """Tell whether two outcomes say the same, if of other pieces of one adaptation."""
    return all(getattr(one, name) == getattr(other, name) for name in SAID)


def adaptation_values(root: Adaptation, overlay: Overlay, head: Head, *, ended: bool = False) -> dict[str, Any]:
    """Give what the row of what is left, or was made, of an adaptation says, by column.

    Args:
        root: The adaptation as it is known now.
        overlay: What is left or was made of it.
        head: The revision it is written under.
        ended: Whether it is known no longer from the beginning, and kept for its owner to decide about.
    """
    return {
        **{name: getattr(root, name) for name in KEPT},
        "clause_key": overlay.clause_key,
        "parameter_key": overlay.parameter_key,
        "value": overlay.value,
        "narrowing": None if overlay.narrowing is None else plain_narrowing(overlay.narrowing),
        "based_on": overlay.based_on,
        "id": overlay.id,
        "valid_from": overlay.span.start,
        "valid_to": overlay.span.end,
        "recorded_from": head.recorded_at,
        "recorded_to": head.recorded_at if ended else None,
        "revision": head.revision,
    }
