"""Why it takes longer and what there is instead, as one text: the personal part of an announcement."""

from typing import Final

from core.kernel.errors import InvalidInput
from core.records.execution.private import checked_private

BETWEEN: Final = "\u2029"
"""The separator of paragraphs; whoever writes one gets a line instead, so the two parts are told apart."""
LONGEST: Final = 1_000


def joined(reason: str, alternative: str) -> str:
    """Put the two parts together as they are sealed.

    Raises:
        InvalidInput: One is empty or too long, or holds characters that no text has.
    """
    return BETWEEN.join((checked("reason", reason), checked("alternative", alternative)))


def apart(text: str) -> tuple[str, str]:
    """Give the two parts of what was sealed."""
    reason, _, alternative = text.partition(BETWEEN)
    return reason, alternative


def checked(field: str, text: str) -> str:
    """Give one part; a customer is never told of a delay without it."""
    said = checked_private(text.replace(BETWEEN, "\n").replace("\u2028", "\n"), field)
    if not said or len(said) > LONGEST:
        raise InvalidInput(field=field, problem=f"tell the customer, in 1 to {LONGEST} characters")
    return said
