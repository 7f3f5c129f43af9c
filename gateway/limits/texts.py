"""Texts that no table can hold: PostgreSQL stores every character but U+0000, which no field takes therefore."""

from typing import Any, cast

from graphql import ASTValidationRule, StringValueNode

from core.kernel.graphql.refusals import refusal

NUL = "\x00"
REFUSED = "A text has the character U+0000, which cannot be stored."
HINT = "Leave the character out."


class NoNul(ASTValidationRule):
    """Refuses documents with a text that has U+0000."""

    def enter_string_value(self, node: StringValueNode, *_args: Any) -> None:  # noqa: ANN401 - as graphql-core has it
        """Look at a text."""
        if NUL in node.value:
            self.report_error(refusal("gateway.invalid", REFUSED, hint=HINT, nodes=node))


def has_nul(value: object) -> bool:
    """Tell whether JSON has a text, or a member's name, with U+0000 anywhere inside."""
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return any(NUL in name or has_nul(one) for name, one in members.items())
    return isinstance(value, list) and any(has_nul(one) for one in cast("list[object]", value))
