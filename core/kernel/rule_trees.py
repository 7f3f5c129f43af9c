"""A compiled rule as a tree: what the library tells of it, which is a ``cel.expr.CheckedExpr`` in protobuf's format."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from core.kernel.frozen import frozen

Fields: TypeAlias = dict[int, list[int | bytes]]
"""The fields of a message by number, in order."""

PACKED, TREE = 2, 4
NAMES, TYPES = 2, 3
CONSTANT, NAME, SELECT, CALL, LISTED, STRUCT, THROUGH = 3, 4, 5, 6, 7, 8, 9
TEXTS: Final = (6, 7)
"""Of constants: text and bytes."""
GOES_ON: Final = 0x80
"""The bit of a byte that says that its number has more."""
PRIMITIVE, WELL_KNOWN = 3, 5
LONG_PRIMITIVES: Final = (5, 6)
"""Of primitive types: text and bytes."""


@frozen
class Node:
    """A part of a rule.

    Attributes:
        scalar: Whether its type holds one small thing: a number, a truth value, an instant.
    """

    scalar: bool


@frozen
class Constant(Node):
    """A value that is written down; its text, empty where it is none."""

    text: str


@frozen
class Name(Node):
    """Something that is known by name."""

    name: str


@frozen
class Call(Node):
    """A function or an operator with what it is given; a method's object comes first."""

    function: str
    given: tuple[Node, ...]


@frozen
class Listed(Node):
    """A list, or the keys and values of a map."""

    parts: tuple[Node, ...]


@frozen
class Through(Node):
    """Something that goes through a list, such as ``all``; ``name`` is the element's, ``found`` what is made."""

    name: str
    over: Node
    found: str
    first: Node
    going_on: Node
    step: Node
    result: Node


class Reader:
    """Reads a compiled rule."""

    def __init__(self, checked: bytes) -> None:
        """Take apart what does not belong to the tree.

        Args:
            checked: What the library gives.
        """
        self._whole = fields_of(inner(fields_of(checked), PACKED))
        self._readers: Mapping[int, Callable[..., Node]] = {
            CONSTANT: self._constant,
            NAME: self._name,
            SELECT: self._select,
            CALL: self._call,
            LISTED: self._listed,
            STRUCT: self._struct,
            THROUGH: self._through,
        }
        self._names, self._types = dict(self._entries(NAMES)), dict(self._entries(TYPES))

    def tree(self) -> Node:
        """Give the tree."""
        return self._node(inner(self._whole, TREE))

    def _entries(self, number: int) -> Iterator[tuple[int, bytes]]:
        """Read a map from the number of a part."""
        for entry in self._whole.get(number, []):
            found = fields_of(entry)
            yield int_of(found, 1), inner(found, 2)

    def _node(self, raw: bytes) -> Node:
        """Read a part."""
        found = fields_of(raw)
        key = int_of(found, 2)
        scalar = is_scalar(self._types.get(key, b""))
        if (NAME in found or SELECT in found) and key in self._names:
            name = text(fields_of(self._names[key]), 1)
            if name:
                return Name(scalar, name)
        number = next((one for one in found if one in self._readers), 0)
        if not number:
            raise ValueError(f"no such part of a rule: {sorted(found)}")
        return self._readers[number](fields_of(inner(found, number)), scalar=scalar)

    def _constant(self, found: Fields, *, scalar: bool) -> Node:
        return Constant(scalar, next((text(found, one) for one in TEXTS if one in found), ""))

    def _name(self, found: Fields, *, scalar: bool) -> Node:
        return Name(scalar, text(found, 1))

    def _select(self, found: Fields, *, scalar: bool) -> Node:
        return Call(scalar, "_._", (self._node(inner(found, 1)),))

    def _call(self, found: Fields, *, scalar: bool) -> Node:
        return Call(scalar, text(found, 2), self._nodes(found, 1, 3))

    def _listed(self, found: Fields, *, scalar: bool) -> Node:
        return Listed(scalar, self._nodes(found, 1))

    def _struct(self, found: Fields, *, scalar: bool) -> Node:
        entries = [fields_of(one) for one in found.get(2, [])]
        return Listed(scalar, tuple(node for one in entries for node in self._nodes(one, 3, 4)))

    def _through(self, found: Fields, *, scalar: bool) -> Node:
        over, first, going_on, step, result = (self._node(inner(found, number)) for number in (2, 4, 5, 6, 7))
        return Through(scalar, text(found, 1), over, text(found, 3), first, going_on, step, result)

    def _nodes(self, found: Fields, *numbers: int) -> tuple[Node, ...]:
        """Read all parts in some fields."""
        return tuple(self._node(bytes_of(one)) for number in numbers for one in found.get(number, []))


@lru_cache(maxsize=256)
def is_scalar(type_: bytes) -> bool:
    """Tell whether a type holds one small thing."""
    known = fields_of(type_)
    if PRIMITIVE in known:
        return int_of(known, PRIMITIVE) not in LONG_PRIMITIVES
    return WELL_KNOWN in known


def texts_looked_for(node: Node, name: str) -> Iterator[str]:
    """Find the constants that a tree asks a list for that is known by a name."""
    match node:
        case Call(function="@in", given=(Constant(text=text), Name(name=known))) if known == name:
            yield text
        case Call(given=parts) | Listed(parts=parts):
            for one in parts:
                yield from texts_looked_for(one, name)
        case Through():
            for one in (node.over, node.first, node.going_on, node.step, node.result):
                yield from texts_looked_for(one, name)
        case _:
            return


def fields_of(raw: int | bytes) -> Fields:
    """Take a message apart.

    Raises:
        ValueError: It is none.
    """
    found: Fields = {}
    rest, at = bytes_of(raw), 0
    while at < len(rest):
        tag, at = varint(rest, at)
        value: int | bytes = 0
        match tag & 7:
            case 0:
                value, at = varint(rest, at)
            case 1:
                at += 8  # a number with a fraction: what it is makes no difference
            case 2:
                size, at = varint(rest, at)
                value, at = rest[at : at + size], at + size
            case other:
                raise ValueError(f"no such form of a field: {other}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """Read a number and where it ends."""
    value = raw[at]
    at += 1
    if value < GOES_ON:
        return value, at
    value, shift = value & 0x7F, 7
    while True:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < GOES_ON:
            return value, at


def bytes_of(value: int | bytes) -> bytes:
    """Give a field that holds bytes.

    Raises:
        ValueError: It holds a number.
    """
    if isinstance(value, int):
        raise ValueError("a message is expected")  # noqa: TRY004 - what is read is malformed
    return value


def inner(found: Fields, number: int) -> bytes:
    """Give a message within one; an empty one where it is left out."""
    return bytes_of(found[number][0]) if number in found else b""


def int_of(found: Fields, number: int) -> int:
    """Give a number; 0 where it is left out."""
    value = found.get(number, [0])[0]
    return value if isinstance(value, int) else 0


def text(found: Fields, number: int) -> str:
    """Give a text; empty where it is left out."""
    return inner(found, number).decode("utf-8", "replace")
