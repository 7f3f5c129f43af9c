"""Operations made up from the schema have the same answer both ways, byte for byte."""

import os
from collections import Counter
from functools import partial
from typing import Any

import anyio
import anyio.from_thread
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.gateway.execution.compiled.asking import Asked, Hand, Writer
from tests.gateway.execution.compiled.both_ways import with_cursors
from tests.gateway.execution.compiled.houses import Acting, House

LONG = int(os.environ.get("TOUCHSTONE_OPERATIONS", "0"))
"""How many operations the long form makes up; none for the short form, which is the same every time."""

SHORT = 250
LEAST_BY_PLANS = 0.6


def questions(house: House) -> Any:
    def made() -> tuple[Acting, Asked]:
        hand = Hand()
        acting = house.somebody(hand)
        return acting, Writer(house.schema.graphql, acting.words, hand).operation()

    return st.builds(made)


async def compare(house: House, acting: Acting, asked: Asked, tally: Counter[str]) -> None:
    """Ask both ways, and once more with cursors out of the answer."""
    told: dict[str, Any] | None = asked.variables
    for again in (False, True):
        if told is None:
            return
        house.both.database.forget()
        plain, fast = await house.both.answer(asked.document, told, house.context(acting))
        await sweep(house, asked)
        tally[fast.by] += 1
        tally["operations"] += 1
        tally["with errors"] += bool(plain.errors)
        assert fast.seen == plain.seen, f"{acting.role}: {asked.document}\n{told}"
        told = with_cursors(asked, plain.data) if not again else None


async def sweep(house: House, asked: Asked) -> None:
    """Take away what wide reads put on record, so that the next answer is about the same rows."""
    if asked.roots & house.everybody[0].words.avoided[0]:
        await house.admin.execute("DELETE FROM reading_grants")
        if "AuditEntry" in house.everybody[0].words.ids:
            await house.admin.execute("DELETE FROM audit_entries WHERE recorded_at > '2026-11-21T09:00:00Z'")


async def search(house: House, number: int) -> Counter[str]:
    """Make up operations and compare their answers.

    Hypothesis runs in a thread of its own, so that everything else stays in one event loop.
    """
    tally: Counter[str] = Counter()
    rounds = settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        phases=(Phase.generate, Phase.shrink),
        print_blob=True,
    )

    @rounds
    @given(questions(house))
    def ask(question: tuple[Acting, Asked]) -> None:
        anyio.from_thread.run(partial(compare, house, *question, tally))

    await anyio.to_thread.run_sync(ask)
    return tally


def share(tally: Counter[str]) -> float:
    return (tally["a plan"] + tally["a plan in part"]) / tally["operations"]


async def hold(name: str, house: House) -> None:
    tally = await search(house, LONG // 2 or SHORT)
    print(f"{name}: {dict(tally)}, {share(tally):.0%} answered by plans")
    assert share(tally) >= LEAST_BY_PLANS, tally


@pytest.mark.long
async def test_the_whole_schema_answers_alike_both_ways(house: House) -> None:
    await hold("the whole schema", house)


@pytest.mark.long
async def test_columns_of_every_kind_answer_alike_both_ways(cabinet: House) -> None:
    await hold("columns of every kind", cabinet)
