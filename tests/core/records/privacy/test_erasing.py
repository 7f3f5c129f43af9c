"""Who is erased cannot be read by anybody, and every proof stays valid."""

from typing import Any
from uuid import UUID

import pytest

from core.kernel.graphql.ids import global_id
from core.records.execution.rebuild import check_record
from core.records.privacy.erasure_files import ErasuresAreUnreadable, first_line, line_of, read_lines
from core.records.privacy.topics import FORGET
from core.records.sealing.policy.notes import VerifyingKey
from core.records.sealing.policy.proof_files import prove
from core.records.sealing.prove import prove_inclusion
from gateway.cli.operator import Operator
from gateway.cli.privacy import all_erasures, replayed
from tests.core.records.customers.serving import CUSTOMER, neighbour, own
from tests.core.records.privacy.keeping import Keeper
from tests.support.api import SETTINGS, Client
from tests.support.repeating import killed_and_repeated

MARK = "Zinnober"
PHONE = {"channel": "phone", "address": "+49 30 104729"}


async def known(keeper: Keeper) -> tuple[Any, Any]:
    """A customer with a record, one note of which was written before the record knew the customer."""
    eva = await keeper.registered(name=f"Eva {MARK}", address=MARK, contacts=[PHONE])
    record = await keeper.opened("a")
    record = await keeper.noted(record, f"{MARK} is not known.")
    record = await keeper.does(
        "addRecordContact", record, type_="AddContactInput", channel="phone", customer=eva["id"], note=f"{MARK} called."
    )
    return eva, record


async def test_an_erasure_leaves_every_proof_valid_and_nothing_to_read(keeper: Keeper) -> None:
    eva, record = await known(keeper)
    before = await keeper.seal()
    done = await keeper.erase(eva)
    assert (done["customer"]["name"], done["customer"]["version"]) == (None, 2)
    assert done["customer"]["erasedAt"]
    # Erased, the person is not found, and nothing about that person can be opened; the record still goes on.
    assert await keeper.notes(record) == [None, None, None]
    told = await keeper.client.data(f'{{ customers(contact: "+4930104729") {{ {CUSTOMER} }} }}')
    assert told["customers"] == []
    left = await keeper.read(eva)
    assert (left["name"], left["address"], left["contacts"]["nodes"]) == (None, None, [])
    assert len(left["records"]["nodes"]) == 1
    assert (await keeper.examined(before)).findings == []
    after = await keeper.seal()
    for checkpoint in (before, after):
        assert (await keeper.examined(checkpoint)).findings == []
    record_id = own("Record", record["id"])
    assert await keeper.shop.run(lambda unit: check_record(unit, record_id)) == ()
    acts = await keeper.rows(
        "SELECT action, details FROM audit_entries WHERE tenant_id = $1 AND action LIKE 'privacy.%'"
    )
    assert [one["action"] for one in acts] == ["privacy.erase", "privacy.remove_texts"]
    public = await keeper.shop.admin.fetchval(
        "SELECT public_key FROM signing_keys WHERE tenant_id = $1", keeper.scope.tenant_id
    )
    for event in await keeper.shop.events(record_id):
        proven = await keeper.shop.run(lambda unit, id_=event["id"]: prove_inclusion(unit, id_))
        assert prove(proven.file.text, VerifyingKey(keeper.log.origin, public)).facts["id"] == str(event["id"])
    step = await keeper.does("startStep", record, key="intake", readiness=["tools"])
    said = {"record": step["id"], "version": step["version"], "reasonCode": "absent", "reason": f"{MARK} is out."}
    refused = await keeper.client.change("waitForCustomer", "record { id }", type_="WaitForInput", **said)
    assert refused["code"] == "customers.erased"
    said.pop("reason")
    waits = await keeper.client.change("waitForCustomer", "record { id }", type_="WaitForInput", **said)
    assert waits["__typename"] == "WaitForCustomerSuccess"
    # Whoever comes again is a new customer.
    again = await keeper.opened("b", customerContact=PHONE)
    assert again["customer"]["id"] != eva["id"]
    for wrong, code in (({"version": 2}, "customers.erased"), ({"version": 1}, "customers.erased")):
        assert (await keeper.erase(eva, **wrong))["code"] == code


@killed_and_repeated("privacy.forget")
async def test_texts_under_other_keys_are_removed_as_soon_as_they_are_sealed(keeper: Keeper) -> None:
    eva, record = await known(keeper)
    await keeper.erase(eva)
    assert f"{MARK} is not known." in await keeper.notes(record)
    (sent,) = await keeper.sent(FORGET)
    payload: dict[str, Any] = {"customer_id": str(own("Customer", eva["id"])), "after": str(UUID(int=0))}
    checkpoint = await keeper.seal()
    for _ in range(2):  # Run twice, it does as much as once.
        await keeper.work(FORGET, **payload)
        assert await keeper.notes(record) == [None, None, None]
    assert sent["due_at"] > keeper.shop.chain.clock.now()
    assert len(await keeper.sent(FORGET)) == 1
    assert len(await keeper.rows("SELECT FROM event_tombstones WHERE tenant_id = $1")) == 1
    await keeper.seal()
    assert (await keeper.examined(checkpoint)).findings == []


async def test_what_is_refused_changes_nothing(keeper: Keeper) -> None:
    eva, _ = await known(keeper)
    before = await keeper.shop.digest()
    south = neighbour(keeper, await keeper.shop.chain.tenant("south"))
    told: dict[str, Any] = {"customer": eva["id"], "version": 1, "reasonCode": "asked_for", "legalBasis": "GDPR 17"}
    refused: tuple[tuple[Client, dict[str, Any], str], ...] = (
        (south, {}, "kernel.not_found"),
        (keeper.client.without("privacy.erase"), {}, "kernel.not_permitted"),
        (keeper.client, {"version": 9}, "kernel.stale_edit"),
        (keeper.client, {"legalBasis": " "}, "kernel.invalid_input"),
        (keeper.client, {"customer": global_id("Customer", UUID(int=7))}, "kernel.not_found"),
    )
    for client, said, code in refused:
        done = await client.change("eraseCustomer", "customer { id }", **{**told, **said})
        assert done["code"] == code
        assert await keeper.shop.digest() == before


async def test_an_erasure_is_done_again_after_a_restore(keeper: Keeper) -> None:
    eva, record = await known(keeper)
    await keeper.seal()
    database = keeper.shop.chain.database
    at = Operator(SETTINGS, database, keeper.api.services, keeper.shop.chain.clock)
    network: str = await keeper.shop.admin.fetchval(
        "SELECT key FROM networks WHERE network_id = $1", keeper.scope.network_id
    )
    tables = ("customers", "customer_keys", "data_keys")
    admin, tenant = keeper.shop.admin, keeper.scope.tenant_id
    kept = {
        one: await admin.fetch(f"SELECT t.*::text AS row FROM {one} t WHERE tenant_id = $1", tenant) for one in tables
    }
    await keeper.erase(eva)
    lines = [line_of(key, row) async for key, row in all_erasures(at, network)]
    for one in reversed(tables):
        await admin.execute(f"DELETE FROM {one} WHERE tenant_id = $1", tenant)
    for one in tables:
        for row in kept[one]:
            await admin.execute(f"INSERT INTO {one} SELECT ($1::text::{one}).*", row["row"])
    await admin.execute("DELETE FROM erasures WHERE tenant_id = $1", tenant)
    assert f"{MARK} called." in await keeper.notes(record)
    read = list(read_lines([first_line(network), *lines], network))
    assert [one.customer_id for one in read] == [own("Customer", eva["id"])]
    assert MARK.encode() not in b"".join(lines)
    assert [await replayed(at, network, read) for _ in range(2)] == [1, 0]
    assert await keeper.notes(record) == [None, None, None]
    assert len(await keeper.rows("SELECT FROM erasures WHERE tenant_id = $1")) == 1
    for wrong in ([], [first_line("other")], lines, [first_line(network), b"{}"], [first_line(network), b"nothing"]):
        with pytest.raises(ErasuresAreUnreadable):
            list(read_lines(wrong, network))
