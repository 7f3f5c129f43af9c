"""All that bears on a standard in one tenant, in a few figures: while they are the same, so is what it folds to.

Rows that bear on a standard never change but for the end of being known. Those of units above are told apart by figures
made of the ids of all that are known; those of the tenant itself by the revision under which every writer changes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit

BEARING: Final = """
    SELECT asked.code,
      (SELECT ARRAY[count(*), bit_xor(uuid_hash_extended(id, 0)), bit_xor(uuid_hash_extended(id, 1))]
        FROM published_overlays
        WHERE network_id = $1 AND code = asked.code AND owner_tenant_id = ANY($5::uuid[]) AND recorded_to IS NULL
      ) AS above,
      (SELECT ARRAY[count(*), bit_xor(uuid_hash_extended(id, 0)), bit_xor(uuid_hash_extended(id, 1))]
        FROM rollout_stages
        WHERE network_id = $1 AND code = asked.code AND owner_tenant_id = ANY($5::uuid[]) AND recorded_to IS NULL
      ) AS stages,
      (SELECT revision FROM standard_heads WHERE tenant_id = $2 AND code = asked.code) AS own,
      EXISTS(SELECT FROM effective_documents WHERE tenant_id = $2 AND hash = asked.hash) AS kept
    FROM unnest($3::text[], $4::text[]) AS asked (code, hash)
"""


Mark = tuple[int, int | None, int | None]
"""How many rows there are, and two figures of 64 bits each that are made of all their ids."""


@dataclass(frozen=True, slots=True)
class Bearing:
    """All that bears on one standard in one tenant, in a few figures.

    Attributes:
        lineage: The tenant and all above it, root first.
        above: Of what units of the lineage published, as known now.
        stages: Of where the waves of rollouts stand, as known now; which wave the tenant is in never changes.
        own: The revision that every change of the tenant's own adaptations, waivers and adoptions raises.
    """

    lineage: tuple[UUID, ...]
    above: Mark
    stages: Mark
    own: int


async def bearing_on(unit: Unit, hashes: Mapping[str, str], lineage: Sequence[UUID]) -> dict[str, tuple[Bearing, bool]]:
    """Tell what bears on some standards, by code, and whether the document of the hash given is kept."""
    asked = (list(hashes), list(hashes.values()))
    rows = await fetch(unit, BEARING, unit.network_id, unit.tenant_id, *asked, list(lineage))
    return {row["code"]: (bearing_of(row, lineage), row["kept"]) for row in rows}


def bearing_of(row: Mapping[str, Any], lineage: Sequence[UUID]) -> Bearing:
    """Give what bears on a standard."""
    above, stages = (cast("Mark", tuple(row[name])) for name in ("above", "stages"))
    return Bearing(tuple(lineage), above, stages, row["own"] or 0)
