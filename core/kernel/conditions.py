"""What must still be so when rows are written: looked at by the statement that writes them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in SQL, seen as the tenant that acts.

    Attributes:
        sql: A boolean expression that is never null, its parameters as ``$1``.
        values: The parameters.
    """

    sql: str
    values: tuple[Any, ...]
