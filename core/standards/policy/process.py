"""The body of a process clause: stages and steps, in which order, by whom, how long, from what, to what, how proven.

What the first form of a body did not have is left out of the canonical text where it says nothing, so that processes
published before keep their hash. What a body must fulfil beyond its form stands in ``process_checks.py``.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, cast

import msgspec

from core.standards.policy.content import Part
from core.standards.policy.documents import JsonObject
from core.standards.policy.wordings import normalised_wording
from core.standards.vocabulary import TimeUnit

MAX_STEPS: Final = 500
MAX_POSITION: Final = 10_000
"""Canonical JSON holds numbers up to 2^53; no process is as long."""
STEP_KEY: Final = r"^[a-z0-9][a-z0-9_.-]{0,99}$"
LONGEST_GUARD: Final = 1_000
WORDINGS: Final = frozenset({"roles", "lanes"})
"""Fields that hold several texts per locale, by key."""

Key = Annotated[str, msgspec.Meta(pattern=STEP_KEY)]
Keys = Annotated[tuple[Key, ...], msgspec.Meta(max_length=100)]
OptionalKey = Annotated[str, msgspec.Meta(pattern=r"^([a-z0-9][a-z0-9_.-]{0,99})?$")]
Guard = Annotated[str, msgspec.Meta(max_length=LONGEST_GUARD)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=366 * 86_400)]
Pieces = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Wording = Mapping[str, str]


class Proof(StrEnum):
    """What is kept as evidence."""

    DOCUMENT = "document"
    PHOTO = "photo"
    SIGNATURE = "signature"
    RECORDING = "recording"
    LOG = "log"


class ProofPlace(StrEnum):
    """Where evidence must be taken."""

    SITE = "site"
    CUSTOMER = "customer"


class Lane(StrEnum):
    """A lane of a service blueprint; the line of visibility runs below ``frontstage``."""

    EVIDENCE = "evidence"
    CUSTOMER = "customer"
    FRONTSTAGE = "frontstage"
    BACKSTAGE = "backstage"
    SUPPORT = "support"


class Concern(StrEnum):
    """What is made sure of before service begins."""

    STAFF_TRAINED = "staff_trained"
    TOOLS_CHECKED = "tools_checked"
    PROCESS_CONFIRMED = "process_confirmed"
    STANDARD_AT_HAND = "standard_at_hand"
    SURROUNDINGS_PREPARED = "surroundings_prepared"


class ProcessPart(Part, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A part of a process; what says nothing is left out of its text."""


class Stage(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Some steps under one heading.

    Attributes:
        key: What steps name it by.
        title: Its name per locale.
        when: A guard in CEL: its steps apply only where it holds.
    """

    key: Key
    title: Mapping[str, str] = {}
    when: Guard = ""


class ReadinessCheck(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is made sure of before service begins.

    Attributes:
        key: Its name.
        concern: What it is about.
        title: What is looked at, per locale.
        required: Whether service may not begin without it.
    """

    key: Key
    concern: Concern
    title: Mapping[str, str] = {}
    required: bool = True


class StepLimit(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How long a step may take: said here, or by a parameter of the standard that tenants may adapt.

    Attributes:
        seconds: How long.
        unit: What the seconds count.
        parameter: Instead of both, the address of a duration, such as ``guide.limit``.
    """

    seconds: Annotated[int, msgspec.Meta(ge=1, le=366 * 86_400)] | None = None
    unit: TimeUnit = TimeUnit.ELAPSED
    parameter: Annotated[str, msgspec.Meta(max_length=201)] = ""


class Flow(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Something that a step needs, or that comes of it.

    Attributes:
        key: Its name; an input is what an earlier step put out under the same name.
        title: What it is, per locale.
        party: Who supplies it, or who receives it: a role, ``customer``, or somebody outside.
    """

    key: Key
    title: Mapping[str, str] = {}
    party: OptionalKey = ""


class TimeWindow(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """When evidence must be taken; by default while the step is worked on.

    Attributes:
        before: Seconds before the step was started at the earliest.
        after: Seconds after it was completed at the latest.
    """

    before: Seconds = 0
    after: Seconds = 0


class EvidenceContract(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What proves that a step was done.

    Attributes:
        key: Its name within the step.
        kinds: What it may be; any of them counts.
        least: How many pieces are needed.
        most: How many are taken at most; any number where nothing is said.
        title: What is to be seen in it, per locale.
        place: Where it must be taken; anywhere where nothing is said.
        window: When it must be taken; at any time where nothing is said.
        second_person: Whether it must come from somebody else than whoever did the step.
    """

    key: Key
    kinds: Annotated[tuple[Proof, ...], msgspec.Meta(min_length=1, max_length=len(Proof))]
    least: Pieces = 1
    most: Pieces | None = None
    title: Mapping[str, str] = {}
    place: ProofPlace | None = None
    window: TimeWindow | None = None
    second_person: bool = False


class StepContent(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is said of a step, whoever put it into the process.

    Attributes:
        key: Key of the step, as records name it.
        required: Whether a finished record must show it, where it applies.
        repeatable: Whether it may occur more than once.
        stage: Key of its stage.
        title: Its name per locale.
        role: Key of the role that owns it.
        limit: How long it may take.
        inputs: What it needs.
        outputs: What comes of it.
        evidence: What proves that it was done, each key once.
        after: Keys of the steps that come directly before.
        when: A guard in CEL: it applies only where this holds.
        lane: Where in a blueprint it is done; the customer sees what is not below ``frontstage``.
        lanes: What happens in the other lanes meanwhile, per lane and locale.
    """

    key: Key
    required: bool = True
    repeatable: bool = True
    stage: OptionalKey = ""
    title: Mapping[str, str] = {}
    role: OptionalKey = ""
    limit: StepLimit | None = None
    inputs: Annotated[tuple[Flow, ...], msgspec.Meta(max_length=50)] = ()
    outputs: Annotated[tuple[Flow, ...], msgspec.Meta(max_length=50)] = ()
    evidence: Annotated[tuple[EvidenceContract, ...], msgspec.Meta(max_length=20)] = ()
    after: Keys | None = None
    when: Guard = ""
    lane: Lane = Lane.FRONTSTAGE
    lanes: Mapping[Lane, Wording] = {}


class ProcessStep(StepContent, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One step that a process foresees.

    Attributes:
        position: Its place, from 1. Where ``after`` is not said, it comes after all steps of the next lower position,
            so steps with the same position come in any order; ``after: []`` may begin at once.
    """

    position: int


class ProcessContent(ProcessPart, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The body of a process clause.

    Attributes:
        steps: Its steps, each key once.
        stages: Its stages, in order.
        roles: Names of roles per locale, by key; a role without one is called by its key.
        readiness: What is made sure of before service begins.
        when: A guard in CEL: the whole process applies only where it holds.
    """

    steps: tuple[ProcessStep, ...]
    stages: Annotated[tuple[Stage, ...], msgspec.Meta(max_length=100)] = ()
    roles: Mapping[Key, Wording] = {}
    readiness: Annotated[tuple[ReadinessCheck, ...], msgspec.Meta(max_length=100)] = ()
    when: Guard = ""


def read_process(body: JsonObject | None) -> ProcessContent:
    """Read the body of a process clause.

    Raises:
        ValueError: It is not one; the message says where.
    """
    return msgspec.convert(body, type=ProcessContent)


def checked_process(body: JsonObject | None) -> JsonObject:
    """Give the body of a process in its one form: the first four fields of a step are said outright.

    Raises:
        ValueError: It has no steps, two of one key, or a step that is not one.
    """
    process = read_process(body)
    check_steps(process.steps)
    return plain_process(process)


def plain_process(process: ProcessContent) -> dict[str, Any]:
    """Give a process in its JSON form, its wordings normalised.

    Raises:
        ValueError: A text per locale is none; the message says where.
    """
    facts = with_wordings(msgspec.json.decode(msgspec.json.encode(process)), "")
    facts["steps"] = [
        said_outright(step, facts) | {"position": step.position}
        for step, facts in zip(process.steps, facts["steps"], strict=True)
    ]
    return facts


def with_limits(body: JsonObject | None, addresses: Mapping[str, str]) -> JsonObject:
    """Give the body of a process with limits that name parameters by their new addresses."""
    process = read_process(body)
    steps = tuple(
        msgspec.structs.replace(
            step, limit=msgspec.structs.replace(step.limit, parameter=addresses[step.limit.parameter])
        )
        if step.limit is not None and step.limit.parameter in addresses
        else step
        for step in process.steps
    )
    return plain_process(msgspec.structs.replace(process, steps=steps))


def said_outright(step: StepContent, facts: dict[str, Any]) -> dict[str, Any]:
    """Say of a step what it was always said outright."""
    return facts | {"required": step.required, "repeatable": step.repeatable}


def with_wordings(value: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Normalise every text per locale in a part of a process.

    Raises:
        ValueError: One is none; the message says where.
    """
    if isinstance(value, list):
        return [with_wordings(one, f"{path}[{i}]") for i, one in enumerate(cast("list[Any]", value))]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for name, said in cast("dict[str, Any]", value).items():
        here = f"{path}.{name}".lstrip(".")
        if name == "title":
            found[name] = wording_at(here, said)
        elif name in WORDINGS:
            found[name] = {key: wording_at(f"{here}.{key}", one) for key, one in said.items()}
        else:
            found[name] = with_wordings(said, here)
    return found


def wording_at(path: str, value: object) -> dict[str, str]:
    """Normalise a text per locale.

    Raises:
        ValueError: It is none.
    """
    try:
        return normalised_wording(value)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from problem


def check_steps(steps: Sequence[ProcessStep]) -> None:
    """Refuse steps that a record cannot be held against."""
    if not 0 < len(steps) <= MAX_STEPS:
        raise ValueError(f"1 to {MAX_STEPS} steps are expected")
    if len({step.key for step in steps}) < len(steps):
        raise ValueError("each step stands once")
    if any(not 1 <= step.position <= MAX_POSITION for step in steps):
        raise ValueError(f"positions count from 1, to {MAX_POSITION} at most")
