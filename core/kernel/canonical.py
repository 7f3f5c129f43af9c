"""Canonical JSON text (RFC 8785) of plain facts, so that what is stored can be hashed and compared byte by byte."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from uuid import UUID

import rfc8785

SAFE_INTEGER = 2**53 - 1


def canonical_text(facts: Mapping[str, Any]) -> str:
    """Write facts as canonical JSON: ids, decimals and integers beyond 2^53 as strings, instants in UTC with ``Z``.

    Raises:
        TypeError: A value is of a kind that has no canonical form.
        ValueError: An instant has no zone.
    """
    return rfc8785.dumps(plain(facts)).decode()


def plain(value: object) -> Any:  # noqa: ANN401 - JSON values are of any kind
    """Turn a value into what canonical JSON can carry."""
    match value:
        case Enum():
            carried = plain(value.value)
        case None | bool() | float() | str():
            carried = value
        case int():
            carried = value if abs(value) <= SAFE_INTEGER else str(value)
        case UUID() | Decimal():
            carried = str(value)
        case datetime():
            carried = instant_text(value)
        case date():
            carried = value.isoformat()
        case Mapping():
            carried = {str(name): plain(one) for name, one in cast("Mapping[object, object]", value).items()}
        case list() | tuple():
            carried = [plain(one) for one in cast("Sequence[object]", value)]
        case _:
            msg = f"A {type(value).__name__} has no canonical form."
            raise TypeError(msg)
    return carried


def instant_text(instant: datetime) -> str:
    """Write an instant in UTC with six digits and ``Z``."""
    if instant.tzinfo is None:
        msg = "An instant needs a zone."
        raise ValueError(msg)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
