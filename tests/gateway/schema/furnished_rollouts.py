"""Rollouts at each point of their life, one for each mutation that the walls are tried on."""

from typing import Any
from uuid import UUID

import msgspec

from core.kernel.graphql.ids import global_id
from core.kernel.permissions import every_permission
from core.kernel.unit import Unit
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import load_standard
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import Rollout, StandardVersion
from core.standards.rollouts.gates import RolloutGates
from core.standards.rollouts.lead import HaltRollout, halt_rollout
from core.standards.rollouts.mine import my_rollouts
from core.standards.rollouts.plan import PlanRollout, plan_rollout
from core.standards.rollouts.policy.plans import WavePlan
from core.standards.rollouts.start import StartRollout, start_rollout
from core.standards.rollouts.vocabulary import MANUAL_GATE, NO_GATE, RolloutMode, WaveKind
from tests.support.networks import FOUNDED, as_person

ADOPTED = "rollout-adopted"


async def furnish_rollouts(house: Any, standard: Any, shared: str) -> None:
    """Plan rollouts at headquarters, start some and halt one."""
    headquarters, author = house.headquarters, as_person(house.headquarters, every_permission())
    content = load_standard(standard).content
    asked = WavePlan(
        name=shared,
        kind=WaveKind.TENANTS,
        tenants=(house.north.tenant_id,),
        mode=RolloutMode.ADVISORY,
    )

    async def approved(code: str) -> StandardVersion:
        draft = DraftStandard(content=msgspec.structs.replace(content, code=code))
        version = await house.run(author, draft_standard, draft)
        for actor, advance, command in (
            (author, submit_version, SubmitVersion),
            (headquarters, approve_version, ApproveVersion),
        ):
            made: Any = command(version_id=version.id, expected_revision=version.revision)
            version = await house.run(actor, advance, made)
        return version

    async def planned(name: str, gate: str = NO_GATE) -> Rollout:
        version = await approved(f"rollout-{name}")
        first = WavePlan(name=asked.name, kind=asked.kind, tenants=asked.tenants, mode=asked.mode, gate=gate)
        plan = PlanRollout(version_id=version.id, waves=[first, WavePlan(name=shared, kind=WaveKind.REST)])
        rollout = await house.run(headquarters, plan_rollout, plan, RolloutGates())
        house.call(f"rollout {name}", "Rollout", rollout.id)
        house.revisions[f"rollout {name}"] = rollout.revision
        return rollout

    house.call("version planned", "StandardVersion", (await approved("rollout-none")).id)
    await planned("planned")
    await planned("started")
    for name, gate in (
        ("adopted", NO_GATE),
        ("gated", MANUAL_GATE),
        ("begun", NO_GATE),
        ("reversed", NO_GATE),
        ("running", NO_GATE),
        ("halted", NO_GATE),
    ):
        rollout = await planned(name, gate)
        start = StartRollout(rollout_id=rollout.id, expected_revision=rollout.revision, valid_from=FOUNDED)
        await house.run(headquarters, start_rollout, start)
        await house.office.carry_out()
        found = await house.office.admin.fetch(
            "SELECT id FROM rollout_waves WHERE rollout_id = $1 ORDER BY position", rollout.id
        )
        for position, row in enumerate(found, start=1):
            house.call(f"wave {name} {position}", "RolloutWave", row["id"])
    halted = UUID(await rollout_id(house, "rollout-halted"))
    await house.run(headquarters, halt_rollout, HaltRollout(rollout_id=halted, reason=shared))
    await house.run(house.north, remember_difference, house)


async def rollout_id(house: Any, code: str) -> str:
    """The rollout of a standard."""
    query = "SELECT id::text FROM rollouts WHERE network_id = $1 AND code = $2"
    return await house.office.admin.fetchval(query, house.network.id, code)


async def remember_difference(unit: Unit, house: Any) -> None:
    """Keep the hash that the tenant acknowledges."""
    [own] = await my_rollouts(unit, ADOPTED)
    house.ids["difference"] = own.difference.hash
    house.ids["tenant acting"] = global_id("Tenant", unit.tenant_id)
