"""How answers are kept: within their bytes, those asked for last, each under its own question and revision."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from graphql.execution.values import VariableValues
from opentelemetry.metrics import CallbackOptions

from core.kernel.ids import new_id
from core.kernel.scope import Actor, ActorKind, Scope
from gateway.answering.kept import ENTRY_BYTES, MOST_OF_ALL, KeptAnswers, Place, counted_looks, exactly
from gateway.execution.compiled.bail import Bail

MARK = object()
TENANT = new_id()
SCOPE = Scope(
    network_id=new_id(),
    tenant_id=TENANT,
    lineage=(TENANT,),
    actor=Actor(ActorKind.PERSON, new_id()),
    permissions=frozenset({"quality.read"}),
    instant=datetime(2026, 3, 2, tzinfo=UTC),
)


def place(*, mark: object = MARK, scope: Scope = SCOPE, **variables: Any) -> Place:
    return Place.of(mark, scope, VariableValues({}, variables))


def looks() -> dict[Any, float]:
    return {(one.attributes or {})["touchstone.outcome"]: one.value for one in counted_looks(CallbackOptions())}


def test_an_answer_is_found_again_at_its_own_revision_alone() -> None:
    kept = KeptAnswers(100_000)
    kept.keep(place(), b"7/1", b"{}")
    assert kept.find(place(), b"7/1") == b"{}"
    assert kept.find(place(), b"8/1") is None
    assert kept.find(place(), b"7/2") is None
    kept.keep(place(), b"8/1", b'{"a":1}')
    assert kept.find(place(), b"7/1") is None
    assert (kept.find(place(), b"8/1"), len(kept)) == (b'{"a":1}', 1)


@pytest.mark.parametrize(
    "other",
    [
        place(mark=object()),
        place(scope=replace(SCOPE, tenant_id=new_id())),
        place(scope=replace(SCOPE, network_id=new_id())),
        place(scope=replace(SCOPE, permissions=frozenset())),
        place(scope=replace(SCOPE, permissions=frozenset({"quality.read", "work.read"}))),
        place(given=1),
    ],
    ids=["another field or document", "another tenant", "another network", "fewer permissions", "more", "variables"],
)
def test_nothing_is_found_under_another_question(other: Place) -> None:
    kept = KeptAnswers(100_000)
    kept.keep(place(), b"1", b"{}")
    assert kept.find(other, b"1") is None
    again = replace(SCOPE, permissions=frozenset(["quality.read"]), actor=Actor(ActorKind.PERSON, new_id()))
    assert kept.find(place(scope=again), b"1") == b"{}"


def test_variables_that_differ_are_written_differently() -> None:
    texts: list[Any] = [
        2**53 + 1,
        2**53 + 2,
        str(2**53 + 1),
        1,
        1.0,
        True,
        None,
        "1",
        [],
        [None],
        {},
        {"a": 1},
        "é",
        "",
    ]
    written = [exactly({"given": one}) for one in texts]
    assert len(set(written)) == len(texts)
    assert exactly({"a": 1, "b": {"d": 2, "c": 3}}) == exactly({"b": {"c": 3, "d": 2}, "a": 1})
    assert exactly({"given": Decimal("1.10")}) != exactly({"given": Decimal("1.1")})
    assert exactly({"given": UUID(int=1)}) != exactly({"given": UUID(int=2)})


@pytest.mark.parametrize("odd", [2**70, "\ud800", object()])
def test_what_cannot_be_written_exactly_is_left_to_the_interpreter(odd: object) -> None:
    with pytest.raises(Bail):
        place(given=odd)


def test_answers_stay_within_their_bytes_and_those_asked_for_last_stay() -> None:
    kept = KeptAnswers(64 * ENTRY_BYTES)
    for number in range(100):
        kept.keep(place(number=number), b"1", b"x" * 100)
        kept.find(place(number=0), b"1")
        assert kept.size <= 64 * ENTRY_BYTES
    assert 30 < len(kept) < 64
    assert kept.find(place(number=0), b"1") is not None
    assert kept.find(place(number=99), b"1") is not None
    assert kept.find(place(number=1), b"1") is None


def test_one_answer_does_not_drive_out_all_others() -> None:
    most = 64 * ENTRY_BYTES
    kept = KeptAnswers(most)
    kept.keep(place(), b"1", b"small")
    kept.keep(place(large=True), b"1", b"x" * (most // MOST_OF_ALL))
    assert kept.find(place(), b"1") == b"small"
    assert kept.find(place(large=True), b"1") is None


def test_an_answer_that_grew_too_large_takes_the_older_one_with_it() -> None:
    kept = KeptAnswers(64 * ENTRY_BYTES)
    kept.keep(place(), b"1", b"small")
    kept.keep(place(), b"2", b"x" * 64 * ENTRY_BYTES)
    assert (kept.find(place(), b"1"), kept.find(place(), b"2"), kept.size) == (None, None, 0)


def test_hits_and_misses_are_counted_without_saying_whose() -> None:
    kept, before = KeptAnswers(100_000), looks()
    kept.find(place(), b"1")
    kept.keep(place(), b"1", b"{}")
    kept.find(place(), b"1")
    kept.find(place(), b"1")
    after = looks()
    assert (after["hit"] - before.get("hit", 0), after["miss"] - before.get("miss", 0)) == (2, 1)
