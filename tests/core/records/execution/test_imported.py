"""What an import keeps of a record is what the fold of its one event says, and work goes on behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.records.execution.act import act
from core.records.execution.commands import Reopen
from core.records.execution.rebuild import check_tenant, rebuild_record
from tests.core.records.builders import event, mapping, xes_trace
from tests.core.records.conftest import Chain

FIRST, THEN, LAST = "2026-03-01T10:00:00Z", "2026-03-01T11:00:00+02:00", "2026-03-02T09:00:00.250Z"


async def checked(unit: Any) -> list[Any]:
    return [one async for one in check_tenant(unit)]


async def test_imported_rows_are_the_fold_of_their_event(chain: Chain, log_of: Callable[..., Path], admin: Any) -> None:
    steps = [
        event("Accepted", FIRST, who="Ann", status="新"),
        event("Accepted", THEN, who="Robot"),
        event("Completed", LAST, status="closed"),
    ]
    path = log_of(xes_trace("one", steps), xes_trace("two", steps[:1]))
    own = mapping(tenant={"own": True, "first_event": None})
    done = await chain.bring(path, own)
    assert done.figures.new == 2
    async with chain.database.unit(chain.scope, clock=chain.clock) as unit:
        assert await checked(unit) == []
        closed = await admin.fetchval(
            "SELECT id FROM records WHERE tenant_id = $1 AND status = 'closed'", unit.tenant_id
        )
        assert not await rebuild_record(unit, closed)
        await act(unit, closed, 1, Reopen(reason_code="not_solved"))
    async with chain.database.unit(chain.scope, clock=chain.clock) as unit:
        assert await checked(unit) == []
    row = await admin.fetchrow("SELECT status, version, resolved_at, reopened_count FROM records WHERE id = $1", closed)
    assert tuple(row) == ("open", 2, None, 1)
