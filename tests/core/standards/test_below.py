"""A unit above asks what holds below: only where it may, only below it, and the same as the unit itself is told."""

from dataclasses import replace
from typing import Any

import pytest

from core.kernel.errors import NotFound, NotPermitted
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.standards.permissions import OVERSEE_STANDARDS
from core.standards.resolve import Resolution, effective_standard_below
from tenants.directory import TenantDirectory
from tests.core.standards.builders import CODE, SINCE, Stage, wish
from tests.support.networks import BuiltNetwork, as_person


async def asked(stage: Stage, scope: Scope, below: Scope) -> Resolution:
    """Ask as the gateway opens a read of the units below."""
    database, directory = stage.database, TenantDirectory(stage.database)
    below_ids = await directory.units_below(scope.network_id, scope.tenant_id, stage.clock.now())
    reads: Any = (
        database.network_reads(scope.network_id)
        if scope.is_root
        else database.region_reads(scope.network_id, (scope.tenant_id, *below_ids))
    )
    async with reads as session:
        unit = Unit(
            session=session,
            scope=replace(scope, instant=stage.clock.now()),
            clock=stage.clock,
            directory=directory.within(session),
        )
        return await effective_standard_below(unit, below.tenant_id, CODE)


async def test_units_above_are_told_what_the_unit_itself_is(stage: Stage) -> None:
    network = stage.network
    await stage.publish()
    await stage.adapt(network.region, wish(5000, valid_from=SINCE))
    await stage.adapt(network.north, wish(3600, valid_from=SINCE))
    own = await stage.resolve(network.north)
    for above in (network.headquarters, network.region):
        found = await asked(stage, above, network.north)
        assert (found.hash, found.standard, found.revision) == (own.hash, own.standard, own.revision)
        assert (await asked(stage, above, above)).hash == (await stage.resolve(above)).hash


async def test_nobody_asks_about_others_than_those_below(stage: Stage, strangers: BuiltNetwork) -> None:
    network = stage.network
    await stage.publish()
    for scope, other in (
        (network.north, network.south),
        (network.region, network.headquarters),
        (network.headquarters, strangers.north),
    ):
        with pytest.raises(NotFound):
            await asked(stage, scope, other)
    lower = as_person(network.region, network.region.permissions - {OVERSEE_STANDARDS.name})
    with pytest.raises(NotPermitted):
        await asked(stage, lower, network.north)
