"""What front ends of every tenant see between two moves: ids and revisions to act on, and what is held to the model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kernel.graphql.ids import split_id
from core.kernel.scope import Scope
from tests.core.standards.life.world import HQ, TENANTS, WEST, Consulted, Laid, World
from tests.support.api import Api, global_tenant
from tests.support.networks import BuiltNetwork

CODE = "sales"
OFFICE = """standards(first: 1) { nodes { id versions(first: 40) { nodes { id number status revision } } } }
  rollouts(first: 40) { nodes { id number status revision waves(first: 5) { nodes { id name phase } } } }"""
UNIT = """adaptations(first: 60, filter: {knownNow: true}) {
    nodes { id clauseKey parameterKey operator value validFrom validTo } }
  mergeOutcomes(first: 60, filter: {open: true}) {
    nodes { id adaptation { id } before { clauseKey parameterKey } proposal proposedPlace { clauseKey parameterKey }
      proposedValue outcome } }
  waivers(first: 60) { nodes { id clauseKey parameterKey value status inForce revision } }
  adaptationProposals(first: 60) { nodes { id clauseKey value status revision } }
  promises(first: 60, filter: {knownNow: true}) { nodes { id validTo } }
  myRollouts(code: "sales") { version differenceHash acknowledged inForce }"""
ASKED = "waiversAsked(first: 60) { nodes { id askingTenant clauseKey value status revision } }"
EVERYBODY = """effectiveStandard(code: "sales") { version revision
    values { clauseKey parameterKey value why { kind value outcome } } }
  consultations(first: 40) { nodes { id number endsAt revision } }"""
PARTS = {tenant: f"{{ {EVERYBODY} {OFFICE if tenant == HQ else UNIT} }}" for tenant in TENANTS}
PARTS[HQ] = PARTS[HQ].replace("{ effective", f"{{ {ASKED} effective", 1)
PARTS[WEST] = PARTS[WEST].replace("{ effective", f"{{ {ASKED} effective", 1)


@dataclass(slots=True)
class Seen:
    """What each tenant's front end shows, and the tenants' ids."""

    by: dict[str, Any]
    ids: dict[str, str]

    def nodes(self, tenant: str, name: str) -> list[Any]:
        """Give what a list shows, the oldest first."""
        found = self.by[tenant].get(name)
        return [] if found is None else sorted(found["nodes"], key=lambda row: split_id(row["id"])[1])

    def version(self, number: str) -> Any:
        [standard] = self.nodes(HQ, "standards")
        return next(one for one in standard["versions"]["nodes"] if one["number"] == number)

    def rollout(self, number: str) -> Any:
        return next(one for one in self.nodes(HQ, "rollouts") if one["number"] == number)

    def wave(self, number: str, name: str) -> Any:
        return next(one for one in self.rollout(number)["waves"]["nodes"] if one["name"] == name)

    def revision(self, tenant: str) -> int:
        found = self.by[tenant]["effectiveStandard"]
        return 0 if found is None else found["revision"]

    def adaptation(self, one: Laid) -> Any:
        """The row of something that was laid and is not over."""
        return next(
            row
            for row in self.nodes(one.tenant, "adaptations")
            if (row["clauseKey"], row["parameterKey"], row["operator"] == "NARROW")
            == (one.clause, one.name, one.narrows)
            and instant(row["validFrom"]) == one.starts
        )

    def consultation(self, tenant: str, one: Consulted) -> Any:
        """A draft that is laid before the units below, if it is shown."""
        return next(
            (
                row
                for row in self.nodes(tenant, "consultations")
                if (row["number"], instant(row["endsAt"])) == (one.number, one.ends)
            ),
            None,
        )

    def outcome(self, one: Laid) -> Any:
        """What waits about something that was laid."""
        id_ = self.adaptation(one)["id"]
        return next(row for row in self.nodes(one.tenant, "mergeOutcomes") if row["adaptation"]["id"] == id_)


def instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


async def look(api: Api, network: BuiltNetwork) -> Seen:
    """Read what every tenant's front end shows."""
    scopes: dict[str, Scope] = dict(zip(TENANTS, network.scopes, strict=True))
    by: dict[str, Any] = {}
    for tenant, scope in scopes.items():
        answer = await api.execute(scope, PARTS[tenant])
        assert set(answer.codes) <= {"standards.none_in_force"}, answer.said
        by[tenant] = answer.data
    return Seen(by, {tenant: global_tenant(scope) for tenant, scope in scopes.items()})


def held_against(world: World, seen: Seen) -> None:
    """Hold everything that is shown against the model."""
    for issue in world.issues:
        assert seen.version(issue.number)["status"] == issue.status, issue.number
        if issue.rollout is not None:
            assert seen.rollout(issue.number)["status"] == issue.rollout.status, issue.number
    for tenant in TENANTS:
        values_held(world, seen, tenant)
    for tenant in TENANTS[1:]:
        adaptations_held(world, seen, tenant)
        told = [one["status"] for one in seen.nodes(tenant, "waivers")]
        assert told == [one.status for one in world.waivers if one.tenant == tenant], tenant
        told = [one["status"] for one in seen.nodes(tenant, "adaptationProposals")]
        assert told == [one.status for one in world.proposals if one.tenant == tenant], tenant


def values_held(world: World, seen: Seen, tenant: str) -> None:
    """Every value of a tenant is what the model folds, and ``why`` ends in it."""
    issue, shown = world.version(tenant), seen.by[tenant]["effectiveStandard"]
    if issue is None:
        assert shown is None
        return
    assert shown["version"] == issue.number, tenant
    held = {(one["clauseKey"], one["parameterKey"]): one for one in shown["values"] if one["parameterKey"]}
    expected = {(term.clause, name): world.value(tenant, name, world.now) for name, term in issue.terms.items()}
    assert {place: one["value"] for place, one in held.items()} == expected, tenant
    for place, one in held.items():
        said = [why["value"] for why in one["why"] if why["outcome"] == "IN_FORCE" and why["value"] is not None]
        assert said[-1] == one["value"], (tenant, place)


def adaptations_held(world: World, seen: Seen, tenant: str) -> None:
    """What a tenant has laid stands where the model says, and just what does not fit waits."""
    rows = [
        (row["clauseKey"], row["parameterKey"], row["operator"] == "NARROW", row["value"], instant(row["validFrom"]))
        for row in seen.nodes(tenant, "adaptations")
        if row["validTo"] is None or datetime.fromisoformat(row["validTo"]) > world.now
    ]
    own = [
        (one.clause, one.name, one.narrows, None if one.narrows else one.said, one.starts) for one in world.own(tenant)
    ]
    assert sorted(rows, key=str) == sorted(own, key=str), tenant
    waits = [(row["before"]["clauseKey"], row["before"]["parameterKey"]) for row in seen.nodes(tenant, "mergeOutcomes")]
    assert sorted(waits) == sorted((one.clause, one.name) for one in world.own(tenant) if one.waits), tenant
