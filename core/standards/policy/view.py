"""An effective document read back: what records are executed and judged under."""

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

import msgspec
from touchstone_sdk import scoring

from core.kernel.frozen import frozen
from core.standards.policy.content import address
from core.standards.policy.documents import JsonValue
from core.standards.policy.process import ProcessStep, read_process
from core.standards.policy.process_added import read_added, woven
from core.standards.policy.process_running import Process, joined, running
from core.standards.policy.spans import Span
from core.standards.policy.variants import Context, chosen, selector_text
from core.standards.vocabulary import ClauseKind, ClauseLevel, ParameterType, TimeUnit

Choices = tuple[tuple[str, str], ...]
"""The variant chosen for each parameter that has variants; empty text where the value for all contexts is."""


@frozen(kw_only=True)
class EffectiveView:
    """What holds, as a record pins it.

    Attributes:
        hash: SHA-256 of the document.
        document: The canonical text.
        code: The standard.
        version: Number of the published version.
        parameters: Value by ``"<clause key>.<parameter key>"``, in JSON, where no variant applies; steps that are added
            are part of their process instead.
        variants: For parameters that have variants, value by selector.
        units: For durations, what their seconds count, by the same address.
        processes: Processes by the key of their clause.
        process: All of them as one, side by side: what a record is executed under.
        levels: How much hangs on each clause, by its key.
    """

    hash: str
    document: str
    code: str
    version: str
    parameters: Mapping[str, JsonValue]
    variants: Mapping[str, Mapping[str, JsonValue]]
    units: Mapping[str, TimeUnit]
    processes: Mapping[str, Process]
    process: Process
    levels: Mapping[str, ClauseLevel] = field(default_factory=dict[str, ClauseLevel])

    def choices(self, context: Context) -> Choices:
        """Say which variant is chosen in a context, for every parameter that has any; alike contexts give the same."""
        return tuple((address, chosen(known, context)) for address, known in self.variants.items())

    def in_context(self, choices: Choices) -> Mapping[str, JsonValue]:
        """Give the value of every parameter where some variants are chosen."""
        picked = {address: self.variants[address][variant] for address, variant in choices if variant}
        return {**self.parameters, **picked} if picked else self.parameters

    def step_limit(self, key: str, choices: Choices = ()) -> tuple[int, TimeUnit] | None:
        """Give how long a step of the process may take, and what the seconds count.

        Args:
            key: The step.
            choices: The variants that were chosen.

        Returns:
            Nothing where the step has no limit, or is none of the process.
        """
        step = self.process.steps.get(key)
        return None if step is None else limit_of(step, self.in_context(choices), self.units)

    def for_plugins(self, choices: Choices = ()) -> scoring.EffectiveView:
        """Give it in the form that plugins receive, with the variants that were chosen."""
        return scoring.EffectiveView.model_validate(
            {
                "hash": self.hash,
                "parameters": dict(self.in_context(choices)),
                "processes": tuple(
                    scoring.ProcessView(clause_key=key, steps=sdk_steps(process))
                    for key, process in self.processes.items()
                ),
            }
        )


@frozen(kw_only=True)
class EffectivePeriod:
    """A view and the span around the instant asked about in which no overlay begins or ends."""

    view: EffectiveView
    span: Span


def limit_of(
    step: ProcessStep, values: Mapping[str, object], units: Mapping[str, TimeUnit]
) -> tuple[int, TimeUnit] | None:
    """Give how long a step may take, and what the seconds count; nothing where it has no limit.

    Args:
        step: The step.
        values: Parameters by address.
        units: What the seconds of durations count, likewise.
    """
    limit = step.limit
    if limit is None:
        return None
    if limit.seconds is not None:
        return limit.seconds, limit.unit
    return cast("int", values[limit.parameter]), units[limit.parameter]


def sdk_steps(process: Process) -> tuple[scoring.ProcessStep, ...]:
    """Give the steps of a process in the form that plugins receive.

    Plugins know positions alone: of two steps that come in an order which positions cannot tell, they are told none.
    And as they know no guards, a step that does not always apply is not required.
    """
    positions = process.bands()
    return tuple(
        scoring.ProcessStep(
            key=key,
            position=positions[key],
            required=step.required and key not in process.guards,
            repeatable=step.repeatable,
        )
        for key, step in process.steps.items()
    )


def process_held(clause: Mapping[str, Any]) -> Process:
    """Read the process of a clause with the steps that levels below the publisher added."""
    added = [
        one
        for parameter in clause["parameters"]
        if parameter["type"] == ParameterType.STEPS.value
        for one in parameter["value"]
    ]
    content = woven(read_process(clause["body"]), read_added(added))
    return running(content, added=frozenset(one["key"] for one in added))


@lru_cache(maxsize=256)
def read_view(hash_: str, document: str) -> EffectiveView:
    """Read an effective document; the latest few are kept, because thousands of records share one.

    Args:
        hash_: SHA-256 of the document.
        document: The canonical text that ``policy/effective.py`` writes.
    """
    facts: dict[str, Any] = msgspec.json.decode(document)
    clauses: list[dict[str, Any]] = facts["clauses"]
    parameters = {
        address(clause["key"], parameter["key"]): parameter["value"]
        for clause in clauses
        for parameter in clause["parameters"]
        if parameter["type"] != ParameterType.STEPS.value
    }
    variants = {
        address(clause["key"], parameter["key"]): MappingProxyType(
            {selector_text(one["context"]): one["value"] for one in parameter["variants"]}
        )
        for clause in clauses
        for parameter in clause["parameters"]
        if "variants" in parameter
    }
    units = {
        address(clause["key"], parameter["key"]): TimeUnit(parameter["unit"])
        for clause in clauses
        for parameter in clause["parameters"]
        if parameter["unit"]
    }
    processes = {
        clause["key"]: process_held(clause) for clause in clauses if clause["kind"] == ClauseKind.PROCESS.value
    }
    return EffectiveView(
        hash=hash_,
        document=document,
        code=facts["code"],
        version=facts["version"],
        parameters=MappingProxyType(parameters),
        variants=MappingProxyType(variants),
        units=MappingProxyType(units),
        processes=MappingProxyType(processes),
        process=joined(processes.values()),
        levels=MappingProxyType({clause["key"]: ClauseLevel(clause["level"]) for clause in clauses}),
    )
