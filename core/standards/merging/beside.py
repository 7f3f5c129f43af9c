"""What a tenant has beside its adaptations of a standard, told at once, so that what is not there is not read."""

from typing import Final

from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Unit
from core.standards.merging.repository import LEFT

BESIDE: Final = """
    SELECT EXISTS (SELECT FROM waiver_spans WHERE tenant_id = $1 AND code = $2 AND recorded_to IS NULL) AS waivers,
      EXISTS (SELECT FROM waivers WHERE tenant_id = $1 AND code = $2 AND status IN ('asked', 'granted'))
        AS live_waivers,
      EXISTS (SELECT FROM merge_outcomes WHERE tenant_id = $1 AND code = $2
              AND (settled_at IS NULL OR resolution = ANY($3::text[]))) AS outcomes,
      EXISTS (SELECT FROM promises WHERE tenant_id = $1 AND code = $2 AND recorded_to IS NULL) AS promises,
      EXISTS (SELECT FROM acknowledgements WHERE tenant_id = $1 AND code = $2) AS acknowledgements,
      EXISTS (SELECT FROM work_items WHERE tenant_id = $1 AND kind = $4 AND status IN ('open', 'taken'))
        OR EXISTS (SELECT FROM work_items WHERE tenant_id = $1 AND kind = $4 AND status = 'dismissed') AS items
"""


@frozen(kw_only=True)
class Beside:
    """What of a standard a tenant has; everything, where nobody has looked.

    Attributes:
        waivers: Spans of waivers that are known now.
        live_waivers: Waivers that are asked for, or may hold still.
        outcomes: Outcomes of merges that wait, or that it left as they are.
        promises: Promises.
        acknowledgements: What it was asked to acknowledge.
        items: Work items about adaptations that are open or were dismissed.
    """

    waivers: bool = True
    live_waivers: bool = True
    outcomes: bool = True
    promises: bool = True
    acknowledgements: bool = True
    items: bool = True


EVERYTHING: Final = Beside()


async def what_is_beside(unit: Unit, code: str, kind: str) -> Beside:
    """Look at what the tenant has; whoever asks holds the head of the standard.

    Args:
        unit: The tenant's transaction.
        code: The standard.
        kind: The kind of work items about adaptations.
    """
    [row] = await fetch(unit, BESIDE, unit.tenant_id, code, list(LEFT), kind)
    return Beside(**dict(row))
