"""The terms of a tenant are made anew from events, by a job that may run twice and be killed."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console
from rich.progress import Progress

from core.kernel.errors import NotPermitted
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.key_ring import KeyRing
from core.kernel.settings import Settings
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.records.events.state import WaitingFor
from core.records.execution.commands import Wait
from core.records.terms import jobs, keep
from core.records.terms.keep import Indexed, forget_terms
from core.records.terms.order import INDEX_TERMS, order_indexing
from gateway.cli.operator import Operator
from gateway.cli.records import index_tenant
from tests.core.records.conftest import MASTER_KEY
from tests.core.records.execution.executing import Shop
from tests.core.records.terms.test_searching import terms
from tests.support.api import SETTINGS, Api, Client
from tests.support.repeating import killed_and_repeated


class Killed(BaseException):
    """Ends the process where it stands."""


async def work(shop: Shop, api: Api) -> None:
    load_handlers()
    chain = shop.chain
    around = Background(database=chain.database, services=api.services, clock=chain.clock)
    await run_until_idle(around, network_id=chain.scope.network_id)


async def standing(shop: Shop, admin: Any) -> list[tuple[str, int]]:
    rows = await admin.fetch(
        "SELECT status, done FROM jobs WHERE tenant_id = $1 AND kind = $2 ORDER BY id",
        shop.scope.tenant_id,
        INDEX_TERMS,
    )
    return [tuple(row) for row in rows]


@killed_and_repeated("records.index_terms", rewrites=["jobs"])
async def test_a_tenant_is_indexed_anew_whatever_dies(
    shop: Shop, api: Api, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "PAGE", 2)
    ids = [await shop.open() for _ in range(5)]
    for number, record_id in enumerate(ids[:4]):
        waits = Wait(whom=WaitingFor.STAFF, reason_code="parts", reason=f"missing part number {number}")
        await shop.act(record_id, waits)
    await work(shop, api)
    before = await terms(admin, shop)
    await shop.run(lambda unit: forget_terms(unit, ids))
    await shop.run(order_indexing)
    index_page, seen = jobs.index_page, 0

    async def killed(unit: Unit, ring: KeyRing, after: Any) -> Indexed:
        nonlocal seen
        seen += 1
        done = await index_page(unit, ring, after)
        if seen == 2:
            raise Killed
        return done

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "index_page", killed)
        with pytest.raises(Killed):
            await work(shop, api)
    assert 0 < len(await terms(admin, shop)) < len(before)
    shop.chain.clock.advance(timedelta(minutes=3))
    await work(shop, api)
    assert await terms(admin, shop) == before
    assert await standing(shop, admin) == [("done", 4)]
    await admin.execute("DELETE FROM record_terms WHERE record_id = $1", ids[0])
    await admin.execute(
        "UPDATE record_terms SET term = 'strange' WHERE record_id = $1 AND term = $2", ids[1], before[-1]
    )
    await shop.run(order_indexing)
    await work(shop, api)
    assert await terms(admin, shop) == before


async def test_the_command_indexes_anew_and_shows_how_far_it_is(
    shop: Shop, api: Api, admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep, "PAGE", 2)
    ids = [await shop.open() for _ in range(3)]
    await shop.act(ids[0], Wait(whom=WaitingFor.STAFF, reason_code="parts", reason="a pump is missing"))
    before = await terms(admin, shop)
    await shop.run(lambda unit: forget_terms(unit, ids))
    at = Operator(api_settings(), shop.chain.database, api.services, shop.chain.clock)
    with Progress(console=Console(file=StringIO())) as shown:
        assert await index_tenant(at, shop.scope, "north", shown) == (3, 1)
        assert [(one.description, one.total, one.completed) for one in shown.tasks] == [("north", 3, 3)]
        assert await terms(admin, shop) == before != []
        assert await index_tenant(at, shop.scope, "north", shown) == (3, 0)


def api_settings() -> Settings:
    """The settings of the tests' API, with the master key that seals here."""
    return SETTINGS.model_copy(update={"master_key": SecretStr(MASTER_KEY)})


async def test_whoever_may_not_read_notes_orders_nothing(shop: Shop, api: Api, admin: Any) -> None:
    clerk = Client(api, shop.scope)
    for permission in ("records.read_notes", "work.do"):
        with pytest.raises(NotPermitted):
            await shop.run(order_indexing, clerk.without(permission).scope)
    assert await standing(shop, admin) == []
