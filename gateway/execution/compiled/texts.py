"""Texts put together in SQL: constant pieces merged, everything else printed by PostgreSQL."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement

Piece = str | ColumnElement[Any]
Text = list[Piece]

MOST_ARGUMENTS = 90
"""Arguments of one ``concat``; PostgreSQL takes a hundred."""

NULL = "null"


def quoted(text: str) -> ColumnElement[str]:
    """Write a constant into the statement: JSON punctuation and names of the document, control signs as escapes."""
    plain = text.replace("\\", "\\\\").replace("'", "''")
    shown = "".join(f"\\x{ord(one):02x}" if ord(one) < 32 else one for one in plain)  # noqa: PLR2004 - below space
    mark = "E" if shown != text.replace("'", "''") else ""
    return sa.literal_column(f"{mark}'{shown}'", sa.Text())


def merged(text: Iterable[Piece]) -> Text:
    """Merge constant pieces that stand side by side."""
    found: Text = []
    for one in text:
        last = found[-1] if found else None
        if isinstance(one, str) and isinstance(last, str):
            found[-1] = last + one
        elif not isinstance(one, str) or one:
            found.append(one)
    return found


def concat(text: Sequence[Piece]) -> ColumnElement[str]:
    """Give one SQL expression for a text; ``concat`` prints every type, and nothing for NULL."""
    pieces = [quoted(one) if isinstance(one, str) else one for one in merged(text)]
    while len(pieces) > MOST_ARGUMENTS:
        groups = [pieces[at : at + MOST_ARGUMENTS] for at in range(0, len(pieces), MOST_ARGUMENTS)]
        pieces = [concat_of(group) for group in groups]
    return concat_of(pieces)


def concat_of(pieces: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """Call ``concat``."""
    return sa.func.concat(*pieces, type_=sa.Text())


def or_else(value: ColumnElement[Any], instead: str) -> ColumnElement[Any]:
    """Print something else for NULL."""
    return sa.func.coalesce(value, quoted(instead), type_=sa.Text())
