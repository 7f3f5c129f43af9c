"""One GraphQL operation as a client sends it (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from typing import Any, cast

from graphql import DocumentNode, GraphQLError, OperationType, get_operation_ast, parse

from core.kernel.frozen import frozen
from gateway.documents.identifiers import Named, hash_of, named_in
from gateway.http.errors import MalformedRequest
from gateway.http.strict_json import read_json
from gateway.live.directive import LIVE, is_live

MOST_TOKENS = 20_000


@frozen
class Operation:
    """What is to be executed.

    Attributes:
        query: The GraphQL document; empty where the request names a registered one.
        variables: Values of its variables.
        name: Which of the document's operations is meant, where it has several.
        extensions: What client and server agree on beside the specification.
        named: The registered document that the request names instead of sending one.
    """

    query: str
    variables: dict[str, Any]
    name: str | None
    extensions: dict[str, Any]
    named: Named | None = None


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
    name, extensions = members.get("operationName"), object_member(members, "extensions")
    named = named_in(members, extensions)
    query = document_of(members, named, longest)
    if name is not None and not isinstance(name, str):
        raise MalformedRequest(problem="its member 'operationName' is not a text")
    return Operation(query, object_member(members, "variables"), name or None, extensions, None if query else named)


def document_of(members: Mapping[str, object], named: Named | None, longest: int) -> str:
    """Give the document that was sent; nothing where a registered one is named instead.

    Raises:
        MalformedRequest: It is none, too long, or another one than was named.
    """
    query = members.get("query")
    if named is not None and query in {None, ""}:
        return ""
    if not isinstance(query, str) or not query.strip():
        raise MalformedRequest(problem="its member 'query' is not a GraphQL document")
    if len(query) > longest:
        raise MalformedRequest(problem=f"its document is longer than {longest} characters")
    if named is not None and named.hash != hash_of(query):
        raise MalformedRequest(problem="its document is not the one whose hash it names")
    return query


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


def is_streamed(operation: Operation) -> bool:
    """Tell whether the operation has answers that come later: a subscription, or a live query.

    What cannot be parsed has none, and execution will say why.
    """
    if "subscription" not in operation.query and f"@{LIVE.name}" not in operation.query:
        return False
    try:
        document: DocumentNode = parse(operation.query, no_location=True, max_tokens=MOST_TOKENS)
    except (GraphQLError, RecursionError):
        return False
    found = get_operation_ast(document, operation.name)
    return found is not None and (found.operation is OperationType.SUBSCRIPTION or is_live(found))
