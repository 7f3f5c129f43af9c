"""Records that are opened and imported are sealed like everything else, and say how many events they have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.records.open_record import OpenRecord, open_record
from core.records.sealing.examine import examine
from core.records.sealing.policy.examining import Held
from core.records.work_record import AddStep, add_record_step
from gateway.wiring import make_services
from tests.core.records.builders import event, mapping, xes_trace
from tests.core.records.conftest import Chain
from tests.core.records.sealing.logbook import Logbook
from tests.support.api import SETTINGS


async def worked_on(chain: Chain) -> Any:
    async with chain.database.unit(chain.scope, clock=chain.clock, directory=chain.directory) as unit:
        record = await open_record(unit, OpenRecord(channel="phone", standard_code="incident-handling"))
    async with chain.database.unit(chain.scope, clock=chain.clock, directory=chain.directory) as unit:
        await add_record_step(unit, AddStep(record_id=record, expected_version=1, key="accepted"))
    return record


async def test_a_record_whose_last_events_are_gone_is_named(chain: Chain, admin: Any) -> None:
    book = Logbook(chain.database, make_services(chain.database, SETTINGS), chain.clock, chain.scope, admin)
    for _ in range(3):
        await worked_on(chain)
    record = await worked_on(chain)
    assert (await examine(admin.fetch, book.log, Held())).findings == []
    undone = admin.transaction()
    await undone.start()
    await admin.execute("DELETE FROM record_events WHERE record_id = $1 AND number = 2", record)
    found = await examine(admin.fetch, book.log, Held())
    await undone.rollback()
    assert [(one.kind.value, one.what, one.id) for one in found.findings] == [("cut_off", "record", record)]
    await book.seal()
    await book.assert_whole()
    assert (await examine(admin.fetch, book.log, Held())).findings == []


async def test_imported_records_are_sealed(chain: Chain, admin: Any, log_of: Callable[..., Path]) -> None:
    book = Logbook(chain.database, make_services(chain.database, SETTINGS), chain.clock, chain.scope, admin)
    at = ("2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z")
    steps = [event("Accepted", at[0]), event("Completed", at[1])]
    path = log_of(*(xes_trace(f"case {number}", steps) for number in range(30)))
    imported = await chain.bring(path, mapping(tenant={"own": True, "first_event": None}))
    assert imported.figures.new == 30
    await book.seal()
    leaves = await book.assert_whole()
    assert [one["kind"] for one in leaves].count("event") == 30
    assert (await examine(admin.fetch, book.log, Held())).findings == []
