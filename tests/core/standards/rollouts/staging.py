"""A network to roll a version out in, and the operations of those who lead it and those whom it reaches."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core.kernel.graphql.ids import global_id
from core.kernel.scope import Scope
from core.standards.policy.content import StandardContent
from tests.core.standards.builders import CODE, Stage, content
from tests.core.standards.test_graphql import PROBLEM, Client, client
from tests.core.standards.test_jobs import work_off
from tests.support.networks import provisioned

DAY = 86_400
WAVES = """waves(first: 10) { nodes { id position name kind mode phase beginsAt deadline enforcedFrom
  counts { assigned adopted acknowledged waiting } } }"""
ROLLOUT = f"rollout {{ id code number status revision haltReason {WAVES} }}"
WAVE = f"wave {{ id name phase {ROLLOUT} }}"


def operation(name: str, success: str) -> str:
    """A mutation with one input."""
    type_ = name[0].upper() + name[1:]
    return f"""mutation Do($input: {type_}Input!, $key: String!) {{
      {name}(input: $input, idempotencyKey: $key) {{ {PROBLEM} ... on {type_}Success {{ {success} }} }} }}"""


PLAN = operation("planRollout", ROLLOUT)
CHANGE = operation("changeRollout", ROLLOUT)
START = operation("startRollout", ROLLOUT)
START_WAVE = operation("startWave", WAVE)
PASS_GATE = operation("passGate", WAVE)
HALT = operation("haltRollout", ROLLOUT)
RESUME = operation("resumeRollout", ROLLOUT)
ROLL_BACK = operation("rollBackWave", WAVE)
ADOPT = operation("adoptVersion", "adoption { id number validFrom version { number } }")
ACKNOWLEDGE = operation(
    "acknowledgeVersion", "acknowledgement { id number differenceHash acknowledgedHash acknowledgedAt acknowledgedBy }"
)
PUBLISH = operation("publishVersion", "version { id status }")
BY_ID = f"query One($id: ID!) {{ rollout(id: $id) {{ id status revision haltReason {WAVES} }} }}"
HISTORY = (
    "query Told($id: ID!) { rollout(id: $id)"
    " { history(first: 20) { nodes { kind reason at actorId wave { name } } } } }"
)
LIST = "query List($filter: RolloutFilter) { rollouts(filter: $filter) { nodes { id code status } } }"
MINE = """query Mine($code: String) { myRollouts(code: $code) {
  code version wave mode phase halted plannedAt deadline inForce effectiveFrom difference differenceHash
  acknowledged acknowledgedBy acknowledgedAt } }"""
UPCOMING = """query What($code: String!, $at: DateTime) { effectiveStandard(code: $code, at: $at) {
  version upcoming { version mode phase wave halted plannedAt deadline effectiveFrom } } }"""
STRICTER: dict[str, Any] = {"default": 5400}


def wave(name: str, kind: str, *tenants: Scope, **said: Any) -> dict[str, Any]:
    """A wave as a front end sends it."""
    return {"name": name, "kind": kind, "tenants": [global_id("Tenant", one.tenant_id) for one in tenants], **said}


@dataclass
class Rolling:
    """A version that is rolled out, those who lead it and those whom it reaches."""

    stage: Stage
    lead: Client
    others: list[Scope]
    version_id: str = ""
    rollout: Any = None
    keys: int = 0

    @classmethod
    async def on(cls, stage: Stage, others: int = 4) -> "Rolling":
        """Publish the first version in a network with some more franchisees, and approve the second."""
        hq = stage.network.headquarters
        wanted = [(f"other-{n}", "franchisee") for n in range(others)]
        made = await provisioned(stage.database, stage.clock, hq, hq, *wanted) if wanted else []
        await stage.publish()
        rolling = cls(stage, client(stage, hq), made)
        await rolling.approve(content("2.0.0", STRICTER))
        return rolling

    async def approve(self, given: StandardContent) -> None:
        _, version = await self.stage.approved(given)
        self.version_id = global_id("StandardVersion", version.id)

    async def do(self, by: Client, query: str, **input: Any) -> Any:
        self.keys += 1
        return await by.change(query, key=str(self.keys), **input)

    async def plan(self, *waves: dict[str, Any], **said: Any) -> Any:
        answer = await self.do(self.lead, PLAN, version=self.version_id, waves=list(waves), **said)
        self.rollout = answer.get("rollout")
        return answer

    async def start(self) -> None:
        """Start the rollout and let the worker do what waits."""
        revision = self.rollout["revision"]
        answer = await self.do(self.lead, START, rollout=self.rollout["id"], expectedRevision=revision)
        assert answer["__typename"] == "StartRolloutSuccess", answer
        await self.work()

    async def work(self) -> None:
        await work_off(self.stage)

    async def later(self, **by: float) -> None:
        """Move the clock and let the worker do what has fallen due."""
        self.stage.clock.advance(timedelta(**by))
        await self.work()

    async def read(self) -> Any:
        return await self.lead.ask(BY_ID, id=self.rollout["id"])

    async def history(self) -> list[tuple[str, str, str | None]]:
        """What was done to the rollout, why, and to which wave."""
        nodes = (await self.lead.ask(HISTORY, id=self.rollout["id"]))["history"]["nodes"]
        return [(one["kind"], one["reason"], one["wave"] and one["wave"]["name"]) for one in nodes]

    async def wave(self, name: str) -> Any:
        found = await self.read()
        return next(one for one in found["waves"]["nodes"] if one["name"] == name)

    async def counts(self, name: str) -> tuple[int, int, int, int]:
        """Assigned, adopted, acknowledged, waiting."""
        return tuple((await self.wave(name))["counts"].values())

    async def on_second(self) -> set[str]:
        """Names of the units that are on the second version."""
        network = self.stage.network
        named = {"hq": network.headquarters, "west": network.region, "north": network.north, "south": network.south}
        named |= {f"other-{n}": scope for n, scope in enumerate(self.others)}
        return {name for name, scope in named.items() if await self.version(scope) == "2.0.0"}

    async def version(self, scope: Scope, **at: Any) -> str:
        return (await self.stage.resolve(scope, **at)).standard.version.content.number

    async def mine(self, scope: Scope) -> Any:
        found = await client(self.stage, scope).ask(MINE, code=CODE)
        return found[0] if found else None

    async def acknowledge(self, scope: Scope, hash_: str | None = None) -> Any:
        given = hash_ or (await self.mine(scope))["differenceHash"]
        return await self.do(client(self.stage, scope), ACKNOWLEDGE, code=CODE, version="2.0.0", differenceHash=given)

    async def items(self, scope: Scope, kind: str) -> list[str]:
        """Statuses of the work items of a kind in a tenant, the oldest first."""
        rows = await self.stage.admin.fetch(
            "SELECT status FROM work_items WHERE tenant_id = $1 AND kind = $2 ORDER BY id", scope.tenant_id, kind
        )
        return [row["status"] for row in rows]
