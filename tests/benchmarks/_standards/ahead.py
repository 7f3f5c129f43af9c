"""Preview and publication over networks of two sizes: seconds, peak memory, and how they grow with the network."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.kernel.idle import run_until_idle
from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from core.standards.approve import ApproveVersion, SubmitVersion, approve_version, submit_version
from core.standards.document import converted
from core.standards.draft import DraftStandard, draft_standard
from core.standards.models import StandardVersion
from core.standards.publish import PublishVersion, publish_version
from tests.benchmarks import _alone as apart
from tests.benchmarks._ground import Ground, own_ground
from tests.benchmarks._harness import case
from tests.support.cluster import superuser
from tests.support.networks import FOUNDED, build_network

LOOKING = Path(__file__).with_name("looking.py")
CODE, PLACES = "sales-service", 50
SECONDS_GOAL, LARGEST = 60.0, 10_000
"""A minute for so many tenants, and as much less for fewer."""
MEMORY_GOAL, GROWTH_GOAL = 512.0, 1.2
WHAT = {"preview": "preview", "publish": "publication, to the last adaptation merged,"}

ADAPTATIONS = """
    INSERT INTO adaptations (tenant_id, network_id, id, code, clause_key, parameter_key, variant, aspect, value, reason,
                             legal_basis, author_id, operator, based_on, origin_id, revision, valid_from, recorded_from,
                             ended_because)
    SELECT a.tenant_id, $1, a.id, $2, a.clause_key, 'limit', '', 'value', to_jsonb(a.value), 'Made', '', $3, 'assign',
           $4, a.id, 1, $5, $5, ''
    FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::integer[]) AS a (tenant_id, id, clause_key, value)
"""

HEADS = """
    INSERT INTO standard_heads (tenant_id, network_id, code, revision, recorded_at)
    SELECT h.tenant_id, $1, $2, 1, $3 FROM unnest($4::uuid[]) AS h (tenant_id)
"""


@dataclass(frozen=True, slots=True)
class Size:
    """How many tenants a network has, and how much each has adapted."""

    tenants: int
    adaptations: int


def content(number: str, greatest: int) -> dict[str, Any]:
    """A standard of time limits that all may be adapted downwards."""
    clauses = [
        {
            "key": f"limit_{n}",
            "kind": "limit",
            "flexibility": "flexible",
            "text": {"en": "Answer in time."},
            "parameters": [
                {
                    "key": "limit",
                    "type": "duration",
                    "unit": "elapsed",
                    "default": greatest if n % 2 else 7200,
                    "operators": ["assign"],
                    "bounds": {"minimum": 60, "maximum": greatest if n % 2 else 7200},
                }
            ],
        }
        for n in range(PLACES)
    ]
    return {"code": CODE, "number": number, "title": {"en": "Sales service"}, "clauses": clauses}


async def cases(quick: bool) -> list[dict[str, Any]]:
    """Measure both sizes, each act in a process of its own."""
    small, large = (Size(5, 3), Size(20, 3)) if quick else (Size(1_000, 20), Size(10_000, 20))
    async with own_ground() as (ground, _, admin_url):
        admin = await superuser(admin_url)
        try:
            took = {size: await measured(ground, admin, size) for size in (small, large)}
        finally:
            await admin.close()
    return [line for what in ("preview", "publish") for line in lines(what, small, large, took)]


async def measured(ground: Ground, admin: Any, size: Size) -> dict[str, tuple[float, float]]:
    """Make a network, look ahead in it, and publish what was looked at."""
    scope = (await build_network(ground.database, ground.clock)).headquarters
    await brought(ground, scope, "1.0.0", 7200, publish=True)
    await run_until_idle(ground.background, network_id=scope.network_id)
    await fill(admin, scope, size)
    version = await brought(ground, scope, "2.0.0", 3600, publish=False)
    await run_until_idle(ground.background, network_id=scope.network_id)
    return {what: await alone(ground, scope, version, what) for what in ("preview", "publish")}


async def brought(ground: Ground, scope: Scope, number: str, greatest: int, *, publish: bool) -> StandardVersion:
    """Bring a version as far as approval, or to publication."""
    author, approver = (replace(scope, actor=Actor(ActorKind.PERSON, new_id())) for _ in range(2))
    async with ground.database.unit(author, clock=ground.clock, directory=ground.directory) as unit:
        draft = await draft_standard(unit, DraftStandard(content=converted(content(number, greatest))))
        version = await submit_version(unit, SubmitVersion(version_id=draft.id, expected_revision=draft.revision))
    async with ground.database.unit(approver, clock=ground.clock, directory=ground.directory) as unit:
        asked = ApproveVersion(version_id=version.id, expected_revision=version.revision)
        version = await approve_version(unit, asked)
        if publish:
            command = PublishVersion(version_id=version.id, expected_revision=version.revision, valid_from=FOUNDED)
            version = await publish_version(unit, command)
    return version


async def fill(admin: Any, scope: Scope, size: Size) -> None:
    """Put tenants below headquarters, each with adaptations of its own."""
    ids = [new_id() for _ in range(size.tenants)]
    author, since = new_id(), datetime(2020, 1, 1, tzinfo=UTC)
    template = await admin.fetchrow(
        "SELECT * FROM tenants WHERE network_id = $1 AND kind = 'franchisee'", scope.network_id
    )
    placed = await admin.fetchrow("SELECT * FROM tenant_placements WHERE child_id = $1", template["id"])
    for n, id_ in enumerate(ids):
        await copied(admin, "tenants", template, id=id_, key=f"made-{n}")
        await copied(admin, "tenant_placements", placed, id=new_id(), child_id=id_, parent_id=scope.tenant_id)
    based = await admin.fetchval("SELECT id FROM published_versions WHERE network_id = $1", scope.network_id)
    rows = [(one, new_id(), *wish(n, m)) for n, one in enumerate(ids) for m in range(size.adaptations)]
    for start in range(0, len(rows), 10_000):
        part = rows[start : start + 10_000]
        columns = [list(column) for column in zip(*part, strict=True)]
        await admin.execute(ADAPTATIONS, scope.network_id, CODE, author, based, since, *columns)
    await admin.execute(HEADS, scope.network_id, CODE, since, ids)
    await admin.execute("ANALYZE")


def wish(tenant: int, number: int) -> tuple[str, int]:
    """Give place and value of an adaptation: others in each tenant; one in twenty or so will not fit."""
    return f"limit_{(tenant * 7 + number * 3) % PLACES}", 60 + (tenant * 131 + number * 977) % 4_000


async def copied(admin: Any, table: str, row: Any, **other: Any) -> None:
    """Copy a row with other values."""
    facts = {**dict(row), **other}
    names, marks = ", ".join(facts), ", ".join(f"${n}" for n in range(1, len(facts) + 1))
    await admin.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", *facts.values())


async def alone(ground: Ground, scope: Scope, version: StandardVersion, what: str) -> tuple[float, float]:
    """Do it in a process of its own, and give its seconds and its peak memory in MiB."""
    ids = (scope.network_id, scope.tenant_id, version.id, version.revision)
    seconds, mebibytes = (await apart.alone(LOOKING, ground.database.url, what, *map(str, ids)))[-2:]
    return float(seconds), float(mebibytes)


def lines(
    what: str, small: Size, large: Size, took: dict[Size, dict[str, tuple[float, float]]]
) -> list[dict[str, Any]]:
    """Say what was measured of one act: seconds at both sizes, how they grow, and the most memory it held."""
    (few, _), (many, _) = took[small][what], took[large][what]
    growth = (many / large.tenants) / (few / small.tenants)
    against = f"the same for {small.tenants}, by tenant"
    within = SECONDS_GOAL if what == "preview" else None
    told = [
        seconds(what, small, few, None if within is None else within * small.tenants / LARGEST),
        seconds(what, large, many, None if within is None else within * large.tenants / LARGEST),
        case(
            f"growth of {named(what, large)}",
            many / large.tenants * 1e3,
            "ms/tenant",
            against=against,
            ratio=growth,
            goal=f"<= {GROWTH_GOAL}",
            met=growth <= GROWTH_GOAL,
        ),
    ]
    for size in (small, large):
        peak = took[size][what][1]
        name = f"peak memory of {named(what, size)}"
        told.append(case(name, peak, "MiB", goal=f"<= {MEMORY_GOAL:.0f} MiB", met=peak <= MEMORY_GOAL))
    return told


def seconds(what: str, size: Size, took: float, goal: float | None) -> dict[str, Any]:
    """Say how long one act took; what a publication causes is work in the background, and has no goal in seconds."""
    met = None if goal is None else took <= goal
    return case(named(what, size), took, "s", goal="" if goal is None else f"<= {goal:g} s", met=met)


def named(what: str, size: Size) -> str:
    """Name an act and the network it was done in."""
    return f"{WHAT[what]} over {size.tenants} tenants x {size.adaptations} adaptations"
