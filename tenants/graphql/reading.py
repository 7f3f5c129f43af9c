"""How columns of this room read that are not shown as they stand: texts, ids of people, lists and sealed names."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.kernel.crypto import MasterKeys, Place
from core.kernel.key_ring import KeyIsErased, KeyRing
from core.kernel.reads import Expression, Hole, Splicing
from tenants.accounts.credentials import ClientId


def as_text(column: str) -> Expression:
    """Read the id of a person or service account, which is no object of the API, as text."""
    return Expression(lambda table: sa.cast(table.c[column], sa.Text()))


def list_of(column: str) -> Hole:
    """Read a JSON column that is a list of names."""

    async def fill(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        return [list(row[column]) for row in rows]

    return Hole((column,), fill, alone=True)


def opened(table: str, column: str, bound_to: str) -> Hole:
    """Open a sealed text; empty where there is none, and where the person was erased.

    Args:
        table: The table it stands in.
        column: The column.
        bound_to: The column whose id the text was sealed for.
    """

    async def fill(splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
        ring = KeyRing(splicing.unit, splicing.services.get(MasterKeys))
        return [await readable(ring, row[column], Place(table, column, row[bound_to])) for row in rows]

    return Hole((column, bound_to), fill)


async def readable(ring: KeyRing, sealed: bytes | None, place: Place) -> str | None:
    """Open one sealed text."""
    if sealed is None:
        return None
    try:
        return await ring.open(sealed, place)
    except KeyIsErased:
        return None


async def client_ids(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Write the client id of each account."""
    named = [(row["network_id"], row["tenant_id"], row["id"]) for row in rows]
    return [ClientId(network_id=one, tenant_id=two, account_id=three).write() for one, two, three in named]


CLIENT_ID = Hole(("network_id", "tenant_id", "id"), client_ids, alone=True)
