"""What a region and franchisees do: adapt, propose, resolve, adopt, acknowledge, comment, promise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.core.standards.life.moving import Move
from tests.core.standards.life.seeing import CODE, Seen
from tests.core.standards.life.world import (
    GREETING,
    NORTH,
    SOUTH,
    WEST,
    Issue,
    Laid,
    Proposed,
    World,
    parameter,
    situation,
)

UNITS = (WEST, NORTH, SOUTH)
TWO = "standards.two_must_adapt"
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
    facts: dict[str, Any] = {"code": CODE, "clauseKey": clause, "parameterKey": parameter(name), "reason": "Our way."}
    facts["expectedRevision"] = revision
    if situation(name):
        facts["context"] = situation(name)
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


def wordings(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Say a text otherwise in some languages, the others stay; what is no text per language is refused."""
    tenant = dice.choice(UNITS)
    if world.version(tenant) is None:
        return
    who = f"{tenant}-{dice.choice('12')}@{tenant}"
    given = {one: f"{tenant} {len(world.texts)} {one}" for one in dice.sample(("de", "de-AT", "en", "fr"), 2)}
    wrong: Any = dice.choice(("Grüß Gott", {"Deutsch": "Grüß Gott"}, {"de": 7}))
    for value, refused in ((given, ""), (wrong, "standards.wrong_type")):
        yield Move(
            kind="word",
            who=who,
            name="adaptParameter",
            shows=ADAPTATION,
            input={
                "code": CODE,
                "clauseKey": GREETING,
                "value": value,
                "reason": "Our language.",
                "expectedRevision": seen.revision(tenant),
            },
            refused=TWO if tenant in world.by_two else refused,
            then=lambda world: world.texts.update({tenant: given}),
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
    alike = [one for one in issue.terms if parameter(one) == parameter(name)]
    delivered = [world.value(tenant, one, at) or 0 for at in world.edges(tenant) for one in alike]
    yield Move(
        kind="makePromise",
        who=who,
        name="makePromise",
        shows="promise { id }",
        input={
            "code": CODE,
            "scope": [{"locale": "en", "text": "Soon."}],
            "expectedRevision": seen.revision(tenant),
            "limits": [{"clauseKey": clause, "parameterKey": parameter(name), "value": value, "better": "LOWER"}],
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
                "parameterKey": parameter(name),
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
