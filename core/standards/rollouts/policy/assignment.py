"""Who is in which wave: the same for the same plan and the same units, in whatever order they are given.

Units that are named are in the wave that names them. Of the others, those at or below a region of the plan are in the
first wave that gives it. Percentages are of all that are left then: sorted by a hash of rollout and unit, the first
wave takes the first part, the next one the next, each rounded up. Everybody else is in the rest.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from core.kernel.frozen import frozen
from core.standards.rollouts.vocabulary import WaveKind


@frozen(kw_only=True)
class Share:
    """Who is in a wave.

    Attributes:
        wave_id: The wave.
        kind: How it is said.
        tenants: The units named, or the regions.
        percentage: From 1 to 100, for a percentage.
    """

    wave_id: UUID
    kind: WaveKind
    tenants: frozenset[UUID] = frozenset()
    percentage: int = 0


def assign(
    shares: Sequence[Share], units: Collection[UUID], below: Mapping[UUID, Collection[UUID]], salt: UUID
) -> dict[UUID, UUID]:
    """Put units into waves.

    Args:
        shares: The waves in their order; the last is the rest.
        units: All units below the publisher.
        below: The units at or below each region of the plan.
        salt: The rollout, so that not every rollout begins with the same units.

    Returns:
        The wave by the unit, of every unit.
    """
    found = {one: share.wave_id for share in shares if share.kind is WaveKind.TENANTS for one in share.tenants}
    for share in shares:
        if share.kind is WaveKind.REGIONS:
            for region in sorted(share.tenants):
                found.update({one: share.wave_id for one in below[region] if one not in found})
    left = sorted((one for one in units if one not in found), key=lambda one: (place(salt, one), one))
    total, taken = 0, 0
    for share in shares:
        if share.kind is WaveKind.PERCENTAGE:
            total += share.percentage
            until = -(-len(left) * total // 100)
            found.update(dict.fromkeys(left[taken:until], share.wave_id))
            taken = until
    rest = shares[-1].wave_id
    return {one: found.get(one, rest) for one in units}


def place(salt: UUID, unit: UUID) -> bytes:
    """Give a unit's stable place among those that percentages are taken of."""
    return sha256(salt.bytes + unit.bytes).digest()
