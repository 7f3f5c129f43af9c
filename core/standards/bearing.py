"""All that bears on a standard in one tenant, in a few figures: while they are the same, so is what it folds to.

Rows that bear on a standard never change but for the end of being known. Those of units above are told apart by figures
made of the ids of all that are known; those of the tenant itself by the revision under which every writer changes them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from uuid import UUID

from core.kernel.conditions import Condition
from core.kernel.direct import fetch
from core.kernel.frozen import frozen
from core.kernel.unit import Acting, Unit

FIGURES: Final = "SELECT ARRAY[count(*), bit_xor(uuid_hash_extended(id, 0)), bit_xor(uuid_hash_extended(id, 1))]"
PARTS: Final = {
    "above": f"""({FIGURES} FROM published_overlays
        WHERE network_id = $1 AND code = {{code}}
          AND owner_tenant_id = ANY({{lineage}}::uuid[]) AND recorded_to IS NULL)""",
    "stages": f"""({FIGURES} FROM rollout_stages
        WHERE network_id = $1 AND code = {{code}}
          AND owner_tenant_id = ANY({{lineage}}::uuid[]) AND recorded_to IS NULL)""",
    "own": "coalesce((SELECT revision FROM standard_heads WHERE tenant_id = $2 AND code = {code}), 0)",
    "kept": "EXISTS(SELECT FROM effective_documents WHERE tenant_id = $2 AND hash = {hash})",
}
"""What is asked of one standard: figures of all that bears on it, and whether a document is kept."""
BEARING: Final = (
    "SELECT asked.code, "  # noqa: S608 - texts of this module alone
    + ", ".join(
        f"{sql.format(code='asked.code', hash='asked.hash', lineage='$5')} AS {name}" for name, sql in PARTS.items()
    )
    + " FROM unnest($3::text[], $4::text[]) AS asked (code, hash)"
)
REMEMBERED: Final = {"above": " = $5::bigint[]", "stages": " = $6::bigint[]", "own": " = $7"}
STILL_BEARS: Final = " AND ".join(
    PARTS[name].format(code="$3", lineage="$4") + figures for name, figures in REMEMBERED.items()
)
STILL_KEPT: Final = f"{STILL_BEARS} AND {PARTS['kept'].format(hash='$8')}"


Mark = tuple[int, int | None, int | None]
"""How many rows there are, and two figures of 64 bits each that are made of all their ids."""


@frozen
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


def still_bears(acting: Acting, code: str, bears: Bearing, hash_: str | None = None) -> Condition:
    """Give the condition that nothing else bears on a standard now, and that a document is kept where one is named."""
    asked = (acting.network_id, acting.tenant_id, code, list(bears.lineage))
    values = (*asked, list(bears.above), list(bears.stages), bears.own)
    return Condition(STILL_BEARS, values) if hash_ is None else Condition(STILL_KEPT, (*values, hash_))


async def bearing_on(unit: Unit, hashes: Mapping[str, str], lineage: Sequence[UUID]) -> dict[str, tuple[Bearing, bool]]:
    """Tell what bears on some standards, by code, and whether the document of the hash given is kept."""
    asked = (list(hashes), list(hashes.values()))
    rows = await fetch(unit, BEARING, unit.network_id, unit.tenant_id, *asked, list(lineage))
    return {row["code"]: (bearing_of(row, lineage), row["kept"]) for row in rows}


def bearing_of(row: Mapping[str, Any], lineage: Sequence[UUID]) -> Bearing:
    """Give what bears on a standard."""
    above, stages = (cast("Mark", tuple(row[name])) for name in ("above", "stages"))
    return Bearing(tuple(lineage), above, stages, row["own"])
