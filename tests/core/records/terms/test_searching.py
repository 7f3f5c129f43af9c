"""Records are found by what was said about them, inside their tenant, by those who may read that."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.kernel.key_ring import KeyRing
from core.kernel.unit import Unit
from core.records.events.state import WaitingFor
from core.records.execution.act import act
from core.records.execution.commands import AddContact, HandOver, Resume, Wait
from core.records.execution.private import Sealer
from core.records.terms.keep import check_terms, forget_terms, index_records
from core.records.terms.repository import add_terms, rarest_first
from tests.core.records.execution.executing import Shop, sealer
from tests.core.records.opening import answering
from tests.support.api import Answer, Api, Client, answer_of

FIND = """query Find($search: String, $filter: RecordFilter, $first: Int, $after: String, $last: Int, $before: String) {
  records(search: $search, filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage endCursor startCursor } nodes { externalId } } }"""
SIMPLE = "query Find($search: String) { records(search: $search) { nodes { externalId } } }"


@pytest.fixture(params=[True, False], ids=["compiled", "interpreted"])
def compiled(request: pytest.FixtureRequest) -> bool:
    return request.param


async def asked(shop: Shop, api: Api, compiled: bool, document: str = FIND, **variables: Any) -> Answer:
    return answer_of(await answering(compiled).execute(document, variables, api.context(shop.scope)))


async def found(shop: Shop, api: Api, compiled: bool, search: str, **variables: Any) -> list[str]:
    told = await asked(shop, api, compiled, search=search, **variables)
    assert not told.codes, told.said
    listed = (told.data or {})["records"]
    names = [one["externalId"] for one in listed["nodes"]]
    if not variables:
        assert listed["totalCount"] == len(names)
        simple = await asked(shop, api, compiled, SIMPLE, search=search)
        assert [one["externalId"] for one in (simple.data or {})["records"]["nodes"]] == names
    return names


async def test_records_are_found_by_notes(shop: Shop, api: Api, compiled: bool, admin: Any) -> None:
    one, two = await shop.open(), await shop.open(priority="high")
    await shop.act(one, Wait(whom=WaitingFor.CUSTOMER, reason_code="absent", reason="Frau Weber ist verreist"))
    await shop.act(two, HandOver(role="field", reason="厨房的水管漏水了, Frau Weber wartet"))
    await shop.act(two, AddContact(channel="wechat", external_id="Order 99-X"))
    for search, names in (
        ("weber", ["call 2", "call 1"]),
        ("VERREIST frau", ["call 1"]),
        ("水", ["call 2"]),
        ("漏水 weber", ["call 2"]),
        ("水漏", []),
        ("weber verreist 漏水", []),
        ("order 99", ["call 2"]),
        (" call 1 ", ["call 1"]),
        ("nobody", []),
    ):
        assert await found(shop, api, compiled, search) == names, search
    narrowed = await asked(shop, api, compiled, search="weber", filter={"status": "WAITING"})
    assert [one["externalId"] for one in (narrowed.data or {})["records"]["nodes"]] == ["call 1"]
    assert await found(shop, api, compiled, "weber", filter={"priority": "high"}) == ["call 2"]
    kept = await admin.fetch("SELECT term FROM record_terms WHERE tenant_id = $1", shop.scope.tenant_id)
    assert kept
    assert not {one["term"] for one in kept} & {"weber", "水", "漏水", "99"}


async def test_pages_of_what_was_found(shop: Shop, api: Api, compiled: bool) -> None:
    for _ in range(5):
        await shop.act(await shop.open(), Wait(whom=WaitingFor.STAFF, reason_code="parts", reason="spare part is late"))
        shop.chain.clock.advance(timedelta(minutes=1))
    await shop.open()
    whole = await found(shop, api, compiled, "late part")
    assert whole == [f"call {number}" for number in (5, 4, 3, 2, 1)]
    first = await asked(shop, api, compiled, search="late part", first=2)
    page = (first.data or {})["records"]
    assert ([one["externalId"] for one in page["nodes"]], page["totalCount"]) == (whole[:2], 5)
    after = page["pageInfo"]["endCursor"]
    assert await found(shop, api, compiled, "late part", first=2, after=after) == whole[2:4]
    assert await found(shop, api, compiled, "late part", last=2) == whole[3:]
    for other in ("part", None):
        refused = await asked(shop, api, compiled, search=other, first=2, after=after)
        assert refused.codes == ["gateway.bad_cursor"]


@pytest.mark.parametrize(
    ("search", "code"),
    [
        ("?!", "records.nothing_to_search_for"),
        ("", "records.nothing_to_search_for"),
        ("x" * 201, "records.search_too_long"),
        (" ".join(f"w{number}" for number in range(33)), "records.search_too_long"),
    ],
)
async def test_what_cannot_be_searched_for(search: str, code: str, shop: Shop, api: Api, compiled: bool) -> None:
    assert (await asked(shop, api, compiled, search=search)).codes == [code]


async def test_a_search_stands_behind_the_walls(shop: Shop, api: Api) -> None:
    record_id = await shop.open()
    await shop.act(record_id, Wait(whom=WaitingFor.CUSTOMER, reason_code="absent", reason="Frau Weber"))
    south = Client(api, await shop.chain.tenant("south"))
    assert (await south.data(SIMPLE, search="weber"))["records"]["nodes"] == []
    assert (await south.data(SIMPLE, search="call 1"))["records"]["nodes"] == []
    clerk = Client(api, shop.scope)
    assert (await clerk.data(SIMPLE, search="weber"))["records"]["nodes"] == [{"externalId": "call 1"}]
    lower = clerk.without("records.read_notes")
    for search in ("weber", "nobody", "call 1"):
        refused = await lower.ask(SIMPLE, search=search)
        assert (refused.codes, refused.data) == (["kernel.not_permitted"], {"records": None})
    assert (await lower.data(SIMPLE, search=None))["records"]["nodes"] == [{"externalId": "call 1"}]
    notes = await lower.ask("{ records { nodes { events { nodes { number note } } } } }")
    assert set(notes.codes) == {"kernel.not_permitted"}
    wide = await clerk.ask('{ networkRecords(search: "weber") { nodes { id } } }')
    assert wide.data is None


async def test_terms_follow_from_events_and_are_forgotten(shop: Shop, api: Api, admin: Any) -> None:
    record_id, person = await shop.open(), UUID(int=77)
    await shop.act(record_id, Wait(whom=WaitingFor.STAFF, reason_code="parts", reason="Herr Braun rief an"))
    await shop.act(record_id, Resume())

    async def tell_of_person(unit: Unit) -> None:
        await ring(unit).person_key(person)
        theirs = Sealer(ring(unit), person)
        await act(unit, record_id, 3, HandOver(role="field", reason="Frau Weber wartet"), sealer=theirs)

    await shop.run(tell_of_person)
    before = await terms(admin, shop)

    async def differing(unit: Unit) -> tuple[UUID, ...]:
        return await check_terms(unit, ring(unit), [record_id])

    async def mended(unit: Unit) -> tuple[UUID, ...]:
        return await index_records(unit, ring(unit), [record_id])

    assert await shop.run(differing) == ()
    assert await shop.run(lambda unit: forget_terms(unit, [record_id])) == len(before)
    assert await terms(admin, shop) == []
    assert await shop.run(differing) == (record_id,)
    assert await shop.run(mended) == (record_id,)
    assert await terms(admin, shop) == before
    assert await shop.run(mended) == ()

    async def erase(unit: Unit) -> None:
        assert await ring(unit).erase(person)
        await index_records(unit, ring(unit), [record_id])

    await shop.run(erase)
    assert 0 < len(await terms(admin, shop)) < len(before)
    assert await shop.run(differing) == ()


def ring(unit: Unit) -> KeyRing:
    return sealer(unit).ring


async def terms(admin: Any, shop: Shop) -> list[str]:
    rows = await admin.fetch("SELECT term FROM record_terms WHERE tenant_id = $1 ORDER BY term", shop.scope.tenant_id)
    return [one["term"] for one in rows]


async def test_the_term_that_is_rarest_among_the_latest_records_comes_first(shop: Shop) -> None:
    """However many records have them: what decides is how far back as many of each go, or that there are fewer."""
    now = shop.chain.clock.now()

    async def rare(unit: Unit) -> list[str]:
        for number in range(60):
            every = {"common": 1, "often": 3, "seldom": 10, "once": 60}
            terms = [name for name, each in every.items() if not number % each]
            await add_terms(unit, UUID(int=number), now - timedelta(minutes=number), terms)
        return await rarest_first(unit, ["common", "once", "never", "often", "seldom"], 5)

    assert await shop.run(rare) == ["never", "once", "seldom", "often", "common"]
