"""Texts that PostgreSQL puts together are the ones that were meant."""

from typing import Any, cast

import orjson
import pytest
import sqlalchemy as sa
from graphql.execution.values import VariableValues

from core.kernel.reads import Splicing
from core.kernel.services import Services
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.holes import BEGIN, END, MIDDLE, hole, read_back, spliced
from gateway.execution.compiled.plan import DIALECT
from gateway.execution.compiled.printing import json_text
from gateway.execution.compiled.texts import MOST_ARGUMENTS, Text, concat, merged, or_else, quoted
from tests.gateway.execution.compiled.filling import BEGINNING, ODD

PLAIN = [
    "",
    "'",
    "''",
    "\\",
    "\\\\'",
    "\\n",
    "E'",
    "%s %% :name $1",
    '{"a":',
    "\x01\x02\x03\x1f",
    "\u00e9\U0001f600",
    "\n\t",
]


async def value_of(admin: Any, expression: Any) -> Any:
    return await admin.fetchval(str(sa.select(expression).compile(dialect=DIALECT)))


@pytest.mark.parametrize("text", PLAIN)
async def test_a_constant_comes_back_as_it_was(admin: Any, text: str) -> None:
    assert await value_of(admin, quoted(text)) == text
    assert await value_of(admin, concat([text, sa.literal_column("1"), text])) == f"{text}1{text}"


@pytest.mark.parametrize("pieces", [1, MOST_ARGUMENTS, MOST_ARGUMENTS + 1, 100, 101, 2 * MOST_ARGUMENTS**2 + 7])
async def test_a_text_has_as_many_pieces_as_it_likes(admin: Any, pieces: int) -> None:
    text: Text = [sa.literal_column(str(number)) if number % 2 else f"<{number}>" for number in range(pieces)]
    meant = "".join(str(number) if number % 2 else f"<{number}>" for number in range(pieces))
    assert await value_of(admin, concat(text)) == meant


def test_constants_side_by_side_are_one() -> None:
    column = cast("Any", sa.literal_column("1"))
    assert merged(["a", "", "b", column, "", "c", "d"]) == ["ab", column, "cd"]


@pytest.mark.parametrize("text", ODD)
async def test_texts_are_printed_as_they_would_be_otherwise(admin: Any, text: str) -> None:
    printed = or_else(json_text(sa.literal_column("$1::text", sa.Text())), "\x04")
    found = await admin.fetchval(str(sa.select(printed).compile(dialect=DIALECT)), text)
    assert found.encode() == orjson.dumps(text)


class Doubling:
    """Fills a hole with its columns, twice."""

    needs_unit = False
    asked = 0

    async def texts(self, rows: Any, run: Run, splicing: Splicing) -> list[bytes]:  # noqa: ARG002 - as every splice
        self.asked += 1
        return [orjson.dumps([*row, *row]) for row in rows]


def run() -> Run:
    return Run(None, VariableValues({}, {}), BEGINNING)  # type: ignore[arg-type] - nobody's rows are read


async def test_holes_are_filled_in_their_order_all_of_a_number_at_once() -> None:
    body = "".join(f"<{number}{BEGIN}{number % 2}{MIDDLE}[{number}]{END}>" for number in range(5)).encode()
    splices = [Doubling(), Doubling()]
    filled = await spliced(body, splices, run(), Splicing(services=Services()))
    assert filled == b"<0[0,0]><1[1,1]><2[2,2]><3[3,3]><4[4,4]>"
    assert [one.asked for one in splices] == [1, 1]


async def test_a_text_without_holes_stays_as_it_is() -> None:
    assert await spliced(b'{"a":1}', [], run(), Splicing(services=Services())) == b'{"a":1}'


@pytest.mark.parametrize("text", ODD)
async def test_what_looks_like_a_hole_in_a_column_is_none(admin: Any, text: str) -> None:
    column: Any = sa.literal_column("$1::text", sa.Text())
    printed = concat(['{"plain":', json_text(column), ',"hole":', *hole(0, [column]), "}"])
    found = await admin.fetchval(str(sa.select(printed).compile(dialect=DIALECT)), text)
    filled = await spliced(found.encode(), [Doubling()], run(), Splicing(services=Services()))
    assert orjson.loads(filled) == {"plain": text, "hole": [text, text]}


def test_nothing_is_read_back_as_nothing() -> None:
    assert [read_back(kind, None) for kind in (str, int, bytes)] == [None, None, None]
    assert read_back(bytes, "\\x00ff") == b"\x00\xff"
