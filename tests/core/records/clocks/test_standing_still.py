"""When a record's clocks stand still: while it waits, however the wait ends, and while it counted as resolved."""

from typing import Any

import pytest

from tests.core.records.clocks.test_keeping import Desk, limited
from tests.core.records.conformance.test_keeping import HOUR
from tests.core.records.conftest import Chain
from tests.support.api import Api, Client

SHOWN = (
    "query One($id: ID!) { record(id: $id) { clocks { nodes { kind status usedSeconds"
    " pausedCustomerSeconds pausedPartnerSeconds pausedStaffSeconds } } } }"
)
WHOM = ("CUSTOMER", "PARTNER", "STAFF")


@pytest.fixture
async def desk(bare: Chain) -> Desk:
    """A tenant whose records have eight hours."""
    await bare.publish_content(limited("limited"))
    scope = await bare.tenant("north")
    return Desk(bare, scope, Client(Api.on(bare.database, bare.clock), scope))


async def resolution(desk: Desk, record: Any) -> tuple[int, dict[str, int]]:
    """What was used up of the limit, and what waiting is put down to whom, in hours."""
    await desk.times()
    nodes = (await desk.client.data(SHOWN, id=record["id"]))["record"]["clocks"]["nodes"]
    [found] = [one for one in nodes if one["kind"] == "RESOLUTION"]
    paused = {whom: found[f"paused{whom.title()}Seconds"] // 3600 for whom in WHOM}
    return found["usedSeconds"] // 3600, {whom: hours for whom, hours in paused.items() if hours}


async def worked(desk: Desk) -> Any:
    """A record of which everything but its resolution was done, in the hour of its opening."""
    record = await desk.opened()
    for key in ("look", "mend"):
        record = await desk.does("completeStep", record, key=key)
    desk.clock.advance(HOUR)
    return record


@pytest.mark.parametrize("whom", WHOM)
async def test_a_wait_that_a_resolution_ends_is_put_down_to_whom_it_was_for(desk: Desk, whom: str) -> None:
    record = await worked(desk)
    record = await desk.does("waitForCustomer", record, waitingFor=whom, reasonCode="absent")
    desk.clock.advance(5 * HOUR)
    record = await desk.does("resolveRecord", record)
    desk.clock.advance(HOUR)
    assert await resolution(desk, record) == (1, {whom: 5})
    # Taken up again, the wait stays what it was.
    record = await desk.does("reopenRecord", record, reasonCode="again")
    desk.clock.advance(2 * HOUR)
    record = await desk.does("resolveRecord", record)
    assert await resolution(desk, record) == (3, {whom: 5})


async def test_a_record_that_is_taken_up_again_has_not_used_the_time_in_which_it_was_resolved(desk: Desk) -> None:
    record = await desk.does("resolveRecord", await worked(desk))
    for hours in (2, 3, 4):
        desk.clock.advance(20 * HOUR)
        record = await desk.does("reopenRecord", record, reasonCode="again")
        desk.clock.advance(HOUR)
        record = await desk.does("resolveRecord", record)
        assert await resolution(desk, record) == (hours, {}), "nobody is to blame for what stood still"
        if hours == 3:
            record = await desk.does("closeRecord", record)
