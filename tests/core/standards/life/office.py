"""What headquarters does: drafts, approvals, publications, rollouts, consultations, withdrawals."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from tests.core.standards.life.moving import Move
from tests.core.standards.life.seeing import CODE, Seen
from tests.core.standards.life.world import (
    DIRECTED,
    GREETING,
    HQ,
    NORTH,
    SOUTH,
    WEST,
    Consulted,
    Issue,
    Rollout,
    Term,
    Terms,
    Wave,
    World,
    parameter,
    published_greeting,
    situation,
)

AUTHORS = ("ada@hq", "bob@hq")
EDITORS = (*AUTHORS, "cyd@hq")
VERSION = "version { id number status }"
ELSEWHERE, WAVE_ELSEWHERE = "standards.rollout_elsewhere", "standards.wave_elsewhere"
FIRST: Terms = {
    "limit": Term("answer", 60, 10, 90),
    "limit/phone": Term("answer", 45, 10, 60),
    "near": Term("visit", 50, 10, 100),
    "far": Term("visit", 50, 10, 100),
    "sample": Term("survey", 100, 50, 200, free=False),
}


def content(number: str, terms: Terms) -> dict[str, Any]:
    """A version as a front end sends it."""
    clauses: dict[str, list[dict[str, Any]]] = {}
    bases: dict[str, dict[str, Any]] = {}
    for name, term in terms.items():
        bounds: dict[str, Any] = {"minimum": term.lowest, "maximum": term.highest}
        bounds |= {"direction": "LOWER"} if parameter(name) == DIRECTED else {}
        if situation(name):
            varied = {"context": situation(name), "default": term.default, "bounds": bounds}
            bases[parameter(name)].setdefault("variants", []).append(varied)
            continue
        operators = ["ASSIGN", "NARROW"] if term.free else []
        given = {"key": name, "type": "INTEGER", "default": term.default, "operators": operators, "bounds": bounds}
        bases[name] = given
        clauses.setdefault(term.clause, []).append(given)
    greeting = [{"locale": locale, "text": text} for locale, text in published_greeting(number).items()]
    return {
        "code": CODE,
        "number": number,
        "title": [{"locale": "en", "text": "Sales service"}],
        "clauses": [
            {
                "key": key,
                "kind": "LIMIT",
                "flexibility": "FLEXIBLE",
                "text": [{"locale": "en", "text": f"About {key}."}],
                "parameters": parameters,
            }
            for key, parameters in clauses.items()
        ]
        + [{"key": GREETING, "kind": "WORDING", "flexibility": "FLEXIBLE", "operators": ["ASSIGN"], "text": greeting}],
    }


def drafts(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Write a draft, or write it anew."""
    author, issue = dice.choice(AUTHORS), world.underway
    if issue is None:
        newest = world.newest
        terms = FIRST if newest is None else changed(newest.terms, dice, drop=True)
        number = f"{len(world.issues) + 1}.0.0"
        made = Issue(number, terms, author, editors={author})
        yield Move(
            kind="draft",
            who=author,
            name="draftStandard",
            shows=VERSION,
            input=content(number, terms),
            then=lambda world: world.issues.append(made),
        )
        return
    terms = changed(issue.terms, dice, drop=not issue.moved)
    revision = seen.version(issue.number)["revision"]

    def written(world: World) -> None:
        assert world.underway is not None
        world.underway.terms, world.underway.author = terms, author
        world.underway.editors.add(author)

    refused = "" if issue.status == "DRAFT" else "standards.version_elsewhere"
    yield Move(
        kind="edit",
        who=author,
        name="draftStandard",
        shows=VERSION,
        refused=refused,
        then=written,
        input=content(issue.number, terms) | {"expectedRevision": revision},
    )


def changed(terms: Terms, dice: Random, *, drop: bool) -> Terms:
    """Change one parameter: its bounds, its default, whether it is free; now and then it is dropped."""
    after = dict(terms)
    name = dice.choice(list(after))
    term, chance = after[name], dice.random()
    if drop and chance < 0.08 and name == "far":
        del after[name]
    elif chance < 0.2:
        alike = [one for one in after if parameter(one) == parameter(name)]
        after |= {one: replace(after[one], free=not term.free) for one in alike}
    else:
        low, high = sorted(dice.sample(range(10, 120, 5), 2))
        after[name] = replace(term, lowest=low, highest=high, default=dice.randrange(low, high + 1))
    return after


def clause_moves(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Rename, split and merge clauses of a draft."""
    issue, newest = world.underway, world.newest
    if issue is None or newest is None:
        return
    author, fresh = dice.choice(AUTHORS), f"clause_{world.names + 1}"
    given = {"version": seen.version(issue.number)["id"], "expectedRevision": seen.version(issue.number)["revision"]}
    refused = "" if issue.status == "DRAFT" else "standards.version_elsewhere"
    clauses: dict[str, list[str]] = {}
    for name, term in issue.terms.items():
        if not situation(name):
            clauses.setdefault(term.clause, []).append(name)

    def moving(kind: str, places: dict[str, str], **input: Any) -> Move:
        def moved(world: World) -> None:
            now = world.underway
            assert now is not None
            now.terms = {
                name: replace(one, clause=places.get(parameter(name), one.clause)) for name, one in now.terms.items()
            }
            now.moved, now.author = True, author
            now.reshaped = now.reshaped or kind != "renameClause"
            now.editors.add(author)
            world.names += 2

        return Move(
            kind=kind, who=author, name=kind, shows=VERSION, input={**given, **input}, refused=refused, then=moved
        )

    key = dice.choice(list(clauses))
    yield moving("renameClause", dict.fromkeys(clauses[key], fresh), clauseKey=key, newKey=fresh)
    wide = [one for one, names in clauses.items() if len(names) > 1]
    if wide and not issue.reshaped:
        key = dice.choice(wide)
        first, *others = clauses[key]
        second = f"clause_{world.names + 2}"
        into = [{"key": fresh, "parameters": [first]}, {"key": second, "parameters": others}]
        places = {first: fresh} | dict.fromkeys(others, second)
        yield moving("splitClause", places, clauseKey=key, into=into)
    if len(clauses) > 1 and not issue.reshaped:
        two = dice.sample(list(clauses), 2)
        places = dict.fromkeys([name for one in two for name in clauses[one]], fresh)
        yield moving("mergeClauses", places, clauseKeys=two, newKey=fresh)


def steps(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Hand in, approve, publish, withdraw: whatever the version is, so that it is also tried too early and too late."""
    issue = dice.choice(world.issues[-3:]) if world.issues and dice.random() < 0.4 else world.underway
    if issue is None:
        return
    shown, who = seen.version(issue.number), dice.choice(EDITORS)
    author, given = dice.choice(AUTHORS), {"version": shown["id"], "expectedRevision": shown["revision"]}

    def elsewhere(needed: str) -> str:
        return "" if issue.status == needed else "standards.version_elsewhere"

    def became(status: str) -> None:
        issue.status = status

    yield Move(
        kind="submit",
        who=author,
        name="submitVersion",
        shows=VERSION,
        input=given,
        refused=elsewhere("DRAFT"),
        then=lambda _: (became("IN_REVIEW"), issue.editors.add(author))[0],
    )
    own = "work.author_may_not_approve" if who in issue.editors else ""
    yield Move(
        kind="approve",
        who=who,
        name="approveVersion",
        shows=VERSION,
        input=given,
        refused=elsewhere("IN_REVIEW") or own,
        then=lambda _: became("APPROVED"),
    )
    yield Move(
        kind="publish",
        who=who,
        name="publishVersion",
        shows=VERSION,
        input=given,
        refused=elsewhere("APPROVED"),
        then=lambda world: published(world, issue),
    )
    planned = issue.rollout is not None
    if issue.status != "APPROVED" or world.newest is not None:
        yield Move(
            kind="planRollout",
            who=who,
            name="planRollout",
            shows="rollout { id }",
            input={"version": given["version"], "waves": plan(seen)},
            refused=elsewhere("APPROVED") or ("standards.rollout_planned" if planned else ""),
            then=lambda _: setattr(issue, "rollout", Rollout(waves())),
        )


def plan(seen: Seen) -> list[dict[str, Any]]:
    """Pilots, then the region, then headquarters itself; each wave but the first begins by hand."""
    return [
        {"name": "pilots", "kind": "TENANTS", "tenants": [seen.ids[NORTH]], "gate": "manual"},
        {"name": "west", "kind": "REGIONS", "tenants": [seen.ids[WEST]]},
        {"name": "rest", "kind": "REST"},
    ]


def waves() -> list[Wave]:
    """The same plan, as the model knows it."""
    return [
        Wave("pilots", frozenset({NORTH}), "manual"),
        Wave("west", frozenset({WEST, SOUTH}), "none"),
        Wave("rest", frozenset({HQ}), "none"),
    ]


def published(world: World, issue: Issue) -> None:
    """What a publication changes."""
    over(world)
    for one in world.issues:
        if one.status == "PUBLISHED":
            one.status = "SUPERSEDED"
    issue.status, issue.starts = "PUBLISHED", world.now
    if issue.rollout is not None:
        issue.rollout.status, issue.rollout.waves[0].began = "RUNNING", world.now


def over(world: World) -> None:
    """End the rollouts that go on."""
    for one in world.issues:
        if one.rollout is not None and one.rollout.status in {"RUNNING", "HALTED"}:
            one.rollout.status = "SUPERSEDED"


def withdrawals(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Withdraw a version; never the only one, and not under a draft that remembers moves from it."""
    issue = dice.choice(world.issues) if world.issues else None
    if issue is None or (issue.status == "PUBLISHED" and (world.underway is not None or not before(world, issue))):
        return
    refused = "" if issue.status in {"PUBLISHED", "APPROVED"} else "standards.version_elsewhere"
    shown = seen.version(issue.number)

    def withdrawn(world: World) -> None:
        held = issue.status == "PUBLISHED"
        issue.status = "WITHDRAWN"
        if held:
            over(world)
            before(world, issue)[-1].status = "PUBLISHED"

    yield Move(
        kind=f"withdraw {issue.status}",
        who=dice.choice(AUTHORS),
        name="withdrawVersion",
        shows=VERSION,
        input={"version": shown["id"], "expectedRevision": shown["revision"], "reason": "A mistake."},
        refused=refused,
        then=withdrawn,
    )


def before(world: World, issue: Issue) -> list[Issue]:
    """The versions that would hold again, the newest last."""
    return [one for one in world.issues[: world.issues.index(issue)] if one.status == "SUPERSEDED"]


def rollouts(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Lead a rollout."""
    issues = [one for one in world.issues if one.rollout is not None and one.rollout.status != "PLANNED"]
    if not issues:
        return
    issue = issues[-1]
    rollout = issue.rollout
    assert rollout is not None
    who, status = dice.choice(AUTHORS), rollout.status
    index = dice.randrange(3)
    wave = rollout.waves[index]
    shown = seen.wave(issue.number, wave.name)
    runs = "" if status == "RUNNING" else ELSEWHERE
    begun = wave.began is not None and not wave.rolled_back

    def started(world: World) -> None:
        wave.began, wave.rolled_back = world.now, False
        rollout.settle()

    previous = rollout.waves[index - 1] if index else None
    refused = runs or (WAVE_ELSEWHERE if begun else "")
    if not refused and previous is not None:
        if previous.began is None or previous.rolled_back:
            refused = WAVE_ELSEWHERE
        elif previous.gate == "manual" and not previous.passed:
            refused = "standards.gate_does_not_hold"
    yield Move(
        kind="startWave",
        who=who,
        name="startWave",
        shows="wave { id }",
        input={"wave": shown["id"]},
        about=wave.name,
        refused=refused,
        then=started,
    )
    refused = (
        runs or ("" if begun else WAVE_ELSEWHERE) or ("" if wave.gate == "manual" else "standards.gate_not_manual")
    )
    yield Move(
        kind="passGate",
        who=who,
        name="passGate",
        shows="wave { id }",
        refused=refused,
        input={"wave": shown["id"], "reason": "It went well."},
        then=lambda _: setattr(wave, "passed", True),
    )

    def back(world: World) -> None:
        wave.rolled_back, wave.passed = True, False
        rollout.adopted -= wave.tenants

    leads = "" if status in {"RUNNING", "HALTED"} else ELSEWHERE
    yield Move(
        kind="rollBackWave",
        who=who,
        name="rollBackWave",
        shows="wave { id }",
        then=back,
        about=wave.name,
        input={"wave": shown["id"], "reason": "Longer queues."},
        refused=leads or ("" if begun else WAVE_ELSEWHERE),
    )
    given = {"rollout": seen.rollout(issue.number)["id"]}
    yield Move(
        kind="haltRollout",
        who=who,
        name="haltRollout",
        shows="rollout { id }",
        refused=runs,
        input={**given, "reason": "Complaints."},
        then=lambda _: setattr(rollout, "status", "HALTED"),
    )
    yield Move(
        kind="resumeRollout",
        who=who,
        name="resumeRollout",
        shows="rollout { id }",
        input=given,
        refused="" if status == "HALTED" else ELSEWHERE,
        then=lambda _: setattr(rollout, "status", "RUNNING"),
    )


def consultations(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Lay a draft before the units below, and close that again."""
    issue, who = world.underway, dice.choice(AUTHORS)
    if issue is not None:
        version, ends = seen.version(issue.number), world.now + timedelta(days=3)
        made = Consulted(issue.number, issue.terms, ends)
        refused = "" if issue.status == "DRAFT" else "standards.version_elsewhere"
        running = any(one.number == issue.number and one.takes(world.now) for one in world.consulted)
        yield Move(
            kind="openConsultation",
            who=who,
            name="openConsultation",
            shows="consultation { id }",
            input={"version": version["id"], "until": ends.isoformat(), "expectedRevision": version["revision"]},
            refused=refused or ("standards.consultation_open" if running else ""),
            then=lambda world: world.consulted.append(made),
        )
    for one in world.consulted:
        shown = seen.consultation(HQ, one)
        if shown is not None:
            yield Move(
                kind="closeConsultation",
                who=who,
                name="closeConsultation",
                shows="consultation { id }",
                input={"consultation": shown["id"], "expectedRevision": shown["revision"]},
                refused="" if one.takes(world.now) else "standards.consultation_over",
                then=lambda _, one=one: setattr(one, "closed", True),
            )


def previews(world: World, seen: Seen, dice: Random) -> Iterator[Move]:
    """Look ahead at what the version underway would do."""
    issue = world.underway
    if issue is not None and world.newest is not None:
        yield Move(
            kind="preview",
            who=dice.choice(AUTHORS),
            name="startPreview",
            shows="preview { id }",
            input={"version": seen.version(issue.number)["id"]},
            refused="standards.version_elsewhere" if issue.status == "DRAFT" else "",
        )
