"""What is held of a person is one file, for whoever may have it; and nothing personal is anywhere in clear."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from core.kernel.graphql.ids import global_id
from core.records.privacy.export import FORMAT
from core.records.privacy.registry import TELLING, tells
from core.records.privacy.topics import EXPIRE, EXPORT
from tests.core.records.customers.serving import neighbour, own
from tests.core.records.privacy.keeping import Keeper

MARK = "Zinnober"
PHONE = {"channel": "phone", "address": "+49 30 104729"}
FILE = "query One($id: ID!) { subjectExport(id: $id) { size file madeAt job { status } } }"
ASKED = "subjectExport { id file size job { status } }"


GIVE = """
    INSERT INTO record_evidence (tenant_id, network_id, id, record_id, position, step, round, asked, kind, media_type,
      size, content, blob, taken_at, given_at, recorded_at, given_by, given_by_person)
    SELECT tenant_id, network_id, id, id, 1, 'repair', 1, '', 'photo', 'image/png', 7, 'c', 'b', now(), now(), now(),
      id, true FROM records WHERE tenant_id = $1 AND external_id = 'a'"""


@pytest.fixture
def others() -> Iterator[None]:
    """Another feature that tells of records."""

    @tells("others")
    async def of_records(_unit: Any, record_ids: Any) -> Any:
        return {record_ids[0]: [{"said": "more"}]}

    yield
    del TELLING["others"]


async def asked(keeper: Keeper, customer: Any) -> Any:
    done = await keeper.client.change("exportCustomer", ASKED, customer=customer["id"])
    assert done["__typename"] == "ExportCustomerSuccess", done
    return done["subjectExport"]


async def make(keeper: Keeper) -> None:
    """Do what was sent last."""
    *_, last = await keeper.sent(EXPORT)
    payload = last["payload"]
    await keeper.work(EXPORT, **(orjson.loads(payload) if isinstance(payload, str) else payload))


@pytest.mark.usefixtures("others")
async def test_all_that_is_held_is_one_file_for_a_few_days(keeper: Keeper) -> None:
    eva = await keeper.registered(name=f"Eva {MARK}", address="Harbour 7", tier="gold", contacts=[PHONE])
    await keeper.closed("a", customer=eva["id"])
    await keeper.closed("b", customer=eva["id"])
    await keeper.closed("of somebody else")
    await keeper.shop.admin.execute(GIVE, keeper.scope.tenant_id)
    export = await asked(keeper, eva)
    assert (export["file"], export["size"], export["job"]["status"]) == (None, None, "WAITING")
    read: Any = None
    for _ in range(2):
        await make(keeper)
        read = (await keeper.client.data(FILE, id=export["id"]))["subjectExport"]
        assert (read["size"], read["job"]["status"]) == (len(read["file"].encode()), "DONE")
    told = orjson.loads(read["file"])
    assert (told["format"], told["customer"]["name"]) == (FORMAT, f"Eva {MARK}")
    assert told["customer"]["contacts"][0]["address"] == PHONE["address"]
    assert told["customer"]["tier"] == "gold"
    assert [one["externalId"] for one in told["records"]] == ["a", "b"]
    assert [one["note"] for one in told["records"][0]["events"] if one["note"]] == ["Zinnober about a."]
    assert [one["others"] for one in told["records"]] == [[{"said": "more"}], []]
    assert [[piece["kind"] for piece in one["evidence"]] for one in told["records"]] == [["photo"], []]
    south = neighbour(keeper, await keeper.shop.chain.tenant("south"))
    assert (await south.data(FILE, id=export["id"]))["subjectExport"] is None
    lower = keeper.client.holding("customers.read", "records.read")
    assert (await lower.ask(FILE, id=export["id"])).codes == ["kernel.not_permitted"]
    assert (await lower.change("exportCustomer", ASKED, customer=eva["id"]))["code"] == "kernel.not_permitted"
    assert (await south.change("exportCustomer", ASKED, customer=eva["id"]))["code"] == "kernel.not_found"
    timers = await keeper.rows("SELECT subject_id FROM timers WHERE tenant_id = $1 AND kind = $2", EXPIRE)
    assert [row["subject_id"] for row in timers] == [own("SubjectExport", export["id"])]
    keeper.wait(days=8)
    assert (await keeper.client.data(FILE, id=export["id"]))["subjectExport"]["file"] is None
    await keeper.work(EXPIRE, subject_id=str(own("SubjectExport", export["id"])))
    await make(keeper)
    kept = await keeper.rows("SELECT content FROM subject_exports WHERE tenant_id = $1")
    assert [row["content"] for row in kept] == [None]


async def test_an_erasure_takes_the_files_with_it(keeper: Keeper) -> None:
    eva = await keeper.registered(name=f"Eva {MARK}")
    made, waiting = await asked(keeper, eva), None
    await make(keeper)
    waiting = await asked(keeper, eva)
    assert (await keeper.erase(eva))["__typename"] == "EraseCustomerSuccess"
    await make(keeper)
    for export, status in ((made, "DONE"), (waiting, "FAILED")):
        read = (await keeper.client.data(FILE, id=export["id"]))["subjectExport"]
        assert (read["file"], read["job"]["status"]) == (None, status)
    again = await keeper.client.change("exportCustomer", ASKED, customer=eva["id"])
    assert again["code"] == "customers.erased"


async def test_nothing_personal_stands_anywhere_in_clear(keeper: Keeper, capfd: pytest.CaptureFixture[str]) -> None:
    """A whole life of a customer whose every text is marked, and then every table and every line that was written."""
    mark, number = "Zinnoberrot", "+49 30 55501234"
    contact = {"channel": "phone", "address": number}
    handle = {"channel": "wechat", "address": f"wx_{mark}"}
    eva = await keeper.registered(name=f"Eva {mark}", address=f"{mark} 7", contacts=[contact, handle])
    record = await keeper.opened("a", customerContact={"channel": "sms", "address": "0049 30 555 01234"})
    record = await keeper.noted(record, f"{mark} was out.")
    said = {"channel": "email", "customer": eva["id"], "note": f"{mark} came again."}
    record = await keeper.does("addRecordContact", record, type_="AddContactInput", **said)
    await keeper.client.change("changeCustomer", "customer { id }", customer=eva["id"], version=1, name=f"Ada {mark}")
    taken = await keeper.client.change("registerCustomer", "customer { id }", contacts=[contact])
    wrong = await keeper.client.change(
        "registerCustomer", "customer { id }", contacts=[{"channel": "phone", "address": f"no {mark}"}]
    )
    assert (taken["code"], wrong["code"]) == ("customers.contact_taken", "kernel.invalid_input")
    assert mark not in repr((taken, wrong))
    await asked(keeper, eva)
    await make(keeper)
    lost = await keeper.client.change(
        "exportCustomer", ASKED, customer=global_id("Customer", own("Record", record["id"]))
    )
    assert lost["code"] == "kernel.not_found"
    checkpoint = await keeper.seal()
    await keeper.erase({**eva, "version": 2})
    await keeper.seal()
    assert (await keeper.examined(checkpoint)).findings == []
    tables = await keeper.shop.admin.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    for table in (row["relname"] for row in tables):
        for clear in (mark, "55501234", "555 01234"):
            for form in (clear, clear.encode().hex()):
                found = await keeper.shop.admin.fetchval(
                    f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{form}%'"
                )
                assert found == 0, f"{table} holds {clear}"
    written = capfd.readouterr()
    assert mark not in written.out + written.err
    assert "5550" not in written.out + written.err


async def test_what_was_made_of_somebody_is_gone_once_they_are_erased(keeper: Keeper) -> None:
    eva = await keeper.registered(name=f"Eva {MARK}", contacts=[PHONE])
    other = await keeper.registered(name=f"Ada {MARK}", contacts=[{"channel": "phone", "address": "+49 30 104730"}])
    for customer in (eva, other):
        await asked(keeper, customer)
        await make(keeper)
    held = "SELECT customer_id FROM subject_exports WHERE tenant_id = $1 AND content IS NOT NULL"
    assert len(await keeper.rows(held)) == 2
    assert (await keeper.erase(eva))["__typename"] == "EraseCustomerSuccess"
    [left] = await keeper.rows(held)
    assert left["customer_id"] == own("Customer", other["id"])
