from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from touchstone_scoring_conformance.plugin import CONFORMANCE
from touchstone_sdk import JsonValue, ProcessView, RecordNotScored, RecordScored, RecordView
from touchstone_testkit.batches import processes, records

from tests.plugins.builders import a_batch, a_standard
from tests.plugins.scoring_conformance import oracle

limits = st.none() | st.sampled_from((0, 60, 1800, 7200, 172_800)) | st.integers(0, 10**9)
weights = st.tuples(st.integers(1, 100), st.integers(1, 100), st.integers(1, 100))


def begins_before_it_ends(record: RecordView) -> bool:
    ends = [step.occurred_at for step in record.steps if step.key == "accepted"]
    ends += [record.resolved_at] if record.resolved_at else []
    return all(end >= record.opened_at for end in ends)


@settings(max_examples=400, deadline=None)
@given(st.lists(records(), max_size=5, unique_by=lambda r: r.id), processes(), limits, limits, weights)
def test_every_score_is_what_the_documentation_says(
    batch: list[RecordView], process: ProcessView, resolution: int | None, response: int | None, w: tuple[int, int, int]
) -> None:
    parameters: dict[str, JsonValue] = {"resolution.limit": resolution, "first_response.limit": response}
    config: Mapping[str, JsonValue] = {"weights": dict(zip(("required", "order", "outside"), w, strict=True))}
    answer = CONFORMANCE.score(a_batch(a_standard(parameters, process), *batch, config=config))
    assert len(answer) == len(batch)
    for record, result in zip(batch, answer, strict=True):
        assert result.record_id == record.id
        if not begins_before_it_ends(record):
            assert isinstance(result, RecordNotScored)
            assert result.code == "times_out_of_order"
            continue
        assert isinstance(result, RecordScored)
        times, steps = result.scores
        assert times.basis_points == oracle.time_limits(record, resolution, response)
        assert steps.basis_points == oracle.step_conformance(record, process.steps, w)


@settings(max_examples=200, deadline=None)
@given(records(), processes(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_full_score_means_that_nothing_was_missed_and_reasons_agree_with_scores(
    record: RecordView, process: ProcessView, resolution: int, response: int
) -> None:
    parameters: dict[str, JsonValue] = {"resolution.limit": resolution, "first_response.limit": response}
    (result,) = CONFORMANCE.score(a_batch(a_standard(parameters, process), record))
    if isinstance(result, RecordNotScored):
        return
    times, steps = result.scores
    late = {"both_late", "first_response_late", "resolution_late"}
    assert (times.reason in late) == (times.basis_points is not None and times.basis_points < 10_000)
    assert (steps.reason in {"conforms", "conforms_so_far"}) == (steps.basis_points == 10_000)
    if record.is_open:
        assert times.reason in {"resolution_open", "first_response_late"}
        assert steps.reason != "conforms"
