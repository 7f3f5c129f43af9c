"""As much of JSON Schema as the published schema uses, read by the letter; an unknown word fails the test."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

Schema = Mapping[str, Any]
TYPES: Mapping[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
SILENT = {"$schema", "$defs", "default", "description", "title", "then"}


def problems(schema: Schema, value: Any, root: Schema) -> list[str]:
    """List what of a value is not as a schema says."""
    return [
        one for word, said in schema.items() if word not in SILENT for one in WORDS[word](said, value, root, schema)
    ]


def is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def members(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def told(holds: bool, problem: str) -> Iterator[str]:
    if not holds:
        yield problem


def reference(said: str, value: Any, root: Schema, _: Schema) -> Iterator[str]:
    yield from problems(root["$defs"][said.removeprefix("#/$defs/")], value, root)


def of_type(said: str, value: Any, *_: Schema) -> Iterator[str]:
    yield from told(
        is_number(value) if said == "integer" else isinstance(value, TYPES[said]), f"{value!r} is no {said}"
    )


def one_of(said: list[Any], value: Any, *_: Schema) -> Iterator[str]:
    yield from told(value in said, f"{value!r} is not among {said}")


def exactly(said: Any, value: Any, *_: Schema) -> Iterator[str]:
    yield from one_of([said], value)


def formed(said: str, value: Any, *_: Schema) -> Iterator[str]:
    yield from told(not isinstance(value, str) or bool(re.search(said, value)), f"{value!r} has not the form {said}")


def sized(kind: type, fits: Callable[[int, int], bool]) -> Callable[..., Iterator[str]]:
    def check(said: int, value: Any, *_: Schema) -> Iterator[str]:
        yield from told(not isinstance(value, kind) or fits(len(value), said), f"{value!r} has not the size {said}")

    return check


def edge(fits: Callable[[int, int], bool]) -> Callable[..., Iterator[str]]:
    def check(said: int, value: Any, *_: Schema) -> Iterator[str]:
        yield from told(not is_number(value) or fits(value, said), f"{value!r} is beyond {said}")

    return check


def required(said: list[str], value: Any, *_: Schema) -> Iterator[str]:
    missing = set(said) - set(members(value)) if isinstance(value, dict) else set[str]()
    yield from (f"{name} is missing" for name in missing)


def named(said: Mapping[str, Schema], value: Any, root: Schema, _: Schema) -> Iterator[str]:
    for name, part in members(value).items():
        yield from problems(said.get(name, {}), part, root)


def names(said: Schema, value: Any, root: Schema, _: Schema) -> Iterator[str]:
    for name in members(value):
        yield from problems(said, name, root)


def others(said: Any, value: Any, root: Schema, schema: Schema) -> Iterator[str]:
    for name, part in members(value).items():
        if name not in schema.get("properties", {}):
            yield from told(said, f"{name} is unknown") if isinstance(said, bool) else problems(said, part, root)


def items(said: Schema, value: Any, root: Schema, _: Schema) -> Iterator[str]:
    for part in cast("list[Any]", value) if isinstance(value, list) else ():
        yield from problems(said, part, root)


def any_of(said: list[Schema], value: Any, root: Schema, _: Schema) -> Iterator[str]:
    yield from told(any(not problems(one, value, root) for one in said), f"{value!r} has none of the forms")


def all_of(said: list[Schema], value: Any, root: Schema, _: Schema) -> Iterator[str]:
    for one in said:
        yield from problems(one, value, root)


def on_condition(said: Schema, value: Any, root: Schema, schema: Schema) -> Iterator[str]:
    if not problems(said, value, root):
        yield from problems(schema["then"], value, root)


WORDS: Mapping[str, Callable[..., Iterator[str]]] = {
    "$ref": reference,
    "type": of_type,
    "enum": one_of,
    "const": exactly,
    "pattern": formed,
    "minLength": sized(str, int.__ge__),
    "maxLength": sized(str, int.__le__),
    "minItems": sized(list, int.__ge__),
    "maxItems": sized(list, int.__le__),
    "minProperties": sized(dict, int.__ge__),
    "minimum": edge(int.__ge__),
    "maximum": edge(int.__le__),
    "required": required,
    "properties": named,
    "propertyNames": names,
    "additionalProperties": others,
    "items": items,
    "anyOf": any_of,
    "allOf": all_of,
    "if": on_condition,
}
