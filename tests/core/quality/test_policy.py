"""The pure rules of quality."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from core.quality.effective import published_limits
from core.quality.policy import DimensionScore, Figures, is_within, merge_scores, resolution_seconds, total
from core.standards.policy.content import (
    ClauseContent,
    ParameterContent,
    StandardContent,
    VariantContent,
    content_text,
)
from core.standards.vocabulary import ClauseKind, ParameterType

OPENED = datetime(2012, 5, 1, 9, tzinfo=UTC)
COUNTS = st.integers(0, 10**9)
FIGURES = st.builds(
    Figures,
    records=COUNTS,
    resolved=COUNTS,
    within_published=COUNTS,
    within_effective=COUNTS,
    resolution_seconds=COUNTS,
    steps=COUNTS,
)
SCORES = st.builds(
    DimensionScore,
    rule=st.sampled_from(["a/x", "b/y"]),
    dimension=st.sampled_from(["limits", "steps"]),
    scored=COUNTS,
    basis_points=COUNTS,
)


def test_a_record_resolved_exactly_on_the_limit_is_within_it() -> None:
    seconds = resolution_seconds(OPENED, OPENED + timedelta(hours=48))
    assert seconds == 172_800
    assert is_within(seconds, 172_800)


def test_half_a_second_late_is_late() -> None:
    seconds = resolution_seconds(OPENED, OPENED + timedelta(hours=48, milliseconds=500))
    assert not is_within(seconds, 172_800)


def test_an_open_record_is_within_no_limit() -> None:
    assert resolution_seconds(OPENED, None) is None
    assert not is_within(None, 172_800)
    assert not is_within(5, None)


def test_shares_are_of_resolved_records_and_empty_without_any() -> None:
    assert Figures(records=10, resolved=4, within_published=3, within_effective=1).within_published_share == 0.75
    assert Figures(records=10, resolved=4, within_published=3, within_effective=1).within_effective_share == 0.25
    assert Figures(records=10).within_published_share is None


@given(st.lists(FIGURES))
def test_figures_add_up_however_they_are_grouped(parts: list[Figures]) -> None:
    whole = total(parts)
    half = len(parts) // 2
    assert total(parts[:half]) + total(parts[half:]) == whole
    assert whole.records == sum(part.records for part in parts)
    assert whole.steps == sum(part.steps for part in parts)
    assert whole.within_effective == sum(part.within_effective for part in parts)


@given(st.lists(SCORES))
def test_merged_scores_keep_every_record_and_point(parts: list[DimensionScore]) -> None:
    merged = merge_scores(parts)
    assert len({(one.rule, one.dimension) for one in merged}) == len(merged)
    assert sum(one.scored for one in merged) == sum(one.scored for one in parts)
    assert sum(one.basis_points for one in merged) == sum(one.basis_points for one in parts)
    for one in merged:
        mine = [part for part in parts if (part.rule, part.dimension) == (one.rule, one.dimension)]
        assert one.basis_points == sum(part.basis_points for part in mine)


def test_a_mean_is_in_percent_and_empty_where_nothing_was_scored() -> None:
    assert DimensionScore(rule="a/x", dimension="limits", scored=4, basis_points=30_000).mean == 75
    assert DimensionScore(rule="a/x", dimension="limits", scored=0, basis_points=0).mean is None


def test_the_published_limit_is_read_by_variant() -> None:
    parameter = ParameterContent(
        key="limit",
        type=ParameterType.DURATION,
        default=7200,
        variants=(VariantContent(context={"channel": "phone"}, default=1800),),
    )
    other = ParameterContent(key="limit", type=ParameterType.INTEGER, default=1)
    clauses = tuple(
        ClauseContent(key=key, kind=ClauseKind.LIMIT, text={"en": "In time."}, parameters=(one,))
        for key, one in (("resolution", parameter), ("response", other))
    )
    content = StandardContent(code="anything", number="1.0.0", title={"en": "Anything"}, clauses=clauses)
    assert published_limits(content_text(content)) == {"": 7200, "channel=phone": 1800}
    assert published_limits(content_text(msgspec.structs.replace(content, clauses=clauses[1:]))) == {}
