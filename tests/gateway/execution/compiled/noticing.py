"""What operations asked for, and how much of it plans answered."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_interface_type,
    parse,
)

from tests.gateway.execution.compiled.asking import Asked

FEATURES = frozenset(
    {
        *("another name", "one field under several names", "__typename", "__typename at the root"),
        *("named fragment", "fragment in a fragment", "inline fragment", "inline fragment without a type"),
        *("@skip", "@include", "@skip on a fragment", "@include on a fragment", "directive by a variable"),
        *(
            "variable sent",
            "variable not sent",
            "variable sent as null",
            "variable in an object",
            "variable used twice",
        ),
        *("default used", "default not used", "null in the document"),
        *("first", "last", "after", "before", "filter", "filter of several", "totalCount", "pageInfo", "a cursor each"),
        *("a page in a page", "several fields at the root", "one of several operations"),
    }
)
"""What the query language has, as far as it is counted; ``INTERFACES`` come where the schema reads one."""

DEEPEST = "a page in a page in a page"
"""Seldom where lists seldom lead to lists."""

INTERFACES = frozenset({"node", "inline fragment on an interface's type"})


@dataclass
class Noticed:
    """Counts what was asked for and what of it a plan answered.

    Attributes:
        schema: What the operations are of.
        asked: How often each thing was asked for: ``Type.field``, ``Type.field(argument)``,
            ``Filter.member``, features.
        planned: How often a plan answered the root field it was below.
    """

    schema: GraphQLSchema
    asked: Counter[str] = field(default_factory=Counter[str])
    planned: Counter[str] = field(default_factory=Counter[str])

    def notice(self, asked: Asked, sent: Mapping[str, Any], planned: frozenset[str]) -> None:
        """Count one operation, with the names in the answer of the root fields that a plan answered."""
        for name, found in below_each(self.schema, asked, sent).items():
            self.asked.update(found)
            if name in planned:
                self.planned.update(found)

    def share(self, known: Iterable[str], counted: Counter[str]) -> float:
        """Tell how many of some things were counted at least once."""
        all_ = set(known)
        return len(all_ & set(counted)) / len(all_)

    def never(self, known: Iterable[str], counted: Counter[str]) -> list[str]:
        """Name those of some things that were not counted."""
        return sorted(set(known) - set(counted))


def below_each(schema: GraphQLSchema, asked: Asked, sent: Mapping[str, Any]) -> dict[str, set[str]]:
    """Give what is asked for below each root field, by its name in the answer."""
    document = parse(asked.document, no_location=True)
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    operation = next(one for one in operations if asked.name is None or (one.name and one.name.value == asked.name))
    walk = Walk(schema, fragments, operation, sent, {"one of several operations"} if len(operations) > 1 else set())
    walk.whole()
    return walk.found


@dataclass
class Walk:
    """Walks through one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    operation: OperationDefinitionNode
    sent: Mapping[str, Any]
    everywhere: set[str]
    found: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _root: str = ""
    _used: Counter[str] = field(default_factory=Counter[str])
    _names: dict[tuple[str, str], set[str]] = field(default_factory=dict[tuple[str, str], set[str]])

    def whole(self) -> None:
        self.selections(self.operation.selection_set, self.schema.query_type, 0, frozenset())
        if len(self.found) > 1:
            self.everywhere.add("several fields at the root")
        for found in self.found.values():
            found.update(self.everywhere)

    def note(self, *what: str) -> None:
        (self.found.setdefault(self._root, set()) if self._root else self.everywhere).update(what)

    def selections(self, selection_set: SelectionSetNode, type_: Any, pages: int, inside: frozenset[str]) -> None:
        for one in selection_set.selections:
            if isinstance(one, FieldNode):
                if type_ is self.schema.query_type:
                    self._root = one.alias.value if one.alias else one.name.value
                    self.found.setdefault(self._root, set())
                self.directives(one, "")
                self.field(one, type_, pages, inside)
                continue
            if type_ is self.schema.query_type:
                self._root = ""
            self.directives(one, " on a fragment")
            if isinstance(one, InlineFragmentNode):
                self.note(*inline(one, type_))
                inner = self.schema.type_map[one.type_condition.name.value] if one.type_condition else type_
                self.selections(one.selection_set, inner, pages, inside)
            elif isinstance(one, FragmentSpreadNode):
                self.note("named fragment", *(("fragment in a fragment",) if inside else ()))
                fragment = self.fragments[one.name.value]
                inner = self.schema.type_map[fragment.type_condition.name.value]
                self.selections(fragment.selection_set, inner, pages, inside | {one.name.value})

    def field(self, node: FieldNode, type_: Any, pages: int, inside: frozenset[str]) -> None:
        name = node.name.value
        shown = node.alias.value if node.alias else name
        if shown != name:
            self.note("another name")
        if name == "__typename":
            self.note("__typename at the root" if type_ is self.schema.query_type else "__typename")
            return
        several = self._names.setdefault((type_.name, name), set())
        several.add(shown)
        if len(several) > 1:
            self.note("one field under several names")
        definition = type_.fields[name]
        self.note(f"{type_.name}.{name}", *({name} & {"totalCount", "pageInfo", "node"}))
        if name == "cursor":
            self.note("a cursor each")
        for one in node.arguments or ():
            self.argument(f"{type_.name}.{name}", one.name.value, one.value, definition.args[one.name.value].type)
        inner = cast("Any", get_named_type(definition.type))
        if is_composite_type(inner) and node.selection_set:
            deeper = pages + inner.name.endswith("Connection")
            self.note(*("a page in a page", DEEPEST)[: max(deeper - 1, 0)])
            self.selections(node.selection_set, inner, deeper, inside)

    def argument(self, place: str, name: str, value: ValueNode, kind: Any) -> None:
        self.note(f"{place}({name})", *({name} & {"first", "last", "after", "before", "filter"}))
        self.value(value, kind, in_object=False)

    def value(self, node: ValueNode, kind: Any, *, in_object: bool) -> None:
        named = cast("Any", get_named_type(kind))
        match node:
            case VariableNode():
                self.variable(node.name.value, named)
                if in_object:
                    self.note("variable in an object")
            case NullValueNode():
                self.note("null in the document")
            case ListValueNode():
                for one in node.values:
                    self.value(one, kind, in_object=in_object)
            case ObjectValueNode() if isinstance(named, GraphQLInputObjectType):
                self.members(named, [one.name.value for one in node.fields])
                for one in node.fields:
                    self.value(one.value, named.fields[one.name.value].type, in_object=True)
            case _:
                pass

    def members(self, kind: GraphQLInputObjectType, names: list[str]) -> None:
        self.note(*(f"{kind.name}.{name}" for name in names))
        if len(names) > 1:
            self.note("filter of several")

    def variable(self, name: str, named: Any) -> None:
        default = {one.variable.name.value: one.default_value for one in self.operation.variable_definitions or ()}[
            name
        ]
        self._used[name] += 1
        if self._used[name] > 1:
            self.note("variable used twice")
        if name not in self.sent:
            self.note("variable not sent", *(("default used",) if default is not None else ()))
            return
        value = self.sent[name]
        self.note("variable sent as null" if value is None else "variable sent")
        if default is not None:
            self.note("default not used")
        if isinstance(named, GraphQLInputObjectType) and isinstance(value, dict):
            self.members(named, list(cast("Any", value)))

    def directives(self, node: Any, where: str) -> None:
        for one in node.directives or ():
            self.note(f"@{one.name.value}{where}")
            for given in one.arguments or ():
                if isinstance(given.value, VariableNode):
                    self.note("directive by a variable")
                    self.variable(given.value.name.value, self.schema.type_map["Boolean"])


def inline(node: InlineFragmentNode, type_: Any) -> list[str]:
    if node.type_condition is None:
        return ["inline fragment without a type"]
    narrowed = is_abstract_type(type_) or is_interface_type(type_)
    return ["inline fragment", *(["inline fragment on an interface's type"] if narrowed else [])]


@dataclass(frozen=True)
class Declared:
    """Everything that can be asked for below ``Query``.

    Attributes:
        fields: ``Type.field``.
        arguments: ``Type.field(argument)``.
        members: ``Filter.member``.
    """

    fields: frozenset[str]
    arguments: frozenset[str]
    members: frozenset[str]

    @classmethod
    def of(cls, schema: GraphQLSchema) -> "Declared":
        fields: set[str] = set()
        arguments: set[str] = set()
        members: set[str] = set()
        waiting: list[Any] = [schema.query_type]
        seen: set[str] = set()
        while waiting:
            type_ = waiting.pop()
            if type_.name in seen:
                continue
            seen.add(type_.name)
            if is_abstract_type(type_):
                waiting += schema.get_possible_types(type_)
            for name, one in getattr(type_, "fields", {}).items():
                fields.add(f"{type_.name}.{name}")
                arguments |= {f"{type_.name}.{name}({key})" for key in one.args}
                for argument in one.args.values():
                    members |= members_of(get_named_type(argument.type))
                inner = cast("Any", get_named_type(one.type))
                if is_composite_type(inner):
                    waiting.append(inner)
        # An interface's own fields are those of its types.
        return cls(frozenset(fields), frozenset(arguments), frozenset(members))


def members_of(kind: Any) -> set[str]:
    return {f"{kind.name}.{name}" for name in kind.fields} if isinstance(kind, GraphQLInputObjectType) else set()
