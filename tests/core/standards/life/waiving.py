"""Waivers: asked for, decided, renewed, revoked and ended; their ends come by themselves."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from tests.core.standards.life.moving import BLANK, Move
from tests.core.standards.life.seeing import CODE, Seen, same
from tests.core.standards.life.units import somewhere
from tests.core.standards.life.world import (
    HQ,
    LONGEST,
    MOST_RENEWALS,
    TENANTS,
    UNKNOWN,
    Waiver,
    World,
    parameter,
    situation,
)

ELSEWHERE, OVER, TOO_LONG = "standards.waiver_elsewhere", "standards.waiver_over", "standards.waiver_too_long"


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
    refused = TOO_LONG if timedelta(days=days) > LONGEST else ""
    refused = refused or ("" if issue.terms[name].clause == clause else UNKNOWN)
    refused = refused or ("" if levels else "standards.no_waiver_needed")
    refused = refused or ("standards.waiver_there" if there else "")
    granter = min(levels, key=TENANTS.index) if levels else HQ
    made = Waiver(tenant, name, value, granter, who, until, hands={who.split("@", maxsplit=1)[0]})
    yield Move(
        kind="askWaiver",
        who=who,
        name="askWaiver",
        shows="waiver { id }",
        refused=refused,
        input={
            "code": CODE,
            "clauseKey": clause,
            "parameterKey": parameter(name),
            "value": value,
            "reason": "The mall.",
            "compensatingMeasure": "A second person.",
            "until": until.isoformat(),
        }
        | ({"context": situation(name)} if situation(name) else {}),
        then=lambda world: world.waivers.append(made),
    )
    if world.waivers:
        one = world.waivers[-1] if dice.random() < 0.6 else dice.choice(world.waivers)
        yield from deciding(world, seen, dice, one)
        yield from ending(world, seen, dice, one)


def deciding(world: World, seen: Seen, dice: Random, one: Waiver) -> Iterator[Move]:
    """What the level that was asked does about a waiver, or its renewal."""
    mine = row_of(world, seen, one)
    theirs = next(row for row in seen.nodes(one.granter, "waiversAsked") if same(row, mine))
    chief = dice.choice(("ada@hq", "bob@hq")) if one.granter == HQ else f"west-{dice.choice('12')}@west"
    if dice.random() < 0.15:
        chief = f"{one.asker.split('@')[0]}@{one.granter}"
    oneself = "standards.asker_may_not_decide" if chief.split("@")[0] in one.hands else ""
    given = {"request": theirs["id"], "expectedRevision": theirs["revision"], "reason": "We looked."}
    waits = "" if one.asked == "ASKED" else ELSEWHERE
    over = OVER if (one.renewal or one.until) <= world.now else ""
    yield Move(
        kind="grant",
        who=chief,
        name="decideWaiver",
        shows="request { id }",
        input={**given, "verdict": "GRANTED"},
        refused=waits or oneself or over,
        then=lambda world: one.grant(world.now),
    )
    yield Move(
        kind="refuse",
        who=chief,
        name="decideWaiver",
        shows="request { id }",
        input={**given, "verdict": "REJECTED"},
        refused=waits or oneself,
        then=lambda _: one.reject(),
    )
    granted = "" if one.status == "GRANTED" and world.now < one.until else ELSEWHERE
    yield Move(
        kind="revoke",
        who=chief,
        name="revokeWaiver",
        shows="request { id }",
        input=given,
        refused=granted or oneself,
        then=lambda _: one.stop("REVOKED"),
    )


def ending(world: World, seen: Seen, dice: Random, one: Waiver) -> Iterator[Move]:
    """What the tenant that asked does: end it, or ask for it to hold on."""
    mine = row_of(world, seen, one)
    given = {"waiver": mine["id"], "expectedRevision": mine["revision"], "reason": "No need."}
    granted = one.status == "GRANTED" and world.now < one.until
    yield Move(
        kind="endWaiver",
        who=one.asker,
        name="endWaiver",
        shows="waiver { id }",
        refused="" if granted or one.status == "ASKED" else ELSEWHERE,
        input=given,
        then=lambda _: one.stop("WITHDRAWN" if one.status == "ASKED" else "ENDED"),
    )
    until = one.until + timedelta(days=dice.choice((-1, 5, 12, 40, 400)))
    refused = "" if granted and one.renewal is None else ELSEWHERE
    refused = refused or ("standards.too_many_renewals" if one.renewals >= MOST_RENEWALS else "")
    refused = refused or (TOO_LONG if until > world.now + LONGEST else "")
    refused = refused or (BLANK if until <= max(one.until, world.now) else "")
    if not refused:
        barriers, there = world.renewal(one, until)
        if barriers and min(barriers, key=TENANTS.index) != one.granter:
            return  # Another level would have to decide now; the model asks one level alone.
        refused = "" if barriers else "standards.no_waiver_needed"
        refused = refused if there else UNKNOWN
    yield Move(
        kind="renewWaiver",
        who=one.asker,
        name="renewWaiver",
        shows="waiver { id }",
        refused=refused,
        input={**given, "reason": "Not done yet.", "until": until.isoformat()},
        then=lambda _: one.renew(until, one.asker),
    )


def row_of(world: World, seen: Seen, one: Waiver) -> Any:
    """The row that the tenant that asked sees of a waiver."""
    index = [other for other in world.waivers if other.tenant == one.tenant].index(one)
    return seen.nodes(one.tenant, "waivers")[index]
