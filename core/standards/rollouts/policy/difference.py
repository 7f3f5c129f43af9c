"""What changes for one tenant when it comes from one version to the next: canonical, so that its hash is stable."""

from collections.abc import Mapping
from typing import Any, Final, cast

import orjson

from core.standards.policy.documents import JsonObject, canonical_text

FORMAT: Final = "touchstone.difference/1"


def difference_text(before: str | None, after: str) -> str:
    """Write the difference between two effective documents of one tenant as canonical JSON.

    Args:
        before: What holds without the new version; empty where nothing does.
        after: What holds with it.

    Returns:
        Every clause and parameter that is not the same in both, by its place, with what it was and what it will be.
    """
    old: Mapping[str, Any] = {} if before is None else orjson.loads(before)
    new: Mapping[str, Any] = orjson.loads(after)
    was, will = parts_of(old), parts_of(new)
    changed: list[JsonObject] = [
        {"place": place, "before": was.get(place), "after": will.get(place)}
        for place in sorted(was.keys() | will.keys())
        if was.get(place) != will.get(place)
    ]
    return canonical_text(
        {"format": FORMAT, "code": new["code"], "from": old.get("version"), "to": new["version"], "changes": changed}
    )


def parts_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Take an effective document apart into clauses without their parameters, and parameters."""
    found: dict[str, Any] = {}
    for clause in cast("list[dict[str, Any]]", document.get("clauses", [])):
        found[clause["key"]] = {key: said for key, said in clause.items() if key != "parameters"}
        for parameter in cast("list[dict[str, Any]]", clause["parameters"]):
            found[f"{clause['key']}/{parameter['key']}"] = parameter
    return found
