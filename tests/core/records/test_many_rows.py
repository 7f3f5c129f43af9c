"""Many rows that are added or changed by one statement keep their values apart, whatever differs between them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.kernel.clock import SetClock
from core.kernel.columns import Columns
from core.kernel.database import Database
from core.kernel.unit import Unit
from core.records.many_rows import Row, adding, changing, write_added, write_rows
from tests.core.records.conftest import Chain

MADE = text(
    "CREATE TEMPORARY TABLE kept_rows (tenant_id uuid, network_id uuid, id uuid, record_id uuid, detail text, "
    "count integer, since timestamptz, PRIMARY KEY (tenant_id, id)) ON COMMIT DROP"
)
READ = text("SELECT id, record_id, detail, count, since FROM kept_rows WHERE tenant_id = :tenant ORDER BY id")
KEPT = Columns(kinds={"id": "uuid", "record_id": "uuid", "detail": "text", "count": "integer", "since": "timestamptz"})
ADD, CHANGE = adding("kept_rows", KEPT), changing("kept_rows", KEPT)
SINCE = datetime(2026, 11, 22, tzinfo=UTC)


def row(number: int) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "record_id": uuid4(),
        "detail": f'detail {number}, "quoted" {{{number}}}',
        "count": number if number % 3 else None,
        "since": SINCE + timedelta(hours=number),
    }


async def kept(unit: Unit) -> list[dict[str, Any]]:
    found = await unit.session.execute(READ, {"tenant": unit.tenant_id})
    return [dict(one) for one in found.mappings()]


def in_order(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return sorted((dict(one) for one in rows), key=lambda one: one["id"])


@pytest.mark.parametrize("count", [1, 2, 40])
async def test_each_row_keeps_its_own_values(count: int, chain: Chain, database: Database, clock: SetClock) -> None:
    rows = [row(number) for number in range(count)]
    async with database.unit(await chain.tenant("north"), clock=clock) as unit:
        await unit.session.execute(MADE)
        await write_added(unit, KEPT, ADD, rows)
        assert await kept(unit) == in_order(rows)


async def test_changes_find_their_rows_and_leave_the_others(chain: Chain, database: Database, clock: SetClock) -> None:
    rows = [row(number) for number in range(20)]
    other = [one | {"detail": f"changed {one['detail']}", "count": 7, "since": SINCE} for one in rows[::2]]
    Random(1).shuffle(other)
    fresh = [row(number) for number in range(100, 105)]
    async with database.unit(await chain.tenant("north"), clock=clock) as unit:
        await unit.session.execute(MADE)
        await write_added(unit, KEPT, ADD, rows)
        await write_rows(unit, KEPT, ADD, CHANGE, fresh=fresh, changed=other)
        assert await kept(unit) == in_order([*rows[1::2], *other, *fresh])


async def test_what_is_there_stays_as_it_is(chain: Chain, database: Database, clock: SetClock) -> None:
    rows = [row(number) for number in range(5)]
    async with database.unit(await chain.tenant("north"), clock=clock) as unit:
        await unit.session.execute(MADE)
        await write_added(unit, KEPT, ADD, rows)
        await write_added(unit, KEPT, ADD, [one | {"detail": "another"} for one in rows])
        assert await kept(unit) == in_order(rows)
