"""Operations made up from a schema: everything the query language has, as valid as it has to be to be executed.

A name in an answer stands for one field with one set of arguments in the whole document, so that fields always merge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_leaf_type,
)
from hypothesis.control import current_build_context

T = TypeVar("T")
CURSORS = frozenset({"after", "before"})
SHOWN = frozenset({"cursor", "startCursor", "endCursor"})
SIZES = (0, 1, 2, 3, 2, 5, 10, 1, 2, 3)
ODD_SIZES = (-1, 25, 50, 200, 201, 2**31 - 1)
NAMES = ("a", "b", "id", "status", "nodes", "edges", "Z9", "_", "__proto__", "constructor", "cursor", "pageInfo", "key")
NOTHING: Any = object()
"""Stands for a variable that is not sent."""


class Hand:
    """Decides; what hypothesis shrinks to is the first of everything and no to every question.

    It asks hypothesis for numbers directly: drawn through strategies they become parts that hypothesis copies into each
    other, and most operations would be asked again and again with one word changed.
    """

    def __init__(self) -> None:
        self._data: Any = current_build_context().data

    def below(self, number: int) -> int:
        return self._data.draw_integer(0, number - 1) if number > 1 else 0

    def pick(self, things: Sequence[T]) -> T:
        return things[self.below(len(things))]

    def chance(self, percent: int) -> bool:
        return self.below(100) >= 100 - percent


@dataclass(frozen=True)
class Vocabulary:
    """What arguments are filled with.

    Attributes:
        ids: Global ids by the type they are of, of all tenants, and odd ones under "".
        values: JSON values by the filter's type (or ``Query.field``) and the name of the field or argument.
        weights: Root fields to choose from, with how often each is in the hat.
        avoided: Root fields that do not go together with those of the other set.
    """

    ids: Mapping[str, Sequence[str]]
    values: Mapping[tuple[str, str], Sequence[Any]]
    weights: Mapping[str, int]
    avoided: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())


@dataclass(frozen=True)
class Asked:
    """An operation, with what it is sent.

    Attributes:
        document: The text.
        variables: What is sent at first.
        cursors: Variables that are cursors, with the name in the answer of the list they belong to, and which of its
            cursors is sent the second time.
        places: Names in the answer that stand for cursors.
        roots: Names of the root fields.
        name: The operation that is meant, where the document has several.
        others: Other values for the same variables, which a plan that was made for the first has to serve as well, or
            another one has to be made for.
    """

    document: str
    variables: dict[str, Any]
    cursors: Mapping[str, tuple[str, int]]
    places: frozenset[str]
    roots: frozenset[str]
    name: str | None = None
    others: Mapping[str, Any] | None = None


@dataclass
class Writer:
    """Writes one operation.

    Attributes:
        schema: What it is about.
        words: What it may say.
        hand: What decides.
        fields: About how many fields it asks for; the more a schema has, the more are needed to see them all.
        wide: Most fields of one selection.
    """

    schema: GraphQLSchema
    words: Vocabulary
    hand: Hand
    fields: int = 22
    wide: int = 5
    names: dict[str, tuple[str, str, str]] = field(default_factory=dict[str, tuple[str, str, str]])
    declared: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    sent: dict[str, Any] = field(default_factory=dict[str, Any])
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    cursors: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    anew: dict[str, Callable[[], Any]] = field(default_factory=dict[str, Callable[[], Any]])
    _place: str = ""

    def operation(self) -> Asked:
        hand, query = self.hand, self.schema.query_type
        assert query is not None
        hat = [name for name, often in self.words.weights.items() for _ in range(often)]
        roots: list[str] = []
        for _ in range(hand.pick((1, 1, 1, 2, 2, 3, 4))):
            one = hand.pick(hat)
            left, right = self.words.avoided
            if (one in left and right & {*roots}) or (one in right and left & {*roots}):
                continue
            roots.append(one)
        parts = [self.field("Query", one, 7) for one in roots]
        if hand.chance(8):
            parts.insert(hand.below(len(parts) + 1), "__typename")
        if hand.chance(8):
            parts = [f"... on Query {{ {' '.join(parts)} }}"]
        elif hand.chance(6):
            self.fragments["Whole"] = ("Query", "{ " + " ".join(parts) + " }")
            parts = ["...Whole"]
        shuffled = list(self.declared.items())
        variables = ", ".join(f"${name}: {kind}{default}" for name, (kind, default) in shuffled)
        another = hand.chance(4)
        head = (
            f"query Made({variables})" if variables else hand.pick(("query Made", "" if not another else "query Made"))
        )
        bodies = "".join(f" fragment {name} on {type_} {body}" for name, (type_, body) in self.fragments.items())
        places = frozenset(shown for shown, (name, _, _) in self.names.items() if name in SHOWN)
        before = "query Another { __typename } " if another else ""
        if hand.chance(3):
            self.sent["unheardOf"] = hand.pick((None, 1, "x"))
        return Asked(
            f"{before}{head} {{ {' '.join(parts)} }}{bodies}",
            self.sent,
            self.cursors,
            places,
            frozenset(roots),
            "Made" if another else None,
            self.otherwise() if hand.chance(60) else None,
        )

    def otherwise(self) -> dict[str, Any] | None:
        """Give other values for the variables, where there are any."""
        told = {name: make() for name, make in self.anew.items() if self.hand.chance(70)}
        others = {name: one for name, one in (self.sent | told).items() if one is not NOTHING}
        return others if others != self.sent else None

    def selection(self, type_: Any, depth: int) -> str:
        parts: list[str] = []
        for _ in range(1 + self.hand.below(self.wide if self.fields > 0 else 2)):
            parts.append(self.part(type_, depth, parts))
        return "{ " + " ".join(parts) + " }"

    def part(self, type_: Any, depth: int, before: Sequence[str]) -> str:
        hand = self.hand
        if before and hand.chance(4):
            return hand.pick(before)
        if hand.chance(7):
            return self.named_field("__typename", "__typename", "", "String!") + self.directives()
        if type_.name != "Query" and self.fields > 4 and hand.chance(9):
            return self.inline(type_, depth)
        if self.fields > 4 and hand.chance(8):
            return self.spread(type_, depth)
        return self.some_field(type_, depth)

    def inline(self, type_: Any, depth: int) -> str:
        on = self.hand.pick(self.conditions(type_))
        inner = self.schema.type_map[on] if on else type_
        condition = f" on {on}" if on else ""
        return f"...{condition}{self.directives()} {self.selection(inner, depth)}"

    def conditions(self, type_: Any) -> list[str]:
        """Types that a fragment inside a type may be on; an interface is most often narrowed."""
        if isinstance(type_, GraphQLUnionType):
            possible = sorted(one.name for one in type_.types)
            return [*[one for one in possible if one.endswith("Success")] * 12, "Problem", *possible]
        if is_abstract_type(type_):
            return [*self.possible(type_), ""]
        return ["", type_.name, *(one.name for one in type_.interfaces)]

    def possible(self, type_: Any) -> list[str]:
        found = sorted(one.name for one in self.schema.get_possible_types(type_))
        return [one for one in found if one in self.words.ids] or found

    def spread(self, type_: Any, depth: int) -> str:
        fitting = [name for name, (on, _) in self.fragments.items() if on == type_.name]
        if fitting and self.hand.chance(40):
            return f"...{self.hand.pick(fitting)}{self.directives()}"
        on = self.hand.pick([one for one in self.conditions(type_) if one] or [type_.name])
        body = self.selection(self.schema.type_map[on], depth)
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (on, body)
        return f"...{name}{self.directives()}"

    def payload(self, name: str, declared: str, arguments: str) -> Asked:
        """Write a mutation that is called in one way, with any selection of what it answers."""
        mutation: Any = self.schema.mutation_type
        inner = cast("Any", get_named_type(mutation.fields[name].type))
        shown = self.hand.pick((name, name, "done", "id"))
        self.names[shown] = (name, arguments, "")
        body = f"{shown}: {name}{arguments} {self.selection(inner, 5)}"
        more = "".join(f", ${one}: {kind}{default}" for one, (kind, default) in self.declared.items())
        bodies = "".join(f" fragment {one} on {type_} {rest}" for one, (type_, rest) in self.fragments.items())
        document = f"mutation Made({declared}{more}) {{ {body} }}{bodies}"
        return Asked(document, self.sent, {}, frozenset(), frozenset({name}))

    def some_field(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLUnionType):
            return self.inline(type_, depth)
        names = list(type_.fields)
        shallow = [one for one in names if not is_composite_type(get_named_type(type_.fields[one].type))]
        choose = names if depth > 1 and self.fields > 0 else shallow
        pages = [
            one for one in choose if cast("Any", get_named_type(type_.fields[one].type)).name.endswith("Connection")
        ]
        if pages and self.hand.chance(12):
            choose = pages
        if not choose:
            return "__typename"
        if is_abstract_type(type_) and self.hand.chance(75):
            return self.inline(type_, depth)
        return self.field(type_.name, self.hand.pick(choose), depth)

    def field(self, type_name: str, name: str, depth: int) -> str:
        self.fields -= 1
        definition: Any = self.schema.type_map[type_name]
        made: Any = definition.fields[name]
        inner = cast("Any", get_named_type(made.type))
        arguments, cursors = self.arguments(type_name, name, made.args, inner)
        written = self.named_field(name, name, arguments, str(made.type))
        shown = written.partition(":")[0] if ":" in written.partition("(")[0] else name
        for one in cursors:
            self.cursors[one] = (shown, self.hand.below(12))
        below = f" {self.selection(inner, depth - 1)}" if is_composite_type(inner) else ""
        return written + self.directives() + below

    def named_field(self, wanted: str, name: str, arguments: str, kind: str) -> str:
        """Give a field the name it has in the answer: its own, or another, which no other field has."""
        shown = self.hand.pick(NAMES) if self.hand.chance(14) else wanted
        number = 0
        while self.names.setdefault(shown, (name, arguments, kind)) != (name, arguments, kind):
            number += 1
            shown = f"{wanted.lstrip('_')}{number}"
        return f"{shown}: {name}{arguments}" if shown != name else f"{name}{arguments}"

    def directives(self) -> str:
        if not self.hand.chance(6):
            return ""
        which = self.hand.pick(("include", "skip"))
        likely = "true" if which == "include" else "false"
        if self.hand.chance(50):
            value = likely == "true" or self.hand.chance(25)
            return f" @{which}(if: {self.variable('Boolean!', value, anew=lambda: not value)})"
        return f" @{which}(if: {self.hand.pick((likely, likely, 'true', 'false'))})"

    def arguments(self, type_name: str, name: str, args: Mapping[str, Any], leads_to: Any) -> tuple[str, list[str]]:
        """Give the arguments as text, and the variables among them that are cursors."""
        self._place = f"{type_name}.{name}"
        both = self.hand.chance(2)
        written: list[str] = []
        cursors: list[str] = []
        backward = self.hand.chance(30)
        for key, one in args.items():
            if key in CURSORS and str(one.type) == "String":
                if self.hand.chance(35):
                    variable = self.variable("String", None)
                    cursors.append(variable[1:])
                    written.append(f"{key}: {variable}")
                continue
            if key in {"first", "last"} and str(one.type) == "Int":
                if both or (key == "last") == backward:
                    written += self.size(key)
                continue
            needed = is_needed(one) and one.default_value is Undefined
            if needed or self.hand.chance(55):
                written.append(f"{key}: {self.literal(one.type, key, leads_to.name)}")
        if len(written) > 1 and self.hand.chance(20):
            written.reverse()
        return (f"({', '.join(written)})" if written else ""), cursors

    def size(self, key: str) -> list[str]:
        hand = self.hand
        if hand.chance(10):
            return []
        size: int | None = hand.pick(ODD_SIZES) if hand.chance(3) else hand.pick(SIZES)
        if hand.chance(2):
            size = None
        if not hand.chance(35):
            return [f"{key}: {'null' if size is None else size}"]
        if size is not None and hand.chance(25):
            told: Any = hand.pick((NOTHING, NOTHING, *SIZES[1:4]))
            return [f"{key}: {self.variable('Int', told, f' = {size}', anew=self.another_size)}"]
        return [f"{key}: {self.variable('Int', size, anew=self.another_size)}"]

    def another_size(self) -> Any:
        return self.hand.pick((*SIZES, None, NOTHING))

    def variable(self, kind: str, sent: Any, default: str = "", anew: Callable[[], Any] | None = None) -> str:
        like = [name for name, declared in self.declared.items() if declared == (kind, default)]
        if like and not default and self.hand.chance(6):
            return f"${self.hand.pick(like)}"
        name = f"v{len(self.declared)}"
        self.declared[name] = (kind, default)
        if anew is not None:
            self.anew[name] = anew
        if sent is not NOTHING:
            self.sent[name] = sent
        return f"${name}"

    def literal(self, kind: Any, key: str, leads_to: str, owner: str = "") -> str:
        """Write a value for a place: as a constant, a variable, or an object with variables in it."""
        hand = self.hand
        if hand.chance(35):
            return self.value_as_variable(kind, key, leads_to, owner)
        bare = inside(kind) if isinstance(kind, GraphQLNonNull) else kind
        if bare is kind and hand.chance(5):
            return "null"
        if isinstance(bare, GraphQLInputObjectType):
            members = [
                f"{name}: {self.literal(one.type, name, leads_to, bare.name)}" for name, one in self.members(bare)
            ]
            return "{" + ", ".join(members) + "}"
        if isinstance(bare, GraphQLList):
            item = inside(bare)
            if hand.chance(15) and is_leaf_type(get_named_type(item)):
                return written(self.leaf(get_named_type(item), key, leads_to, owner), get_named_type(item))
            return "[" + ", ".join(self.literal(item, key, leads_to, owner) for _ in range(hand.below(4))) + "]"
        return written(self.leaf(bare, key, leads_to, owner), bare)

    def value_as_variable(self, kind: Any, key: str, leads_to: str, owner: str) -> str:
        hand = self.hand
        value, told_as, place = self.value(kind, key, leads_to, owner), str(kind), self._place

        def anew() -> Any:
            self._place = place
            if not isinstance(kind, GraphQLNonNull) and hand.chance(15):
                return hand.pick((None, NOTHING))
            return self.value(kind, key, leads_to, owner)

        if isinstance(kind, GraphQLNonNull):
            return self.variable(told_as, value, anew=anew)
        if hand.chance(12):
            return self.variable(told_as, NOTHING, anew=anew)
        if hand.chance(20) and is_leaf_type(kind):
            told: Any = hand.pick((NOTHING, self.value(kind, key, leads_to, owner)))
            default = f" = {written(self.leaf(kind, key, leads_to, owner), kind)}"
            return self.variable(told_as, told, default, anew=anew)
        return self.variable(told_as, None if hand.chance(8) else value, anew=anew)

    def value(self, kind: Any, key: str, leads_to: str, owner: str) -> Any:
        hand = self.hand
        if isinstance(kind, GraphQLNonNull):
            return self.value(inside(kind), key, leads_to, owner)
        if isinstance(kind, GraphQLInputObjectType):
            return {
                name: None if hand.chance(8) and not is_needed(one) else self.value(one.type, name, leads_to, kind.name)
                for name, one in self.members(kind)
            }
        if isinstance(kind, GraphQLList):
            if hand.chance(10):
                return self.value(inside(kind), key, leads_to, owner)
            return [self.value(inside(kind), key, leads_to, owner) for _ in range(hand.below(4))]
        return self.leaf(kind, key, leads_to, owner)

    def members(self, kind: Any) -> list[tuple[str, Any]]:
        fields: Mapping[str, Any] = kind.fields
        return [(name, one) for name, one in fields.items() if is_needed(one) or self.hand.chance(38)]

    def leaf(self, kind: Any, key: str, leads_to: str, owner: str) -> Any:
        hand = self.hand
        if isinstance(kind, GraphQLEnumType):
            return hand.pick(list(kind.values))
        known = self.words.values.get((owner or self._place, key), ())
        if known and not hand.chance(6):
            return hand.pick(known)
        if kind.name == "ID":
            fitting = self.words.ids.get(leads_to, ())
            if leads_to == "Node" and hand.chance(97):
                return hand.pick(self.words.ids[hand.pick([one for one in self.words.ids if one])])
            if fitting and not hand.chance(4):
                return hand.pick(fitting)
            return hand.pick(self.words.ids[hand.pick(list(self.words.ids))])
        return hand.pick(ODD[kind.name] if hand.chance(4) else PLAIN[kind.name])


def is_needed(one: Any) -> bool:
    """Whether something must be given, and not null."""
    return isinstance(one.type, GraphQLNonNull)


def inside(kind: Any) -> Any:
    """The type that a list or a requirement is of."""
    return kind.of_type


def written(value: Any, kind: Any) -> str:
    """Write a leaf's value into the document."""
    return str(value) if isinstance(kind, GraphQLEnumType) else orjson.dumps(value).decode()


PLAIN: Mapping[str, Sequence[Any]] = {
    "Int": (0, 1, 2, -1, 7, 2**31 - 1, -(2**31)),
    "Float": (0.0, 1.5, -2, 1e300, 1e-7),
    "Boolean": (True, False),
    "String": ("", "x", "phone", "\u00e9\U0001f600", "a'b\"c\\d", "%", "\x01"),
    "DateTime": ("2026-11-21T09:00:00Z", "2026-01-01T00:00:00.000001+02:00", "1969-12-31T23:59:59.999999Z"),
    "Date": ("2026-11-21", "1969-12-31", "0001-01-01"),
    "Decimal": ("0", "12.50", "-1E+3", "99999999999999999999.000000000001"),
    "JSON": (None, 1, "x", [1, {"a": None}], {"b": [True]}),
}
ODD: Mapping[str, Sequence[Any]] = {
    **PLAIN,
    "Int": (2**31,),
    "String": ("\x00",),
    "DateTime": ("2026-11-21", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "yesterday"),
    "Date": ("no day",),
    "Decimal": ("nan",),
}
