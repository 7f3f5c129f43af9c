r"""Holes in the text that PostgreSQL prints, filled in by Python: cursors, decrypted names, amounts of money.

A hole is printed as ``\x01 number \x02 columns as a JSON array \x03``. JSON never holds these signs unescaped, so
the answer is split at them; all holes of one number are filled together.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy import ColumnElement

from core.kernel.frozen import frozen
from core.kernel.reads import Hole, Splicing
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.binds import Find, Run
from gateway.execution.compiled.texts import Text
from gateway.execution.compiled.values import Shown
from gateway.execution.cursors import CursorSeal
from gateway.execution.pages import Places
from gateway.execution.plans import ListPlan, python_kind
from gateway.execution.reach import Reach

BEGIN, MIDDLE, END = "\x01", "\x02", "\x03"


class Splice(Protocol):
    """What fills the holes of one number."""

    @property
    def needs_unit(self) -> bool:
        """Whether it reads more from the database."""
        ...

    async def texts(self, rows: Sequence[Sequence[Any]], run: Run, splicing: Splicing) -> list[bytes]:
        """Give the JSON of each hole."""
        ...


def hole(number: int, columns: Sequence[ColumnElement[Any]]) -> Text:
    """Print a hole; numbers with a point as text, as JSON does not tell their kinds nor a zero's sign."""
    values = [sa.cast(one, sa.Text()) if python_kind(one) in (Decimal, float) else one for one in columns]
    return [f"{BEGIN}{number}{MIDDLE}", sa.func.json_build_array(*values, type_=sa.Text()), END]


def read_back(kind: type, written: Any) -> Any:  # noqa: ANN401 - whatever the column holds
    """Give a column's value again as the interpreter would have it."""
    if written is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(written).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(written)
    if kind in (UUID, Decimal, float):
        return kind(written)
    if kind is bytes:
        return bytes.fromhex(written[2:])
    return written


@frozen
class CursorSplice:
    """Seals places in a list."""

    seal: CursorSeal
    listed: ListPlan
    given: Find

    @property
    def needs_unit(self) -> bool:
        """It needs nothing."""
        return False

    async def texts(self, rows: Sequence[Sequence[Any]], run: Run, splicing: Splicing) -> list[bytes]:  # noqa: ARG002 - as every splice
        """Give the cursors."""
        places = Places.of(self.seal, self.listed, Reach.within(run.scope), self.given(run))
        kinds = [python_kind(one.column) for one in self.listed.order]
        return [
            orjson.dumps(places.cursor_of([read_back(*one) for one in zip(kinds, row, strict=True)])) for row in rows
        ]


@frozen
class FilledSplice:
    """Fills the declared holes of one field."""

    hole: Hole
    kinds: tuple[type, ...]
    shown: Shown

    @property
    def needs_unit(self) -> bool:
        """Whether its columns are not all it needs."""
        return not self.hole.alone

    async def texts(self, rows: Sequence[Sequence[Any]], run: Run, splicing: Splicing) -> list[bytes]:  # noqa: ARG002 - as every splice
        """Give the values as JSON."""
        given = [
            {name: read_back(*one) for name, *one in zip(self.hole.columns, self.kinds, row, strict=True)}
            for row in rows
        ]
        values = await self.hole.fill(splicing, given)
        return [orjson.dumps(self.shown(one)) for one in values]


@frozen
class JsonSplice:
    """Writes stored JSON as the interpreter does."""

    required: bool

    @property
    def needs_unit(self) -> bool:
        """It needs nothing."""
        return False

    async def texts(self, rows: Sequence[Sequence[Any]], run: Run, splicing: Splicing) -> list[bytes]:  # noqa: ARG002 - as every splice
        """Give the values as JSON."""
        if self.required and any(row[0] is None for row in rows):
            raise Bail
        return [orjson.dumps(row[0]) for row in rows]


async def spliced(body: bytes, splices: Sequence[Splice], run: Run, splicing: Splicing) -> bytes:
    """Fill all holes of a text."""
    first, *rest = body.split(BEGIN.encode())
    if not rest:
        return body
    heads: list[tuple[int, Any, bytes]] = []
    for part in rest:
        head, _, tail = part.partition(END.encode())
        number, _, columns = head.partition(MIDDLE.encode())
        heads.append((int(number), orjson.loads(columns), tail))
    found: dict[int, list[bytes]] = {}
    for number in {one for one, _, _ in heads}:
        rows = [columns for one, columns, _ in heads if one == number]
        found[number] = (await splices[number].texts(rows, run, splicing))[::-1]
    return b"".join([first, *(piece for number, _, tail in heads for piece in (found[number].pop(), tail))])
