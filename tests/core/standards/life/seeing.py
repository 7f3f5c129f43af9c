"""What front ends of every tenant see between two moves: ids and revisions to act on, and what is held to the model."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.kernel.graphql.ids import split_id
from core.kernel.scope import Scope
from tests.core.standards.life.world import (
    ASKED_FOR,
    GREETING,
    HQ,
    TENANTS,
    WEST,
    Consulted,
    Laid,
    World,
    parameter,
    variant,
)
from tests.support.api import Api, global_tenant
from tests.support.networks import BuiltNetwork

CODE = "sales"
OFFICE = """standards(first: 1) { nodes { id versions(first: 40) { nodes { id number status revision } } } }
  rollouts(first: 40) { nodes { id number status revision waves(first: 5) { nodes { id name phase } } } }"""
UNIT = """adaptations(first: 60, filter: {knownNow: true}) {
    nodes { id clauseKey parameterKey variant operator value validFrom validTo } }
  mergeOutcomes(first: 60, filter: {open: true}) {
    nodes { id adaptation { id } before { clauseKey parameterKey } proposal proposedPlace { clauseKey parameterKey }
      proposedValue outcome } }
  waivers(first: 60) { nodes { id clauseKey parameterKey value status expiresAt renewalAsked renewals revision
    history(first: 20) { nodes { kind round } } } }
  inbox(first: 60, filter: {kind: "standards.waiver_expiring"}) { nodes { subjectId } }
  adaptationProposals(first: 60) { nodes { id clauseKey value status revision } }
  promises(first: 60, filter: {knownNow: true}) { nodes { id validTo } }
  myRollouts(code: "sales") { version differenceHash acknowledged inForce }"""
ASKED = "waiversAsked(first: 60) { nodes { id askingTenant clauseKey value status revision } }"
EVERYBODY = """effectiveStandard(code: "sales", context: {channel: "phone"}, locale: "de-AT") {
    version revision document clauses { key text { locale text } }
    values { clauseKey parameterKey variant value why { kind value outcome } }
    variants { clauseKey parameterKey variant value why { kind value outcome } } }
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
            if (row["clauseKey"], row["parameterKey"], row["variant"], row["operator"] == "NARROW")
            == (one.clause, parameter(one.name), variant(one.name), one.narrows)
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
        waivers_held(world, seen, tenant)
        told = [one["status"] for one in seen.nodes(tenant, "adaptationProposals")]
        assert told == [one.status for one in world.proposals if one.tenant == tenant], tenant


def values_held(world: World, seen: Seen, tenant: str) -> None:
    """Every value of a tenant is what the model folds, and ``why`` ends in it; on the phone its variants hold."""
    issue, shown = world.version(tenant), seen.by[tenant]["effectiveStandard"]
    if issue is None:
        assert shown is None
        return
    assert shown["version"] == issue.number, tenant
    folded = {name: world.value(tenant, name, world.now) for name in issue.terms}
    places = {name: (term.clause, parameter(name), variant(name)) for name, term in issue.terms.items()}
    on_the_phone = {parameter(name): name for name in issue.terms}  # What is for the phone alone follows the rest.
    listed = {parts: [one for one in shown[parts] if one["parameterKey"]] for parts in ("values", "variants")}
    told = {parts: {place_of(one): one["value"] for one in found} for parts, found in listed.items()}
    assert told["values"] == {places[name]: folded[name] for name in on_the_phone.values()}, tenant
    assert told["variants"] == {places[name]: folded[name] for name in issue.terms if variant(name)}, tenant
    assert dict(in_document(shown["document"])) == {
        places[name]: folded[name] for name in issue.terms if not variant(name)
    }, tenant
    for one in (*listed["values"], *listed["variants"]):
        said = [why["value"] for why in one["why"] if why["outcome"] == "IN_FORCE" and why["value"] is not None]
        assert said[-1] == one["value"], (tenant, place_of(one))
    text_held(world, shown, tenant)


def place_of(one: Any) -> tuple[str, str, str]:
    return one["clauseKey"], one["parameterKey"], one["variant"]


def in_document(document: Any) -> Iterator[tuple[tuple[str, str, str], int]]:
    """What holds wherever no variant does, as records pin it."""
    for clause in document["clauses"]:
        for one in clause.get("parameters", ()):
            yield (clause["key"], one["key"], ""), one["value"]


def text_held(world: World, shown: Any, tenant: str) -> None:
    """The text is what was laid over it, and is shown in the first language wanted that it has."""
    expected = world.greeting(tenant)
    [value] = [one["value"] for one in shown["values"] if not one["parameterKey"]]
    assert value == expected, tenant
    [text] = [one["text"] for one in shown["clauses"] if one["key"] == GREETING]
    locale = next(one for one in ASKED_FOR if one in expected)
    assert text == {"locale": locale, "text": expected[locale]}, tenant


def waivers_held(world: World, seen: Seen, tenant: str) -> None:
    """The waivers of a tenant stand where the model says, on both sides, with their history and their reminders."""
    own, rows = [one for one in world.waivers if one.tenant == tenant], seen.nodes(tenant, "waivers")
    expected = [(one.status, one.renewal is not None, one.renewals, sorted(one.events)) for one in own]
    assert [shown_waiver(row) for row in rows] == expected, tenant
    assert [instant(row["expiresAt"]) for row in rows if row["status"] in {"ASKED", "GRANTED", "EXPIRED"}] == [
        one.until for one in own if one.status in {"ASKED", "GRANTED", "EXPIRED"}
    ], tenant
    reminded = {row["subjectId"] for row in seen.by[tenant]["inbox"]["nodes"]}
    told = [str(split_id(row["id"])[1]) in reminded for row in rows]
    assert told == [one.reminded for one in own], tenant
    for row, one in zip(rows, own, strict=True):
        theirs = [other for other in seen.nodes(one.granter, "waiversAsked") if same(other, row)]
        assert [other["status"] for other in theirs] == [one.asked], tenant


def shown_waiver(row: Any) -> tuple[str, bool, int, list[tuple[str, int]]]:
    events = sorted((one["kind"], one["round"]) for one in row["history"]["nodes"])
    return row["status"], row["renewalAsked"], row["renewals"], events


def same(theirs: Any, mine: Any) -> bool:
    """Both sides know a waiver by one id, of which each kind of node makes its own."""
    return split_id(theirs["id"])[1] == split_id(mine["id"])[1]


def adaptations_held(world: World, seen: Seen, tenant: str) -> None:
    """What a tenant has laid stands where the model says, and just what does not fit waits."""
    rows = [
        (*place_of(row), row["operator"] == "NARROW", row["value"], instant(row["validFrom"]))
        for row in seen.nodes(tenant, "adaptations")
        if row["parameterKey"] and (row["validTo"] is None or datetime.fromisoformat(row["validTo"]) > world.now)
    ]
    own = [
        (
            *(one.clause, parameter(one.name), variant(one.name)),
            *(one.narrows, None if one.narrows else one.said, one.starts),
        )
        for one in world.own(tenant)
    ]
    assert sorted(rows, key=str) == sorted(own, key=str), tenant
    waits = [(row["before"]["clauseKey"], row["before"]["parameterKey"]) for row in seen.nodes(tenant, "mergeOutcomes")]
    assert sorted(waits) == sorted((one.clause, parameter(one.name)) for one in world.own(tenant) if one.waits), tenant
