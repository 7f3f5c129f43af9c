"""Errors of the API that are not results: each has a stable code in its extensions."""

from collections.abc import Collection
from typing import Any

from graphql import GraphQLError, Node

from core.kernel.errors import DomainError


def refusal(
    code: str,
    message: str,
    *,
    hint: str = "",
    nodes: Node | Collection[Node] | None = None,
    **more: Any,  # noqa: ANN401 - any JSON value
) -> GraphQLError:
    """Make an error that tells the caller what to mend.

    Args:
        code: Stable identifier that front ends branch on, such as ``gateway.too_deep``.
        message: One sentence that says what is wrong.
        hint: One sentence that says what to do next.
        nodes: Where in the document it is.
        more: Further extensions.
    """
    extensions: dict[str, Any] = {"code": code, **({"hint": hint} if hint else {}), **more}
    return GraphQLError(message, nodes=nodes, extensions=extensions)


def refused(fact: DomainError) -> GraphQLError:
    """Show a refusal of the domain where the schema has no place for it in the result."""
    return GraphQLError(fact.message, original_error=fact, extensions=fact_extensions(fact))


def fact_extensions(fact: DomainError) -> dict[str, Any]:
    """Give what the extensions of an error say of a refusal."""
    return {"code": fact.code, "hint": fact.hint}
