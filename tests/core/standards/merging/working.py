"""What it takes to publish a version, do what waits, and look at what became of adaptations."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import run_until_idle
from core.kernel.services import Services
from core.kernel.work import Background
from core.standards.adapt import Adapt
from core.standards.document import converted
from core.standards.merging.moving import renamed
from core.standards.policy.content import StandardContent
from tenants.directory import TenantDirectory
from tests.core.standards.builders import CODE, FACTS, Stage, content

SUSPENDED = "standards.adaptation_suspended"


def version(number: str, *, limit: Mapping[str, Any] | None = None, **clause: Any) -> StandardContent:
    """The incident standard with other terms, or another clause, for the first response."""
    facts: dict[str, Any] = deepcopy(FACTS) | {"number": number}
    facts["clauses"][1] |= clause
    if facts["clauses"][1]["parameters"]:
        facts["clauses"][1]["parameters"][0] |= limit or {}
    return converted(facts)


def moved(number: str, limit: Mapping[str, Any] | None = None) -> StandardContent:
    """The incident standard with the clause of the first response renamed to ``response``."""
    return renamed(content(), version(number, limit=limit), "first_response", "response", {})


def greet(text: dict[str, str]) -> Adapt:
    """A wish for another greeting."""
    return Adapt(code=CODE, clause_key="greeting", value=text, reason="We speak otherwise.")


async def work_off(stage: Stage) -> None:
    """Do everything that waits in the network."""
    load_handlers()
    services = Services()
    services.put(Directory, TenantDirectory(stage.database))
    background = Background(database=stage.database, services=services, clock=stage.clock)
    await run_until_idle(background, network_id=stage.network.id)


async def upgrade(stage: Stage, given: StandardContent, since: datetime | None = None) -> datetime:
    """Publish a version a moment from now, let that moment come and the work be done; gives the version's start."""
    turn = since or stage.clock.now() + timedelta(seconds=1)
    await stage.publish(given, turn)
    if since is None:
        stage.clock.advance(timedelta(seconds=1))
    await work_off(stage)
    return turn


async def outcomes(stage: Stage) -> list[dict[str, Any]]:
    """What became of the network's adaptations."""
    rows = await stage.admin.fetch(
        "SELECT * FROM merge_outcomes WHERE network_id = $1 ORDER BY recorded_at, id", stage.network.id
    )
    return [dict(row) for row in rows]


async def adaptations(stage: Stage) -> list[dict[str, Any]]:
    """The network's adaptations that are known now, by when they begin."""
    rows = await stage.admin.fetch(
        "SELECT * FROM adaptations WHERE network_id = $1 AND recorded_to IS NULL ORDER BY valid_from, id",
        stage.network.id,
    )
    return [dict(row) for row in rows]


async def waiting_items(stage: Stage) -> list[dict[str, Any]]:
    """The work items about suspended adaptations that are open."""
    rows = await stage.admin.fetch(
        "SELECT * FROM work_items WHERE network_id = $1 AND kind = $2 AND status = 'open' ORDER BY id",
        stage.network.id,
        SUSPENDED,
    )
    return [dict(row) for row in rows]


async def value(stage: Stage, scope: Any, clause: str, parameter: str = "", at: datetime | None = None) -> Any:
    """What holds for a tenant in one place."""
    return (await stage.resolve(scope, at)).standard.values[clause, parameter].value
