"""One text and one hash for what means the same: canonical JSON (RFC 8785) and SHA-256."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias

import rfc8785

from core.kernel import canonical

if TYPE_CHECKING:
    JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
else:
    # Checkers follow the recursion; what decodes JSON at run time must not.
    JsonValue = Any
"""What JSON can say without floats: decimals and amounts of money are strings, durations integer seconds."""

JsonObject: TypeAlias = Mapping[str, JsonValue]


def canonical_text(value: JsonObject) -> str:
    """Write a JSON object in its canonical form."""
    return canonical.canonical_text(value)


def hash_of(text: str) -> str:
    """Give the SHA-256 of a canonical text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()


def json_text(value: JsonValue) -> str:
    """Write any JSON value as text, for messages and comparison."""
    return rfc8785.dumps(canonical.plain(value)).decode()
