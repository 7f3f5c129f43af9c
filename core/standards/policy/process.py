"""The body of a process clause: which steps a record must show, and in which order."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from core.standards.policy.content import Part
from core.standards.policy.documents import JsonObject

MAX_STEPS: Final = 500
MAX_POSITION: Final = 10_000
"""Canonical JSON holds numbers up to 2^53; no process is as long."""
STEP_KEY: Final = r"^[a-z0-9][a-z0-9_.-]{0,99}$"


class ProcessStep(Part, frozen=True, kw_only=True):
    """One step that a process foresees.

    Attributes:
        key: Key of the step, as records name it.
        position: Its place, from 1; steps with the same position come in any order.
        required: Whether a finished record must show it.
        repeatable: Whether it may occur more than once.
    """

    key: Annotated[str, msgspec.Meta(pattern=STEP_KEY)]
    position: int
    required: bool = True
    repeatable: bool = True


class Process(Part, frozen=True, kw_only=True):
    """The steps of a process, each key once."""

    steps: tuple[ProcessStep, ...]


def read_process(body: JsonObject | None) -> Process:
    """Read the body of a process clause.

    Raises:
        ValueError: It is not one; the message says where.
    """
    return msgspec.convert(body, type=Process)


def checked_process(body: JsonObject | None) -> JsonObject:
    """Give the body of a process with every field said outright.

    Raises:
        ValueError: It has no steps, two of one key, or a step that is not one.
    """
    process = read_process(body)
    check_steps(process.steps)
    return {"steps": [msgspec.to_builtins(step) for step in process.steps]}


def check_steps(steps: Sequence[ProcessStep]) -> None:
    """Refuse steps that a record cannot be held against."""
    if not 0 < len(steps) <= MAX_STEPS:
        raise ValueError(f"1 to {MAX_STEPS} steps are expected")
    if len({step.key for step in steps}) < len(steps):
        raise ValueError("each step stands once")
    if any(not 1 <= step.position <= MAX_POSITION for step in steps):
        raise ValueError(f"positions count from 1, to {MAX_POSITION} at most")
