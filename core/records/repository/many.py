"""SQL of records that are opened together: their keys and what is there already, each in one statement."""

from collections.abc import Collection, Mapping
from uuid import UUID

from core.kernel.direct import fetch
from core.kernel.unit import Unit

NAME_CUSTOMERS = """
    UPDATE records r SET customer_id = given.customer_id
    FROM unnest($2::uuid[], $3::uuid[]) AS given (id, customer_id) WHERE r.tenant_id = $1 AND r.id = given.id"""
TAKE = """
    INSERT INTO record_keys (tenant_id, network_id, channel, external_id, record_id)
    SELECT $1, $2, given.* FROM unnest($3::text[], $4::text[], $5::uuid[]) AS given
    ON CONFLICT (tenant_id, channel, external_id) DO NOTHING RETURNING record_id"""
FIND = """
    SELECT asked.channel, asked.external_id, held.record_id
    FROM unnest($2::text[], $3::text[]) AS asked (channel, external_id)
    CROSS JOIN LATERAL (
      SELECT k.record_id FROM record_keys k
      WHERE k.tenant_id = $1 AND k.channel = asked.channel AND k.external_id = asked.external_id LIMIT 1) held"""
"""Each name is looked up by itself: joined, it would be compared with every name of a tenant unknown to statistics."""
STANDARDS = "SELECT id, standard_code FROM records WHERE tenant_id = $1 AND id = ANY($2::uuid[])"


async def take_keys(unit: Unit, wanted: Mapping[tuple[str, str], UUID]) -> dict[tuple[str, str], UUID]:
    """Take keys for records, unless other records have them; in a fixed order, so that nobody waits in a circle.

    Args:
        unit: The transaction.
        wanted: The id of the record that is to have each (channel, external id).

    Returns:
        The id of the record that has each key now.
    """
    keys = sorted(wanted)
    if not keys:
        return {}
    channels, names, ids = [key[0] for key in keys], [key[1] for key in keys], [wanted[key] for key in keys]
    taken = {row["record_id"] for row in await fetch(unit, TAKE, unit.tenant_id, unit.network_id, channels, names, ids)}
    others = [key for key in keys if wanted[key] not in taken]
    if not others:
        return dict(wanted)
    found = await fetch(unit, FIND, unit.tenant_id, [key[0] for key in others], [key[1] for key in others])
    return {**wanted, **{(row["channel"], row["external_id"]): row["record_id"] for row in found}}


async def find_standards(unit: Unit, ids: Collection[UUID]) -> dict[UUID, str]:
    """Read the standards that records are executed under."""
    if not ids:
        return {}
    return {row["id"]: row["standard_code"] for row in await fetch(unit, STANDARDS, unit.tenant_id, list(ids))}


async def name_customers(unit: Unit, customers: Mapping[UUID, UUID]) -> None:
    """Say whom records are about that were written in this transaction."""
    await fetch(unit, NAME_CUSTOMERS, unit.tenant_id, list(customers), list(customers.values()))
