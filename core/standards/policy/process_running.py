"""A process as records are executed under: its steps in order, and what may start, is missing or is foreseen.

A step that is not required, or does not apply, holds nobody up: whoever comes after it waits for what is before it. A
step that was done or skipped is settled, even if something before it was not.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from core.kernel.frozen import frozen
from core.standards.policy.process import ProcessContent, ProcessStep, ReadinessCheck, Stage
from core.standards.policy.process_guards import GUARDS, Situation
from core.standards.policy.process_order import Before, bands, in_order, predecessors


@frozen(kw_only=True)
class Process:
    """A process with its order worked out.

    Attributes:
        steps: Every step by its key, each after those before it.
        before: The steps directly before each.
        stages: Stages by key, in order.
        roles: Names of roles per locale, by key.
        readiness: What is made sure of before service begins.
        guards: What must hold for a step to apply, all of it; steps without are left out.
        added: Keys of the steps that levels below the publisher added.
    """

    steps: Mapping[str, ProcessStep]
    before: Before
    stages: Mapping[str, Stage]
    roles: Mapping[str, Mapping[str, str]]
    readiness: tuple[ReadinessCheck, ...]
    guards: Mapping[str, tuple[str, ...]]
    added: frozenset[str] = frozenset()

    def applies(self, key: str, done: Collection[str], situation: Situation) -> bool:
        """Tell whether a step applies: every guard of it holds.

        Raises:
            RuleFailed: A guard could not be worked out.
        """
        guards = self.guards.get(key)
        if not guards:
            return True
        facts = situation.facts(done)
        return all(GUARDS.rule(one).holds(facts) for one in guards)

    def bands(self) -> Mapping[str, int]:
        """Number the steps: all of a lower number come before all of a higher one."""
        if all(step.after is None for step in self.steps.values()):
            return {key: step.position for key, step in self.steps.items()}
        return bands(tuple(self.steps), self.before)


def running(content: ProcessContent, *, added: frozenset[str] = frozenset()) -> Process:
    """Work out the order of a process.

    Args:
        content: A process that was checked.
        added: Keys of the steps that the publisher did not write.
    """
    before = predecessors(content.steps)
    known = {step.key: step for step in content.steps}
    rank = {step.key: (step.position, at) for at, step in enumerate(content.steps)}
    stages = {stage.key: stage for stage in content.stages}
    guards = {
        key: tuple(one for one in (content.when, guard_of(stages.get(step.stage)), step.when) if one)
        for key, step in known.items()
    }
    return Process(
        steps=MappingProxyType({key: known[key] for key in in_order(before, rank)}),
        before=MappingProxyType(before),
        stages=MappingProxyType(stages),
        roles=MappingProxyType(content.roles),
        readiness=content.readiness,
        guards=MappingProxyType({key: said for key, said in guards.items() if said}),
        added=added,
    )


def guard_of(stage: Stage | None) -> str:
    """Give the guard of a stage."""
    return "" if stage is None else stage.when


def joined(processes: Collection[Process]) -> Process:
    """Give the processes of one standard as one, side by side; of two steps of one key the first one's stays."""
    parts = tuple(processes)
    if len(parts) == 1:
        return parts[0]
    steps: dict[str, ProcessStep] = {}
    before: dict[str, frozenset[str]] = {}
    guards: dict[str, tuple[str, ...]] = {}
    for part in parts:
        new = [key for key in part.steps if key not in steps]
        steps |= {key: part.steps[key] for key in new}
        before |= {key: part.before[key] for key in new}
        guards |= {key: part.guards[key] for key in new if key in part.guards}
    rank = {key: (step.position, at) for at, (key, step) in enumerate(steps.items())}
    return Process(
        steps=MappingProxyType({key: steps[key] for key in in_order(before, rank)}),
        before=MappingProxyType(before),
        stages=MappingProxyType({key: one for part in reversed(parts) for key, one in part.stages.items()}),
        roles=MappingProxyType({key: one for part in reversed(parts) for key, one in part.roles.items()}),
        readiness=tuple({one.key: one for part in reversed(parts) for one in part.readiness}.values()),
        guards=MappingProxyType(guards),
        added=frozenset[str]().union(*(part.added for part in parts)),
    )


def foreseen(process: Process) -> tuple[str, ...]:
    """List every step that the process knows, each after those before it, whether it applies or not."""
    return tuple(process.steps)


def ready_steps(process: Process, done: Collection[str], context: Situation) -> tuple[str, ...]:
    """List the steps that may start now, in order.

    Args:
        process: The process.
        done: Keys of the steps that were completed; what the process does not know is passed over.
        context: What is known of the record.

    Returns:
        Steps that apply, all of whose predecessors are settled or hold nobody up, and that were not done or skipped
        yet or may be repeated.

    Raises:
        RuleFailed: A guard could not be worked out.
    """
    settled = {*done, *context.skipped}
    passed: set[str] = set()
    found: list[str] = []
    for key, step in process.steps.items():
        is_open = process.before[key] <= passed
        applies = process.applies(key, done, context)
        if key in settled or (is_open and not (step.required and applies)):
            passed.add(key)
        if is_open and applies and (key not in settled or step.repeatable):
            found.append(key)
    return tuple(found)


def missing_steps(process: Process, done: Collection[str], context: Situation) -> tuple[str, ...]:
    """List the steps without which a record is not finished: required, apply, and neither done nor skipped.

    Raises:
        RuleFailed: A guard could not be worked out.
    """
    settled = {*done, *context.skipped}
    return tuple(
        key
        for key, step in process.steps.items()
        if step.required and key not in settled and process.applies(key, done, context)
    )


def misplaced_after(process: Process, key: str, done: Collection[str], context: Situation) -> tuple[str, ...]:
    """List the required steps that come before a step and are neither done nor skipped, though they apply.

    Raises:
        RuleFailed: A guard could not be worked out.
    """
    earlier: set[str] = set()
    ahead = set(process.before.get(key, ()))
    settled = {*done, *context.skipped}
    while ahead:
        earlier |= ahead
        ahead = {one for each in ahead - settled for one in process.before[each]} - earlier
    return tuple(one for one in missing_steps(process, done, context) if one in earlier)
