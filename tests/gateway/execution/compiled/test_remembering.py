"""What is remembered of operations is bounded, and never served to whom it does not fit."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from graphql import parse
from graphql.execution.values import get_variable_values

from gateway.answering.answering import Answering
from gateway.answering.prepared import MOST_PLANS, Prepared, Recent, structure_of
from gateway.limits.documents import Documents
from gateway.limits.figures import LimitFigures
from tests.gateway.execution.compiled.both_ways import Given
from tests.gateway.execution.compiled.houses import Acting, House

LISTED = """
query Listed($filter: SpecimenFilter, $first: Int, $after: String, $last: Int, $deep: Boolean = false) {
  specimens(filter: $filter, first: $first, after: $after, last: $last) {
    totalCount nodes { id pieces @include(if: $deep) { totalCount } }
  }
}
"""
ALIKE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"first": 1}, {"first": 40}),
    ({"filter": {"label": "a"}}, {"filter": {"label": "b'\\"}}),
    ({"filter": {"labels": ["a"]}}, {"filter": {"labels": ["a", "b"]}}),
    ({"filter": {"smallFrom": 1, "label": "a"}}, {"filter": {"label": "b", "smallFrom": 2}}),
    ({"filter": {"seenAfter": "2026-01-01T00:00:00Z"}}, {"filter": {"seenAfter": "1969-01-01T00:00:00+02:00"}}),
]
UNLIKE: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"first": 1}),
    ({"first": 1}, {"last": 1}),
    ({"first": 1}, {"first": 1, "deep": True}),
    ({"filter": {}}, {"filter": {"label": "a"}}),
    ({"filter": None}, {"filter": {"label": "a"}}),
    ({"filter": {"label": None}}, {"filter": {"label": "a"}}),
    ({"filter": {"label": "a"}}, {"filter": {"labels": ["a"]}}),
    ({"filter": {"lost": True}}, {"filter": {"lost": False}}),
    ({"after": None}, {"after": "x"}),
]


def coerced(house: House, sent: dict[str, Any]) -> dict[str, Any]:
    prepared = Prepared.of(parse(LISTED), None)
    assert prepared is not None
    found = get_variable_values(house.schema.graphql, prepared.node.variable_definitions or (), sent)
    assert not isinstance(found, list)
    return found.coerced


def plans_after(answering: Answering) -> int:
    prepared = answering.prepared(LISTED, None)
    assert prepared is not None
    return len(prepared.plans._known)  # pyright: ignore[reportPrivateUsage] - what is bounded is counted


async def ask(answering: Answering, house: House, acting: Acting, sent: dict[str, Any]) -> Given:
    return Given.of(await answering.execute(LISTED, sent, house.context(acting)))


@pytest.mark.parametrize(("one", "other"), ALIKE)
async def test_variables_of_one_structure_share_a_plan(
    cabinet: House, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert structure_of(coerced(cabinet, one)) == structure_of(coerced(cabinet, other))
    await both_are_right(cabinet, one, other, plans=1)


@pytest.mark.parametrize(("one", "other"), UNLIKE)
async def test_variables_of_another_structure_have_another_plan(
    cabinet: House, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert structure_of(coerced(cabinet, one)) != structure_of(coerced(cabinet, other))
    await both_are_right(cabinet, one, other, plans=2)


async def both_are_right(house: House, one: dict[str, Any], other: dict[str, Any], *, plans: int) -> None:
    """Whichever is asked for first, both are answered as they should be, and with so many plans."""
    acting = house.acting("everything")
    for order in ((one, other), (other, one)):
        answering = Answering(house.schema, compiled=True)
        before = plans_after(answering) if plans_after(answering) > plans else 0
        for sent in order:
            fast = await ask(answering, house, acting, sent)
            assert fast.seen == (await ask(house.both.interpreted, house, acting, sent)).seen
        assert before or plans_after(answering) >= plans


async def test_a_plan_serves_every_tenant_with_its_own(cabinet: House) -> None:
    answering, seen = Answering(cabinet.schema, compiled=True), set[bytes]()
    for place in range(5):
        acting = cabinet.acting("everything", place)
        fast = await ask(answering, cabinet, acting, {"first": 40})
        assert fast.by == "a plan"
        assert fast.seen == (await ask(cabinet.both.interpreted, cabinet, acting, {"first": 40})).seen
        seen.add(fast.data)
    assert len(seen) == 5


async def test_a_plan_is_not_served_to_whom_it_is_not_permitted(cabinet: House) -> None:
    answering = Answering(cabinet.schema, compiled=True)
    query = "{ specimens(first: 5) { nodes { label keeper { name badge } } } }"
    for role in ("everything", "no keepers", "no weights", "hardly anything", "everything"):
        context = cabinet.context(cabinet.acting(role))
        fast = Given.of(await answering.execute(query, {}, context))
        plain = Given.of(await cabinet.both.interpreted.execute(query, {}, context))
        assert fast.seen == plain.seen
        assert (fast.by == "a plan") == (role == "everything")
        assert bool(fast.errors) == (role != "everything")


async def test_somebody_else_in_the_same_tenant_is_judged_by_their_own_permissions(cabinet: House) -> None:
    one = cabinet.acting("everything")
    assert one.scope is not None
    other = replace(one, scope=replace(one.scope, permissions=frozenset({"kernel.signed_in"})))
    answering = Answering(cabinet.schema, compiled=True)
    assert (await ask(answering, cabinet, one, {})).by == "a plan"
    refused = await ask(answering, cabinet, other, {})
    assert orjson.loads(refused.data) == {"specimens": None}
    assert b"kernel.not_permitted" in refused.errors[0]


async def test_only_so_many_plans_of_one_operation_are_kept(cabinet: House) -> None:
    answering, acting = Answering(cabinet.schema, compiled=True), cabinet.acting("everything")
    names = ["label", "smallFrom", "bigUpTo", "whole", "lost", "lastPhase"]
    values: dict[str, Any] = dict(zip(names, ("a", 1, 1, True, True, "SOLID"), strict=True))
    for shape in range(2 ** len(names)):
        given = {name: values[name] for place, name in enumerate(names) if shape >> place & 1}
        assert (await ask(answering, cabinet, acting, {"filter": given})).by == "a plan"
    assert plans_after(answering) == MOST_PLANS


def test_what_was_asked_for_last_is_kept() -> None:
    recent: Recent[str, object] = Recent(2)
    made = {name: recent.get(name, object) for name in ("a", "b")}
    assert recent.get("a", object) is made["a"]
    recent.get("c", object)
    assert recent.get("a", object) is made["a"]
    assert recent.get("b", object) is not made["b"]
    assert len(recent._known) == 2  # pyright: ignore[reportPrivateUsage] - what is bounded is counted


def test_what_failed_to_be_made_is_not_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 1) == 1


def test_documents_are_bounded_in_number_and_size(cabinet: House) -> None:
    figures = LimitFigures()
    few = Documents(cabinet.schema.graphql, figures, most_documents=2)
    texts = ["{ ping }", "{ a: ping }", "{ b: ping }"]
    first = few.find(texts[0])
    assert first is not None
    assert few.find(texts[0]) is first
    for text in texts[1:]:
        few.find(text)
    assert len(few) == 2
    assert few.find(texts[0]) is not first
    short = Documents(cabinet.schema.graphql, figures, most_characters=20)
    for text in texts:
        assert short.find(text) is not None
    assert len(short) == 1
    long = "{ ping " + " " * 30 + "}"
    assert short.find(long) is not None
    assert short.find(long) is not short.find(long)
    plain = Documents(cabinet.schema.graphql, figures, most_tokens=9)
    for text in texts:
        assert plain.find(text) is not None
    assert len(plain) == 1
    wordy = "{" + " ping" * 10 + "}"
    assert plain.find(wordy) is not plain.find(wordy)
    assert plain.find(texts[2]) is plain.find(texts[2])


def test_what_is_not_valid_is_not_remembered(cabinet: House) -> None:
    documents = Documents(cabinet.schema.graphql, LimitFigures())
    for text in ("{", "{ nothingOfTheKind }", "{ " + " ".join(f"a{n}: ping" for n in range(80)) + " }"):
        assert documents.find(text) is None
    assert len(documents) == 0
