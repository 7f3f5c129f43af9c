"""One GraphQL operation as a client sends it (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import DocumentNode, GraphQLError, OperationType, get_operation_ast, parse

from gateway.http.errors import MalformedRequest
from gateway.http.strict_json import read_json

MOST_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class Operation:
    """What is to be executed.

    Attributes:
        query: The GraphQL document.
        variables: Values of its variables.
        name: Which of the document's operations is meant, where it has several.
        extensions: What client and server agree on beside the specification.
    """

    query: str
    variables: dict[str, Any]
    name: str | None
    extensions: dict[str, Any]


def read_operation(body: bytes, longest: int) -> Operation:
    """Read an operation from a request's body.

    Raises:
        MalformedRequest: It is none.
    """
    content = read_json(body)
    if isinstance(content, list):
        raise MalformedRequest(problem="it is a batch; send one operation per request")
    return operation_of(content, longest)


def operation_of(content: object, longest: int) -> Operation:
    """Read an operation from parsed JSON.

    Args:
        content: What was parsed.
        longest: Most characters the document may have.

    Raises:
        MalformedRequest: It is no operation.
    """
    if not isinstance(content, dict):
        raise MalformedRequest(problem="it is no JSON object")
    members = cast("dict[str, object]", content)
    query, name = members.get("query"), members.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise MalformedRequest(problem="its member 'query' is not a GraphQL document")
    if len(query) > longest:
        raise MalformedRequest(problem=f"its document is longer than {longest} characters")
    if name is not None and not isinstance(name, str):
        raise MalformedRequest(problem="its member 'operationName' is not a text")
    return Operation(query, object_member(members, "variables"), name or None, object_member(members, "extensions"))


def object_member(members: Mapping[str, object], name: str) -> dict[str, Any]:
    """Give a member that is an object, or empty where it is null or absent.

    Raises:
        MalformedRequest: It is something else.
    """
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedRequest(problem=f"its member '{name}' is not an object")
    return cast("dict[str, Any]", value)


def is_subscription(operation: Operation) -> bool:
    """Tell whether the operation is a subscription; what cannot be parsed is none, and execution will say why."""
    if "subscription" not in operation.query:
        return False
    try:
        document: DocumentNode = parse(operation.query, no_location=True, max_tokens=MOST_TOKENS)
    except (GraphQLError, RecursionError):
        return False
    found = get_operation_ast(document, operation.name)
    return found is not None and found.operation is OperationType.SUBSCRIPTION
