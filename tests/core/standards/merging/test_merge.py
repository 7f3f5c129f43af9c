"""What becomes of adaptations in a new version: every outcome, every move, every proposal."""

from typing import Any
from uuid import UUID

import pytest

from core.standards.merging.policy import Merged, Proposal, merge
from core.standards.merging.vocabulary import MergeOutcome, ProposalKind
from core.standards.policy.content import Bounds, Narrowing
from core.standards.policy.overlays import Overlay
from core.standards.policy.spans import Span
from core.standards.vocabulary import Facet, Operator
from tests.core.standards.merging.upgrading import (
    DAY,
    HQ,
    LINEAGE,
    NOON,
    REGION,
    clause,
    content,
    laid,
    number,
    rename,
    version_of,
)

BASE = version_of(content(clause("answer", number("limit")), clause("greeting")))


def merged(
    *clauses: dict[str, Any],
    overlays: list[Overlay],
    lineage: list[dict[str, Any]] | None = None,
    base: Any = BASE,
) -> tuple[Merged, ...]:
    new = version_of(content(*clauses, version="2.0.0", lineage=lineage), NOON)
    return merge(base, new, overlays, LINEAGE, NOON)


def one(*clauses: dict[str, Any], overlay: Overlay, **said: Any) -> Merged:
    (found,) = merged(*clauses, overlays=[overlay], **said)
    assert found.overlay == overlay
    return found


def test_what_stayed_as_it_was_is_clean() -> None:
    found = one(
        clause("answer", number("limit")), clause("greeting", text={"en": "New."}), overlay=laid("answer", "limit", 7)
    )
    assert (found.outcome, found.before, found.after) == (MergeOutcome.CLEAN, ("answer", "limit"), ("answer", "limit"))
    assert found.proposal == Proposal(kind=ProposalKind.KEEP, site=("answer", "limit"), value=7)
    assert found.follows
    assert not found.must_end
    assert found.based_on == BASE.id


@pytest.mark.parametrize("changed", [{"default": 6}, {"bounds": {"maximum": 9}}, {"operators": ["assign"]}])
def test_what_changed_around_it_is_merged(changed: dict[str, Any]) -> None:
    found = one(clause("answer", number("limit") | changed), overlay=laid("answer", "limit", 7))
    assert (found.outcome, found.after) == (MergeOutcome.MERGED, ("answer", "limit"))
    assert found.proposal.kind is ProposalKind.KEEP


def test_a_text_keeps_its_languages_where_the_published_one_changed() -> None:
    found = one(clause("greeting", text={"en": "Hello."}), overlay=laid("greeting", "", {"de": "Hallo."}))
    assert (found.outcome, found.after) == (MergeOutcome.MERGED, ("greeting", ""))


@pytest.mark.parametrize(
    ("bounds", "value", "nearest", "facet"),
    [
        ({"maximum": 6}, 7, 6, Facet.MAXIMUM),
        ({"minimum": 4}, 2, 4, Facet.MINIMUM),
        ({"step": 5}, 7, 5, Facet.STEP),
        ({"step": 5, "maximum": 12}, 17, 10, Facet.MAXIMUM),
        ({"direction": "lower"}, 7, 5, Facet.DIRECTION),
    ],
)
def test_what_new_bounds_exclude_waits_with_the_nearest_value(
    bounds: dict[str, Any], value: int, nearest: int, facet: Facet
) -> None:
    found = one(clause("answer", number("limit", bounds=bounds)), overlay=laid("answer", "limit", value))
    assert found.outcome is MergeOutcome.OUT_OF_BOUNDS
    assert found.limit is not None
    assert (found.limit.facet, found.limit.set_by, found.set_by) == (facet, HQ, HQ)
    assert found.proposal == Proposal(kind=ProposalKind.NEAREST, site=("answer", "limit"), value=nearest)
    assert not found.must_end


@pytest.mark.parametrize(
    ("type_", "bounds", "default", "value", "nearest"),
    [
        ("decimal", {"maximum": "1.5", "step": "0.4"}, "0.4", "9", "1.2"),
        ("percent", {"minimum": "-2.25"}, "0", "-7", "-2.25"),
        (
            "money",
            {"maximum": {"EUR": "500"}},
            {"amountMinor": "100", "currency": "EUR"},
            {"amountMinor": "700", "currency": "EUR"},
            {"amountMinor": "500", "currency": "EUR"},
        ),
        ("choices", {"choices": ["a", "b"]}, ["a"], ["b", "c"], ["b"]),
    ],
)
def test_nearest_values_of_other_types(type_: str, bounds: Any, default: Any, value: Any, nearest: Any) -> None:
    wide = {"choices": ["a", "b", "c"]} if type_ == "choices" else {}
    before = number("limit", default, type=type_, bounds=wide)
    base = version_of(content(clause("answer", before)))
    found = one(clause("answer", before | {"bounds": bounds}), overlay=laid("answer", "limit", value), base=base)
    assert found.outcome is MergeOutcome.OUT_OF_BOUNDS
    assert (found.proposal.kind, found.proposal.value) == (ProposalKind.NEAREST, nearest)


@pytest.mark.parametrize(("law", "proposed"), [("", ProposalKind.DROP), ("The law", ProposalKind.ASK_WAIVER)])
def test_where_nothing_is_near_it_is_dropped_or_a_waiver_asked_for(law: str, proposed: ProposalKind) -> None:
    before = number("limit", "a", type="choice", bounds={"choices": ["a", "b"]})
    base = version_of(content(clause("answer", before)))
    overlay = laid("answer", "limit", "b", legal_basis=law)
    found = one(clause("answer", before | {"bounds": {"choices": ["a"]}}), overlay=overlay, base=base)
    assert (found.outcome, found.proposal.kind) == (MergeOutcome.OUT_OF_BOUNDS, proposed)


def test_what_is_gone_is_orphaned() -> None:
    found = one(clause("answer"), overlay=laid("answer", "limit", 7))
    assert (found.outcome, found.after) == (MergeOutcome.ORPHANED, None)
    assert found.proposal == Proposal(kind=ProposalKind.DROP, site=("answer", "limit"))
    assert not found.must_end


@pytest.mark.parametrize(
    "new",
    [
        clause("answer", number("limit", operators=[]), operators=[], flexibility="core"),
        clause("answer", number("limit", operators=["narrow"])),
    ],
)
def test_what_is_core_or_not_granted_any_more_is_locked(new: dict[str, Any]) -> None:
    found = one(new, overlay=laid("answer", "limit", 7))
    assert (found.outcome, found.set_by, found.proposal.kind) == (MergeOutcome.LOCKED, HQ, ProposalKind.DROP)
    found = one(new, overlay=laid("answer", "limit", 7, legal_basis="The law"))
    assert found.proposal.kind is ProposalKind.ASK_WAIVER


def test_another_type_waits_with_the_same_value_in_it() -> None:
    new = number("limit", "5", type="decimal")
    found = one(clause("answer", new), overlay=laid("answer", "limit", 7))
    assert (found.outcome, found.must_end) == (MergeOutcome.TYPE_CHANGED, True)
    assert found.proposal == Proposal(kind=ProposalKind.NEAREST, site=("answer", "limit"), value="7")
    found = one(clause("answer", new | {"bounds": {"maximum": "6.5"}}), overlay=laid("answer", "limit", 7))
    assert found.proposal.value == "6.5"
    found = one(clause("answer", number("limit", "x", type="text")), overlay=laid("answer", "limit", 7))
    assert (found.outcome, found.proposal.kind) == (MergeOutcome.TYPE_CHANGED, ProposalKind.DROP)
    assert not found.must_end


def test_another_unit_is_another_type() -> None:
    before = number("limit", 60, type="duration", unit="elapsed")
    base = version_of(content(clause("answer", before)))
    found = one(clause("answer", before | {"unit": "business"}), overlay=laid("answer", "limit", 90), base=base)
    assert (found.outcome, found.must_end) == (MergeOutcome.TYPE_CHANGED, True)
    assert found.proposal.kind is ProposalKind.DROP


def test_a_renamed_clause_takes_its_adaptations_along() -> None:
    new = [clause("reply", number("limit")), clause("greeting")]
    found = one(*new, overlay=laid("answer", "limit", 7), lineage=[rename("answer", "reply")])
    assert (found.outcome, found.after) == (MergeOutcome.MERGED, ("reply", "limit"))
    assert found.proposal == Proposal(kind=ProposalKind.MOVE, site=("reply", "limit"), value=7)
    found = one(*new, overlay=laid("answer", "", {"de": "So."}), lineage=[rename("answer", "reply")])
    assert (found.outcome, found.after) == (MergeOutcome.MERGED, ("reply", ""))
    found = one(*new, overlay=laid("answer", "limit", 7))
    assert found.outcome is MergeOutcome.ORPHANED


def test_a_renamed_parameter_takes_its_adaptations_along() -> None:
    lineage = [rename("answer", "answer", **{"answer.limit": "answer.deadline"})]
    found = one(clause("answer", number("deadline")), overlay=laid("answer", "limit", 7), lineage=lineage)
    assert (found.outcome, found.after) == (MergeOutcome.MERGED, ("answer", "deadline"))


def test_a_renamed_clause_with_tighter_bounds_is_out_of_bounds_where_it_stands_now() -> None:
    tight = clause("reply", number("limit", bounds={"maximum": 6}))
    found = one(tight, overlay=laid("answer", "limit", 7), lineage=[rename("answer", "reply")])
    assert (found.outcome, found.after) == (MergeOutcome.OUT_OF_BOUNDS, ("reply", "limit"))
    assert found.proposal == Proposal(kind=ProposalKind.NEAREST, site=("reply", "limit"), value=6)
    assert not found.must_end


def test_a_key_that_means_something_else_now_is_not_adapted_by_what_was_laid_on_the_other() -> None:
    base = version_of(content(clause("a", number("limit")), clause("b", number("limit"))))
    new = [clause("b", number("limit", bounds={"maximum": 6})), clause("c", number("limit"))]
    lineage = [rename("a", "b"), rename("b", "c")]
    first, second = merged(*new, overlays=[laid("a", "limit", 7), laid("b", "limit", 8)], lineage=lineage, base=base)
    assert (first.outcome, first.after, first.must_end) == (MergeOutcome.OUT_OF_BOUNDS, ("b", "limit"), False)
    assert (second.outcome, second.after) == (MergeOutcome.MERGED, ("c", "limit"))
    lineage = [rename("a", "b"), {"kind": "rename", "sources": ["b"], "targets": ["c"]}]
    tight = [clause("b", number("limit")), clause("c", number("limit", bounds={"maximum": 6}))]
    found = one(*tight, overlay=laid("b", "limit", 8), lineage=lineage, base=base)
    assert (found.outcome, found.after, found.must_end) == (MergeOutcome.OUT_OF_BOUNDS, ("c", "limit"), True)


def test_parameters_of_a_split_clause_go_where_they_stand_and_its_text_waits() -> None:
    base = version_of(content(clause("answer", number("limit"), number("tries"))))
    lineage = [{"kind": "split", "sources": ["answer"], "targets": ["answer", "retry"]}]
    overlays = [laid("answer", "limit", 7), laid("answer", "tries", 8), laid("answer", "", {"de": "So."})]
    limit, tries, text = merged(
        clause("answer", number("limit")),
        clause("retry", number("tries")),
        overlays=overlays,
        lineage=lineage,
        base=base,
    )
    assert (limit.outcome, limit.after) == (MergeOutcome.CLEAN, ("answer", "limit"))
    assert (tries.outcome, tries.after) == (MergeOutcome.MERGED, ("retry", "tries"))
    assert (text.outcome, text.after, text.must_end) == (MergeOutcome.ORPHANED, None, True)
    assert text.proposal == Proposal(kind=ProposalKind.MOVE, site=("answer", ""), value={"de": "So."})


def test_two_adaptations_that_would_become_one_both_wait() -> None:
    base = version_of(content(clause("a", number("limit")), clause("b", number("limit"))))
    lineage = [{"kind": "merge", "sources": ["a", "b"], "targets": ["c"]}]
    overlays = [laid("a", "limit", 7), laid("b", "limit", 8)]
    found = merged(clause("c", number("limit")), overlays=overlays, lineage=lineage, base=base)
    assert [one.outcome for one in found] == [MergeOutcome.ORPHANED] * 2
    assert [one.proposal for one in found] == [
        Proposal(kind=ProposalKind.MOVE, site=("c", "limit"), value=value) for value in (7, 8)
    ]
    alone = one(clause("c", number("limit")), overlay=overlays[0], lineage=lineage, base=base)
    assert (alone.outcome, alone.after) == (MergeOutcome.MERGED, ("c", "limit"))
    turns = [
        laid("a", "limit", 7, span=Span(NOON - DAY, NOON + DAY)),
        laid("b", "limit", 8, span=Span(NOON + DAY)),
    ]
    found = merged(clause("c", number("limit")), overlays=turns, lineage=lineage, base=base)
    assert [one.outcome for one in found] == [MergeOutcome.MERGED] * 2
    assert [one.at for one in found] == [NOON, NOON + DAY]


def test_the_text_of_a_merged_clause_waits() -> None:
    base = version_of(content(clause("a"), clause("b")))
    lineage = [{"kind": "merge", "sources": ["a", "b"], "targets": ["a"]}]
    found = one(clause("a"), overlay=laid("a", "", {"de": "So."}), lineage=lineage, base=base)
    assert (found.outcome, found.must_end) == (MergeOutcome.ORPHANED, True)
    assert found.proposal.site == ("a", "")


def test_levels_above_move_along_first() -> None:
    narrowed = laid(
        "answer",
        "limit",
        owner_tenant_id=REGION,
        operator=Operator.NARROW,
        narrowing=Narrowing(bounds=Bounds(maximum=8)),
    )
    new = [clause("reply", number("limit"))]
    lineage = [rename("answer", "reply")]
    inside, outside = laid("answer", "limit", 7), laid("answer", "limit", 9)
    (found,) = merged(*new, overlays=[narrowed, inside], lineage=lineage)
    assert (found.overlay, found.outcome) == (inside, MergeOutcome.MERGED)
    (found,) = merged(*new, overlays=[narrowed, outside], lineage=lineage)
    assert (found.outcome, found.set_by) == (MergeOutcome.OUT_OF_BOUNDS, REGION)
    assert found.proposal.value == 8


def test_versions_that_were_skipped_are_followed_too() -> None:
    second = version_of(content(clause("reply", number("limit")), version="1.1.0", lineage=[rename("answer", "reply")]))
    third = version_of(content(clause("echo", number("limit")), version="1.2.0", lineage=[rename("reply", "echo")]))
    first, arrived = (
        laid("answer", "limit", 7),
        laid("reply", "limit", 8, based_on=second.id, span=Span(NOON - DAY, NOON)),
    )
    (found,) = merge(BASE, third, [first, arrived], LINEAGE, NOON, between=[second])
    assert (found.outcome, found.after, found.based_on) == (MergeOutcome.MERGED, ("echo", "limit"), BASE.id)
    later = laid("reply", "limit", 8, based_on=second.id)
    (found,) = merge(BASE, third, [later], LINEAGE, NOON, between=[second])
    assert (found.outcome, found.after, found.based_on) == (MergeOutcome.MERGED, ("echo", "limit"), second.id)


def test_those_that_are_over_of_other_tenants_or_there_already_are_left_out() -> None:
    new = version_of(content(clause("answer", number("limit")), version="2.0.0"), NOON)
    overlays = [
        laid("answer", "limit", 7, span=Span(NOON - DAY, NOON)),
        laid("answer", "limit", 6, owner_tenant_id=REGION),
        laid("answer", "limit", 8, owner_tenant_id=UUID(int=77)),
        laid("greeting", "", {"de": "So."}, based_on=new.id),
    ]
    assert merge(BASE, new, overlays, LINEAGE, NOON) == ()
    assert merge(BASE, new, [laid("answer", "limit", 7, owner_tenant_id=HQ)], (HQ,), NOON) == ()


def test_one_that_begins_later_is_judged_where_it_begins() -> None:
    (found,) = merged(
        clause("reply", number("limit")),
        overlays=[laid("answer", "limit", 7, span=Span(NOON + DAY))],
        lineage=[rename("answer", "reply")],
    )
    assert (found.outcome, found.at) == (MergeOutcome.MERGED, NOON + DAY)


def test_a_narrowing_and_a_value_move_together() -> None:
    own = [
        laid("answer", "limit", 7),
        laid("answer", "limit", operator=Operator.NARROW, narrowing=Narrowing(bounds=Bounds(maximum=8))),
    ]
    found = merged(clause("reply", number("limit")), overlays=own, lineage=[rename("answer", "reply")])
    assert [one.outcome for one in found] == [MergeOutcome.MERGED] * 2
    assert [one.after for one in found] == [("reply", "limit")] * 2
