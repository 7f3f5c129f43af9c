"""Columns that are sent as text arrive as the values they were, whatever stands in them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.kernel.columns import Columns, array_text
from core.kernel.ids import new_ids

MEAN = [
    '"',
    "\\",
    '\\"',
    "\\n",
    "\n\t\r\b\f",
    "\x01\x7f\x1f",
    "{a,b}",
    "null",
    "NULL",
    "",
    " ",
    "é\U0001f600",
    ",",
    "\\u0041",
]
"""Texts that mean something else in JSON or in an array's text."""
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
COLUMNS = Columns(
    kinds={"name": "text", "id": "uuid", "number": "bigint", "at": "timestamptz", "mark": "bytea", "long": "text"},
    by_driver=frozenset({"mark", "long"}),
)


async def test_rows_arrive_as_they_were_sent(admin: Any) -> None:
    count = len(MEAN)
    sent = {
        "long": MEAN[::-1],
        "mark": [bytes([place, 92, 34]) for place in range(count)],
        "at": [FIRST, None, LAST, *(datetime.now(UTC) + timedelta(days=place) for place in range(3, count))],
        "number": [None, -1, 2**63 - 1, *range(3, count)],
        "id": [*new_ids(2), None, *(uuid4() for _ in range(3, count))],
        "name": MEAN,
    }
    found = await admin.fetch(f"SELECT * FROM {COLUMNS.rows(1)}", *COLUMNS.sent(sent))
    given = zip(*(sent[name] for name in COLUMNS.kinds), strict=True)
    assert [tuple(row) for row in found] == list(given)


async def test_quotes_and_backslashes_alone_arrive_as_they_were_sent(admin: Any) -> None:
    texts = ['"', "\\", '\\"', '"\\', '\\\\"n', '{"a": "b\\\\c"}']
    columns = Columns(kinds={"name": "text"})
    found = await admin.fetch(f"SELECT * FROM {columns.rows(1)}", *columns.sent({"name": texts}))
    assert [row[0] for row in found] == texts


@pytest.mark.parametrize("text", [text for text in MEAN if text])
async def test_each_text_arrives_by_itself(admin: Any, text: str) -> None:
    columns = Columns(kinds={"name": "text"})
    [found] = await admin.fetch(f"SELECT * FROM {columns.rows(1)}", *columns.sent({"name": [text]}))
    assert found[0] == text


async def test_nothing_at_all_is_no_row(admin: Any) -> None:
    assert array_text([None]) == "{null}"
    columns = Columns(kinds={"name": "text"})
    assert await admin.fetch(f"SELECT * FROM {columns.rows(1)}", *columns.sent({"name": []})) == []


@pytest.mark.parametrize("value", [b"bytes", 1j, object()])
def test_what_has_no_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        array_text([value])
