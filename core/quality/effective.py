"""Read an effective document the way scoring rules see it, and the limit that figures are counted against."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from touchstone_sdk import EffectiveView, ProcessStep, ProcessView

LIMIT = "resolution.limit"
"""Path of the parameter that figures count "in time" against: elapsed seconds from opening to first resolution."""


def effective_view(hash_: str, text: str) -> EffectiveView:
    """Read an effective document's text as rules see it: values by path, process clauses with their steps."""
    clauses: list[dict[str, Any]] = orjson.loads(text)["clauses"]
    return EffectiveView(
        hash=hash_,
        parameters=dict(values(clauses, "value")),
        processes=tuple(
            ProcessView(clause_key=clause["key"], steps=tuple(ProcessStep(**step) for step in clause["body"]["steps"]))
            for clause in clauses
            if clause["kind"] == "process" and clause["body"]
        ),
    )


def published_limit(text: str) -> int | None:
    """Read the limit headquarters published from a version's text; None where the standard sets none."""
    return seconds(dict(values(orjson.loads(text)["clauses"], "default")))


def effective_limit(view: EffectiveView) -> int | None:
    """Read the limit that held for the tenant; None where the standard sets none."""
    return seconds(view.parameters)


def values(clauses: list[dict[str, Any]], named: str) -> Iterator[tuple[str, Any]]:
    """List the parameters of a document by path, ``<clause key>.<parameter key>``."""
    for clause in clauses:
        for parameter in clause["parameters"]:
            yield f"{clause['key']}.{parameter['key']}", parameter[named]


def seconds(parameters: Mapping[str, Any]) -> int | None:
    """Give the limit's seconds, if it is set and is a duration."""
    found = parameters.get(LIMIT)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
