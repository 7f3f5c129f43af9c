"""Records are classified by what their tenant offers, or in its own words where the network has no catalogue."""

from typing import Any

import pytest

from core.records.catalogue.models import ServiceKind
from core.records.catalogue.offer import offer_service
from core.records.catalogue.publish import PublishService, publish_service
from tests.core.records.conftest import Chain
from tests.core.records.opening import Desk, Printing, call, everything
from tests.support.api import Api


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    return Desk(api, chain, await chain.tenant("north"))


async def offer(chain: Chain, desk: Desk) -> None:
    """Publish two services, of which the desk's tenant offers one."""
    async with chain.database.unit(chain.scope, clock=chain.clock, directory=chain.directory) as unit:
        for key in ("advice", "repair"):
            await publish_service(unit, PublishService(key=key, kind=ServiceKind.BASIC, title={"en": key}))
    async with chain.database.unit(desk.scope, clock=chain.clock, directory=chain.directory) as unit:
        await offer_service(unit, "advice")


@pytest.mark.parametrize("compiled", [True, False])
async def test_what_the_tenant_does_not_offer_is_refused(compiled: bool, desk: Desk, chain: Chain, admin: Any) -> None:
    if not compiled:
        desk = desk.interpreted()
    await offer(chain, desk)
    for number in range(3):
        opened = await desk.one(call(number, serviceType="advice"), f"advice {number}")
        assert opened["__typename"] == "OpenRecordSuccess"
    before = await everything(admin, desk.scope)
    for number in range(3):
        refused = await desk.one(call(f"r{number}", serviceType="repair"), f"repair {number}")
        assert (refused["code"], "repair" in refused["message"]) == ("records.service_is_not_offered", True)
    many = await desk.many([call("a", serviceType="advice"), call("b", serviceType="repair"), call("c")])
    assert [(one["index"], one["code"]) for one in many["refusals"]] == [(1, "records.service_is_not_offered")]
    assert await everything(admin, desk.scope) == before
    there = await desk.many([call("a", serviceType="advice"), call("c")], "another")
    assert there["opened"] == 2


async def test_a_record_that_is_there_is_given_whatever_is_offered_since(desk: Desk, chain: Chain) -> None:
    told = await desk.one(call("a", serviceType="repair"), "before")
    await offer(chain, desk)
    assert await desk.one(call("a", serviceType="repair"), "after") == told


async def test_without_a_catalogue_any_word_will_do_until_there_is_one(
    desk: Desk, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    printing = Printing(monkeypatch)
    await desk.one(call("first"), "first")
    for number in range(3):
        opened = await desk.one(call(number, serviceType="lanterns"), f"word {number}")
        assert opened["__typename"] == "OpenRecordSuccess"
    assert printing.at_once[-3:] == [True, True, True]
    await offer(chain, desk)
    refused = await desk.one(call("late", serviceType="lanterns"), "late")
    assert refused["code"] == "records.service_is_not_offered"
    assert (await desk.many([call("later", serviceType="lanterns")], "later"))["refused"] == 1
