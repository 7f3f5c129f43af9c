"""What a saved view may look like, and who may see and change one; pure."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final
from uuid import UUID

from core.kernel.errors import InvalidInput
from core.kernel.frozen import frozen

LONGEST_NAME: Final = 100
MOST_COLUMNS: Final = 50
LONGEST_FILTER: Final = 10_000
"""Characters of a filter as it is stored; whoever lists views reads those of all filters."""
COLUMN: Final = re.compile(r"[a-z][A-Za-z0-9]{0,63}(\.[a-z][A-Za-z0-9]{0,63}){0,3}")


class ViewOrdering(StrEnum):
    """In which order a view shows its records."""

    LATEST_FIRST = "latest_first"
    EARLIEST_FIRST = "earliest_first"


@frozen
class Standing:
    """A view, as far as it matters who may do what with it.

    Attributes:
        owner_id: Whose it is.
        shared: Whether everybody in the tenant sees it.
        name: What it is called.
        version: Goes up with every change.
    """

    owner_id: UUID
    shared: bool
    name: str
    version: int

    def is_seen_by(self, actor_id: UUID) -> bool:
        """Tell whether somebody sees it."""
        return self.shared or self.owner_id == actor_id


def checked_name(name: str) -> str:
    """Give a view's name as it is stored.

    Raises:
        InvalidInput: It is blank, too long, or has signs that are not seen.
    """
    said = name.strip()
    if not said or len(said) > LONGEST_NAME or not said.isprintable():
        raise InvalidInput(field="name", problem=f"use 1 to {LONGEST_NAME} printable characters")
    return said


def checked_filter(written: str) -> str:
    """Give a view's filter as it is stored.

    Raises:
        InvalidInput: It is too long.
    """
    if len(written) > LONGEST_FILTER:
        raise InvalidInput(field="filter", problem=f"use at most {LONGEST_FILTER} characters in all")
    return written


def checked_columns(columns: Sequence[str]) -> list[str]:
    """Give the columns of a view, each once.

    Raises:
        InvalidInput: There are too many, or one cannot be a field.
    """
    if len(columns) > MOST_COLUMNS or not all(COLUMN.fullmatch(one) for one in columns):
        raise InvalidInput(field="columns", problem=f"name at most {MOST_COLUMNS} fields of a record, such as openedAt")
    return list(dict.fromkeys(columns))
