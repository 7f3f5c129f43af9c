"""What differs between texts, versions and tenants."""

from datetime import timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput, NotFound, NotPermitted
from core.standards.diffs.compare import Side, compare, compare_tenant
from core.standards.diffs.policy import Change, FieldChange, standard_diff
from core.standards.diffs.words import SpanKind, text_spans
from core.standards.draft import DraftStandard, draft_standard
from core.standards.merging.moving import joined, renamed
from core.standards.policy.lineage import lineage_between, origins
from tests.core.standards.builders import CODE, Stage, wish
from tests.core.standards.merging.upgrading import clause, content, number
from tests.core.standards.merging.working import greet, moved
from tests.support.networks import as_person

texts = st.text(st.sampled_from("ab .!\n\u670d\u52a1\u6807\u51c6\U00020000e\u0301"), max_size=60)


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_spans_spell_both_texts(before: str, after: str) -> None:
    spans = text_spans(before, after)
    assert "".join(one.text for one in spans if one.kind is not SpanKind.INSERTED) == before
    assert "".join(one.text for one in spans if one.kind is not SpanKind.DELETED) == after
    assert all(one.text for one in spans)
    if before == after:
        assert all(one.kind is SpanKind.EQUAL for one in spans)


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.kind.value, one.text) for one in text_spans(before, after)]


def test_words_and_characters_are_compared() -> None:
    assert told("Answer in two hours.", "Answer in one hour.") == [
        ("equal", "Answer in "),
        ("deleted", "two"),
        ("inserted", "one"),
        ("equal", " "),
        ("deleted", "hours"),
        ("inserted", "hour"),
        ("equal", "."),
    ]
    assert told("\u670d\u52a1\u6807\u51c6", "\u670d\u52a1\u65b0\u6807\u51c6") == [
        ("equal", "\u670d\u52a1"),
        ("inserted", "\u65b0"),
        ("equal", "\u6807\u51c6"),
    ]


def test_a_comparison_costs_no_more_than_its_bound() -> None:
    began = process_time()
    spans = text_spans("a " * 2000, "a " * 1990 + "b")
    assert "".join(one.text for one in spans if one.kind is not SpanKind.DELETED) == "a " * 1990 + "b"
    text_spans("a. " * 1300, "b" + "a. " * 1300)
    assert process_time() - began < 2


def test_what_moved_changed_came_and_went_is_told_apart() -> None:
    before = content(clause("a", number("x"), number("y")), clause("b", number("z")), clause("c"), clause("d"))
    draft = renamed(before, before, "a", "e", {"x": "w"})
    draft = joined(before, draft, ["b", "c"], "c", {"en": "Both."}, {})
    after = content(
        clause("e", number("w", 6, bounds={"maximum": 9}), number("y")),
        clause("c", number("z"), text={"en": "Both."}, kind="requirement"),
        clause("f", number("q")),
        lineage=[
            {"kind": one.kind.value, "sources": one.sources, "targets": one.targets, "parameters": one.parameters}
            for one in draft.lineage
        ],
        version="2.0.0",
    )
    lineage = lineage_between(before, after)
    first, second, third, fourth = standard_diff(before, after, lineage).clauses
    assert (first.change, first.before, first.after) == (Change.MOVED, ("a",), "e")
    [parameter] = [one for one in first.parameters if one.fields]
    assert (parameter.change, parameter.before, parameter.after) == (Change.MOVED, "a.x", "e.w")
    assert parameter.fields == (FieldChange("default", 5, 6), FieldChange("bounds.maximum", None, 9))
    assert (second.change, second.before, second.after) == (Change.MOVED, ("b", "c"), "c")
    assert second.fields[0] == FieldChange("kind", "limit", "requirement")
    assert (third.change, third.after) == (Change.ADDED, "f")
    assert [one.change for one in third.parameters] == [Change.ADDED]
    assert (fourth.change, fourth.before) == (Change.REMOVED, ("d",))
    assert standard_diff(before, before, lineage_between(before, before)).clauses == ()
    back = standard_diff(after, before, origins(lineage)).clauses
    assert {one.change for one in back} == set(Change)


async def test_versions_and_drafts_are_compared_over_what_lies_between(stage: Stage) -> None:
    await stage.publish()
    await stage.publish(moved("2.0.0"), stage.clock.now() - timedelta(days=2))
    hq = stage.network.headquarters
    draft = await stage.act(
        hq, draft_standard, DraftStandard(content=renamed(moved("2.0.0"), moved("3.0.0"), "response", "reply", {}))
    )
    async with stage.unit(hq, read_only=True) as unit:
        found = await compare(unit, CODE, Side(number="1.0.0"), Side(version_id=draft.id))
        assert [(one.change, one.before, one.after) for one in found.diff.clauses] == [
            (Change.MOVED, ("first_response",), "reply")
        ]
        back = await compare(unit, CODE, Side(version_id=draft.id), Side(number="1.0.0"))
        assert [(one.before, one.after) for one in back.diff.clauses] == [(("reply",), "first_response")]
        with pytest.raises(InvalidInput):
            await compare(unit, CODE, Side(), Side(number="1.0.0"))
        with pytest.raises(NotFound):
            await compare(unit, CODE, Side(number="9.0.0"), Side(number="1.0.0"))
    async with stage.unit(stage.network.north, read_only=True) as unit:
        found = await compare(unit, CODE, Side(number="2.0.0"), Side(number="1.0.0"))
        assert (found.before, found.after) == ("2.0.0", "1.0.0")
        with pytest.raises(NotFound):
            await compare(unit, CODE, Side(number="1.0.0"), Side(version_id=draft.id))
    async with stage.unit(as_person(stage.network.north, frozenset()), read_only=True) as unit:
        with pytest.raises(NotPermitted):
            await compare(unit, CODE, Side(number="1.0.0"), Side(number="2.0.0"))


async def test_a_tenant_is_compared_with_the_network(stage: Stage) -> None:
    await stage.publish()
    north = stage.network.north
    await stage.adapt(stage.network.region, wish(6000))
    await stage.adapt(north, greet({"en": "Welcome back"}))
    async with stage.unit(north, read_only=True) as unit:
        _, values = await compare_tenant(unit, CODE)
    limit, greeting = values
    assert (limit.value.value, limit.value.published_value, limit.texts) == (6000, 7200, ())
    [english] = greeting.texts
    assert [(one.kind.value, one.text) for one in english.spans] == [("equal", "Welcome"), ("inserted", " back")]
    async with stage.unit(stage.network.headquarters, read_only=True) as unit:
        assert (await compare_tenant(unit, CODE))[1] == ()
