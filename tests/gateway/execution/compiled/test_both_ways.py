"""Operations made up from the schema have the same answer both ways, byte for byte."""

import os
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from random import SystemRandom
from typing import Any
from unittest.mock import patch

import anyio
import anyio.from_thread
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import HypothesisProvider

from tests.gateway.execution.compiled.asking import Asked, Hand, Writer
from tests.gateway.execution.compiled.both_ways import Given, with_cursors
from tests.gateway.execution.compiled.houses import Acting, House
from tests.gateway.execution.compiled.noticing import DEEPEST, FEATURES, INTERFACES, Declared, Noticed

LONG = int(os.environ.get("TOUCHSTONE_OPERATIONS", "0"))
"""How many operations the long form makes up; none for the short form, which is the same every time."""

SEED = int(os.environ.get("TOUCHSTONE_OPERATIONS_SEED", "0")) or SystemRandom().randrange(1, 2**31)
SHORT = 250
"""How many operations the short form makes up at least: one for every four fields, so that a larger schema is seen."""

TOLD_EVERY = 200
AT_A_TIME = 400
"""Operations of one long search: hypothesis keeps 200 kB of each that it has tried, and becomes slower with each."""
FAULT = b"gateway.internal"
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


@dataclass(frozen=True)
class Least:
    """What must have been asked for and answered by plans, as shares of everything there is.

    Attributes:
        by_plans: Of all operations, those that plans answered, in part or whole.
        fields: Of all fields, those that were asked for.
        arguments: Of all arguments and members of filters, those that were given.
        planned: Of the fields that were asked for, those that a plan answered at least once.
    """

    by_plans: float
    fields: float
    arguments: float
    planned: float


@dataclass(frozen=True)
class Question:
    """An operation, who asks it, and who asks the same after them."""

    acting: Acting
    asked: Asked
    after: Acting | None = None

    def __repr__(self) -> str:
        return f"{self.acting}: {self.asked.document[:2_000]}"


@dataclass
class Search:
    """What came of the operations so far."""

    house: House
    name: str
    tally: Counter[str] = field(default_factory=Counter[str])
    begun: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.noticed = Noticed(self.house.schema.graphql)
        self.declared = Declared.of(self.house.schema.graphql)

    async def compare(self, question: Question) -> None:
        """Ask both ways: with cursors out of the answer, with other variables and as somebody else once more."""
        asked = question.asked
        plain = await self.ask(asked, asked.variables, question.acting)
        told = with_cursors(asked, plain.data)
        if told is not None:
            self.tally["with cursors of an answer"] += 1
            await self.ask(asked, told, question.acting)
        if asked.others is not None:
            self.tally["with other variables"] += 1
            await self.ask(asked, asked.others, question.acting)
        if question.after is not None:
            self.tally["as somebody else"] += 1
            await self.ask(asked, told or asked.variables, question.after)

    async def ask(self, asked: Asked, told: Mapping[str, Any], acting: Acting) -> Given:
        """Ask both ways, and what is kept once more: it is given again."""
        house, context = self.house, self.house.context(acting)
        house.both.database.forget()
        plain, fast = await house.both.answer(asked.document, told, context, asked.name)
        await sweep(house, asked)
        if fast.seen != plain.seen and FAULT in b"".join(plain.errors):
            self.tally["asked again after a fault"] += (
                1  # PostgreSQL ends a transaction that a busy machine leaves idle.
            )
            plain, fast = await house.both.answer(asked.document, told, context, asked.name)
            await sweep(house, asked)
        self.count(asked, told, plain, fast)
        assert fast.seen == plain.seen, f"{acting}: {asked.document}\n{told}"
        if asked.roots & house.kept:
            fast = await house.both.fast(asked.document, told, context, asked.name)
            await sweep(house, asked)
            self.tally["asked again"] += 1
            self.tally["kept and given again"] += fast.by != "the interpreter"
            assert fast.seen == plain.seen, f"{acting}: {asked.document}\n{told}"
        return plain

    def count(self, asked: Asked, told: Mapping[str, Any], plain: Given, fast: Given) -> None:
        tally = self.tally
        self.noticed.notice(asked, told, fast.planned)
        tally["operations"] += 1
        tally[fast.by] += 1
        tally["with errors"] += bool(plain.errors)
        tally["refused"] += any(b"not_permitted" in one for one in plain.errors)
        tally["with a null at the root"] += b":null" in plain.data
        if LONG and tally["operations"] % TOLD_EVERY == 0:
            seconds = time.monotonic() - self.begun
            print(
                f"{self.name}: {tally['operations']} operations in {seconds:.0f} s, {self.share:.0%} by plans",
                flush=True,
            )

    @property
    def share(self) -> float:
        return (self.tally["a plan"] + self.tally["a plan in part"]) / self.tally["operations"]

    @property
    def features(self) -> frozenset[str]:
        return FEATURES | INTERFACES if "Query.node" in self.declared.fields else FEATURES

    def reached(self) -> Least:
        noticed, declared = self.noticed, self.declared
        asked = {one for one in noticed.asked if one in declared.fields}
        given_ = declared.arguments | declared.members
        return Least(
            by_plans=self.share,
            fields=noticed.share(declared.fields, noticed.asked),
            arguments=noticed.share(given_, noticed.asked),
            planned=noticed.share(asked, noticed.planned),
        )

    def summary(self) -> str:
        noticed, declared = self.noticed, self.declared
        given_ = declared.arguments | declared.members
        lines = [
            f"{self.name}: {dict(self.tally)}, in {time.monotonic() - self.begun:.0f} s, {self.reached()}",
            f"  of {len(declared.fields)} fields never asked for: {noticed.never(declared.fields, noticed.asked)}",
            f"  never answered by a plan: {noticed.never(declared.fields & set(noticed.asked), noticed.planned)}",
            f"  of {len(given_)} arguments never given: {noticed.never(given_, noticed.asked)}",
            f"  features by plans: { {one: noticed.planned[one] for one in sorted(self.features)} }",
        ]
        return "\n".join(lines)


async def sweep(house: House, asked: Asked) -> None:
    """Take away what wide reads put on record, so that the next answer is about the same rows."""
    if asked.roots & house.everybody[0].words.avoided[0]:
        await house.admin.execute("DELETE FROM reading_grants")
        if "AuditEntry" in house.everybody[0].words.ids:
            await house.admin.execute("DELETE FROM audit_entries WHERE recorded_at > '2026-11-21T09:00:00Z'")


def questions(house: House) -> Any:
    def made() -> Question:
        hand = Hand()
        acting = house.somebody(hand)
        fields, wide = (32, 7) if house.kept else (22, 5)
        asked = Writer(house.schema.graphql, acting.words, hand, fields, wide).operation()
        return Question(acting, asked, hand.pick(house.everybody) if hand.chance(35) else None)

    return st.builds(made)


async def search(name: str, house: House, number: int) -> Search:
    """Make up operations and compare their answers: a long search is several, each with a seed of its own."""
    found = Search(house, name)
    try:
        each = AT_A_TIME if LONG else number
        for place, start in enumerate(range(0, number, each)):
            await search_once(found, min(each, number - start), SEED + place)
    finally:
        print(found.summary(), flush=True)
    return found


async def search_once(found: Search, number: int, seeded: int) -> None:
    """Search once; hypothesis runs in a thread of its own, so that everything else stays in one event loop."""
    rounds = settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=not LONG,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
        phases=(Phase.generate, Phase.shrink),
        print_blob=True,
        report_multiple_bugs=False,
    )

    @rounds
    @given(questions(found.house))
    def ask(question: Question) -> None:
        anyio.from_thread.run(partial(found.compare, question))

    if LONG:
        print(f"{found.name}: TOUCHSTONE_OPERATIONS_SEED={seeded}", flush=True)
        ask = seed(seeded)(ask)
    # One number in twenty would be a constant out of any module that happens to be loaded: another search on every run.
    even = patch.object(HypothesisProvider, "_maybe_draw_constant", new=no_constant)
    with even:
        await anyio.to_thread.run_sync(ask)


def no_constant(*_: Any, **__: Any) -> None:
    """Draw none; a mock in its place would keep every call, of which a long search makes millions."""


async def hold(name: str, house: House, least: Least) -> Search:
    fields = len(Declared.of(house.schema.graphql).fields)
    found = await search(name, house, LONG // 2 or max(SHORT, fields // 4))
    reached = found.reached()
    assert reached.by_plans >= least.by_plans
    assert reached.fields >= least.fields
    assert reached.arguments >= least.arguments
    assert reached.planned >= least.planned
    assert not found.noticed.never(found.features, found.noticed.planned), "never answered by a plan"
    told = ("with errors", "refused", "with cursors of an answer", "with other variables", "as somebody else")
    assert [one for one in told if not found.tally[one]] == []
    if house.kept:
        assert found.tally["kept and given again"] >= found.tally["asked again"] / 4 > 0
    return found


@pytest.mark.long
async def test_the_whole_schema_answers_alike_both_ways(house: House) -> None:
    await hold("the whole schema", house, Least(by_plans=0.6, fields=0.75, arguments=0.8, planned=0.75))


@pytest.mark.long
async def test_columns_of_every_kind_answer_alike_both_ways(cabinet: House) -> None:
    least = Least(by_plans=0.6, fields=0.98, arguments=0.9, planned=0.9)
    found = await hold("columns of every kind", cabinet, least)
    assert found.noticed.planned[DEEPEST]
