"""The last look at an answer: every error has a code, and what nobody foresaw is masked."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import SchemaExtension

from core.kernel.errors import DomainError
from core.kernel.graphql.refusals import fact_extensions
from gateway.execution.faults import has_code, masked, without_suggestions


class Answers(SchemaExtension):
    """Gives each error its code.

    Errors of fields have theirs from the executor; what is left came before execution (and says which step it came
    from), or is a fault.

    Args:
        suggest: Whether errors may name what is meant, which tells what the schema holds.
    """

    def __init__(self, *, suggest: bool) -> None:
        self._suggest = suggest
        self._step = "gateway.malformed"

    def on_operation(self) -> Iterator[None]:
        """Present what the whole operation came to."""
        yield
        self._present(self.execution_context.result)

    def on_validate(self) -> Iterator[None]:
        """Know that parsing is over."""
        self._step = "gateway.invalid"
        yield

    def on_execute(self) -> Iterator[None]:
        """Know that validation is over."""
        self._step = "gateway.bad_variables"
        yield

    def on_stream_result(self, result: Any) -> Iterator[None]:  # noqa: ANN401 - as Strawberry has it
        """Present one event of a subscription."""
        self._present(result)
        yield

    def _present(self, result: Any) -> None:  # noqa: ANN401 - as Strawberry has it
        errors = getattr(result, "errors", None)
        if errors:
            result.errors = [self._coded(one) for one in errors]

    def _coded(self, error: GraphQLError) -> GraphQLError:
        if has_code(error):
            return error
        origin = error.original_error
        if isinstance(origin, DomainError):
            return again(error, error.message, fact_extensions(origin))
        if isinstance(error, GraphQLSyntaxError):
            return again(error, error.message, {"code": syntax_code(error)})
        if self._understood(error, origin):
            message = error.message if self._suggest else without_suggestions(error.message)
            return again(error, message, {"code": self._step})
        hidden = masked(origin or error, self.execution_context.context.correlation_id)
        return again(error, hidden.message, dict(hidden.extensions or {}))

    def _understood(self, error: GraphQLError, origin: Exception | None) -> bool:
        """Tell whether an error says what is wrong with the document; what a scalar refuses names no place in it."""
        if error.path is not None or isinstance(origin, RecursionError):
            return False
        return bool(error.nodes) or (origin is None and self._step == "gateway.invalid")


def syntax_code(error: GraphQLSyntaxError) -> str:
    """Give the code of what the parser refused: the text, or the size of it."""
    if "tokens" in error.message:
        return "gateway.too_many_tokens"
    return "gateway.too_deep" if "too deeply" in error.message else "gateway.malformed"


def again(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    """Give an error with the same place and another text, without what caused it."""
    return GraphQLError(message, error.nodes, error.source, error.positions, error.path, None, extensions)
