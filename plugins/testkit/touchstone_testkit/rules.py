"""The checks of a scoring rule; each answers what it saw, or raises `NotProven`."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from touchstone_sdk import MAX_BATCH, JsonObject, RecordResult, RecordScored, ScoringBatch, ScoringRule
from touchstone_sdk.hosting import ContractBroken, accept_results

from touchstone_testkit.batches import scoring_batches
from touchstone_testkit.findings import NotProven
from touchstone_testkit.quiet import watched
from touchstone_testkit.replay import replayed, results_as_json

_SAMPLED: Final = 30
_HASH_SEEDS: Final = (1, 2)
_BUDGET_RUNS: Final = 3


def score(rule: ScoringRule, batch: ScoringBatch) -> tuple[RecordResult, ...]:
    """Call a rule as the host does, and refuse whatever it does to the outside world.

    Raises:
        NotProven: It raised, touched the outside world, or answered against the contract.
    """
    with watched() as seen:
        try:
            answer = rule.score(batch)
        except BaseException as error:
            if not seen:
                raise _shown(f"raised {type(error).__name__}: {error}", batch) from error
            answer = None
    if seen:
        raise _shown(f"is not pure: {seen[0]}", batch)
    try:
        return accept_results(rule, batch, answer)
    except ContractBroken as breach:
        raise _shown(str(breach), batch) from None


def check_results(rule: ScoringRule, configs: Sequence[JsonObject], examples: int) -> str:
    """Prove that every generated batch gets a valid answer."""
    records = _explore(rule, configs, examples, lambda batch, _: score(rule, batch))
    return f"{records} generated records got a valid answer"


def check_exercised(rule: ScoringRule, sample: Sequence[ScoringBatch]) -> str:
    """Prove that sampled records are really judged in every dimension."""
    judged: Counter[str] = Counter()
    for batch in sample:
        for result in score(rule, batch):
            scores = result.scores if isinstance(result, RecordScored) else ()
            judged.update(one.dimension for one in scores if one.basis_points is not None)
    idle = [dimension.key for dimension in rule.dimensions if not judged[dimension.key]]
    if idle:
        raise NotProven(f"no generated record is ever judged on {', '.join(idle)}: give a configuration that is used")
    return ", ".join(f"{key} {count} times" for key, count in judged.items())


def check_invariance(rule: ScoringRule, configs: Sequence[JsonObject], examples: int) -> str:
    """Prove that neither order nor splitting of a batch changes the result of a record."""

    def compare(batch: ScoringBatch, data: st.DataObject) -> None:
        expected = {result.record_id: result for result in score(rule, batch)}
        shuffled = data.draw(st.permutations(batch.records))
        cut = data.draw(st.integers(0, len(shuffled)))
        for part in (shuffled, shuffled[:cut], shuffled[cut:]):
            again = score(rule, batch.model_copy(update={"records": tuple(part)}))
            _same(expected, again, batch)

    records = _explore(rule, configs, examples, compare)
    return f"{records} generated records, shuffled and split"


def check_determinism(rule: ScoringRule, key: str, sample: Sequence[ScoringBatch], seconds: float) -> str:
    """Prove that other processes, with other hash seeds, say the same of the sampled batches."""
    here = [results_as_json(score(rule, batch)) for batch in sample]
    for seed in _HASH_SEEDS:
        try:
            there = replayed(key, rule, sample, seed, seconds)
        except OSError as error:
            raise NotProven(str(error)) from error
        for batch, one, other in zip(sample, here, there, strict=True):
            if one != other:
                raise _shown("another process, with another hash seed, scores it otherwise", batch)
    return f"{len(sample)} batches in {len(_HASH_SEEDS)} other processes"


def check_budget(rule: ScoringRule, sample: Sequence[ScoringBatch], seconds: float) -> str:
    """Prove that the largest batch takes no more processor time than the budget; the best of three runs counts."""
    worst = _best_run(rule, _largest(sample))
    if worst > seconds:
        raise NotProven(f"{MAX_BATCH} records take {worst:.3f} s of processor time, the budget is {seconds:g} s")
    return f"{MAX_BATCH} records in {worst:.3f} s of processor time, budget {seconds:g} s"


def _best_run(rule: ScoringRule, batch: ScoringBatch) -> float:
    runs: list[float] = []
    for _ in range(_BUDGET_RUNS):
        began = time.process_time()
        score(rule, batch)
        runs.append(time.process_time() - began)
    return min(runs)


def _largest(sample: Sequence[ScoringBatch]) -> ScoringBatch:
    """Repeat sampled records under new ids until the batch is full; its standard is the richest of the sample."""
    richest = max(sample, key=lambda batch: (len(batch.effective.processes), len(batch.effective.parameters)))
    records = [record for batch in sample for record in batch.records]
    ids = random.Random(0)  # noqa: S311  (reproducible, nothing secret)
    full = [
        records[index % len(records)].model_copy(update={"id": UUID(int=ids.getrandbits(128))})
        for index in range(MAX_BATCH)
    ]
    return richest.model_copy(update={"records": tuple(full)})


def _explore(
    rule: ScoringRule,
    configs: Sequence[JsonObject],
    examples: int,
    check: Callable[[ScoringBatch, st.DataObject], object],
    least: int = 0,
) -> int:
    """Try a check on generated batches; Hypothesis shrinks the batch on which it fails. Counts the records."""
    tried: list[int] = []

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )
    @given(st.sampled_from(configs).flatmap(lambda config: scoring_batches(rule, config, min_size=least)), st.data())
    def run(batch: ScoringBatch, data: st.DataObject) -> None:
        tried.append(len(batch.records))
        check(batch, data)

    run()
    return sum(tried)


def sample_of(rule: ScoringRule, configs: Sequence[JsonObject]) -> list[ScoringBatch]:
    """Give the same generated batches every time, spread over the configurations, none of them small."""
    sample: list[ScoringBatch] = []
    _explore(rule, configs, _SAMPLED, lambda batch, _: sample.append(batch), least=3)
    return sample


def _same(expected: dict[UUID, RecordResult], again: Sequence[RecordResult], batch: ScoringBatch) -> None:
    for result in again:
        if result != expected[result.record_id]:
            raise _shown(f"the result of {result.record_id} depends on the rest of its batch", batch)


def _shown(what: str, batch: ScoringBatch) -> NotProven:
    return NotProven(f"{what}\n        smallest batch found: {batch.model_dump_json(exclude_defaults=True)}")
