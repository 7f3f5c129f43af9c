"""The limit that figures are counted against: what the parameter ``resolution.limit`` of a standard says."""

from collections.abc import Mapping
from typing import Any

import msgspec

from core.standards.policy.content import StandardContent, address
from core.standards.policy.variants import EVERYWHERE, selector_text
from core.standards.policy.view import Choices, EffectiveView

LIMIT = "resolution.limit"
"""Path of the parameter that says what is "in time": elapsed seconds from opening to first resolution."""


def published_limits(text: str) -> Mapping[str, int]:
    """Read the limit headquarters published from a version's canonical text.

    Returns:
        The limit by the variant it is for, the one for all contexts under an empty text; nothing where none is set.
    """
    content = msgspec.json.decode(text, type=StandardContent)
    found: dict[str, int | None] = {}
    for clause, one in content.parameters():
        if address(clause.key, one.key) == LIMIT:
            found |= {EVERYWHERE: seconds({LIMIT: one.default})}
            found |= {selector_text(variant.context): seconds({LIMIT: variant.default}) for variant in one.variants}
    return {variant: limit for variant, limit in found.items() if limit is not None}


def effective_limit(view: EffectiveView, choices: Choices = ()) -> int | None:
    """Read the limit that held for the tenant where some variants are chosen; None where the standard sets none."""
    return seconds(view.in_context(choices))


def seconds(parameters: Mapping[str, Any]) -> int | None:
    """Give the limit's seconds, if it is set and is a duration."""
    found = parameters.get(LIMIT)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
