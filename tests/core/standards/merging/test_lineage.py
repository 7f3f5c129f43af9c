"""Where clauses stand after moves, and which moves are refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput
from core.standards.policy.content import content_text, read_content
from core.standards.policy.lineage import Lineage, Site, compose, lineage_over
from core.standards.policy.moves import check_against
from tests.core.standards.merging.upgrading import clause, content, number, rename

SITES: list[Site] = [(key, "") for key in "abcde"]
lineages: st.SearchStrategy[Lineage] = st.dictionaries(
    st.sampled_from(SITES), st.lists(st.sampled_from(SITES), unique=True, max_size=3).map(tuple)
)


def split(source: str, *targets: str, **parameters: str) -> dict[str, Any]:
    return {"kind": "split", "sources": [source], "targets": list(targets), "parameters": parameters}


def joined(target: str, *sources: str, **parameters: str) -> dict[str, Any]:
    return {"kind": "merge", "sources": list(sources), "targets": [target], "parameters": parameters}


@given(lineages, lineages, lineages)
def test_lineages_compose_in_any_grouping(first: Lineage, second: Lineage, third: Lineage) -> None:
    assert compose(compose(first, second), third) == compose(first, compose(second, third))


def test_moves_are_followed_over_several_versions() -> None:
    one = content(clause("a", number("x"), number("y")), clause("b", number("x")))
    two = content(
        clause("c", number("x"), number("y"), number("z")),
        lineage=[joined("c", "a", "b", **{"b.x": "c.z"})],
    )
    three = content(clause("d", number("x")), clause("e", number("y"), number("z")), lineage=[split("c", "d", "e")])
    assert lineage_over([one, two, three]) == {
        ("a", ""): (("d", ""), ("e", "")),
        ("a", "x"): (("d", "x"),),
        ("a", "y"): (("e", "y"),),
        ("b", ""): (("d", ""), ("e", "")),
        ("b", "x"): (("e", "z"),),
    }


def test_a_lineage_is_part_of_the_text_and_left_out_where_nothing_moved() -> None:
    plain = content(clause("a"))
    assert "lineage" not in content_text(plain)
    moved = content(clause("a"), lineage=[rename("b", "a")])
    assert '"lineage":[{"kind":"rename","sources":["b"],"targets":["a"]}]' in content_text(moved)
    assert read_content(content_text(moved)) == moved
    assert read_content(content_text(plain)) == plain


def test_the_order_of_moves_makes_no_other_text() -> None:
    moves = [rename("x", "a"), joined("b", "z", "y")]
    texts = {
        content_text(content(clause("a"), clause("b"), lineage=given_)) for given_ in (moves, list(reversed(moves)))
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("lineage", "problem"),
    [
        ([rename("x", "gone")], "there is no clause gone"),
        ([rename("a", "b")], "moved away, but still there: a"),
        ([rename("x", "a"), rename("x", "b")], "two moves take away x"),
        ([rename("x", "a"), rename("y", "a")], "two moves lead to a"),
        ([rename("a", "b"), rename("b", "a")], "moves run in a circle over a, b"),
        ([rename("a", "a")], "a is renamed to itself"),
        ([split("x", "a")], "a split"),
        ([joined("a", "x")], "a merge"),
        ([{"kind": "rename", "sources": ["x", "y"], "targets": ["a"]}], "a rename"),
        ([split("x", "a", "a")], "a split"),
        ([rename("x", "a", **{"x.p": "a.q"})], "there is no parameter a.q"),
        ([rename("x", "a", **{"y.p": "a.limit"})], "not of the clauses moved: y.p"),
        ([joined("a", "x", "y", **{"x.p": "a.limit", "y.p": "a.limit"})], "two parameters become a.limit"),
    ],
)
def test_moves_that_contradict_are_refused(lineage: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        content(clause("a", number("limit")), clause("b"), lineage=lineage)
    assert refused.value.field == "lineage"
    assert problem in refused.value.problem


@pytest.mark.parametrize(
    ("lineage", "problem"),
    [
        ([rename("gone", "b")], "the version before has no gone"),
        ([rename("x", "a")], "the version before has another clause a"),
        ([rename("x", "b", **{"x.gone": "b.limit"})], "the version before has no x.gone"),
    ],
)
def test_moves_fit_the_version_before(lineage: list[dict[str, Any]], problem: str) -> None:
    before = content(clause("a"), clause("x", number("limit")))
    after = content(clause("a"), clause("b", number("limit")), lineage=lineage)
    with pytest.raises(ValueError, match=problem):
        check_against(before, after)
    check_against(before, content(clause("a"), clause("b"), lineage=[rename("x", "b")]))
