"""Steps that levels below the publisher add to a process: beside those they received, which stay as they are.

A step that is added names steps it comes after, or before, or both. Whatever it is put between waits for it if it is
required; but of two steps that were received, none may come to stand before the other because of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from core.kernel.errors import DomainError
from core.standards.policy.documents import JsonValue
from core.standards.policy.process import (
    MAX_STEPS,
    Keys,
    ProcessContent,
    ProcessStep,
    StepContent,
    said_outright,
    with_wordings,
)
from core.standards.policy.process_checks import check_cost, check_named, check_order, check_parts, check_texts
from core.standards.policy.process_order import Before, ancestors, predecessors

SHARED = frozenset(StepContent.__struct_fields__)


class AddedStep(StepContent, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A step that is added to a process.

    Attributes:
        before: Keys of the steps that come directly after it; where ``after`` is not said, it comes after what these
            came after.
    """

    before: Keys = ()


def added_steps(value: object) -> list[dict[str, Any]]:
    """Normalise steps that are added: sorted by key, each once.

    Raises:
        ValueError: Something has not its form; the message says where.
    """
    steps = msgspec.convert(value, type=list[AddedStep])
    if len(steps) > MAX_STEPS:
        raise ValueError(f"at most {MAX_STEPS} steps are expected")
    for step in steps:
        if not step.after and not step.before:
            raise ValueError(f"{step.key}: name a step that it comes after, or before")
        if step.limit is not None and step.limit.parameter:
            raise ValueError(f"{step.key}: its limit is said in seconds")
    said = with_wordings(msgspec.json.decode(msgspec.json.encode(steps)), "")
    plain = [said_outright(step, facts) for step, facts in zip(steps, said, strict=True)]
    return sorted(plain, key=lambda one: one["key"])


def read_added(value: object) -> tuple[AddedStep, ...]:
    """Read added steps back."""
    return msgspec.convert(value, type=tuple[AddedStep, ...])


def widened(core: ProcessContent, received: JsonValue, own: JsonValue) -> list[dict[str, Any]]:
    """Add a level's own steps to those that were added above it.

    Args:
        core: The process as it was published.
        received: Steps that levels above added.
        own: Steps of the level; all in their normal form.

    Raises:
        ValueError: They do not fit: a key is taken, a neighbour is not there, received steps would come in another
            order, or a step is wrong in itself.
    """
    before, after = woven(core, read_added(received)), read_added(own)
    taken = {step.key for step in before.steps}
    for step in after:
        if step.key in taken:
            raise ValueError(f"{step.key}: there is such a step already")
        taken.add(step.key)
    for step in after:
        for key in sorted({*(step.after or ()), *step.before} - taken):
            raise ValueError(f"{step.key}: there is no step {key}")
    if len(taken) > MAX_STEPS:
        raise ValueError(f"at most {MAX_STEPS} steps are expected")
    check_texts(step.when for step in after)
    try:
        check_parts(after, {stage.key for stage in core.stages}, "the process")
        made = between(before, after)
        check_order(predecessors(made.steps), "the process")
        if after:
            check_cost(made, "the process")
            check_named(made, "the process", {step.key for step in after})
    except DomainError as problem:
        raise ValueError(problem.message) from problem
    refuse_reordering(before, made)
    listed = [*cast("Sequence[dict[str, Any]]", received), *cast("Sequence[dict[str, Any]]", own)]
    return sorted(listed, key=lambda one: one["key"])


def woven(core: ProcessContent, added: Sequence[AddedStep]) -> ProcessContent:
    """Give a process with the steps that were added to it; all of them fit."""
    return between(core, added) if added else core


def between(received: ProcessContent, added: Sequence[AddedStep]) -> ProcessContent:
    """Put steps beside others: every step then says which it comes after."""
    given = predecessors(received.steps)
    known = {step.key: step for step in added}
    position = {step.key: step.position for step in received.steps}
    earlier = {key: set(keys) for key, keys in given.items()}
    earlier |= {key: set(comes_after(key, given, known, frozenset())) for key in known}
    for step in added:
        for key in step.before:
            earlier[key].add(step.key)
    for step in added:
        beside = [position[key] for key in (*earlier[step.key], *step.before) if key in position]
        position[step.key] = min(beside, default=1)
    steps = [msgspec.structs.replace(step, after=tuple(sorted(earlier[step.key]))) for step in received.steps]
    steps += [
        ProcessStep(
            **{name: getattr(step, name) for name in SHARED - {"after"}},
            after=tuple(sorted(earlier[step.key])),
            position=position[step.key],
        )
        for step in added
    ]
    return msgspec.structs.replace(received, steps=tuple(steps))


def comes_after(key: str, given: Before, added: Mapping[str, AddedStep], seen: frozenset[str]) -> frozenset[str]:
    """Say what a step comes after, apart from what is put before it: so it does not hang on who added first."""
    step = added.get(key)
    if step is None or key in seen:
        return given.get(key, frozenset())
    if step.after is not None:
        return frozenset(step.after)
    return frozenset[str]().union(*(comes_after(one, given, added, seen | {key}) for one in step.before))


def refuse_reordering(received: ProcessContent, made: ProcessContent) -> None:
    """Refuse where a received step comes after another received one that it did not come after.

    Raises:
        ValueError: One does.
    """
    was, now = ancestors(predecessors(received.steps)), ancestors(predecessors(made.steps))
    for key, earlier in was.items():
        new = sorted((now[key] & was.keys()) - earlier)
        if new:
            raise ValueError(f"{key} would have to wait for {new[0]}")
