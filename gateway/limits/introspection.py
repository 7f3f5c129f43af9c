"""The schema is not told where it is configured so."""

from typing import Any

from graphql import ASTValidationRule, FieldNode

from core.kernel.graphql.refusals import refusal
from gateway.limits.shape import INTROSPECTION


class NoIntrospection(ASTValidationRule):
    """Refuses ``__schema`` and ``__type``; ``__typename`` is served."""

    def enter_field(self, node: FieldNode, *_args: Any) -> None:  # noqa: ANN401 - as graphql-core has it
        """Look at a field."""
        if node.name.value in INTROSPECTION:
            message = "This server does not tell its schema."
            self.report_error(refusal("gateway.introspection_off", message, nodes=node))
