"""Canonical JSON text (RFC 8785) of plain facts, so that what is stored can be hashed and compared byte by byte."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from uuid import UUID

import msgspec
import orjson
import rfc8785

SAFE_INTEGER = 2**53 - 1
TO_MICROSECONDS = len("2026-11-21T09:00:00.000000")
NOT_QUICK = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
QUICK = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | NOT_QUICK
FLOAT = b"\xcb"
"""What MessagePack puts before every float; it occurs elsewhere, too, but not in ASCII texts."""
DOUBTFUL = tuple(re.compile(lead + rb"-?\d+[.eE]") for lead in (rb'":', rb",", rb"\["))
"""A fraction or an exponent, which the quick writer spells otherwise; the seconds of an instant are neither.

Each begins with letters to look for, which is found several times as fast as any of them in one expression.
"""


def canonical_text(facts: Mapping[str, Any]) -> str:
    """Write facts as canonical JSON: ids, decimals and integers beyond 2^53 as strings, instants in UTC with ``Z``.

    Raises:
        TypeError: A value is of a kind that has no canonical form.
        ValueError: An instant has no zone.
    """
    quick = quick_text(facts)
    return rfc8785.dumps(plain(facts)).decode() if quick is None else quick


def quick_text(facts: object) -> str | None:
    """Write facts at once where the quick writer writes the canonical text: nothing in doubt."""
    try:
        text = orjson.dumps(facts, option=QUICK)
    except TypeError:
        return None
    if not text.isascii() or (may_have_float(facts) and is_doubtful(text, facts)):
        return None
    return text.decode()


def may_have_float(value: object) -> bool:
    """Tell whether there may be a float anywhere; only where there is none that is for certain."""
    try:
        return FLOAT in msgspec.msgpack.encode(value)
    except (TypeError, ValueError, OverflowError):  # A kind that MessagePack does not have.
        return True


def is_doubtful(text: bytes, facts: object) -> bool:
    """Tell whether the quick writer may have spelled a float otherwise, or made null of one."""
    return (
        isinstance(facts, float)
        or any(one.search(text) for one in DOUBTFUL)
        or (b"null" in text and has_no_number(facts))
    )


def has_no_number(value: object) -> bool:
    """Tell whether there is a float anywhere that is no number, of which the quick writer makes null."""
    try:
        json.dumps(value, default=behind, allow_nan=False, check_circular=False)
    except ValueError:
        return True
    return False


def behind(value: object) -> object:
    """Give what the quick writer looks at instead of a value that JSON does not know."""
    return value.value if isinstance(value, Enum) else str(value)


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
    there = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return f"{there.isoformat(timespec='microseconds')[:TO_MICROSECONDS]}Z"
