"""What is over is removed, and nothing that is held, open or not sealed; hashes stay, and the act that removed it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from core.kernel.canonical import instant_text
from core.kernel.graphql.ids import global_id
from core.kernel.unit import Unit
from core.records.clocks.keep import refresh_clocks
from core.records.execution.rebuild import check_record
from core.records.privacy.registry import FORGETTING, Forgotten, forgets
from core.records.privacy.topics import RETAIN, RETAIN_NETWORK
from tests.core.records.customers.serving import neighbour, own
from tests.core.records.privacy.keeping import Keeper

BASIS = {"reasonCode": "lawsuit", "legalBasis": "order 4711"}
SHOWN = """query One($id: ID!) { record(id: $id) { removal { retentionKey days events }
  legalHolds { nodes { reasonCode legalBasis until subject } } events { nodes { facts note } } } }"""
Wrong = tuple[dict[str, Any], str]
FORGOTTEN: list[Forgotten] = []
BREAKS: list[bool] = []


class Killed(Exception):  # noqa: N818 - it is no error
    """A run that ends in the middle."""


@pytest.fixture
def watched() -> Iterator[None]:
    """A feature that keeps something about records, and whose process may die."""
    FORGOTTEN.clear()

    @forgets("test.terms")
    async def drop(unit: Unit, forgotten: Forgotten) -> None:
        assert unit.session.in_transaction()
        if BREAKS:
            BREAKS.clear()
            raise Killed
        FORGOTTEN.append(forgotten)

    yield
    del FORGETTING["test.terms"]


async def set_class(keeper: Keeper, key: str, days: int, **said: Any) -> Any:
    headquarters = neighbour(keeper, keeper.shop.chain.scope)
    told: dict[str, Any] = {"key": key, "days": days, "leastDays": 10, "mostDays": 1000, "version": 0, **said}
    return await headquarters.change("setRetentionClass", "retentionClass { id key version }", **told)


async def shown(keeper: Keeper, record: Any) -> Any:
    return (await keeper.client.data(SHOWN, id=record["id"]))["record"]


async def held(keeper: Keeper, **said: Any) -> Any:
    done = await keeper.client.change("placeLegalHold", "legalHold { id until }", **{**BASIS, **said})
    assert done["__typename"] == "PlaceLegalHoldSuccess", done
    return done["legalHold"]


@pytest.mark.usefixtures("watched")
async def test_what_is_over_is_removed_and_what_is_held_stays(keeper: Keeper) -> None:
    await set_class(keeper, "ordinary", 30)
    await set_class(keeper, "complaint", 300, serviceTypes=["complaint"])
    over = await keeper.closed("over")
    complaint = await keeper.closed("complaint", serviceType="complaint")
    kept = await keeper.closed("held")
    eva = await keeper.registered(name="Eva")
    hers = await keeper.closed("hers", customer=eva["id"])
    still_open = await keeper.opened("open")
    checkpoint = await keeper.seal()
    unsealed = await keeper.closed("unsealed")
    await held(keeper, record=kept["id"])
    hold = await held(keeper, customer=eva["id"])
    assert (await shown(keeper, kept))["legalHolds"]["nodes"][0]["reasonCode"] == "lawsuit"
    keeper.wait(days=29)
    await keeper.work(RETAIN)
    assert await keeper.rows("SELECT FROM record_removals WHERE tenant_id = $1") == []
    keeper.wait(days=2)
    BREAKS.append(True)
    with pytest.raises(Killed):
        await keeper.work(RETAIN)
    assert await keeper.rows("SELECT FROM event_tombstones WHERE tenant_id = $1") == []
    for _ in range(2):
        await keeper.work(RETAIN)
        gone = await keeper.rows("SELECT id FROM record_removals WHERE tenant_id = $1")
        assert [row["id"] for row in gone] == [own("Record", over["id"])]
    assert [(one.customer_id, list(one.record_ids)) for one in FORGOTTEN] == [(None, [own("Record", over["id"])])]
    told = await shown(keeper, over)
    assert told["removal"] == {"retentionKey": "ordinary", "days": 30, "events": 8}
    assert told["events"]["nodes"] == [{"facts": None, "note": None}] * 8
    for record in (complaint, kept, hers, still_open, unsealed):
        assert (await shown(keeper, record))["events"]["nodes"][0]["facts"]["channel"] == "phone"
    assert (await keeper.examined(checkpoint)).findings == []
    # Held no more, and sealed meanwhile, the others follow.
    done = await keeper.client.change("liftLegalHold", "legalHold { liftedAt }", hold=hold["id"], reasonCode="settled")
    assert done["legalHold"]["liftedAt"]
    again = await keeper.client.change("liftLegalHold", "legalHold { id }", hold=hold["id"], reasonCode="settled")
    assert again["code"] == "privacy.hold_lifted"
    checkpoint = await keeper.seal()
    keeper.wait(days=300)
    await keeper.work(RETAIN)
    rows = await keeper.rows("SELECT id, retention_key FROM record_removals WHERE tenant_id = $1")
    by_hold = {own("Record", one["id"]) for one in (over, complaint, hers, unsealed)}
    assert {row["id"] for row in rows} == by_hold
    assert (await keeper.examined(checkpoint)).findings == []
    await keeper.seal()
    assert (await keeper.examined(checkpoint)).findings == []
    # What is removed is worked on by nobody, is no difference, and is no concern of clocks.
    said: dict[str, Any] = {"record": over["id"], "version": 8, "reasonCode": "again"}
    refused = await keeper.client.change("reopenRecord", "record { id }", **said)
    assert refused["code"] == "records.content_removed"
    over_id = own("Record", over["id"])
    assert await keeper.shop.run(lambda unit: check_record(unit, over_id)) == ()
    await keeper.shop.run(lambda unit: refresh_clocks(unit, [over_id]))


async def test_a_hold_refuses_erasure_and_says_until_when(keeper: Keeper) -> None:
    eva = await keeper.registered(name="Eva")
    record = await keeper.opened("a", customer=eva["id"])
    end = keeper.shop.chain.clock.now() + timedelta(hours=1)
    hold = await held(keeper, record=record["id"], until=end.isoformat())
    before = await keeper.shop.digest()
    refused = await keeper.erase(eva)
    assert refused["code"] == "privacy.under_legal_hold"
    assert "lawsuit" in refused["message"]
    assert instant_text(end) in refused["message"]
    holds: tuple[Wrong, ...] = (
        ({"record": record["id"]}, "privacy.already_held"),
        ({"record": record["id"], "customer": eva["id"]}, "kernel.invalid_input"),
        ({"record": record["id"], "until": "2001-01-01T00:00:00Z"}, "kernel.invalid_input"),
        ({"customer": global_id("Customer", UUID(int=7))}, "kernel.not_found"),
    )
    for said, code in holds:
        assert (await keeper.client.change("placeLegalHold", "legalHold { id }", **{**BASIS, **said}))["code"] == code
    south = neighbour(keeper, await keeper.shop.chain.tenant("south"))
    theirs = await south.change("liftLegalHold", "legalHold { id }", hold=hold["id"], reasonCode="settled")
    assert theirs["code"] == "kernel.not_found"
    assert (await south.change("placeLegalHold", "legalHold { id }", record=record["id"], **BASIS))["code"] == theirs[
        "code"
    ]
    assert await keeper.shop.digest() == before
    keeper.wait(hours=2)
    assert (await keeper.erase(eva))["__typename"] == "EraseCustomerSuccess"
    late = await keeper.client.change("placeLegalHold", "legalHold { id }", customer=eva["id"], **BASIS)
    assert late["code"] == "customers.erased"


async def test_a_tenant_chooses_within_the_bounds_of_the_network(keeper: Keeper) -> None:
    assert (await keeper.client.change("chooseRetention", "retentionChoice { id }", key="ordinary", version=0))[
        "code"
    ] == "kernel.not_found"
    done = await set_class(keeper, "ordinary", 100)
    assert done["retentionClass"]["version"] == 1
    classes: tuple[Wrong, ...] = (
        ({"key": "ordinary", "days": 100}, "kernel.stale_edit"),
        ({"key": "brief", "days": 5, "serviceTypes": ["a"]}, "kernel.invalid_input"),
        ({"key": "brief", "days": 50}, "kernel.invalid_input"),
        ({"key": "ordinary", "days": 50, "serviceTypes": ["a"]}, "kernel.invalid_input"),
    )
    for said, code in classes:
        assert (await set_class(keeper, **said))["code"] == code
    await set_class(keeper, "complaint", 50, serviceTypes=["complaint"])
    assert (await set_class(keeper, "other", 50, serviceTypes=["complaint"]))["code"] == "kernel.invalid_input"
    for days, version, code in (
        (9, 0, "privacy.retention_out_of_bounds"),
        (1001, 0, "privacy.retention_out_of_bounds"),
        (50, 3, "kernel.stale_edit"),
    ):
        told: dict[str, Any] = {"key": "ordinary", "days": days, "version": version}
        assert (await keeper.client.change("chooseRetention", "retentionChoice { id }", **told))["code"] == code
    told = {"key": "ordinary", "days": 20, "version": 0}
    assert (await keeper.client.change("chooseRetention", "retentionChoice { days }", **told))["retentionChoice"][
        "days"
    ] == 20
    await keeper.closed("a")
    await keeper.seal()
    keeper.wait(days=21)
    # What headquarters asks for by now goes before what was chosen.
    await set_class(keeper, "ordinary", 100, version=1, leastDays=40)
    await keeper.work(RETAIN)
    assert await keeper.rows("SELECT FROM record_removals WHERE tenant_id = $1") == []
    keeper.wait(days=20)
    headquarters = keeper.shop.chain.scope
    await keeper.work(RETAIN_NETWORK, scope=headquarters)
    timer = await keeper.shop.admin.fetchval(
        "SELECT due_at FROM timers WHERE tenant_id = $1 AND kind = $2", headquarters.tenant_id, RETAIN_NETWORK
    )
    assert timer - keeper.shop.chain.clock.now() == timedelta(days=1)
    targets = await keeper.shop.admin.fetch(
        "SELECT target_tenant_id FROM outbox WHERE tenant_id = $1 AND topic = $2", headquarters.tenant_id, RETAIN
    )
    assert {row["target_tenant_id"] for row in targets} == {headquarters.tenant_id, keeper.scope.tenant_id}
    await keeper.work(RETAIN, sender=headquarters.tenant_id)
    assert len(await keeper.sent(RETAIN)) == 1
    await keeper.work(RETAIN)
    (removal,) = await keeper.rows("SELECT days FROM record_removals WHERE tenant_id = $1")
    assert removal["days"] == 40


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_events SET sealed = NULL",
        "DELETE FROM event_tombstones",
        "INSERT INTO event_tombstones SELECT tenant_id, network_id, id, hash, NULL, id FROM record_events",
        "SELECT bury_events('{record}', '{act}', true, NULL)",
        "SELECT bury_events('{record}', '{old}', true, NULL)",
    ],
)
async def test_the_application_removes_nothing_without_an_act_that_is_sealed(keeper: Keeper, statement: str) -> None:
    record = await keeper.closed("a")
    await keeper.seal()
    id_ = own("Record", record["id"])
    old = await keeper.rows("SELECT id FROM audit_entries WHERE tenant_id = $1 LIMIT 1")
    told = statement.format(record=id_, act=UUID(int=7), old=old[0]["id"] if old else UUID(int=8))

    async def attack(unit: Unit) -> None:
        await (await unit.session.connection()).exec_driver_sql(told)

    with pytest.raises(DBAPIError, match=r"permission denied|by an act of the same transaction"):
        await keeper.shop.run(attack)
