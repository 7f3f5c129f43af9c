"""Who has read a version: once a person, counted for managers and the units above, who never learn who it was."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.permissions import every_permission
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.standards.permissions import OVERSEE_STANDARDS
from core.standards.reading.errors import OnlyPeopleRead
from core.standards.reading.figures import NetworkReading, network_reading
from core.standards.reading.mark import MarkRead, mark_read
from tenants.directory import TenantDirectory
from tests.core.standards.builders import Stage, content
from tests.support.api import Api
from tests.support.networks import as_person, build_network

READER = frozenset({"standards.read"})


async def published(stage: Stage, scope: Scope | None = None) -> UUID:
    given = content() if scope is None else content(code="regional")
    await stage.publish(given, scope=scope)
    chosen = "SELECT id FROM published_versions WHERE network_id = $1 AND code = $2"
    return await stage.admin.fetchval(chosen, stage.network.id, given.code)


async def read(stage: Stage, scope: Scope, version_id: UUID) -> UUID:
    person = as_person(scope, READER)
    await stage.act(person, mark_read, MarkRead(version_id=version_id))
    return person.actor.id


async def figures(stage: Stage, scope: Scope, version_id: UUID, first: int = 25, after: Any = None) -> NetworkReading:
    """The figures as the region or network role reads them."""
    async with stage.unit(scope, read_only=True) as unit:
        below = await unit.tree.units_below(unit.network_id, unit.tenant_id, unit.now)
    opened = (
        stage.database.network_reads(stage.network.id)
        if scope.is_root
        else stage.database.region_reads(stage.network.id, (scope.tenant_id, *below))
    )
    async with opened as session:
        tree = TenantDirectory(stage.database).within(session)
        return await network_reading(Unit(session, scope, stage.clock, tree), version_id, first, after)


async def test_a_version_is_marked_once_a_person(stage: Stage) -> None:
    version_id, north = await published(stage), as_person(stage.network.north, READER)
    first = await stage.act(north, mark_read, MarkRead(version_id=version_id))
    before = await stage.rows()
    again = await stage.act(north, mark_read, MarkRead(version_id=version_id))
    assert (again.id, again.read_at) == (first.id, first.read_at)
    assert await stage.rows() == before
    assert await stage.admin.fetchval("SELECT count(*) FROM version_readings WHERE person_id = $1", north.actor.id) == 1


async def test_what_is_refused_changes_nothing(stage: Stage) -> None:
    regional = await published(stage, stage.network.region)
    version_id = await published(stage)
    strangers = await build_network(stage.database, stage.clock)
    before = await stage.admin.fetchval("SELECT count(*) FROM version_readings")
    for scope, wanted, fact in (
        (stage.network.north, version_id, OnlyPeopleRead),
        (as_person(stage.network.north, frozenset()), version_id, NotPermitted),
        (as_person(stage.network.headquarters, READER), regional, NotFound),
        (as_person(strangers.north, READER), version_id, NotFound),
        (as_person(stage.network.north, READER), new_id(), NotFound),
    ):
        with pytest.raises(fact):
            await stage.act(scope, mark_read, MarkRead(version_id=wanted))
    assert await stage.admin.fetchval("SELECT count(*) FROM version_readings") == before


async def test_units_above_see_figures_of_those_below_them(stage: Stage) -> None:
    version_id, network = await published(stage), stage.network
    for scope in (network.north, network.north, network.headquarters):
        await read(stage, scope, version_id)
    whole = await figures(stage, network.headquarters, version_id)
    assert (whole.readers, whole.tenants_reading, whole.tenants) == (3, 2, 4)
    assert {one.tenant.key: one.readers for one in whole.page} == {"hq": 1, "west": 0, "north": 2, "south": 0}
    part = await figures(stage, network.region, version_id)
    assert (part.readers, part.tenants_reading, part.tenants, part.more) == (2, 1, 3, None)
    assert {one.tenant.key for one in part.page} == {"west", "north", "south"}


async def test_figures_come_page_by_page(stage: Stage) -> None:
    version_id, hq = await published(stage), stage.network.headquarters
    seen: list[str] = []
    more: UUID | None = None
    for _ in range(4):
        page = await figures(stage, hq, version_id, 1, more)
        seen += [one.tenant.key for one in page.page]
        more = page.more
    assert more is None
    assert sorted(seen) == ["hq", "north", "south", "west"]
    with pytest.raises(InvalidInput):
        await figures(stage, hq, version_id, 101)


async def test_figures_are_for_those_who_oversee(stage: Stage) -> None:
    version_id = await published(stage)
    less = as_person(stage.network.headquarters, every_permission() - {OVERSEE_STANDARDS.name})
    with pytest.raises(NotPermitted):
        await figures(stage, less, version_id)
    with pytest.raises(NotFound):
        await figures(stage, stage.network.headquarters, new_id())


MARKED = """
mutation($input: MarkVersionReadInput!, $key: String!) {
  markVersionRead(input: $input, idempotencyKey: $key) {
    ... on MarkVersionReadSuccess { reading { readAt version { readers lastReadAt } } }
    ... on Problem { code }
  }
}
"""
NETWORK = """
query($version: ID!) { networkReading(version: $version) { readers page { tenantKey readers } } }
"""


async def test_managers_and_headquarters_see_it_through_the_api(stage: Stage) -> None:
    version_id, api = await published(stage), Api.on(stage.database, stage.clock)
    given = global_id("PublishedVersion", version_id)
    manager = as_person(stage.network.north, every_permission())
    answer = await api.execute(manager, MARKED, {"input": {"version": given}, "key": "once"})
    assert answer.data is not None
    assert answer.data["markVersionRead"]["reading"]["version"]["readers"] == 1
    clerk = replace(manager, permissions=READER)
    answer = await api.execute(clerk, "query($id: ID!) { publishedVersion(id: $id) { number readers } }", {"id": given})
    assert answer.data == {"publishedVersion": {"number": "1.0.0", "readers": None}}
    above = as_person(stage.network.headquarters, every_permission())
    answer = await api.execute(above, NETWORK, {"version": given})
    assert answer.data is not None
    assert answer.data["networkReading"]["readers"] == 1
    assert str(manager.actor.id) not in str(answer.data)
    grants = "SELECT kind, purpose FROM reading_grants WHERE network_id = $1"
    assert [tuple(one) for one in await stage.admin.fetch(grants, stage.network.id)] == [
        ("network", "graphql query anonymous")
    ]
