"""What comments must keep to: a place of the text that was laid open, a time and a length. Pure."""

from datetime import datetime
from typing import Final

from core.standards.consultation.errors import CommentIsTooLong, ConsultationIsOver, PlaceIsUnknown
from core.standards.policy.checks import checked_note
from core.standards.policy.content import StandardContent, address

LONGEST_COMMENT: Final = 2_000
"""Characters of a comment, and of the answer to one."""


def over_since(ends_at: datetime, closed_at: datetime | None, now: datetime) -> datetime | None:
    """Tell since when a consultation is over; nothing while comments are taken."""
    if closed_at is not None:
        return min(closed_at, ends_at)
    return ends_at if ends_at <= now else None


def check_open(ends_at: datetime, closed_at: datetime | None, now: datetime) -> None:
    """Refuse where a consultation is over.

    Raises:
        ConsultationIsOver: It was closed, or its end is reached.
    """
    since = over_since(ends_at, closed_at, now)
    if since is not None:
        raise ConsultationIsOver(since=since)


def check_place(content: StandardContent, clause_key: str, parameter_key: str) -> None:
    """Refuse a place that the text has not; an empty parameter means the clause.

    Raises:
        PlaceIsUnknown: There is no such clause, or it has no such parameter.
    """
    for clause in content.clauses:
        if clause.key == clause_key and parameter_key in {"", *(one.key for one in clause.parameters)}:
            return
    raise PlaceIsUnknown(standard=content.code, number=content.number, place=address(clause_key, parameter_key))


def checked_comment(field: str, text: str, *, required: bool = True) -> str:
    """Give what somebody says in its form.

    Raises:
        CommentIsTooLong: It is too long.
        InvalidInput: It is missing, or holds what no text holds.
    """
    said = text.strip()
    if len(said) > LONGEST_COMMENT:
        raise CommentIsTooLong(length=len(said), most=LONGEST_COMMENT)
    return checked_note(field, said, required=required)
