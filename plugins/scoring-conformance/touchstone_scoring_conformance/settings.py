"""What a batch is judged by: limits, process and weights, read once from its standard and its configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from touchstone_sdk import JsonValue, ParameterRead, ProcessView, ScoringBatch

RESOLUTION: Final = ParameterRead(
    name="resolution_limit",
    path="resolution.limit",
    description="Longest time from the opening of a record to its resolution, in integer seconds elapsed.",
)
FIRST_RESPONSE: Final = ParameterRead(
    name="first_response_limit",
    path="first_response.limit",
    description="Longest time from the opening of a record to the first response, in integer seconds elapsed.",
)


class ParameterIsInvalid(Exception):  # noqa: N818  (errors are named as the facts they are)
    """A parameter of the standard does not hold what the rule reads there; the text is its path."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part of step conformance counts."""

    required: int = 2
    order: int = 1
    outside: int = 1


@dataclass(frozen=True, slots=True)
class Measure:
    """What a batch is judged by.

    Attributes:
        resolution_limit: Seconds; None where the standard sets no limit.
        first_response_limit: Seconds; None where the standard sets no limit.
        first_response_steps: Keys of the steps that count as the first response.
        process: The process clause; None where there is none, or none can be chosen.
        ambiguous: Whether the standard has several process clauses and the configuration names none.
        weights: How much each part of step conformance counts.
    """

    resolution_limit: int | None
    first_response_limit: int | None
    first_response_steps: frozenset[str]
    process: ProcessView | None
    ambiguous: bool
    weights: Weights


def read_measure(batch: ScoringBatch) -> Measure:
    """Read what a batch is judged by.

    Raises:
        ParameterIsInvalid: A limit is there, but is not a whole number of seconds, zero or more.
    """
    config = batch.config
    weights = cast("Mapping[str, int]", config.get("weights", {}))
    steps = cast("Sequence[str]", config.get("first_response_steps", ("accepted",)))
    named = config.get("process_clause")
    processes = [one for one in batch.effective.processes if named is None or one.clause_key == named]
    return Measure(
        resolution_limit=_limit(batch, RESOLUTION),
        first_response_limit=_limit(batch, FIRST_RESPONSE),
        first_response_steps=frozenset(steps),
        process=processes[0] if len(processes) == 1 else None,
        ambiguous=len(processes) > 1,
        weights=Weights(**weights),
    )


def _limit(batch: ScoringBatch, parameter: ParameterRead) -> int | None:
    bound = cast("Mapping[str, str]", batch.config.get("parameters", {}))
    path = bound.get(parameter.name, parameter.path)
    value: JsonValue = batch.effective.parameters.get(path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ParameterIsInvalid(path)
    return value
