"""Customers are known under keys of their own, in their tenant alone, over all channels."""

from typing import Any

from core.kernel.crypto import sealed_by
from core.records.execution.rebuild import check_record
from tests.core.records.customers.serving import CODE, CUSTOMER, Counter, neighbour

MARK = "Zinnober"
FIND = (
    "query Find($contact: String!, $channel: String) {"
    f" customers(contact: $contact, channel: $channel) {{ {CUSTOMER} }} }}"
)
HISTORY = """query History($id: ID!, $first: Int, $after: String, $filter: CustomerRecordFilter) { customer(id: $id) {
  records(first: $first, after: $after, filter: $filter) {
    nodes { externalId customer { id } } pageInfo { hasNextPage endCursor } totalCount } } }"""


async def test_a_customer_has_a_tier(counter: Counter) -> None:
    async def tier(name: str, customer: Any, /, **said: Any) -> Any:
        about = {} if customer is None else {"customer": customer["id"], "version": customer["version"]}
        return await counter.client.change(name, "customer { id version tier }", **about, **said)

    eva = (await tier("registerCustomer", None, name="Eva", tier=" gold "))["customer"]
    assert eva["tier"] == "gold"
    before = await counter.shop.digest()
    for wrong in ("Gold", "a b", "g" * 201):
        assert (await tier("changeCustomer", eva, tier=wrong))["code"] == "kernel.invalid_input"
    assert await counter.shop.digest() == before
    kept = (await tier("changeCustomer", eva, name="Ewa"))["customer"]
    assert (await tier("changeCustomer", kept, tier=""))["customer"]["tier"] is None
    assert kept["tier"] == "gold"


async def test_one_history_over_channels_and_pages(counter: Counter) -> None:
    said = {"name": f"Eva {MARK}", "address": f"{MARK} 7", "contacts": [{"channel": "phone", "address": "+49 30 123"}]}
    eva = await counter.registered(**said)
    assert (eva["name"], eva["address"], eva["version"]) == (f"Eva {MARK}", f"{MARK} 7", 1)
    by_id = await counter.opened("a", customer=eva["id"])
    by_number = await counter.opened("b", channel="sms", customerContact={"channel": "sms", "address": "0049 30123"})
    assert by_id["customer"]["id"] == by_number["customer"]["id"] == eva["id"]
    fresh = await counter.opened("c", customerContact={"channel": "wechat", "address": f"wx {MARK}"})
    assert fresh["customer"]["id"] != eva["id"]
    again = await counter.opened("d", customerContact={"channel": "wechat", "address": f"wx {MARK}"})
    assert again["customer"] == fresh["customer"]
    unknown = await counter.opened("e")
    assert unknown["customer"] is None
    # A further contact, at last with a name: the record gets its customer, and keeps it.
    named = await counter.does(
        "addRecordContact", unknown, type_="AddContactInput", channel="email", customer=eva["id"]
    )
    assert named["customer"]["id"] == eva["id"]
    other = {
        "record": named["id"],
        "version": named["version"],
        "channel": "phone",
        "customer": fresh["customer"]["id"],
    }
    refused = await counter.client.change("addRecordContact", "record { id }", type_="AddContactInput", **other)
    assert refused["code"] == "customers.record_has_another"
    page = (await counter.client.data(HISTORY, id=eva["id"], first=2))["customer"]["records"]
    assert [one["externalId"] for one in page["nodes"]] == ["e", "b"]
    rest = await counter.client.data(HISTORY, id=eva["id"], first=2, after=page["pageInfo"]["endCursor"])
    assert [one["externalId"] for one in rest["customer"]["records"]["nodes"]] == ["a"]
    none = {"openedTo": "2001-01-01T00:00:00Z"}
    assert (await counter.client.data(HISTORY, id=eva["id"], filter=none))["customer"]["records"]["totalCount"] == 0
    listed = await counter.client.data(
        "query L($filter: RecordFilter) { records(filter: $filter) { totalCount } }", filter={"customer": eva["id"]}
    )
    assert listed["records"]["totalCount"] == 3
    for contact, channel, found in (
        ("004930123", None, [eva["id"]]),
        (f"wx {MARK}", "wechat", [fresh["customer"]["id"]]),
        ("+49 30 124", None, []),
        (f"wx {MARK}", "qq", []),
    ):
        told = await counter.client.data(FIND, contact=contact, channel=channel)
        assert [one["id"] for one in told["customers"]] == found
    rows = await counter.rows("SELECT id FROM records WHERE tenant_id = $1")
    for row in rows:
        assert await counter.shop.run(lambda unit, id_=row["id"]: check_record(unit, id_)) == ()


async def test_many_are_opened_with_their_customers_or_none(counter: Counter) -> None:
    eva = await counter.registered(name="Eva")
    one = {"channel": "phone", "standardCode": CODE}
    number = {"channel": "phone", "address": "+86 10 555"}
    records = [
        {**one, "externalId": "a", "customer": eva["id"]},
        {**one, "externalId": "b", "customerContact": number},
        {**one, "externalId": "c", "customerContact": number},
        {**one, "externalId": "d"},
    ]
    selected = "opened records { externalId customer { id } }"
    done = await counter.client.change("openRecords", selected, records=records)
    known = [one["customer"] and one["customer"]["id"] for one in done["records"]]
    assert (done["opened"], known[0], known[1], known[3]) == (4, eva["id"], known[2], None)
    wrong = [{**one, "externalId": "e", "customer": eva["id"], "customerContact": number}]
    refused = await counter.client.change("openRecords", selected, records=wrong)
    assert refused["code"] == "records.some_refused"
    assert len(await counter.rows("SELECT FROM customers WHERE tenant_id = $1")) == 2


async def test_texts_about_a_customer_are_sealed_by_that_persons_key(counter: Counter) -> None:
    record = await counter.opened("a", customerContact={"channel": "phone", "address": "+49 30 123"})
    record = await counter.noted(record, f"{MARK} was out.")
    said = {"channel": "phone", "note": f"{MARK} called.", "customer": record["customer"]["id"]}
    fresh = await counter.opened("b")
    fresh = await counter.noted(fresh, f"{MARK} is not known.")
    fresh = await counter.does("addRecordContact", fresh, type_="AddContactInput", **said)
    assert await counter.notes(record) == [None, f"{MARK} was out."]
    assert await counter.notes(fresh) == [None, f"{MARK} is not known.", f"{MARK} called."]
    keys = {
        row["id"]: row["subject_kind"] for row in await counter.rows("SELECT * FROM data_keys WHERE tenant_id = $1")
    }
    sealed = await counter.rows(
        "SELECT sealed FROM record_events WHERE tenant_id = $1 AND sealed IS NOT NULL ORDER BY recorded_at"
    )
    assert [keys[sealed_by(row["sealed"])] for row in sealed] == ["person", "tenant", "person"]


async def test_what_is_kept_of_a_customer_changes(counter: Counter) -> None:
    eva = await counter.registered(name="Eva", contacts=[{"channel": "phone", "address": "+49 30 123"}])
    adam = await counter.registered(name="Adam", contacts=[{"channel": "phone", "address": "+49 30 124"}])
    taken: dict[str, Any] = {
        "customer": eva["id"],
        "version": 1,
        "addContacts": [{"channel": "sms", "address": "+4930124"}],
    }
    before = await counter.shop.digest()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        (taken, "customers.contact_taken"),
        ({**taken, "version": 2}, "kernel.stale_edit"),
        ({**taken, "addContacts": [{"channel": "phone", "address": "Eva"}]}, "kernel.invalid_input"),
        (
            {**taken, "addContacts": [], "removeContacts": [{"channel": "sms", "address": "+1 555 1"}]},
            "kernel.not_found",
        ),
    )
    for said, code in wrong:
        assert (await counter.client.change("changeCustomer", "customer { id }", **said))["code"] == code
    assert await counter.shop.digest() == before
    new = [{"channel": "email", "address": "Eva@example.org"}, {"channel": "phone", "address": "+4930123"}]
    old = [{"channel": "phone", "address": "+4930123"}]
    told: dict[str, Any] = {"customer": eva["id"], "version": 1, "name": "Eva W.", "addContacts": new}
    done = await counter.client.change("changeCustomer", f"customer {{ {CUSTOMER} }}", **told)
    kinds = [(one["kind"], one["address"]) for one in done["customer"]["contacts"]["nodes"]]
    assert (done["customer"]["name"], done["customer"]["version"]) == ("Eva W.", 2)
    assert kinds == [("phone", "+49 30 123"), ("email", "Eva@example.org")]
    done = await counter.client.change(
        "changeCustomer", f"customer {{ {CUSTOMER} }}", customer=eva["id"], version=2, name="", removeContacts=old
    )
    assert (done["customer"]["name"], len(done["customer"]["contacts"]["nodes"])) == (None, 1)
    assert (await counter.read(adam))["version"] == 1


async def test_nothing_of_another_tenant_is_found_or_named(counter: Counter) -> None:
    eva = await counter.registered(name="Eva", contacts=[{"channel": "phone", "address": "+49 30 123"}])
    south = neighbour(counter, await counter.shop.chain.tenant("south"))
    assert (await south.data(FIND, contact="+4930123"))["customers"] == []
    assert (await south.data("query O($id: ID!) { customer(id: $id) { id } }", id=eva["id"]))["customer"] is None
    opening = {"channel": "phone", "standardCode": CODE, "externalId": "x"}
    done = await south.change("openRecord", "record { id }", **opening, customer=eva["id"])
    assert done["code"] == "kernel.not_found"
    theirs = await south.change(
        "openRecord",
        "record { customer { id } }",
        **opening,
        customerContact={"channel": "phone", "address": "+4930123"},
    )
    assert theirs["record"]["customer"]["id"] != eva["id"]
    # The same number has another hash in each tenant: two databases cannot be joined by it.
    rows = await counter.shop.admin.fetch(
        "SELECT key_hash FROM customer_keys WHERE network_id = $1", south.scope.network_id if south.scope else None
    )
    assert len({row["key_hash"] for row in rows}) == len(rows) == 2
    lower = counter.client.holding("records.read", "records.open")
    told = await lower.ask("{ records { nodes { externalId customer { id } } } }")
    assert eva["id"] not in repr(told)
    # Headquarters reads figures of all tenants, and never persons.
    about = await counter.opened("y", customer=eva["id"])
    await counter.noted(about, f"{MARK} was out.")
    everywhere = neighbour(counter, counter.shop.chain.scope)
    query = "{ networkRecords { nodes { externalId customer { name } events { nodes { note } } } } }"
    found = (await everywhere.data(query))["networkRecords"]["nodes"]
    assert {one["externalId"] for one in found} == {"x", "y"}
    assert MARK not in repr(found)
    assert "Eva" not in repr(found)
