"""What a region and franchisees do: adapt, propose, resolve, ask and grant waivers, adopt, acknowledge, promise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from core.kernel.graphql.ids import split_id
from tests.core.standards.life.moving import Move
from tests.core.standards.life.seeing import CODE, Seen
from tests.core.standards.life.world import HQ, NORTH, SOUTH, TENANTS, WEST, Issue, Laid, Proposed, Waiver, World

UNITS = (WEST, NORTH, SOUTH)
TWO, ELSEWHERE = "standards.two_must_adapt", "standards.waiver_elsewhere"
ADAPTATION = "adaptation { id }"


def somewhere(world: World, dice: Random) -> tuple[str, Issue, str, str] | None:
    """A unit, the version it is on, a parameter and the clause it stands in; now and then where it does not stand."""
    tenant = dice.choice(UNITS)
    issue = world.version(tenant)
    if issue is None:
        return None
    name = dice.choice(list(issue.terms))
    clause = issue.terms[name].clause if dice.random() < 0.9 else dice.choice(list(issue.terms.values())).clause
    return tenant, issue, name, clause


def said(dice: Random, tenant: str) -> "int | tuple[int, int]":
    """A value, or a narrowing, within reach of the bounds more often than not."""
    if dice.random() < (0.5 if tenant == WEST else 0.15):
        low = dice.randrange(10, 70, 5)
        return low, dice.randrange(low, 105, 5)
    return dice.randrange(5, 115, 5)


def asked(place: tuple[str, str], given: "int | tuple[int, int]", revision: int) -> dict[str, Any]:
    """An adaptation as a front end sends it."""
    clause, name = place
    facts: dict[str, Any] = {"code": CODE, "clauseKey": clause, "parameterKey": name, "reason": "Our way."}
    facts["expectedRevision"] = revision
    if isinstance(given, tuple):
        narrowing = {"bounds": {"minimum": given[0], "maximum": given[1]}}
        return {**facts, "operator": "NARROW", "narrowing": narrowing}
    return {**facts, "value": given}


def adaptations(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Adapt, propose, and withdraw what was laid."""
    found = somewhere(world, dice)
    if found is None:
        return
    tenant, _, name, clause = found
    given = said(dice, tenant)
    who = f"{tenant}-{dice.choice('12')}@{tenant}"
    code = world.judge(tenant, name, clause, given)
    input = asked((clause, name), given, seen.revision(tenant))
    ends: datetime | None = None
    if tenant != WEST and isinstance(given, int) and dice.random() < 0.3:
        ends = world.now + timedelta(days=dice.randrange(1, 9))
        code = world.judge(tenant, name, clause, given, ends)
        input["validTo"] = ends.isoformat()
    kind = "narrow" if isinstance(given, tuple) else "adapt"
    yield Move(
        kind=kind,
        who=who,
        name="adaptParameter",
        shows=ADAPTATION,
        input=input,
        refused=TWO if tenant in world.by_two else code,
        then=lambda world: world.lay(tenant, name, clause, given, ends),
    )
    if isinstance(given, int) and ends is None:
        made = Proposed(tenant, name, clause, given, who)
        yield Move(
            kind="propose",
            who=who,
            name="proposeAdaptation",
            shows="proposal { id }",
            input=input,
            refused=code,
            then=lambda world: world.proposals.append(made),
            input_type="AdaptParameterInput",
        )
    own = list(world.own(tenant))
    if own:
        one = dice.choice(own)
        yield Move(
            kind="withdraw adaptation",
            who=who,
            name="withdrawAdaptation",
            shows=ADAPTATION,
            input={
                "adaptation": seen.adaptation(one)["id"],
                "reason": "No more.",
                "expectedRevision": seen.revision(tenant),
            },
            refused=TWO if tenant in world.by_two else "",
            then=lambda world: world.end(one, world.now),
        )
        if one.ends is None:
            asked_to_end = Proposed(tenant, one.name, one.clause, 0, who, ends=one)
            yield Move(
                kind="proposeWithdrawal",
                who=who,
                name="proposeWithdrawal",
                shows="proposal { id }",
                input={
                    "adaptation": seen.adaptation(one)["id"],
                    "reason": "No more.",
                    "expectedRevision": seen.revision(tenant),
                },
                then=lambda world: world.proposals.append(asked_to_end),
                input_type="WithdrawAdaptationInput",
            )


def proposals(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Approve what was proposed, and rule whether it takes two."""
    tenant = dice.choice(UNITS)
    who = f"{tenant}-{dice.choice('12')}@{tenant}"
    two = tenant not in world.by_two
    yield Move(
        kind="ruleAdaptations",
        who=who,
        name="ruleAdaptations",
        shows="byTwo",
        input={"byTwo": two},
        then=lambda world: (world.by_two.add if two else world.by_two.discard)(tenant),
    )
    own = [one for one in world.proposals if one.tenant == tenant]
    if not own:
        return
    index = len(own) - 1 if dice.random() < 0.7 else dice.randrange(len(own))
    one, shown = own[index], seen.nodes(tenant, "adaptationProposals")[index]
    refused = "" if one.status == "ASKED" else "standards.proposal_decided"
    refused = refused or ("work.author_may_not_approve" if who == one.author else "")

    def approved(world: World) -> None:
        one.status = "APPROVED"
        if one.ends is None:
            world.lay(tenant, one.name, one.clause, one.value)
        else:
            world.end(one.ends, world.now)

    def judged() -> str:
        if one.ends is None:
            return world.judge(tenant, one.name, one.clause, one.value)
        return "" if one.ends in world.laid and one.ends.alive(world.now) else "kernel.not_found"

    yield Move(
        kind="approveAdaptation",
        who=who,
        name="approveAdaptation",
        shows=ADAPTATION,
        then=approved,
        input={"proposal": shown["id"], "expectedRevision": shown["revision"]},
        refused=refused or judged(),
    )


def merges(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Decide about what does not fit a new version."""
    waiting = [one for one in world.laid if one.waits and one.alive(world.now)]
    if waiting:
        yield from decisions(world, seen, dice, dice.choice(waiting))


def decisions(world: World, seen: Seen, dice: Random, one: Laid) -> Iterator[Move]:
    """Everything that may be decided about one of them."""
    shown = seen.outcome(one)
    who, issue = f"{one.tenant}-{dice.choice('12')}@{one.tenant}", world.version(one.tenant)
    assert issue is not None

    def deciding(action: str, refused: str, then: Any, **more: Any) -> Move:
        return Move(
            kind=f"resolve {action}",
            who=who,
            name="resolveMerge",
            shows="outcome { id }",
            refused=refused,
            then=then,
            input={"outcome": shown["id"], "action": action, "reason": "We looked at it.", **more},
        )

    def dropped(world: World) -> None:
        world.end(one, max(world.arrived[one.tenant][1], one.starts))

    def kept(_: World) -> None:
        one.kept, one.waits = issue.number, ""

    yield deciding("KEEP_SUSPENDED", "", kept)
    alone = TWO if one.tenant in world.by_two else ""
    yield deciding("DROP", alone, dropped)
    place = shown["proposedPlace"]
    clause = one.clause if place is None else place["clauseKey"]

    def laid(value: Any) -> Any:
        def done(world: World) -> None:
            old, begins, clause_before = one, max(world.arrived[one.tenant][1], one.starts), one.clause
            world.lay(one.tenant, one.name, clause, value, one.ends)
            if clause_before != clause and old in world.laid:
                world.end(old, max(begins, world.now))

        return done

    if shown["proposal"] == "DROP":
        yield deciding("ACCEPT_PROPOSAL", alone, dropped)
    elif shown["proposal"] in {"NEAREST", "MOVE"}:
        value = one.said if one.narrows else shown["proposedValue"]
        refused = world.judge(one.tenant, one.name, clause, value, one.ends)
        yield deciding("ACCEPT_PROPOSAL", alone or refused, laid(value))
    if not one.narrows:
        value = dice.randrange(5, 115, 5)
        refused = world.judge(one.tenant, one.name, clause, value, one.ends)
        yield deciding("ADJUST", alone or refused, laid(value), value=value)


def waivers(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Ask for a waiver, grant, reject and revoke it, and end it by oneself."""
    found = somewhere(world, dice)
    if found is None:
        return
    tenant, issue, name, clause = found
    value, days = dice.randrange(5, 130, 5), dice.choice((4, 9, 30, 400))
    who, until = f"{tenant}-{dice.choice('12')}@{tenant}", world.now + timedelta(days=days)
    barriers = [world.barrier(tenant, name, value, at) for at in world.edges(tenant) if at < until]
    levels = [one for one in barriers if one is not None]
    there = any((one.tenant, one.name) == (tenant, name) and one.lives for one in world.waivers)
    refused = "standards.waiver_too_long" if days > 366 else ""
    refused = refused or ("" if issue.terms[name].clause == clause else "standards.unknown_parameter")
    refused = refused or ("" if levels else "standards.no_waiver_needed")
    refused = refused or ("standards.waiver_there" if there else "")
    granter = min(levels, key=TENANTS.index) if levels else HQ
    made = Waiver(tenant, name, value, granter, who, until)
    yield Move(
        kind="askWaiver",
        who=who,
        name="askWaiver",
        shows="waiver { id }",
        refused=refused,
        input={
            "code": CODE,
            "clauseKey": clause,
            "parameterKey": name,
            "value": value,
            "reason": "The mall.",
            "compensatingMeasure": "A second person.",
            "until": until.isoformat(),
        },
        then=lambda world: world.waivers.append(made),
    )
    if world.waivers:
        yield from deciding(world, seen, dice)


def deciding(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """What the level that was asked, and the one that asked, do about a waiver."""
    one = world.waivers[-1] if dice.random() < 0.6 else dice.choice(world.waivers)
    index = [other for other in world.waivers if other.tenant == one.tenant].index(one)
    mine = seen.nodes(one.tenant, "waivers")[index]
    theirs = next(row for row in seen.nodes(one.granter, "waiversAsked") if same(row, mine))
    chief = dice.choice(("ada@hq", "bob@hq")) if one.granter == HQ else f"west-{dice.choice('12')}@west"
    if dice.random() < 0.15:
        chief = f"{one.asker.split('@')[0]}@{one.granter}"
    oneself = "standards.asker_may_not_decide" if chief.split("@")[0] == one.asker.split("@")[0] else ""
    given = {"request": theirs["id"], "expectedRevision": theirs["revision"], "reason": "We looked."}

    def became(status: str) -> Any:
        def done(world: World) -> None:
            one.status = status
            one.since = world.now if status == "GRANTED" else one.since

        return done

    waits = "" if one.status == "ASKED" else ELSEWHERE
    over = "standards.waiver_over" if one.until <= world.now else ""
    yield Move(
        kind="grant",
        who=chief,
        name="decideWaiver",
        shows="request { id }",
        input={**given, "verdict": "GRANTED"},
        refused=waits or oneself or over,
        then=became("GRANTED"),
    )
    yield Move(
        kind="refuse",
        who=chief,
        name="decideWaiver",
        shows="request { id }",
        input={**given, "verdict": "REJECTED"},
        refused=waits or oneself,
        then=became("REJECTED"),
    )
    granted = "" if one.status == "GRANTED" and world.now < one.until else ELSEWHERE
    yield Move(
        kind="revoke",
        who=chief,
        name="revokeWaiver",
        shows="request { id }",
        input=given,
        refused=granted or oneself,
        then=became("REVOKED"),
    )
    lives = "" if one.status in {"ASKED", "GRANTED"} else ELSEWHERE
    yield Move(
        kind="endWaiver",
        who=one.asker,
        name="endWaiver",
        shows="waiver { id }",
        refused=lives,
        input={"waiver": mine["id"], "expectedRevision": mine["revision"], "reason": "No need."},
        then=became("WITHDRAWN" if one.status == "ASKED" else "ENDED"),
    )


def same(theirs: Any, mine: Any) -> bool:
    """Both sides know a waiver by one id, of which each kind of node makes its own."""
    return split_id(theirs["id"])[1] == split_id(mine["id"])[1]


def answers(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Adopt ahead of one's wave, acknowledge, comment on a draft, promise."""
    tenant = dice.choice(UNITS)
    who = f"{tenant}-{dice.choice('12')}@{tenant}"
    issue = world.version(tenant)
    if issue is None:
        return
    yield from adopting(world, seen, tenant, who)
    name = dice.choice(list(issue.terms))
    value = dice.randrange(5, 130, 5)
    clause = issue.terms[name].clause
    delivered = [world.value(tenant, name, at) or 0 for at in world.edges(tenant)]
    yield Move(
        kind="makePromise",
        who=who,
        name="makePromise",
        shows="promise { id }",
        input={
            "code": CODE,
            "scope": [{"locale": "en", "text": "Soon."}],
            "expectedRevision": seen.revision(tenant),
            "limits": [{"clauseKey": clause, "parameterKey": name, "value": value, "better": "LOWER"}],
        },
        refused="" if max(delivered) <= value else "standards.promise_exceeds_standard",
    )
    for one in world.consulted:
        shown = seen.consultation(tenant, one)
        if shown is None:
            continue
        name, wrong = dice.choice(list(one.terms)), dice.random() < 0.3
        refused = "" if one.takes(world.now) else "standards.consultation_over"
        yield Move(
            kind="commentOnDraft",
            who=who,
            name="commentOnDraft",
            shows="comment { id }",
            input={
                "consultation": shown["id"],
                "clauseKey": "nowhere" if wrong else one.terms[name].clause,
                "parameterKey": name,
                "text": "Too fast at night.",
            },
            refused=refused or ("standards.unknown_place" if wrong else ""),
        )


def adopting(world: World, seen: Seen, tenant: str, who: str) -> Iterator[Move]:
    """Take a version ahead of the wave, and acknowledge what it changes."""
    newest = world.newest
    rollout = None if newest is None else newest.rollout
    if newest is None or rollout is None or rollout.status == "SUPERSEDED":
        return
    wave = rollout.wave_of(tenant)
    refused = "standards.rollout_elsewhere" if rollout.status == "HALTED" else ""
    refused = refused or ("standards.wave_elsewhere" if wave.rolled_back else "")
    refused = refused or ("standards.already_on_version" if world.version(tenant) is newest else "")
    yield Move(
        kind="adoptVersion",
        who=who,
        name="adoptVersion",
        shows="adoption { id }",
        refused=refused,
        input={"code": CODE, "version": newest.number, "reason": "We are ready."},
        then=lambda _: rollout.adopted.add(tenant),
    )
    mine = next((one for one in seen.by[tenant]["myRollouts"] if one["version"] == newest.number), None)
    if mine is None:
        return
    input = {"code": CODE, "version": newest.number, "differenceHash": mine["differenceHash"]}
    going = "standards.rollout_elsewhere" if rollout.status == "HALTED" else ""
    going = going or ("standards.wave_elsewhere" if wave.rolled_back else "")
    acknowledging = Move(
        kind="acknowledge",
        who=who,
        name="acknowledgeVersion",
        shows="acknowledgement { id }",
        input=input,
        refused=going,
    )
    yield acknowledging
    other = {**input, "differenceHash": "0" * 64}
    yield replace(acknowledging, input=other, refused=going or "standards.difference_changed")
