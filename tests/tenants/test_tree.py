"""The tree as the database keeps it: founded, grown, moved, with its history and under its walls."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core.kernel.clock import SetClock, recorded_now
from core.kernel.database import Database
from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.kernel.ids import new_id
from core.kernel.roles import Role
from core.kernel.scope import Scope
from tenants.directory import TenantDirectory
from tenants.errors import (
    HeadquartersIsFixed,
    KeyIsTaken,
    KindDoesNotFit,
    NotPlacedThen,
    OnlyHeadquarters,
    PlacementWouldCycle,
)
from tenants.networks.create import CreateNetwork, create_network, founding_scope, network_id_of
from tenants.networks.move import MoveTenant, move_tenant
from tenants.networks.policy import Placement, lineage_at, place_from, would_cycle
from tenants.networks.provision import MOST_AT_ONCE, ProvisionTenant, provision_tenant, provision_tenants
from tenants.networks.tree_queries import read_lineage
from tests.support.networks import FOUNDED, BuiltNetwork, build_network
from tests.tenants.office import Office

SOON = timedelta(days=1)


async def provision(office: Office, key: str, parent: Scope | UUID, **more: Any) -> UUID:
    parent_id = parent if isinstance(parent, UUID) else parent.tenant_id
    command = ProvisionTenant(key=key, name=key.title(), parent_id=parent_id, **more)
    return (await office.run(office.network.headquarters, lambda unit: provision_tenant(unit, command))).id


async def move(office: Office, tenant_id: UUID, parent_id: UUID, since: datetime | None = None) -> None:
    command = MoveTenant(tenant_id=tenant_id, parent_id=parent_id, since=since)
    await office.run(office.network.headquarters, lambda unit: move_tenant(unit, command))


async def lineage(office: Office, tenant_id: UUID, at: datetime | None = None) -> tuple[UUID, ...]:
    return await office.directory.lineage(office.network.id, tenant_id, at or office.clock.now())


async def test_a_network_begins_with_its_headquarters(database: Database, clock: SetClock, admin: Any) -> None:
    key = f"brand-{new_id().hex[-12:]}"
    async with database.unit(founding_scope(key, clock.now()), clock=clock) as unit:
        network = await create_network(unit, CreateNetwork(key=key, name=" Brand ", currency="SEK"))
    facts = await TenantDirectory(database).tenants(network_id_of(key))
    assert [(one.key, one.name, one.kind, one.currency, one.active) for one in facts] == [
        ("hq", "Brand", "headquarters", "SEK", True)
    ]
    assert network.headquarters_id == facts[0].id
    assert await TenantDirectory(database).lineage(network.network_id, facts[0].id, clock.now()) == (facts[0].id,)
    assert await admin.fetchval("SELECT count(*) FROM tenant_settings WHERE tenant_id = $1", facts[0].id) == 1


async def test_a_networks_key_is_given_once(office: Office) -> None:
    again = founding_scope(office.network.key, office.clock.now())
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await office.run(again, lambda unit: create_network(unit, CreateNetwork(key=office.network.key, name="x")))


async def test_a_network_cannot_be_founded_in_anothers_scope(office: Office) -> None:
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await office.run(
                office.network.headquarters, lambda unit: create_network(unit, CreateNetwork(key="other", name="x"))
            )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Not a key"),
        ("key", ""),
        ("name", "  "),
        ("name", "line\nbreak"),
        ("locale", "xx-never"),
        ("time_zone", "../etc/passwd"),
        ("currency", "EURO"),
        ("since", datetime(2026, 1, 1)),  # noqa: DTZ001 - a naive instant is what is refused
    ],
)
async def test_values_of_the_wrong_form_are_refused(office: Office, field: str, value: Any) -> None:
    given_values: dict[str, Any] = {"key": "east", "name": "East", field: value}
    command = ProvisionTenant(parent_id=office.network.region.tenant_id, **given_values)
    async with office.nothing_changes():
        with pytest.raises(InvalidInput) as refused:
            await office.run(office.network.headquarters, lambda unit: provision_tenant(unit, command))
    assert refused.value.field == field


async def test_what_is_not_said_is_inherited_from_the_tenant_above(office: Office) -> None:
    region = await provision(
        office, "nordics", office.network.headquarters, kind="region", locale="sv-SE", time_zone="Europe/Stockholm"
    )
    await provision(office, "oslo", region, currency="NOK")
    facts = await office.directory.tenant_by_key(office.network.id, "oslo")
    assert facts is not None
    assert (facts.locale, facts.time_zone, facts.currency) == ("sv-SE", "Europe/Stockholm", "NOK")


async def test_the_tree_has_any_depth(office: Office) -> None:
    way = [office.network.headquarters.tenant_id, office.network.region.tenant_id]
    for depth in range(12):
        way.append(await provision(office, f"deep-{depth}", way[-1], kind="region"))
    leaf = await provision(office, "leaf", way[-1])
    assert await lineage(office, leaf) == (*way, leaf)
    below = await office.directory.units_below(office.network.id, way[2], office.clock.now())
    assert set(below) == {*way[3:], leaf}


async def test_units_below_are_all_below_and_never_oneself(office: Office) -> None:
    network, now = office.network, office.clock.now()
    found = await office.directory.units_below(network.id, network.headquarters.tenant_id, now)
    assert set(found) == {network.region.tenant_id, network.north.tenant_id, network.south.tenant_id}
    assert await office.directory.units_below(network.id, network.north.tenant_id, now) == ()
    assert await office.directory.units_below(network.id, network.headquarters.tenant_id, FOUNDED - SOON) == ()


async def test_five_hundred_tenants_are_provisioned_at_once_all_or_none(office: Office) -> None:
    def wanted(count: int, last: str) -> list[ProvisionTenant]:
        keys = [f"many-{number}" for number in range(count - 1)] + [last]
        return [ProvisionTenant(key=key, name=key, parent_id=office.network.region.tenant_id) for key in keys]

    headquarters = office.network.headquarters
    for clash in ("north", "many-0"):
        async with office.nothing_changes():
            with pytest.raises(KeyIsTaken) as refused:
                await office.run(headquarters, lambda unit, clash=clash: provision_tenants(unit, wanted(20, clash)))
        assert refused.value.key == clash
    with pytest.raises(ValueError, match="at most"):
        await office.run(headquarters, lambda unit: provision_tenants(unit, wanted(MOST_AT_ONCE + 1, "z")))
    made = await office.run(headquarters, lambda unit: provision_tenants(unit, wanted(MOST_AT_ONCE, "many-last")))
    assert len(made) == MOST_AT_ONCE
    below = await office.directory.units_below(office.network.id, office.network.region.tenant_id, office.clock.now())
    assert len(below) == MOST_AT_ONCE + 2
    assert await office.run(headquarters, lambda unit: provision_tenants(unit, [])) == []


async def test_what_cannot_be_provisioned(office: Office) -> None:
    network = office.network
    async with office.nothing_changes():
        with pytest.raises(KeyIsTaken):
            await provision(office, "north", network.headquarters)
        with pytest.raises(KindDoesNotFit):
            await provision(office, "below-north", network.north)
        with pytest.raises(KindDoesNotFit):
            await provision(office, "second-root", network.headquarters, kind="headquarters")
        with pytest.raises(NotFound):
            await provision(office, "nowhere", new_id())
        with pytest.raises(NotPlacedThen):
            await provision(office, "too-old", network.region, since=FOUNDED - SOON)


async def test_only_headquarters_provisions_and_moves(office: Office) -> None:
    network = office.network
    command = ProvisionTenant(key="mine", name="Mine", parent_id=network.region.tenant_id)
    moving = MoveTenant(tenant_id=network.north.tenant_id, parent_id=network.headquarters.tenant_id)
    async with office.nothing_changes():
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.region, lambda unit: provision_tenant(unit, command))
        with pytest.raises(OnlyHeadquarters):
            await office.run(network.region, lambda unit: move_tenant(unit, moving))


@pytest.mark.parametrize("role", ["standards_editor", "auditor", "clerk"])
async def test_lower_roles_of_headquarters_neither_provision_nor_move(office: Office, role: str) -> None:
    network = office.network
    scope = office.acting(network.headquarters, role)
    command = ProvisionTenant(key="mine", name="Mine", parent_id=network.region.tenant_id)
    moving = MoveTenant(tenant_id=network.north.tenant_id, parent_id=network.headquarters.tenant_id)
    async with office.nothing_changes():
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: provision_tenant(unit, command))
        with pytest.raises(NotPermitted):
            await office.run(scope, lambda unit: move_tenant(unit, moving))


async def test_another_network_sees_nothing_and_moves_nothing(office: Office, strangers: BuiltNetwork) -> None:
    network, now = office.network, office.clock.now()
    directory = office.directory
    assert await directory.lineage(strangers.id, network.north.tenant_id, now) == ()
    assert await directory.units_below(strangers.id, network.region.tenant_id, now) == ()
    assert not {one.id for one in await directory.tenants(strangers.id)} & {one.tenant_id for one in network.scopes}
    moving = MoveTenant(tenant_id=network.north.tenant_id, parent_id=strangers.headquarters.tenant_id)
    async with office.nothing_changes():
        with pytest.raises(NotFound):
            await office.run(strangers.headquarters, lambda unit: move_tenant(unit, moving))


async def test_the_wall_keeps_others_from_writing_the_tree(office: Office) -> None:
    network = office.network
    async with office.nothing_changes(), office.database.unit(network.region, clock=office.clock) as unit:
        for statement in (
            "UPDATE tenants SET name = 'x'",
            "UPDATE tenant_placements SET recorded_to = now()",
            "UPDATE networks SET name = 'x'",
        ):
            done: Any = await unit.session.execute(text(statement))
            assert done.rowcount == 0


async def test_a_move_keeps_the_past_and_takes_along_what_is_below(office: Office) -> None:
    network = office.network
    other = await provision(office, "other", network.headquarters, kind="region", since=FOUNDED)
    now = office.clock.now()
    before = recorded_now()
    await move(office, network.region.tenant_id, other, since=now + SOON)
    root = network.headquarters.tenant_id
    assert await lineage(office, network.north.tenant_id, now) == network.north.lineage
    later = (root, other, network.region.tenant_id, network.north.tenant_id)
    assert await lineage(office, network.north.tenant_id, now + SOON) == later
    context = {"app.network_id": str(network.id)}
    async with office.database.transaction(Role.APP, context, read_only=True) as session:
        known = await read_lineage(session, network.id, network.north.tenant_id, now + SOON, before)
    assert known == network.north.lineage, "what was known before the move is still answered"


async def test_a_move_corrects_the_past_and_replaces_plans(office: Office) -> None:
    network, now = office.network, office.clock.now()
    root = network.headquarters.tenant_id
    await move(office, network.north.tenant_id, root, since=now + 2 * SOON)
    await move(office, network.north.tenant_id, root, since=FOUNDED + SOON)
    await move(office, network.north.tenant_id, network.region.tenant_id, since=now)
    assert await lineage(office, network.north.tenant_id, FOUNDED) == network.north.lineage
    assert await lineage(office, network.north.tenant_id, FOUNDED + 2 * SOON) == (root, network.north.tenant_id)
    for at in (now, now + 3 * SOON):
        assert await lineage(office, network.north.tenant_id, at) == network.north.lineage


async def test_what_cannot_be_moved(office: Office) -> None:
    network = office.network
    inner = await provision(office, "inner", network.region, kind="region")
    young = await provision(office, "young", network.headquarters, kind="region", since=office.clock.now() + SOON)
    async with office.nothing_changes():
        with pytest.raises(HeadquartersIsFixed):
            await move(office, network.headquarters.tenant_id, network.region.tenant_id)
        with pytest.raises(PlacementWouldCycle):
            await move(office, network.region.tenant_id, inner)
        with pytest.raises(PlacementWouldCycle):
            await move(office, network.region.tenant_id, network.region.tenant_id)
        with pytest.raises(KindDoesNotFit):
            await move(office, network.south.tenant_id, network.north.tenant_id)
        with pytest.raises(NotPlacedThen):
            await move(office, network.north.tenant_id, young)
        with pytest.raises(NotFound):
            await move(office, network.north.tenant_id, new_id())


async def test_two_moves_at_once_never_make_a_cycle(office: Office) -> None:
    network = office.network
    one = await provision(office, "one", network.headquarters, kind="region", since=FOUNDED)
    two = await provision(office, "two", network.headquarters, kind="region", since=FOUNDED)
    outcomes = await asyncio.gather(move(office, one, two), move(office, two, one), return_exceptions=True)
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "PlacementWouldCycle"]
    for tenant in (one, two):
        assert (await lineage(office, tenant))[0] == network.headquarters.tenant_id


async def test_the_database_refuses_two_places_at_one_time(office: Office, admin: Any) -> None:
    network = office.network
    with pytest.raises(asyncpg.ExclusionViolationError, match="placements_one_place_at_a_time"):
        await admin.execute(
            "INSERT INTO tenant_placements (network_id, id, owner_tenant_id, child_id, parent_id, valid_from,"
            " recorded_from) VALUES ($1, gen_random_uuid(), $2, $3, $2, $4, now())",
            network.id,
            network.headquarters.tenant_id,
            network.north.tenant_id,
            datetime(2020, 1, 1, tzinfo=UTC),
        )


DAYS = st.integers(0, 8)
MOVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), DAYS), max_size=6)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
async def test_the_directory_answers_as_a_slow_oracle(
    database: Database, clock: SetClock, moves: list[tuple[int, int, int]]
) -> None:
    network = await build_network(database, clock)
    office = Office(database=database, clock=clock, network=network, admin=None)
    root, start = network.headquarters.tenant_id, clock.now()
    commands = [
        ProvisionTenant(key=f"r{number}", name="R", parent_id=root, kind="region", since=start) for number in range(4)
    ]
    made = await office.run(network.headquarters, lambda unit: provision_tenants(unit, commands))
    regions = [tenant.id for tenant in made]
    oracle = [Placement(child_id=root, parent_id=None, valid_from=start)]
    oracle += [Placement(child_id=one, parent_id=root, valid_from=start) for one in regions]
    for which, under, days in moves:
        child, parent, since = regions[which], [*regions, root][under], start + timedelta(days=days)
        if would_cycle(oracle, child, parent, since):
            with pytest.raises(PlacementWouldCycle):
                await move(office, child, parent, since)
            continue
        await move(office, child, parent, since)
        rewriting = place_from([one for one in oracle if one.child_id == child], child, parent, since)
        oracle = [one for one in oracle if one not in rewriting.closed] + list(rewriting.added)
    context = {"app.network_id": str(network.id)}
    async with database.transaction(Role.APP, context, read_only=True) as session:
        directory = office.directory.within(session)
        for days in range(-1, 10):
            at = start + timedelta(days=days)
            answers = {one: await directory.lineage(network.id, one, at) for one in regions}
            assert answers == {one: lineage_at(oracle, one, at) for one in regions}
            below = await directory.units_below(network.id, regions[0], at)
            assert set(below) == {one for one in regions[1:] if regions[0] in answers[one]}
