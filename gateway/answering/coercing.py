"""Variables as GraphQL coerces them, read at once into structures that were made from their types.

graphql-core walks through the types for each value anew. Where an operation's variables are made of texts, ids,
booleans, lists and input objects, msgspec reads them instead and gives the same values. Whatever it does not take as
it stands (an id sent as a number, one value for a list, a mistake) is coerced by graphql-core, which also says what is
wrong; so does whatever is made of other scalars.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Optional, cast

import msgspec
import orjson
from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    NullValueNode,
    Undefined,
    VariableDefinitionNode,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

from gateway.limits.texts import has_nul

PLAIN: Final[Mapping[Any, type]] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
NUL_WRITTEN: Final = rb"\u0000"
ESCAPE: Final = b"\\"
"""A single letter is looked for many times as fast as several."""


class Unforeseen(Exception):  # noqa: N818 - it says what is the matter
    """A type that is left to graphql-core."""


class Coercion:
    """Coerces the variables of one operation.

    Args:
        signatures: The variables and their types.
        structure: What they are read into, by their names.
    """

    def __init__(self, signatures: Sequence[GraphQLVariableSignature], structure: Any) -> None:  # noqa: ANN401 - a class made here
        self._signatures, self._structure = signatures, structure

    @classmethod
    def of(cls, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> "Coercion | None":
        """Make the structure; nothing where graphql-core has to coerce."""
        signatures = [get_variable_signature(schema, one) for one in definitions]
        kinds = Kinds()
        try:
            members = [(f"m{place}", *member(kinds, one)) for place, one in enumerate(signatures)]
        except Unforeseen:
            return None
        known = [one for one in signatures if not isinstance(one, GraphQLError)]
        names = {f"m{place}": one.name for place, one in enumerate(known)}
        return cls(known, msgspec.defstruct("Variables", members, rename=names, kw_only=True))

    def coerced(self, sent: Mapping[str, Any]) -> VariableValues | None:
        """Give the values; nothing where graphql-core has to coerce."""
        try:
            read = msgspec.convert(sent, self._structure)
            if may_have_nul(sent) and has_nul(sent):
                return None
        except (msgspec.ValidationError, TypeError):
            return None
        sources = {one.name: VariableValueSource(one, sent.get(one.name, Undefined)) for one in self._signatures}
        return VariableValues(sources, msgspec.to_builtins(read))


def may_have_nul(sent: Mapping[str, Any]) -> bool:
    """Tell whether a text may have U+0000 in it, by how the texts are written down."""
    written = orjson.dumps(sent)
    return ESCAPE in written and NUL_WRITTEN in written


def member(kinds: "Kinds", signature: GraphQLVariableSignature | GraphQLError) -> tuple[Any, Any]:
    """Give what a variable is read as, and what it is where nothing is sent.

    Raises:
        Unforeseen: It is left to graphql-core.
    """
    if isinstance(signature, GraphQLError) or signature.default is not None:
        raise Unforeseen
    type_ = cast("Any", signature).type
    kind = kinds.of(type_)
    return (kind, msgspec.NODEFAULT) if isinstance(type_, GraphQLNonNull) else absent(kind)


def absent(kind: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a type made here
    """Let a value be left out."""
    return kind | msgspec.UnsetType, msgspec.UNSET


def inner_of(type_: Any) -> Any:  # noqa: ANN401 - graphql-core leaves its types open
    """Give the type that a list, or what is never null, is made of."""
    return type_.of_type


class Kinds:
    """Makes a structure of each input object."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def of(self, type_: Any) -> Any:  # noqa: ANN401 - graphql-core leaves its types open
        """Give what msgspec reads the values of a type as.

        Raises:
            Unforeseen: It is left to graphql-core.
        """
        if isinstance(type_, GraphQLNonNull):
            return self._present(inner_of(type_))
        return Optional[self._present(type_)]  # noqa: UP045 - made, not written

    def _present(self, type_: Any) -> Any:  # noqa: ANN401 - graphql-core leaves its types open
        if isinstance(type_, GraphQLList):
            return list[self.of(inner_of(type_))]
        if isinstance(type_, GraphQLInputObjectType):
            if type_.name not in self._made:
                self._made[type_.name] = None  # One that leads to itself finds this.
                self._made[type_.name] = self._structure(type_)
            found = self._made[type_.name]
        else:
            found = PLAIN.get(type_)
        if found is None:
            raise Unforeseen
        return found

    def _structure(self, type_: GraphQLInputObjectType) -> Any:  # noqa: ANN401 - a class made here
        if type_.is_one_of or "out_type" in vars(type_):
            raise Unforeseen
        members: list[tuple[str, Any, Any]] = []
        names: dict[str, str] = {}
        for place, (name, field) in enumerate(type_.fields.items()):
            members.append((f"m{place}", *self._member(field)))
            names[f"m{place}"] = name
        return msgspec.defstruct(f"Read{type_.name}", members, rename=names, kw_only=True, forbid_unknown_fields=True)

    def _member(self, field: GraphQLInputField) -> tuple[Any, Any]:
        """Give what a field is read as, and what it is where nothing is sent."""
        written: Any = field.default.literal if field.default else None
        is_null = field.default_value is None or isinstance(written, NullValueNode)
        if field.out_name is not None or not (is_null or (field.default is None and field.default_value is Undefined)):
            raise Unforeseen
        type_ = cast("Any", field).type
        kind = self.of(type_)
        if is_null:
            return kind, None
        return (kind, msgspec.NODEFAULT) if isinstance(type_, GraphQLNonNull) else absent(kind)
