"""What must still be so: looked at by the statement that writes rows, or in one statement of its own."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from core.kernel.frozen import frozen

PARAMETER: Final = re.compile(r"\$(\d+)")
SHAPES: Final = 256


@frozen
class Condition:
    """A condition in SQL, seen as the tenant that acts.

    Attributes:
        sql: A boolean expression that is never null, its parameters as ``$1``.
        values: The parameters.
    """

    sql: str
    values: tuple[Any, ...]


def renumbered(sql: str, places: Sequence[int]) -> str:
    """Give a condition's parameters the numbers that they have in the statement."""
    return PARAMETER.sub(lambda found: f"${places[int(found.group(1)) - 1]}", sql)


@lru_cache(SHAPES)
def together(*conditions: tuple[str, int]) -> str:
    """Write conditions down as one, each with how many parameters it has; they follow those of the one before it."""
    starts = accumulate((values for _, values in conditions), initial=1)
    placed = [
        renumbered(sql, range(start, start + values)) for (sql, values), start in zip(conditions, starts, strict=False)
    ]
    return " AND ".join(f"({one})" for one in placed)
