"""What a record pins is remembered, and never longer than it holds."""

from collections import OrderedDict
from datetime import timedelta
from typing import Any

import pytest

from core.kernel.ids import new_id
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.open_record import OpenRecord, open_record
from core.records.repository.records import find_record
from core.standards import standing
from core.standards.policy.spans import Span
from core.standards.standing import Bearing, Holding
from tests.core.records.conftest import LONG_AGO, Chain

CODE = "incident-handling"


async def opened(chain: Chain, scope: Scope) -> tuple[str, str]:
    """Open a record and tell the version and the document that it pins."""
    async with chain.database.unit(scope, clock=chain.clock, directory=chain.directory) as unit:
        record_id = await open_record(unit, OpenRecord(channel="site_desk", standard_code=CODE))
        record = await find_record(unit, record_id)
    assert record is not None
    return record.standard_version, record.effective_hash


async def test_the_second_record_is_not_folded_again(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    north = await chain.tenant("north")
    first = await opened(chain, north)

    async def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(standing, "effective_for_import", refuse)
    assert await opened(chain, north) == first


async def test_a_new_version_is_pinned_from_its_first_instant(chain: Chain) -> None:
    north, south = await chain.tenant("north"), await chain.tenant("south")
    before = await opened(chain, north)
    await chain.publish(CODE, "2.0.0", since=chain.clock.now() + timedelta(minutes=5), limit=60)
    assert await opened(chain, north) == before
    chain.clock.advance(timedelta(minutes=5) - timedelta(microseconds=1))
    assert await opened(chain, north) == before
    chain.clock.advance(timedelta(microseconds=1))
    after = await opened(chain, north)
    assert (before[0], after[0]) == ("1.0.0", "2.0.0")
    assert before[1] != after[1]
    assert await opened(chain, south) == after


async def test_a_document_that_is_gone_is_kept_again(chain: Chain, admin: Any) -> None:
    north = await chain.tenant("north")
    pinned = await opened(chain, north)
    await admin.execute("DELETE FROM effective_documents WHERE tenant_id = $1", north.tenant_id)
    assert await opened(chain, north) == pinned
    async with chain.database.unit(north) as unit:
        assert await kept(unit, pinned[1])


async def kept(unit: Unit, hash_: str) -> bool:
    return (await standing.bearing_on(unit, {CODE: hash_}, unit.scope.lineage))[CODE][1]


def test_what_was_found_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "MOST", 2)
    known: OrderedDict[Any, Any] = OrderedDict()
    monkeypatch.setattr(standing, "_known", known)
    tenants = [new_id() for _ in range(3)]
    holding = Holding("hash", "1.0.0", Span(LONG_AGO, None))
    for tenant in tenants:
        standing.remember((tenant, CODE), Bearing((tenant,), (0, None, None), (0, None, None), 0), holding)
    assert [tenant for tenant, _ in known] == tenants[1:]
