"""What was once answered differently, or by no plan, stays mended."""

import math
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest

from core.kernel.graphql.ids import global_id
from tests.gateway.execution.compiled.both_ways import By, Given
from tests.gateway.execution.compiled.filling import ENDS
from tests.gateway.execution.compiled.houses import House

LABEL = "one of its kind"


@asynccontextmanager
async def specimen(house: House, **facts: Any) -> AsyncGenerator[None, None]:
    """Have a specimen like any other but for some of its columns."""
    acting = house.acting("everything")
    assert acting.scope is not None
    like = await house.admin.fetchrow("SELECT * FROM specimens WHERE tenant_id = $1 LIMIT 1", acting.scope.tenant_id)
    row: dict[str, Any] = {**dict(like), "id": like["serial"], "label": LABEL, "whole": True, **facts}
    holes = ", ".join(f"${place}" for place, _ in enumerate(row, 1))
    await house.admin.execute(f"INSERT INTO specimens ({', '.join(row)}) VALUES ({holes})", *row.values())
    yield
    await house.admin.execute("DELETE FROM specimens WHERE label = $1", LABEL)


async def answered(house: House, query: str, by: By = "a plan") -> dict[str, Any]:
    """Answer alike both ways."""
    plain, fast = await house.both.answer(query, {}, house.context(house.acting("everything")))
    assert fast.seen == plain.seen
    assert not plain.errors
    assert fast.by == by
    return orjson.loads(fast.data)


async def shown(house: House, fields: str, by: By = "a plan") -> dict[str, Any]:
    return (await answered(house, f'{{ labelled(label: "{LABEL}", whole: true) {{ {fields} }} }}', by))["labelled"]


async def edge(house: House, listed: str) -> Any:
    query = f'{{ {listed}(first: 1, filter: {{label: "{LABEL}"}}) {{ edges {{ cursor node {{ id }} }} }} }}'
    return (await answered(house, query))[listed]["edges"][0]["cursor"]


@pytest.mark.parametrize("end", ENDS)
async def test_the_ends_of_time(cabinet: House, end: datetime) -> None:
    written = f"{end:%Y}".rjust(4, "0")
    async with specimen(cabinet, seen_at=end, lost_at=end, found_on=end.date(), lost_on=end.date()):
        for field in ("seenAt", "lostAt", "foundOn", "lostOn"):
            found = await shown(cabinet, field, by="the interpreter")
            assert found[field].startswith(f"{written}-")


async def test_a_year_has_four_digits(cabinet: House) -> None:
    seen = datetime(987, 6, 5, 4, 3, 2, tzinfo=UTC)
    async with specimen(cabinet, seen_at=seen, lost_at=seen, found_on=date(987, 6, 5)):
        instant = "0987-06-05T04:03:02.000000Z"
        found = {"seenAt": instant, "lostAt": instant, "foundOn": "0987-06-05"}
        assert await shown(cabinet, "seenAt lostAt foundOn") == found


@pytest.mark.parametrize("number", [0.0, -0.0, 1.0, 1e15, 1e16, 1e306, 5e-324])
async def test_a_whole_float_is_a_float_to_python(cabinet: House, number: float) -> None:
    async with specimen(cabinet, ratio=number, maybe_ratio=number):
        told: list[str] = (await shown(cabinet, "told"))["told"]
        assert told[3:5] == [f"float {number}"] * 2


@pytest.mark.parametrize("number", [0.0, -0.0, 2.0, 1e16, 0.1, math.pi])
async def test_a_cursor_over_floats(cabinet: House, number: float) -> None:
    async with specimen(cabinet, ratio=number):
        assert await edge(cabinet, "byRatio")


@pytest.mark.parametrize("number", ["100000", "120000", "1E+5", "0.00", "1E-30", "-0.50"])
async def test_a_cursor_over_decimals(cabinet: House, number: str) -> None:
    async with specimen(cabinet, amount=Decimal(number)):
        assert await edge(cabinet, "byAmount")


async def test_what_is_computed_and_required_is_printed_by_a_plan(house: House) -> None:
    found = await answered(house, "{ approvals(first: 3) { nodes { subjectId authorId decidedBy } } }")
    assert len(found["approvals"]["nodes"]) == 3


async def test_a_condition_with_a_list_of_constants_is_part_of_a_plan(house: House) -> None:
    found = await answered(house, "{ inbox(first: 3) { totalCount nodes { kind status } } }")
    assert found["inbox"]["totalCount"] >= 3
    assert {one["status"] for one in found["inbox"]["nodes"]} <= {"OPEN", "TAKEN"}


async def test_errors_beside_a_plan_are_where_the_document_has_them(cabinet: House) -> None:
    query = "query ($n: Int) {\n  a: specimens(first: $n) { totalCount }\n\n   trouble\n b: ping }"
    context = cabinet.context(cabinet.acting("everything"))
    plain = Given.of(await cabinet.both.interpreted.execute(query, {"n": 2}, context))
    fast = Given.of(await cabinet.both.compiled.execute(query, {"n": 2}, context))
    assert fast.seen == plain.seen
    assert fast.by == "a plan in part"
    assert orjson.loads(fast.errors[0])["locations"] == [{"line": 4, "column": 4}]


async def test_what_is_left_of_two_operations_may_be_spelled_alike(cabinet: House) -> None:
    context = cabinet.context(cabinet.acting("everything"))
    for query, column in (
        ("{ a: specimens(first: 2) { totalCount } trouble }", 41),
        ("{ trouble a: specimens(first: 2) { totalCount } }", 3),
        ("{\n  trouble\n}", 3),
    ):
        plain, fast = await cabinet.both.answer(query, {}, context)
        assert fast.seen == plain.seen
        assert orjson.loads(fast.errors[0])["locations"][0]["column"] == column


ELSEWHERE = 'specimens(filter: {parent: "S2VlcGVyOjYzNGRlODVmLTBiYzYtNDIwNy1iNjA4LTQ4Y2FhMWMxNTk0MA"})'
"""Narrowed by the id of a keeper, where one of a specimen belongs."""


@pytest.mark.parametrize(
    "listed",
    [
        f"{ELSEWHERE} {{ __typename }}",
        'specimens(filter: {cabinets: ["no id"]}) { __typename }',
        'specimens(after: "no cursor") { totalCount }',
        'specimens(before: "no cursor") { __typename }',
        'cabinets { nodes { specimens(after: "no cursor") { totalCount } } }',
    ],
)
async def test_what_is_wrong_is_said_although_no_row_is_asked_for(cabinet: House, listed: str) -> None:
    plain, fast = await cabinet.both.answer(f"{{ {listed} }}", {}, cabinet.context(cabinet.acting("everything")))
    assert plain.errors
    assert fast.seen == plain.seen


async def test_a_page_that_may_not_be_is_refused_although_no_row_is_asked_for(cabinet: House) -> None:
    query = "query ($n: Int) { specimens(first: $n) { totalCount } }"
    context = cabinet.context(cabinet.acting("everything"))
    for size, refused in ((2, False), (-1, True)):
        plain, fast = await cabinet.both.answer(query, {"n": size}, context)
        assert bool(plain.errors) is refused
        assert fast.seen == plain.seen


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ('{ specimens(filter: {label: "\\u0000"}) { totalCount } cabinets { totalCount } }', {}),
        (
            "query ($l: String) { specimens(filter: {label: $l}) { totalCount } cabinets { totalCount } }",
            {"l": "a\x00"},
        ),
        ("query ($f: SpecimenFilter) { specimens(filter: $f) { totalCount } }", {"f": {"labels": ["a", "\x00"]}}),
    ],
)
async def test_a_text_that_cannot_be_stored_is_refused_and_is_no_fault(
    cabinet: House, query: str, variables: dict[str, Any]
) -> None:
    plain, fast = await cabinet.both.answer(query, variables, cabinet.context(cabinet.acting("everything")))
    assert [orjson.loads(one)["extensions"]["code"] for one in plain.errors] in (
        ["gateway.invalid"],
        ["gateway.bad_variables"],
    )
    assert fast.seen == plain.seen


async def test_an_id_whose_key_is_none_is_a_bad_id_in_a_filter_too(cabinet: House) -> None:
    query = f'{{ specimens(filter: {{parent: "{global_id("Specimen", "no uuid")}"}}) {{ totalCount }} }}'
    plain, fast = await cabinet.both.answer(query, {}, cabinet.context(cabinet.acting("everything")))
    assert [orjson.loads(one)["extensions"]["code"] for one in plain.errors] == ["gateway.bad_id"]
    assert fast.seen == plain.seen


async def test_what_is_told_of_the_present_is_another_each_time(house: House) -> None:
    """By the machine's clock: this is what the comparison leaves out, and nothing else of the message."""
    query = '{ effectiveStandard(code: "any", knownAt: "9999-01-01T00:00:00Z") { hash } }'
    plain, fast = await house.both.answer(query, {}, house.context(house.acting("everything")))
    said = orjson.loads(plain.errors[0])
    assert said["extensions"]["code"] == "standards.too_recent_to_know"
    assert said["message"] == "What was known can be told up to ten seconds ago."
    assert fast.seen == plain.seen
