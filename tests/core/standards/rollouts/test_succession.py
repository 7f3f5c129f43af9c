"""Which version a tenant is on, held against a slow simulation that walks through time tick by tick."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from core.standards.policy.spans import Span
from core.standards.rollouts.policy.succession import Issue, Stage, Succession
from core.standards.rollouts.vocabulary import Phase, RolloutMode

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
END = 24
SOMEBODY = UUID(int=99)


def at(tick: int) -> datetime:
    return EPOCH + timedelta(hours=tick)


def span(start: int, end: int | None = None) -> Span:
    return Span(at(start), None if end is None else at(end))


def stage(span: Span, phase: Phase = Phase.WAITING, enforced: int | None = None) -> Stage:
    return Stage(
        id=UUID(int=1),
        rollout_id=SOMEBODY,
        publisher_id=SOMEBODY,
        wave="pilots",
        number="2.0.0",
        mode=RolloutMode.ADVISORY,
        phase=phase,
        enforced_from=None if enforced is None else at(enforced),
        span=span,
    )


@st.composite
def histories(draw: st.DrawFn) -> Succession:
    """Some versions one after another, some of them rolled out, with stages and adoptions at random ticks."""
    ticks = st.integers(0, END)
    starts = sorted(draw(st.sets(st.integers(0, END), min_size=1, max_size=4)))
    ends: list[int | None] = [*starts[1:], draw(st.none() | st.integers(starts[-1] + 1, END + 4))]
    issues = [Issue(id=UUID(int=n), span=span(start, ends[n])) for n, start in enumerate(starts)]
    stages: dict[UUID, list[Stage]] = {}
    adoptions: dict[UUID, list[Span]] = {}
    for issue in issues:
        if not draw(st.booleans()):
            continue
        cuts = sorted(draw(st.sets(ticks, min_size=1, max_size=4)))
        stages[issue.id] = []
        for start, end in zip(cuts, [*cuts[1:], None], strict=True):
            phase = draw(st.sampled_from(Phase))
            enforced = draw(st.none() | ticks) if phase is Phase.BEGUN else None
            stages[issue.id].append(stage(span(start, end), phase, enforced))
        turns = sorted(draw(st.sets(ticks, max_size=4)))
        adoptions[issue.id] = [span(*turns[n : n + 2]) for n in range(0, len(turns) - 1, 2)]
    return Succession(issues=issues, stages=stages, adoptions=adoptions)


def simulated(history: Succession) -> list[UUID | None]:
    """Live through every tick: a tenant is brought onto versions and off them again, and what was last is told."""
    found: list[UUID | None] = []
    spoilt: dict[UUID, set[Span]] = {}
    for tick in range(END + 6):
        now = at(tick)
        on: list[tuple[datetime, UUID]] = []
        for issue in history.issues:
            if issue.id not in history.stages:
                on += [(issue.span.start, issue.id)] if issue.span.start <= now else []
                continue
            here = [one for one in history.stages[issue.id] if one.span.start <= now]
            here = [one for one in here if one.span.end is None or now < one.span.end]
            running = [one for one in history.adoptions.get(issue.id, []) if one.holds(now)]
            if here and here[0].phase is Phase.ROLLED_BACK:
                spoilt.setdefault(issue.id, set()).update(running)
            forced = here and here[0].enforced_from is not None and here[0].enforced_from <= now
            if issue.span.start <= now and (forced or set(running) - spoilt.get(issue.id, set())):
                on.append((issue.span.start, issue.id))
        newest = max(on)[1] if on else None
        last = history.issues[-1]
        gone = newest == last.id and last.span.end is not None and last.span.end <= now
        found.append(None if gone else newest)
    return found


@given(histories())
@settings(max_examples=400, deadline=None)
def test_the_version_at_an_instant_is_that_of_the_simulation(history: Succession) -> None:
    expected = simulated(history)
    assert [history.version_at(at(tick)) for tick in range(END + 6)] == expected
    pieces = history.pieces()
    by_pieces = [next((p.version_id for p in pieces if p.span.holds(at(tick))), None) for tick in range(END + 6)]
    assert by_pieces == expected
    assert all(
        one.span.end == two.span.start or one.span.end < two.span.start for one, two in pairwise(pieces) if one.span.end
    )


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_facts_are_given_does_not_matter(history: Succession, random: object) -> None:
    shuffled = Succession(
        issues=history.issues[::-1],
        stages={key: stages[::-1] for key, stages in reversed(list(history.stages.items()))},
        adoptions={key: spans[::-1] for key, spans in history.adoptions.items()},
    )
    assert shuffled.pieces() == history.pieces()


ONE, TWO = UUID(int=1), UUID(int=2)
ISSUES = [Issue(id=ONE, span=span(0, 4)), Issue(id=TWO, span=span(4))]


def test_without_a_rollout_a_version_starts_for_everybody() -> None:
    history = Succession(issues=ISSUES)
    assert [history.version_at(at(tick)) for tick in (3, 4)] == [ONE, TWO]
    assert [one.effective_from for one in history.upcoming(at(1))] == [at(4)]


def test_while_its_wave_waits_a_tenant_stays_where_it_is() -> None:
    history = Succession(issues=ISSUES, stages={TWO: [stage(span(4))]})
    assert history.version_at(at(9)) == ONE
    [waiting] = history.upcoming(at(9))
    assert (waiting.version_id, waiting.effective_from) == (TWO, None)


def test_a_deadline_brings_it_into_force_and_a_rollback_takes_it_away() -> None:
    stages = [stage(span(4, 6)), stage(span(6, 12), Phase.BEGUN, 8), stage(span(12), Phase.ROLLED_BACK)]
    history = Succession(issues=ISSUES, stages={TWO: stages})
    assert [history.version_at(at(tick)) for tick in (5, 7, 8, 11, 12)] == [ONE, ONE, TWO, TWO, ONE]
    assert [one.effective_from for one in history.upcoming(at(7))] == [at(8)]
    assert history.upcoming(at(9)) == []


def test_a_rollback_ends_what_was_adopted_before_it() -> None:
    stages = [stage(span(4, 6)), stage(span(6, 10), Phase.BEGUN), stage(span(10, 12), Phase.ROLLED_BACK)]
    stages.append(stage(span(12), Phase.BEGUN))
    history = Succession(issues=ISSUES, stages={TWO: stages}, adoptions={TWO: [span(5, 14), span(14)]})
    assert [history.version_at(at(tick)) for tick in (4, 5, 9, 10, 13, 14)] == [ONE, TWO, TWO, ONE, ONE, TWO]


def test_a_withdrawn_version_leaves_nothing_to_those_it_had_reached() -> None:
    issues = [ISSUES[0], Issue(id=TWO, span=span(4, 8))]
    history = Succession(issues=issues, stages={TWO: [stage(span(4), Phase.BEGUN, 5)]})
    assert [history.version_at(at(tick)) for tick in (4, 5, 8)] == [ONE, TWO, None]
    untouched = Succession(issues=issues, stages={TWO: [stage(span(4))]})
    assert untouched.version_at(at(9)) == ONE


def test_what_would_hold_without_a_version_can_be_asked() -> None:
    history = Succession(issues=ISSUES, stages={TWO: [stage(span(4), Phase.BEGUN, 4)]})
    assert (history.version_at(at(5)), history.version_at(at(5), without=TWO)) == (TWO, ONE)


def test_a_version_that_holds_again_after_a_withdrawal_holds_for_those_it_had_reached() -> None:
    zero = UUID(int=7)
    issues = [
        Issue(id=zero, span=span(0, 2)),
        Issue(id=ONE, span=span(2, 4)),
        Issue(id=TWO, span=span(4, 8)),
        Issue(id=ONE, span=span(8)),
    ]
    reached = Succession(issues=issues, stages={ONE: [stage(span(2), Phase.BEGUN, 3)]})
    assert [reached.version_at(at(tick)) for tick in (2, 3, 4, 8)] == [zero, ONE, TWO, ONE]
    not_reached = Succession(issues=issues, stages={ONE: [stage(span(2))]})
    assert [not_reached.version_at(at(tick)) for tick in (2, 3, 4, 8)] == [zero, zero, TWO, zero]
