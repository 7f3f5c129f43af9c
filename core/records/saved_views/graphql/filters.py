"""The filter of a saved view: kept as JSON that fits ``RecordFilter`` exactly, and held against what it is by now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, get_args

import orjson
from strawberry import UNSET
from strawberry.types.base import get_object_definition

from core.kernel.canonical import instant_text
from core.kernel.graphql.filters import filter_matches
from core.kernel.graphql.naming import camel
from core.kernel.reads import Splicing
from core.records.graphql.types import RecordFilter


def as_json(given: RecordFilter | None) -> dict[str, Any]:
    """Write a filter as its fields and JSON values; what is null narrows nothing and is left out."""
    if given is None:
        return {}
    fields = get_object_definition(RecordFilter, strict=True).fields
    said = {one.graphql_name or camel(one.python_name): getattr(given, one.python_name, UNSET) for one in fields}
    return {name: sent(value) for name, value in said.items() if value is not None and value is not UNSET}


def sent(value: Any) -> Any:  # noqa: ANN401 - as the scalars give it
    """Write a value of a filter as a front end sends it."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, datetime):
        return instant_text(value)
    return value


def gone_from(stored: Mapping[str, Any]) -> list[str]:
    """Name the fields of a stored filter that the filter has no more, or whose value is none any more."""
    known, members = filter_matches(RecordFilter), enumerations()
    return [
        name
        for name, value in stored.items()
        if name not in known or (name in members and value not in members[name].__members__)
    ]


def enumerations() -> dict[str, type[Enum]]:
    """Give the enumeration behind each field of the filter that has one."""
    return {
        camel(name): kind
        for name, annotation in RecordFilter.__annotations__.items()
        for kind in (annotation, *get_args(annotation))
        if isinstance(kind, type) and issubclass(kind, Enum)
    }


async def gone_fields(_splicing: Splicing, rows: Sequence[Mapping[str, Any]]) -> Sequence[object]:
    """Name for each view what of its filter is gone."""
    return [gone_from(orjson.loads(row["filter"])) for row in rows]
