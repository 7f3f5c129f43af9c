"""What a process must fulfil beyond its form: no circles, guards that compile, evidence that can be given."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from core.kernel.rules import RuleDoesNotCompile
from core.standards.policy.process import EvidenceContract, Lane, ProcessContent, Proof, StepContent
from core.standards.policy.process_guards import GUARDS
from core.standards.policy.process_order import Before, circling, predecessors, unknown
from core.standards.policy.variants import SITE, SITE_FORM
from core.standards.process_errors import (
    EvidenceMakesNoSense,
    GuardDoesNotCompile,
    GuardNamesUnknownStep,
    GuardsCostTooMuch,
    ProcessIsCyclic,
    UnknownPredecessor,
)

STANDING: Final = frozenset(Lane) - {Lane.EVIDENCE}
"""Lanes in which something is done."""
ATTRIBUTES: Final = "their names are lower-case letters, digits and _, and begin with a letter"
BY_MACHINES: Final = frozenset({Proof.LOG})
"""What nobody gives in person, nor anywhere."""
MOST_COST: Final = 1_000_000
"""What all guards of a process may cost together: some 50 milliseconds."""


MOST_TOLD: Final = 2_000_000_000
"""What a refusal tells at most of a cost; GraphQL's integers end a little higher."""
MOST_TEXT: Final = 100_000
"""Characters of all guards of a standard, or of a tenant's own steps: compiling them takes half a second."""


def check_texts(guards: Iterable[str]) -> None:
    """Refuse more guards than are compiled while others wait; one that stands several times is compiled once.

    Raises:
        ValueError: There are more.
    """
    if sum(map(len, set(guards))) > MOST_TEXT:
        raise ValueError(f"guards have at most {MOST_TEXT:,} characters together")


def guards_in(body: object) -> Iterator[str]:
    """Give the guards of a body that may not have its form yet: its own, those of stages and those of steps."""
    if not isinstance(body, Mapping):
        return
    said = cast("Mapping[str, object]", body)
    for listed in ([said], said.get("stages"), said.get("steps")):
        for one in cast("Sequence[object]", listed) if isinstance(listed, list | tuple) else ():
            when = cast("Mapping[str, object]", one).get("when") if isinstance(one, Mapping) else None
            if isinstance(when, str):
                yield when


def check_process(process: ProcessContent, place: str) -> None:
    """Refuse a process that no record could be executed under.

    Args:
        process: A body that has its form.
        place: Key of its clause, for messages.

    Raises:
        UnknownPredecessor: A step comes after one that is not there.
        ProcessIsCyclic: Steps come before themselves.
        GuardDoesNotCompile: A guard is no rule.
        GuardsCostTooMuch: Working out its guards would keep everybody waiting.
        GuardNamesUnknownStep: A guard asks for a step that is not there.
        EvidenceMakesNoSense: A step asks for evidence that nobody could give.
        ValueError: Something has two meanings, or names what is not there; the message says what.
    """
    refuse_twice("stage", (one.key for one in process.stages))
    refuse_twice("readiness check", (one.key for one in process.readiness))
    check_order(predecessors(process.steps), place)
    check_guard(process.when, "", place)
    for stage in process.stages:
        check_guard(stage.when, stage.key, place)
    check_parts(process.steps, {stage.key for stage in process.stages}, place)
    check_cost(process, place)
    check_named(process, place)


def check_named(process: ProcessContent, place: str, only: Collection[str] | None = None) -> None:
    """Refuse guards that ask for a step that is not there.

    Args:
        process: The process, whose guards compile.
        place: Key of its clause, for messages.
        only: The steps whose guards are looked at; all steps, stages and the process itself by default.

    Raises:
        GuardNamesUnknownStep: A guard does.
    """
    known = {step.key for step in process.steps}
    guards = [(step.key, step.when) for step in process.steps if only is None or step.key in only]
    if only is None:
        guards += [("", process.when), *((stage.key, stage.when) for stage in process.stages)]
    for whose, guard in guards:
        for missing in sorted(steps_named(guard) - known if guard else ()):
            raise GuardNamesUnknownStep(place=place, step=whose, unknown=missing, steps=tuple(sorted(known)))


def steps_named(guard: str) -> frozenset[str]:
    """Give the steps that a guard asks for by their keys."""
    return GUARDS.looked_for(guard, "steps.done", "steps.skipped")


def check_cost(process: ProcessContent, place: str) -> None:
    """Refuse guards that would cost too much, each worked out for every step under it as all steps are done.

    Raises:
        GuardsCostTooMuch: They would.
    """
    stages = {stage.key: stage.when for stage in process.stages}
    told = len(process.steps)
    costs: dict[str, int] = {"": 0}
    by_step: dict[str, int] = {}
    for step in process.steps:
        guards = (process.when, stages.get(step.stage, ""), step.when)
        for guard in guards:
            if guard not in costs:
                costs[guard] = GUARDS.cost(guard, told)
        by_step[step.key] = sum(costs[guard] for guard in guards)
    cost = sum(by_step.values())
    if cost > MOST_COST:
        dearest = max(by_step, key=lambda key: by_step[key])
        raise GuardsCostTooMuch(place=place, step=dearest, cost=min(cost, MOST_TOLD), most=MOST_COST)


def check_parts(steps: Sequence[StepContent], stages: set[str], place: str) -> None:
    """Refuse steps that by themselves make no sense."""
    for step in steps:
        if step.stage and step.stage not in stages:
            raise ValueError(f"{step.key}: there is no stage {step.stage}")
        if step.lane not in STANDING:
            raise ValueError(f"{step.key}: nobody works in the lane {step.lane}")
        if step.lane in step.lanes:
            raise ValueError(f"{step.key}: what is done in its own lane {step.lane} is its title")
        if step.limit is not None and (step.limit.seconds is None) is (not step.limit.parameter):
            raise ValueError(f"{step.key}: a limit is said in seconds or by a parameter, one of both")
        refuse_twice(f"input of {step.key}", (one.key for one in step.inputs))
        refuse_twice(f"output of {step.key}", (one.key for one in step.outputs))
        refuse_twice(f"evidence of {step.key}", (one.key for one in step.evidence))
        check_guard(step.when, step.key, place)
        for one in step.evidence:
            check_evidence(one, step.key, place)


def check_order(before: Before, place: str) -> None:
    """Refuse an order that leads in a circle, or past a step that is not there.

    Raises:
        UnknownPredecessor: It names a step that is not there.
        ProcessIsCyclic: Steps come before themselves.
    """
    for step, missing in unknown(before, before):
        raise UnknownPredecessor(place=place, step=step, predecessor=missing)
    circle = circling(before)
    if circle:
        raise ProcessIsCyclic(place=place, steps=circle)


def check_guard(guard: str, step: str, place: str) -> None:
    """Refuse a guard that is no rule; no guard at all is none.

    Raises:
        GuardDoesNotCompile: It is none; the error tells where and why.
    """
    if not guard:
        return
    try:
        check_attributes(guard, GUARDS.named(guard)["site"])
    except RuleDoesNotCompile as found:
        raise GuardDoesNotCompile(
            place=place, step=step, line=found.line, column=found.column, problem=found.problem
        ) from found


def check_attributes(guard: str, named: Collection[str]) -> None:
    """Refuse to ask a site for what no site can have.

    Raises:
        RuleDoesNotCompile: A name is none that an attribute of a site has.
    """
    for name in sorted(named):
        if not SITE_FORM.fullmatch(SITE + name):
            before = guard[: guard.find(name)]
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            raise RuleDoesNotCompile(line, column, f"no site has an attribute {name!r}: {ATTRIBUTES}")


def check_evidence(contract: EvidenceContract, step: str, place: str) -> None:
    """Refuse evidence that nobody could give.

    Raises:
        EvidenceMakesNoSense: Nobody could.
    """
    problem = problem_of(contract)
    if problem:
        raise EvidenceMakesNoSense(place=place, step=step, evidence=contract.key, problem=problem)


def problem_of(contract: EvidenceContract) -> str:
    """Say why evidence could not be given, if it could not."""
    if contract.most is not None and contract.most < contract.least:
        return f"at least {contract.least} and at most {contract.most} are no number"
    if len(set(contract.kinds)) < len(contract.kinds):
        return "each kind stands once"
    made = set(contract.kinds) <= BY_MACHINES
    if made and contract.place is not None:
        return "a log is not taken in a place"
    if made and contract.second_person:
        return "a log comes from no person"
    return ""


def refuse_twice(what: str, keys: Iterable[str]) -> None:
    """Refuse two things of one name."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{what}: {key} stands twice")
        seen.add(key)
