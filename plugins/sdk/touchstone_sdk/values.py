"""What every value that crosses the border between host and plugin is made of.

Values are frozen and strict: no coercion, no unknown fields, nothing that can be changed after it was made.
JSON inside them is frozen to its leaves, and holds no floats: decimals travel as strings, durations as integer
seconds, so that the same value prints alike everywhere.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

if TYPE_CHECKING:
    JsonValue: TypeAlias = "str | int | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
else:
    # Checkers follow the recursion; pydantic never needs to, because `freeze_object` validates.
    JsonValue = object
"""What JSON can say without floats. Arrays arrive as tuples, objects as read-only mappings."""

Instant: TypeAlias = AwareDatetime
"""A point in time; naive date-times are refused."""

PluginKey: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=63)]
"""Lower-case words joined by hyphens: `scoring-conformance`."""

Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=63)]
"""Lower-case words joined by underscores: a rule, a dimension, a reason, an error code."""

Label: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]
"""A short text for people."""

Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000)]
"""A text for people."""

ClauseKey: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
"""Key of a clause of a standard, or of a step of a process."""

VersionText: TypeAlias = Annotated[str, Field(pattern=r"^\d+(\.\d+)*([a-z]+\d+)?$", max_length=40)]
"""A version such as `1.2.0` or `1.2.0rc1`."""

MAX_JSON_DEPTH = 16

_LEAVES = frozenset({str, int, bool, type(None)})
_OBJECTS = frozenset({dict, MappingProxyType})


class Value(BaseModel):
    """A frozen value that is validated again wherever it is handed over.

    `model_construct` and subclasses can forge an instance; revalidation unmasks them: what is handed over is
    rebuilt, field by field, as the declared class. Messages of errors never repeat the input.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        revalidate_instances="always",
        hide_input_in_errors=True,
    )


class View(Value):
    """A frozen value that the host makes and a plugin only reads; it is validated once, when it is made."""

    model_config = ConfigDict(revalidate_instances="never")


def freeze_json(value: object, depth: int = 0) -> JsonValue:
    """Return a deeply read-only copy of a JSON value.

    Args:
        value: Strings, integers, booleans, None, sequences (list or tuple) and mappings with string keys.
        depth: How deep the value lies inside another one.

    Raises:
        ValueError: The value holds something else (a float, a set, an object), or nests too deep.
    """
    if type(value) in _LEAVES:
        return cast("str | int | bool | None", value)
    if depth >= MAX_JSON_DEPTH:
        raise ValueError(f"JSON nests deeper than {MAX_JSON_DEPTH} levels")
    if isinstance(value, list | tuple):
        return tuple(freeze_json(item, depth + 1) for item in cast("Sequence[object]", value))
    if isinstance(value, Mapping):
        return freeze_object(cast("object", value), depth)
    raise ValueError(f"a {type(value).__name__} is not a JSON value; decimals are strings, durations integer seconds")


def freeze_object(value: object, depth: int = 0) -> Mapping[str, JsonValue]:
    """Return a deeply read-only copy of a JSON object; refuses as `freeze_json` does."""
    # Objects and leaves are known by their type alone, and stay.
    if type(value) not in _OBJECTS and not isinstance(value, Mapping):
        raise ValueError("a JSON object is expected")  # (pydantic turns ValueError into its own error)
    frozen = dict(cast("Mapping[str, JsonValue]", value))
    for key, item in frozen.items():
        if type(key) is not str:
            raise ValueError("the keys of a JSON object are strings")
        if type(item) not in _LEAVES:
            frozen[key] = freeze_json(item, depth + 1)
    return MappingProxyType(frozen)


def thaw_json(value: JsonValue) -> object:
    """Return a copy of a frozen JSON value made of lists and dicts, as serialisers want it."""
    if isinstance(value, Mapping):
        return {key: thaw_json(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [thaw_json(item) for item in value]
    return value


JsonObject: TypeAlias = Annotated[
    Mapping[str, JsonValue],
    PlainValidator(freeze_object),
    PlainSerializer(thaw_json),
]
"""A JSON object, frozen to its leaves."""
