"""Arguments of a field: as they are now, while the plan is made, and where each is found in later requests."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import FieldNode, GraphQLField, ObjectValueNode, ValueNode, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values

from gateway.execution.compiled.binds import Run

Find = Callable[[Run], Any]


class Arguments:
    """Arguments of one field.

    Args:
        definition: The field.
        node: Where it is asked for; where several nodes are merged their arguments are the same.
        variables: The variables the plan is made with.

    Attributes:
        now: The coerced arguments while the plan is made. A plan may depend on what is empty and what is not, and on
            booleans; on nothing else.
    """

    def __init__(self, definition: GraphQLField, node: FieldNode, variables: VariableValues) -> None:
        self.now = get_argument_values(definition, node, variables, hide_suggestions=True)
        self._definition, self._node, self._given = definition, node, variables
        by_name = {one.name.value: one.value for one in node.arguments or ()}
        self._nodes = {one.out_name or name: by_name[name] for name, one in definition.args.items() if name in by_name}

    def find(self, name: str) -> Find:
        """Give what finds an argument in a request."""
        node = self._nodes.get(name)
        if node is None or is_constant(node):
            return always(self.now.get(name))
        if isinstance(node, VariableNode):
            variable = node.name.value
            return from_variable(variable) if variable in self._given.coerced else always(self.now.get(name))
        return self._computed(name)

    def is_fixed(self, name: str) -> bool:
        """Tell whether an argument is the same in every request: left out, or written in the document."""
        node = self._nodes.get(name)
        return node is None or is_constant(node)

    def member(self, name: str, key: str) -> Find:
        """Give what finds one member of an argument that is an object."""
        node = self._nodes.get(name)
        if isinstance(node, ObjectValueNode):
            inner = next((one.value for one in node.fields if one.name.value == key), None)
            if isinstance(inner, VariableNode) and inner.name.value in self._given.coerced:
                return from_variable(inner.name.value)
        whole = self.find(name)
        if node is None or is_constant(node):
            return always(whole_member(self.now.get(name), key))
        return lambda run: whole_member(whole(run), key)

    def _computed(self, name: str) -> Find:
        definition, node = self._definition, self._node

        def find(run: Run) -> Any:  # noqa: ANN401 - whatever was sent
            return get_argument_values(definition, node, run.variables, hide_suggestions=True).get(name)

        return find


def whole_member(given: Mapping[str, Any] | None, key: str) -> Any:  # noqa: ANN401 - whatever was sent
    """Give a member of an object that may be missing."""
    return (given or {}).get(key)


def always(value: Any) -> Find:  # noqa: ANN401 - any value
    """Give what finds the same value in every request."""
    return lambda _run: value


def from_variable(name: str) -> Find:
    """Give what finds a variable."""
    return lambda run: run.variables.coerced[name]


class VariableFinder(Visitor):
    """Looks for variables."""

    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, *_: object) -> None:
        """Note that there is one."""
        self.found = True


def is_constant(node: ValueNode) -> bool:
    """Tell whether a value names no variable."""
    finder = VariableFinder()
    visit(node, finder)
    return not finder.found
