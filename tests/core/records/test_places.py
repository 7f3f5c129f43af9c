"""A record leads to the tenant and the site that served, for whoever may see them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.core.records.conftest import Chain
from tests.core.records.opening import Desk, call
from tests.support.api import Api

PLACES = "{ records { nodes { externalId tenant { key } site { key name } } } }"
TENANT_READ = "tenants.read"


@pytest.fixture
async def desk(api: Api, chain: Chain) -> Desk:
    desk = Desk(api, chain, await chain.tenant("north"))
    await desk.open_sites("station", "harbour")
    await desk.many([call("a", siteKey="harbour"), call("b")])
    return desk


async def test_a_record_leads_to_its_tenant_and_site(desk: Desk, api: Api) -> None:
    answer = await api.execute(desk.scope, PLACES)
    assert answer.codes == []
    found: Any = answer.data
    told = {one["externalId"]: one for one in found["records"]["nodes"]}
    assert told["call a"]["site"] == {"key": "harbour", "name": told["call a"]["site"]["name"]}
    assert told["call b"]["site"] is None
    assert {one["tenant"]["key"] for one in told.values()} == {"north"}


async def test_who_may_not_read_tenants_is_not_led_there(desk: Desk, api: Api) -> None:
    less = replace(desk.scope, permissions=desk.scope.permissions - {TENANT_READ})
    assert TENANT_READ in desk.scope.permissions
    answer = await api.execute(less, PLACES)
    assert set(answer.codes) == {"kernel.not_permitted"}
