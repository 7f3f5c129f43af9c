"""A compiled rule as a tree: what the library tells of it, which is a ``cel.expr.CheckedExpr`` in protobuf's format."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a rule.

    Attributes:
        scalar: Whether its type holds one small thing: a number, a truth value, an instant.
    """

    scalar: bool


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value that is written down; its text, empty where it is none."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """Something that is known by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function or an operator with what it is given; a method's object comes first."""

    function: str
    given: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Listed(Node):
    """A list, or the keys and values of a map."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
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
        self._names = {key: text(value, 1) for key, value in self._entries(NAMES)}
        self._types = dict(self._entries(TYPES))

    def tree(self) -> Node:
        """Give the tree."""
        return self._node(inner(self._whole, TREE))

    def _entries(self, number: int) -> Iterator[tuple[int, Fields]]:
        """Read a map from the number of a part."""
        for entry in self._whole.get(number, []):
            found = fields_of(entry)
            yield int_of(found, 1), fields_of(inner(found, 2))

    def _scalar(self, key: int) -> bool:
        """Tell whether a part's type holds one small thing."""
        known = self._types.get(key, {})
        if PRIMITIVE in known:
            return int_of(known, PRIMITIVE) not in LONG_PRIMITIVES
        return WELL_KNOWN in known

    def _node(self, raw: bytes) -> Node:
        """Read a part."""
        found = fields_of(raw)
        key = int_of(found, 2)
        scalar = self._scalar(key)
        if self._names.get(key) and (NAME in found or SELECT in found):
            return Name(scalar, self._names[key])
        for number, read in (
            (CONSTANT, self._constant),
            (NAME, self._name),
            (SELECT, self._select),
            (CALL, self._call),
            (LISTED, self._listed),
            (STRUCT, self._struct),
            (THROUGH, self._through),
        ):
            if number in found:
                return read(fields_of(inner(found, number)), scalar=scalar)
        raise ValueError(f"no such part of a rule: {sorted(found)}")

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


def fields_of(raw: int | bytes) -> Fields:
    """Take a message apart.

    Raises:
        ValueError: It is none.
    """
    found: Fields = {}
    rest = memoryview(bytes_of(raw))
    at = 0
    while at < len(rest):
        tag, at = varint(rest, at)
        match tag & 7:
            case 0:
                value, at = varint(rest, at)
                found.setdefault(tag >> 3, []).append(value)
            case 1:
                at += 8  # a number with a fraction: what it is makes no difference
                found.setdefault(tag >> 3, []).append(0)
            case 2:
                size, at = varint(rest, at)
                found.setdefault(tag >> 3, []).append(bytes(rest[at : at + size]))
                at += size
            case other:
                raise ValueError(f"no such form of a field: {other}")
    return found


def varint(raw: memoryview, at: int) -> tuple[int, int]:
    """Read a number and where it ends."""
    value = shift = 0
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
