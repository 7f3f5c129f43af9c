"""SQL of customers."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.kernel.direct import NewRow, fetch, write
from core.kernel.unit import Unit

SHARE: Final = "SELECT id, version, erased_at FROM customers WHERE tenant_id = $1 AND id = $2 FOR KEY SHARE"
LOCK: Final = "SELECT id, version, erased_at FROM customers WHERE tenant_id = $1 AND id = $2 FOR UPDATE"
BY_HASH: Final = "SELECT DISTINCT customer_id FROM customer_keys WHERE tenant_id = $1 AND key_hash = ANY($2::text[])"
TIERS: Final = "SELECT id, tier FROM customers WHERE tenant_id = $1 AND id = ANY($2::uuid[]) AND tier IS NOT NULL"
KEYS: Final = """
    SELECT id, kind, key_hash, contact, recorded_at FROM customer_keys
    WHERE tenant_id = $1 AND customer_id = $2 ORDER BY recorded_at, id"""
TAKE: Final = """
    WITH taken AS (
      INSERT INTO customer_keys (tenant_id, network_id, id, customer_id, kind, key_hash, contact, recorded_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, key_hash) DO NOTHING RETURNING customer_id)
    INSERT INTO customers (tenant_id, network_id, id, version, recorded_at, updated_at)
    SELECT $1, $2, customer_id, 1, $8, $8 FROM taken RETURNING id"""
ADD_KEY: Final = """
    INSERT INTO customer_keys (tenant_id, network_id, id, customer_id, kind, key_hash, contact, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, key_hash) DO NOTHING RETURNING id"""
DROP_KEY: Final = """
    DELETE FROM customer_keys WHERE tenant_id = $1 AND customer_id = $2 AND key_hash = $3 RETURNING id"""
DROP_KEYS: Final = "DELETE FROM customer_keys WHERE tenant_id = $1 AND customer_id = $2 RETURNING id"
BLANK: Final = """
    UPDATE customers SET name = NULL, address = NULL, tier = NULL,
      erased_at = $3, updated_at = $4, version = version + 1
    WHERE tenant_id = $1 AND id = $2"""


async def customer_shared(unit: Unit, customer_id: UUID) -> Mapping[str, Any] | None:
    """Read a customer and keep that person from being erased until the unit ends."""
    rows = await fetch(unit, SHARE, unit.tenant_id, customer_id)
    return rows[0] if rows else None


async def lock_customer(unit: Unit, customer_id: UUID) -> Mapping[str, Any] | None:
    """Read a customer and let nobody else change or name them until the unit ends."""
    rows = await fetch(unit, LOCK, unit.tenant_id, customer_id)
    return rows[0] if rows else None


async def customers_called(unit: Unit, hashes: Sequence[str]) -> list[UUID]:
    """Find the customers that contacts lead to, by their keyed hashes."""
    return [row["customer_id"] for row in await fetch(unit, BY_HASH, unit.tenant_id, list(hashes))]


async def tiers_of(unit: Unit, ids: Collection[UUID]) -> dict[UUID, str]:
    """Read the tiers of customers; who has none is left out."""
    return {row["id"]: row["tier"] for row in await fetch(unit, TIERS, unit.tenant_id, list(ids))}


async def add_customer(unit: Unit, customer_id: UUID, columns: Mapping[str, Any], at: datetime) -> None:
    """Write a customer."""
    owner = {"tenant_id": unit.tenant_id, "network_id": unit.network_id, "id": customer_id}
    said = {**owner, **columns, "version": 1, "recorded_at": at, "updated_at": at}
    await write(unit, NewRow("customers", said))


async def take_contact(unit: Unit, key: Sequence[Any]) -> bool:
    """Write a customer with the first contact, unless it leads to somebody already; tell whether that was done.

    Args:
        unit: The transaction.
        key: Id of the row, customer, kind, keyed hash, contact as ciphertext, and when.
    """
    return bool(await fetch(unit, TAKE, unit.tenant_id, unit.network_id, *key))


async def add_contact(unit: Unit, key: Sequence[Any]) -> bool:
    """Add a contact to a customer, unless it leads to somebody already; tell whether that was done."""
    return bool(await fetch(unit, ADD_KEY, unit.tenant_id, unit.network_id, *key))


async def drop_contact(unit: Unit, customer_id: UUID, key_hash: str) -> bool:
    """Take a contact from a customer; tell whether it was theirs."""
    return bool(await fetch(unit, DROP_KEY, unit.tenant_id, customer_id, key_hash))


async def contacts_of(unit: Unit, customer_id: UUID) -> list[Any]:
    """Read the contacts of a customer, the oldest first."""
    return await fetch(unit, KEYS, unit.tenant_id, customer_id)


async def change_columns(unit: Unit, customer_id: UUID, columns: Mapping[str, Any], at: datetime) -> None:
    """Change columns of a customer."""
    said = {**columns, "updated_at": at}
    names = ", ".join(f"{name} = ${place}" for place, name in enumerate(said, 3))
    sql = f"UPDATE customers SET {names}, version = version + 1 WHERE tenant_id = $1 AND id = $2"  # noqa: S608 - names of this feature alone
    await fetch(unit, sql, unit.tenant_id, customer_id, *said.values())


async def blank(unit: Unit, customer_id: UUID, erased_at: datetime, written: datetime) -> None:
    """Take everything personal out of a customer's rows."""
    await fetch(unit, DROP_KEYS, unit.tenant_id, customer_id)
    await fetch(unit, BLANK, unit.tenant_id, customer_id, erased_at, written)
