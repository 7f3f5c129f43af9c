"""Guards and clocks know the customer's tier and the serving site's attributes, as the record came to know them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from core.kernel.crypto import MasterKeys
from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.clocks.derive import context_of
from core.records.conformance.course import course_of
from core.records.conformance.past import Moment, Past
from core.records.customers.identify import WhichCustomer
from core.records.customers.register import ChangeCustomer, RegisterCustomer, change_customer, register_customer
from core.records.errors import RequiredStepsMissing
from core.records.events.fold import fold
from core.records.events.repository import read_stream
from core.records.events.state import RecordState
from core.records.execution import commands as do
from core.records.execution.add_contact import AddRecordContact, add_record_contact
from core.records.execution.errors import StepNotReady
from core.records.execution.hand_over import HandOverRecord, hand_over_record
from core.records.execution.rebuild import check_record
from core.records.open_record import OpenRecord, open_record
from core.records.open_records import open_records
from core.standards.resolve import pinned_views
from tenants.sites.change import ChangeSite, change_site
from tenants.sites.open import OpenSite, open_site
from tests.core.records.conftest import MASTER_KEY
from tests.core.records.execution.executing import Shop, content, sealer

CODE = "tiered"
GREET, LIFT, BILL = (
    {"key": "greet", "position": 1, "role": "host", "when": "record.tier == 'gold'"},
    {"key": "lift", "position": 1, "role": "fitter", "when": "site.kind == 'workshop' && site.country == 'SE'"},
    {"key": "bill", "position": 2, "role": "till"},
)


@dataclass
class Two:
    """A shop of two sites, a workshop and a kiosk, and a customer of a tier."""

    shop: Shop
    workshop: UUID
    gold: UUID

    async def state(self, record_id: UUID) -> RecordState:
        return fold(await self.shop.run(lambda unit: read_stream(unit, record_id)))

    async def opens(self, external: str, **said: Any) -> UUID:
        asked = OpenRecord(channel="phone", standard_code=CODE, external_id=external, **said)
        return await self.shop.run(lambda unit: open_record(unit, asked))

    async def facts(self, record_id: UUID, number: int) -> dict[str, Any]:
        return orjson.loads((await self.shop.events(record_id))[number - 1]["payload"])


@pytest.fixture
async def two(shop: Shop) -> Two:
    """Sites with attributes, a customer with a tier, and a process that asks for both."""
    await shop.chain.publish_content(content(CODE, process={"steps": [GREET, LIFT, BILL]}))
    command = RegisterCustomer(name="Ada", tier="gold")

    async def found(unit: Unit) -> Two:
        workshop = OpenSite(key="yard", name="Yard", attributes={"kind": "workshop", "country": "SE"})
        await open_site(unit, OpenSite(key="kiosk", name="Kiosk", attributes={"kind": "kiosk"}))
        customer = await register_customer(unit, KeyRing(unit, MasterKeys.read(MASTER_KEY)), command)
        return Two(shop, (await open_site(unit, workshop)).id, customer)

    return await shop.run(found)


async def test_guards_know_site_and_tier(two: Two) -> None:
    asked: dict[str, Any] = {"site_key": "yard", "customer": WhichCustomer(customer_id=two.gold)}
    record_id = await two.opens("one", **asked)
    assert (await two.facts(record_id, 1))["siteAttributes"] == {"country": "SE", "kind": "workshop"}
    assert (await two.facts(record_id, 1))["tier"] == "gold"
    assert (await two.shop.row(record_id))["holder_role"] == "host"  # Routed by what its guards know.
    with pytest.raises(StepNotReady) as refused:
        await two.shop.act(record_id, do.StartStep(key="bill"))
    assert refused.value.ready == ("greet", "lift")
    known = context_of(await two.state(record_id))
    assert known == {"channel": "phone", "tier": "gold", "site.kind": "workshop", "site.country": "SE"}
    plain = await two.opens("two", site_key="kiosk")
    assert (await two.shop.row(plain))["holder_role"] == "till"
    await two.shop.act(plain, do.CompleteStep(key="bill"))
    both: list[tuple[int, dict[str, Any]]] = [(1, asked), (2, {})]
    many = [OpenRecord(channel="phone", standard_code=CODE, external_id=f"m{n}", **one) for n, one in both]
    first, second = (await two.shop.run(lambda unit: open_records(unit, many))).ids
    assert (await two.facts(first, 1)) | {"externalId": "one"} == await two.facts(record_id, 1)
    assert (await two.shop.row(first))["holder_role"] == "host"
    assert (await two.facts(second, 1)).keys() & {"tier", "siteAttributes", "site", "customer"} == set()


async def test_what_a_record_knows_changes_by_its_events_alone(two: Two) -> None:
    record_id = await two.opens("one", site_key="kiosk")
    await two.shop.act(record_id, do.CompleteStep(key="bill"))
    two.shop.chain.clock.advance(timedelta(minutes=1))
    hand = HandOverRecord(record_id=record_id, expected_version=2, role="fitter", site_key="yard")
    await two.shop.run(lambda unit: hand_over_record(unit, hand, sealer(unit)))
    contact = AddRecordContact(
        record_id=record_id, expected_version=3, channel="web", customer=WhichCustomer(customer_id=two.gold)
    )
    await two.shop.run(lambda unit: add_record_contact(unit, contact, sealer(unit)))

    async def afterwards(unit: Unit) -> None:
        ring = KeyRing(unit, MasterKeys.read(MASTER_KEY))
        await change_site(unit, ChangeSite(site_id=two.workshop, expected_version=1, attributes={}))
        await change_customer(unit, ring, ChangeCustomer(customer_id=two.gold, expected_version=1, tier=""))

    await two.shop.run(afterwards)
    state = await two.state(record_id)
    assert (state.context.tier, state.context.site["kind"]) == ("gold", "workshop")
    with pytest.raises(RequiredStepsMissing) as refused:
        await two.shop.act(record_id, do.Resolve())
    assert refused.value.steps == ("greet", "lift")
    assert (await two.facts(await two.opens("later", site_key="yard"), 1)).get("siteAttributes") is None
    assert await two.shop.run(lambda unit: check_record(unit, record_id)) == ()
    views = await two.shop.run(lambda unit: pinned_views(unit, [state.effective_hash]))
    past = Past(course_of(views[state.effective_hash]), state)
    assert past.missing() == ("greet", "lift")
    assert not past.applies("lift", Moment(state.opened_at))
