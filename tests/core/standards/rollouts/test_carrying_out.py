"""Background work of rollouts: twice, killed once, behind gates that look by themselves; what was known stays so."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.kernel.clock import recorded_now
from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.services import Services
from core.kernel.unit import Unit
from core.kernel.work import Background
from core.standards.rollouts import carry_out
from core.standards.rollouts.carry_out import GATE_ITEM
from core.standards.rollouts.gates import GateAsked, GateFinding, RolloutGates
from core.standards.rollouts.lead import RollBackWave, StartWave, roll_back_wave, start_wave
from core.standards.rollouts.plan import PlanRollout, plan_rollout
from core.standards.rollouts.policy.plans import WavePlan
from core.standards.rollouts.start import StartRollout, start_rollout
from core.standards.rollouts.vocabulary import RolloutMode, WaveKind
from core.standards.standing import holding_at
from tenants.directory import TenantDirectory
from tests.core.standards.builders import Stage, content
from tests.core.standards.rollouts.staging import STRICTER, Rolling, wave
from tests.core.standards.rollouts.test_refusals import ROLLOUT_TABLES
from tests.support.networks import provisioned
from tests.support.repeating import killed_and_repeated

REST = WavePlan(name="rest", kind=WaveKind.REST)
KEPT = (*ROLLOUT_TABLES, "work_items")


async def kept(stage: Stage) -> dict[str, list[Any]]:
    """What carrying out leaves behind."""
    found: dict[str, list[Any]] = {}
    for table in KEPT:
        query = f"SELECT t::text AS row FROM {table} t WHERE network_id = $1"
        found[table] = sorted(row["row"] for row in await stage.admin.fetch(query, stage.network.id))
    return found


async def rolled(stage: Stage, *waves: WavePlan, gates: RolloutGates | None = None) -> Any:
    """Publish a first version, and a second one in waves; gives the rollout."""
    await stage.publish()
    approver, version = await stage.approved(content("2.0.0", STRICTER))
    async with stage.unit(approver) as unit:
        rollout = await plan_rollout(unit, PlanRollout(version_id=version.id, waves=waves), gates or RolloutGates())
    async with stage.unit(approver) as unit:
        command = StartRollout(rollout_id=rollout.id, expected_revision=rollout.revision)
        return await start_rollout(unit, command)


async def work(stage: Stage, gates: RolloutGates | None = None, *, tolerant: bool = False) -> None:
    load_handlers()
    services = Services()
    services.put(Directory, TenantDirectory(stage.database))
    services.put(RolloutGates, gates or RolloutGates())
    background = Background(database=stage.database, services=services, clock=stage.clock)
    await run_until_idle(background, network_id=stage.network.id, tolerant=tolerant)


async def wave_id(stage: Stage, name: str) -> Any:
    query = "SELECT id FROM rollout_waves WHERE network_id = $1 AND name = $2"
    return await stage.admin.fetchval(query, stage.network.id, name)


async def test_everything_done_twice_comes_to_the_same(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry_out, "AT_ONCE", 2)
    await rolled(stage, REST)
    await work(stage)
    once = await kept(stage)
    assert len(once["rollout_members"]) == len(once["acknowledgements"]) == 3
    resent = "UPDATE outbox SET status = 'waiting', attempts = 0, finished_at = NULL WHERE network_id = $1"
    assert await stage.admin.execute(resent + " AND topic LIKE 'standards.%'", stage.network.id) != "UPDATE 0"
    await work(stage)
    assert await kept(stage) == once


async def test_work_that_is_killed_goes_on_where_it_was(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry_out, "AT_ONCE", 2)
    through, killed = carry_out.add_assignments, list[str]()

    async def kill(*given: Any) -> None:
        await through(*given)
        if len(killed) < 2:
            killed.append("killed")
            raise ConnectionError

    monkeypatch.setattr(carry_out, "add_assignments", kill)
    await rolled(stage, REST)
    for _ in range(6):
        await work(stage, tolerant=True)
        stage.clock.advance(timedelta(minutes=10))
    assert killed == ["killed", "killed"]
    found = await kept(stage)
    assert (len(found["rollout_assignments"]), len(found["rollout_members"])) == (3, 3)
    jobs = await stage.admin.fetch(
        "SELECT done, total, status FROM jobs WHERE network_id = $1 AND kind = 'standards.assign_waves'",
        stage.network.id,
    )
    assert [tuple(row) for row in jobs] == [(4, 4, "done")]
    assert (await stage.resolve(stage.network.north)).standard.version.content.number == "2.0.0"


@dataclass
class Watching:
    """A gate that holds when it is told to."""

    holds: bool = False
    asked: list[GateAsked] = field(default_factory=list[GateAsked])
    tenants: set[Any] = field(default_factory=set[Any])

    @property
    def key(self) -> str:
        return "tests.watching"

    async def find(self, unit: Unit, asked: GateAsked) -> GateFinding:
        self.asked.append(asked)
        self.tenants.add(unit.tenant_id)
        return GateFinding(holds=self.holds, reason="As told.")


@killed_and_repeated("standards.gate_is_due")
async def test_a_gate_that_looks_by_itself_is_asked_until_it_holds(stage: Stage) -> None:
    watching = Watching()
    gates = RolloutGates([watching])
    north = stage.network.north
    pilots = WavePlan(name="pilots", kind=WaveKind.TENANTS, tenants=(north.tenant_id,), gate=watching.key)
    rollout = await rolled(stage, pilots, WavePlan(name="rest", kind=WaveKind.REST, starts_after=3600), gates=gates)
    await work(stage, gates)
    stage.clock.advance(timedelta(hours=1))
    await work(stage, gates)
    assert {(one.rollout_id, one.number) for one in watching.asked} == {(rollout.id, "2.0.0")}
    asked = len(watching.asked)
    south = stage.network.south
    assert (await stage.resolve(south)).standard.version.content.number == "1.0.0"
    items = "SELECT status FROM work_items WHERE network_id = $1 AND kind = $2"
    assert await stage.admin.fetchval(items, stage.network.id, GATE_ITEM) == "open"
    watching.holds = True
    stage.clock.advance(timedelta(hours=1))
    await work(stage, gates)
    assert (await stage.resolve(south)).standard.version.content.number == "2.0.0"
    assert await stage.admin.fetchval(items, stage.network.id, GATE_ITEM) == "done"
    assert (len(watching.asked), watching.tenants) == (asked + 1, {stage.network.headquarters.tenant_id})


def test_a_gate_is_known_once() -> None:
    gates = RolloutGates([Watching()])
    for one in ("tests.watching", "none", "manual"):
        gates.check(one)
    with pytest.raises(ValueError, match=r"tests\.watching"):
        gates.register(Watching())


async def test_what_was_known_of_a_rollout_is_told_the_same_for_ever(stage: Stage) -> None:
    headquarters, north = stage.network.headquarters, stage.network.north
    pilots = WavePlan(name="pilots", kind=WaveKind.TENANTS, tenants=(north.tenant_id,))
    await rolled(stage, pilots, REST)
    since = stage.clock.now()
    knowledge: list[tuple[datetime, str]] = []

    async def learn() -> None:
        await backdate(stage, timedelta(hours=1))
        knowledge[:] = [(known - timedelta(hours=1), number) for known, number in knowledge]
        found = await stage.resolve(north)
        knowledge.append((recorded_now() - timedelta(minutes=59), found.standard.version.content.number))
        for known, number in knowledge:
            assert (await stage.resolve(north, known_at=known)).standard.version.content.number == number

    await learn()
    await work(stage)
    await learn()
    stage.clock.advance(timedelta(hours=2))
    pilot = await wave_id(stage, "pilots")
    await stage.act(headquarters, roll_back_wave, RollBackWave(wave_id=pilot, reason="Queues."))
    await learn()
    async with stage.unit(headquarters) as unit:
        await start_wave(unit, StartWave(wave_id=pilot), RolloutGates())
    await learn()
    assert [number for _, number in knowledge] == ["1.0.0", "2.0.0", "1.0.0", "2.0.0"]
    at = [since + timedelta(hours=1), stage.clock.now()]
    numbers = [(await stage.resolve(north, at=one)).standard.version.content.number for one in at]
    assert numbers == ["2.0.0", "2.0.0"]


async def backdate(stage: Stage, by: timedelta) -> None:
    """Make as if everything that is known had been known for longer."""
    for table in ("published_overlays", "rollout_stages"):
        query = f"SELECT id FROM {table} WHERE network_id = $1 ORDER BY recorded_from"
        for row in await stage.admin.fetch(query, stage.network.id):
            await stage.admin.execute(
                f"UPDATE {table} SET recorded_from = recorded_from - $2::interval,"
                " recorded_to = recorded_to - $2::interval WHERE network_id = $1 AND id = $3",
                stage.network.id,
                by,
                row["id"],
            )
    for table, column in (("rollout_assignments", "recorded_from"), ("standard_heads", "recorded_at")):
        await stage.admin.execute(
            f"UPDATE {table} SET {column} = {column} - $2::interval WHERE network_id = $1", stage.network.id, by
        )


async def test_records_pin_the_version_their_tenant_is_on(stage: Stage) -> None:
    north, south = stage.network.north, stage.network.south
    pilots = WavePlan(name="pilots", kind=WaveKind.TENANTS, tenants=(north.tenant_id,), mode=RolloutMode.ENFORCED)
    await rolled(stage, pilots, REST)

    async def pinned() -> list[str]:
        found: list[str] = []
        for scope in (north, south):
            async with stage.unit(scope) as unit:
                found.append((await holding_at(unit, "incident-handling", unit.now)).version)
        return found

    assert await pinned() == ["1.0.0", "1.0.0"]
    await work(stage)
    assert await pinned() == ["2.0.0", "1.0.0"]
    pilot = await wave_id(stage, "pilots")
    await stage.act(stage.network.headquarters, roll_back_wave, RollBackWave(wave_id=pilot, reason="Queues."))
    assert await pinned() == ["1.0.0", "1.0.0"]


async def test_units_provisioned_later_are_in_the_rest(stage: Stage) -> None:
    rolling = await Rolling.on(stage, others=0)
    await rolling.plan(wave("west", "REGIONS", stage.network.region), wave("rest", "REST", startsAfter=3600))
    await rolling.start()
    hq = stage.network.headquarters
    [late] = await provisioned(stage.database, stage.clock, hq, stage.network.region, ("late", "franchisee"))
    await rolling.work()
    assert await rolling.version(late) == "1.0.0"
    await rolling.later(hours=1)
    assert await rolling.version(late) == "2.0.0"
