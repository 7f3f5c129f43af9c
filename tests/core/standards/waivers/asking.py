"""Front ends of a network in which a region has set a bound, and the whole life of a waiver of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core.kernel.directory import Directory
from core.kernel.handlers import load_handlers
from core.kernel.idle import Ran, run_until_idle
from core.kernel.scope import Scope
from core.kernel.services import Services
from core.kernel.work import Background
from core.standards.policy.content import Bounds, Narrowing
from core.standards.vocabulary import Operator
from tenants.directory import TenantDirectory
from tests.core.standards.builders import CODE, SINCE, Stage, wish
from tests.support.api import Api, Client
from tests.support.networks import as_person

WorkOff = Callable[[], Awaitable[object]]
DAY = timedelta(days=1)
WAIVER = (
    "waiver { id status inForce expiresAt askedUntil renewalAsked renewals bound boundLimit revision value"
    " compensatingMeasure approverId decisionReason validFrom"
    " history(first: 20) { nodes { kind round until reason } } }"
)
REQUEST = "request { id status expiresAt renewals round revision decisionReason grantedAt value bound }"
EFFECTIVE = """
query What($code: String!, $at: DateTime, $knownAt: DateTime) {
  effectiveStandard(code: $code, at: $at, knownAt: $knownAt) {
    hash document
    values { clauseKey parameterKey value
      why { kind operator value outcome approverId authorId reason validTo suggestion
            waiver { waiver grantedBy compensatingMeasure expiresAt bound limit } } }
  }
}
"""


async def work_off(stage: Stage, *, tolerant: bool = False) -> Ran:
    """Do everything that is due in the network."""
    load_handlers()
    services = Services()
    services.put(Directory, TenantDirectory(stage.database))
    background = Background(database=stage.database, services=services, clock=stage.clock)
    return await run_until_idle(background, network_id=stage.network.id, tolerant=tolerant)


@dataclass(frozen=True, slots=True)
class Front:
    """A front end of somebody in a tenant."""

    stage: Stage
    scope: Scope

    @property
    def client(self) -> Client:
        return Client(Api.on(self.stage.database, self.stage.clock), self.scope)

    async def change(self, name: str, selection: str, **input: Any) -> Any:
        return await self.client.change(name, selection, **input)

    async def done(self, name: str, selection: str, **input: Any) -> Any:
        """Send a mutation that must succeed, and give what it shows."""
        answer = await self.change(name, selection, **input)
        assert answer["__typename"].endswith("Success"), answer
        return answer[selection.split(maxsplit=1)[0]]

    async def effective(self, at: datetime | None = None, known_at: datetime | None = None) -> Any:
        given = {"code": CODE, "at": at and at.isoformat(), "knownAt": known_at and known_at.isoformat()}
        return (await self.client.data(EFFECTIVE, **given))["effectiveStandard"]

    async def limit(self, at: datetime | None = None, known_at: datetime | None = None) -> Any:
        """The first response's limit with its reasons."""
        values = (await self.effective(at, known_at))["values"]
        return next(one for one in values if (one["clauseKey"], one["parameterKey"]) == ("first_response", "limit"))

    async def value(self, at: datetime | None = None, known_at: datetime | None = None) -> Any:
        return (await self.limit(at, known_at))["value"]

    async def waiver(self) -> Any:
        """The tenant's only waiver."""
        query = "{ waivers(first: 5) { nodes " + WAIVER.removeprefix("waiver ") + " } }"
        [found] = (await self.client.data(query))["waivers"]["nodes"]
        return found

    async def request(self) -> Any:
        """The only waiver the tenant was asked for."""
        query = "{ waiversAsked(first: 5) { nodes " + REQUEST.removeprefix("request ") + " } }"
        [found] = (await self.client.data(query))["waiversAsked"]["nodes"]
        return found


def front(stage: Stage, scope: Scope, *without: str) -> Front:
    return Front(stage, as_person(scope, scope.permissions - set(without)))


async def bounded(stage: Stage) -> tuple[Front, Front]:
    """Publish the standard and let the region bound the first response; gives front ends of north and the region."""
    await stage.publish()
    narrowing = Narrowing(bounds=Bounds(minimum=3000))
    await stage.adapt(stage.network.region, wish(None, operator=Operator.NARROW, narrowing=narrowing, valid_from=SINCE))
    return front(stage, stage.network.north), front(stage, stage.network.region)


def asking(stage: Stage, days: int = 100, **said: Any) -> dict[str, Any]:
    """What north asks: answers faster than the region lets it, for some days."""
    return {
        "code": CODE,
        "clauseKey": "first_response",
        "parameterKey": "limit",
        "value": 1200,
        "compensatingMeasure": "A second person is on duty.",
        "reason": "The mall demands it.",
        "until": (stage.clock.now() + days * DAY).isoformat(),
        **said,
    }


def changing(found: Any, **said: Any) -> dict[str, Any]:
    """What names a waiver, or a request, as it was read."""
    kind = "request" if "round" in found else "waiver"
    return {kind: found["id"], "expectedRevision": found["revision"], **said}


async def granted(stage: Stage, north: Front, region: Front, days: int = 100) -> Any:
    """Ask and grant."""
    await north.done("askWaiver", WAIVER, **asking(stage, days))
    await work_off(stage)
    asked = await region.request()
    await region.done("decideWaiver", REQUEST, **changing(asked, verdict="GRANTED", reason="For the mall."))
    await work_off(stage)
    return await north.waiver()


def kinds(waiver: Any) -> list[tuple[str, int]]:
    return [(one["kind"], one["round"]) for one in waiver["history"]["nodes"]]


async def whole_life(stage: Stage, work: WorkOff) -> None:
    """Ask, reject, ask, grant shorter, remind, renew, reject, renew, expire: through the API and whatever works."""
    north, region = await bounded(stage)
    before = await north.effective()
    await ask_in_vain(stage, north, region, work)
    assert (await north.effective())["hash"] == before["hash"]
    found = await ask_and_be_granted_less(stage, north, region, work)
    await see_it_hold(stage, north, region, found)
    assert (await north.effective())["hash"] != before["hash"]
    await renew_twice(stage, north, region, work)
    await let_it_end(stage, north, region, work)
    assert (await north.effective())["hash"] == before["hash"]


async def ask_in_vain(stage: Stage, north: Front, region: Front, work: WorkOff) -> None:
    asked = await north.done("askWaiver", WAIVER, **asking(stage))
    assert (asked["status"], asked["bound"], asked["boundLimit"], asked["inForce"]) == ("ASKED", "minimum", 3000, False)
    await work()
    waits = await waiting(region)
    assert (waits["status"], waits["value"], waits["bound"]) == ("ASKED", 1200, "minimum")
    await region.done("decideWaiver", REQUEST, **changing(waits, verdict="REJECTED", reason="Hire somebody."))
    await work()
    rejected = await north.waiver()
    assert (rejected["status"], rejected["decisionReason"]) == ("REJECTED", "Hire somebody.")


async def ask_and_be_granted_less(stage: Stage, north: Front, region: Front, work: WorkOff) -> Any:
    await north.done("askWaiver", WAIVER, **asking(stage, 200, value=1800))
    await work()
    shorter = (stage.clock.now() + 60 * DAY).isoformat()
    decision = changing(await waiting(region), verdict="GRANTED", reason="Until the mall is done.", until=shorter)
    await region.done("decideWaiver", REQUEST, **decision)
    await work()
    found = await waiver_that_is(north, "GRANTED")
    assert (found["inForce"], found["expiresAt"][:10]) == (True, shorter[:10])
    return found


async def see_it_hold(stage: Stage, north: Front, region: Front, found: Any) -> None:
    limit = await north.limit()
    why = limit["why"][-1]
    assert (limit["value"], why["kind"], why["operator"], why["outcome"]) == (1800, "WAIVER", "ASSIGN", "IN_FORCE")
    assert (why["waiver"]["bound"], why["waiver"]["limit"]) == ("minimum", 3000)
    assert why["waiver"]["compensatingMeasure"] == "A second person is on duty."
    assert (why["waiver"]["waiver"], why["approverId"]) == (found["id"], str(region.scope.actor.id))
    assert why["waiver"]["expiresAt"] == why["validTo"] == found["expiresAt"]
    document = (await north.effective())["document"]
    assert document["clauses"][1]["parameters"][0]["value"] == 1800
    south = front(stage, stage.network.south)
    assert [await south.value(), await region.value()] == [7200, 7200]


async def renew_twice(stage: Stage, north: Front, region: Front, work: WorkOff) -> None:
    stage.clock.advance(31 * DAY)
    await work()
    assert await open_reminders(stage) == 1
    found = await waiver_that_is(north, "GRANTED")
    later = (stage.clock.now() + 90 * DAY).isoformat()
    asked = await north.done("renewWaiver", WAIVER, **changing(found, until=later, reason="Not done yet."))
    assert (asked["renewalAsked"], asked["expiresAt"], asked["renewals"]) == (True, found["expiresAt"], 0)
    await work()
    decision = changing(await waiting(region), verdict="REJECTED", reason="Not so long.")
    await region.done("decideWaiver", REQUEST, **decision)
    await work()
    found = await waiver_that_is(north, "GRANTED")
    assert (found["renewalAsked"], found["renewals"]) == (False, 0)
    await north.done("renewWaiver", WAIVER, **changing(found, until=later, reason="Please."))
    await work()
    decision = changing(await waiting(region), verdict="GRANTED", reason="Well then.")
    await region.done("decideWaiver", REQUEST, **decision)
    await work()
    found = await waiver_that_is(north, "GRANTED")
    assert (found["renewals"], found["expiresAt"][:10], found["inForce"]) == (1, later[:10], True)
    assert await open_reminders(stage) == 0


async def let_it_end(stage: Stage, north: Front, region: Front, work: WorkOff) -> None:
    stage.clock.advance(40 * DAY)
    assert await north.value() == 1800, "beyond the first end"
    stage.clock.advance(60 * DAY)
    assert await north.value() == 7200, "it ends whether the job has run or not"
    await work()
    found = await waiver_that_is(north, "EXPIRED")
    assert found["inForce"] is False
    rounds = [("ASKED", 0), ("GRANTED", 0), ("ASKED", 1), ("REJECTED", 1), ("ASKED", 2), ("GRANTED", 2), ("EXPIRED", 2)]
    assert kinds(found) == rounds
    answer = await region.client.data("{ waiversGranted(first: 5) { nodes { status renewals } } }")
    assert answer["waiversGranted"]["nodes"] == [{"status": "EXPIRED", "renewals": 1}]


async def waiver_that_is(north: Front, status: str) -> Any:
    """The tenant's only waiver of a status."""
    nodes = WAIVER.removeprefix("waiver ")
    query = f"{{ waivers(first: 5, filter: {{status: {status}}}) {{ nodes {nodes} }} }}"
    [found] = (await north.client.data(query))["waivers"]["nodes"]
    return found


async def waiting(region: Front) -> Any:
    """The only waiver that waits for a decision."""
    nodes = REQUEST.removeprefix("request ")
    query = f"{{ waiversAsked(first: 5, filter: {{status: ASKED}}) {{ nodes {nodes} }} }}"
    [found] = (await region.client.data(query))["waiversAsked"]["nodes"]
    return found


async def open_reminders(stage: Stage) -> int:
    query = (
        "SELECT count(*) FROM work_items WHERE network_id = $1 AND kind = 'standards.waiver_expiring'"
        " AND status = 'open'"
    )
    return await stage.admin.fetchval(query, stage.network.id)


def same_person(stage: Stage, asker: Front, scope: Scope) -> Front:
    """Whoever asked, acting in another tenant."""
    return Front(stage, replace(scope, actor=asker.scope.actor))
