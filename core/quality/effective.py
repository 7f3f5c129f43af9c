"""The limit that figures are counted against: what the parameter ``resolution.limit`` of a standard says."""

from collections.abc import Mapping
from typing import Any

import msgspec

from core.standards.policy.content import StandardContent, address
from core.standards.policy.view import EffectiveView

LIMIT = "resolution.limit"
"""Path of the parameter that says what is "in time": elapsed seconds from opening to first resolution."""


def published_limit(text: str) -> int | None:
    """Read the limit headquarters published from a version's canonical text; None where the standard sets none."""
    content = msgspec.json.decode(text, type=StandardContent)
    return seconds({address(clause.key, one.key): one.default for clause, one in content.parameters()})


def effective_limit(view: EffectiveView) -> int | None:
    """Read the limit that held for the tenant; None where the standard sets none."""
    return seconds(view.parameters)


def seconds(parameters: Mapping[str, Any]) -> int | None:
    """Give the limit's seconds, if it is set and is a duration."""
    found = parameters.get(LIMIT)
    return found if isinstance(found, int) and not isinstance(found, bool) else None
