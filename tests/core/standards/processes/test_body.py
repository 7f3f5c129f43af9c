"""The body of a process: its one form, hashes that stay, and what no record could be executed under."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest

from core.kernel.errors import DomainError, InvalidInput
from core.standards.merging.moving import ClausePart, renamed, split
from core.standards.policy.checks import checked_content
from core.standards.policy.content import StandardContent, content_hash, content_text, read_content
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import fold
from core.standards.policy.process import ProcessContent, ProcessStep, checked_process, read_process
from core.standards.policy.view import read_view
from core.standards.process_errors import (
    EvidenceMakesNoSense,
    GuardDoesNotCompile,
    GuardNamesUnknownStep,
    GuardsCostTooMuch,
    ProcessIsCyclic,
    UnknownPredecessor,
)
from core.standards.vocabulary import ClauseKind, TimeUnit
from tests.core.standards.builders import FACTS, content
from tests.core.standards.folding import LINEAGE, NOON
from tests.core.standards.processes.processing import RECEPTION, published, standard

OF_THE_FIRST_FORM = "6ef5688a64666941faf559207888ab553a1512eac955482c28b7488953f8c28e"
"""The hash of the standard that tests publish, as it was when a step said four things alone."""


def test_a_process_of_the_first_form_keeps_its_text_and_hash() -> None:
    assert content_hash(checked_content(content())) == OF_THE_FIRST_FORM
    steps = deepcopy(FACTS)["clauses"][0]["body"]["steps"]
    said = checked_process({"steps": steps})["steps"]
    assert said == [{"required": True, "repeatable": True, **step} for step in steps]


def test_a_rich_process_is_kept_in_one_form() -> None:
    made = standard(RECEPTION)
    body: Any = made.clauses[0].body
    assert body["steps"][0]["required"] is True
    assert "lane" not in body["steps"][0]
    assert body["steps"][3]["lane"] == "backstage"
    assert read_content(content_text(made)) == made
    assert standard(body) == made
    assert checked_process(body) == body


def test_every_field_that_says_nothing_is_left_out() -> None:
    silent = msgspec.to_builtins(ProcessStep(key="a", position=1))
    assert silent == {"key": "a", "position": 1}
    assert msgspec.to_builtins(ProcessContent(steps=())) == {"steps": ()}


def test_a_view_tells_limits_with_their_units_and_keeps_the_order() -> None:
    text = effective_text(fold(published(standard(RECEPTION)), [], LINEAGE, NOON))
    view = read_view("h", text)
    assert list(view.process.steps) == ["receive", "call", "visit", "order", "hand_over"]
    assert view.process is view.processes["reception"]
    assert view.step_limit("receive") == (600, TimeUnit.BUSINESS)
    assert view.step_limit("visit") == (3600, TimeUnit.ELAPSED)
    assert view.step_limit("call") is None
    assert view.step_limit("nothing") is None
    shown = view.for_plugins().processes[0].steps
    assert [(one.key, one.position, one.required) for one in shown] == [
        ("receive", 1, True),
        ("call", 2, False),
        ("visit", 2, False),
        ("order", 2, True),
        ("hand_over", 3, True),
    ]


def test_what_was_published_with_such_a_guard_is_read_as_before() -> None:
    made, unfit = standard(RECEPTION), deepcopy(RECEPTION)
    unfit["steps"][0]["when"] = "'nobody' in steps.done"
    first = msgspec.structs.replace(made.clauses[0], body=unfit)
    before = msgspec.structs.replace(made, clauses=(first, *made.clauses[1:]))
    assert read_content(content_text(before)) == before
    view = read_view("h", effective_text(fold(published(before), [], LINEAGE, NOON)))
    assert list(view.process.steps) == ["receive", "call", "visit", "order", "hand_over"]
    with pytest.raises(GuardNamesUnknownStep):
        checked_content(before)


WITHIN = "steps.done.all(a, steps.done.all(b, ('s1' in steps.done) || a != b))"
"""Goes through all that was done for all that was done."""


def many(count: int, when: str) -> dict[str, Any]:
    return {"steps": [{"key": f"s{at}", "position": at + 1, "when": when} for at in range(count)]}


def steps(*said: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"steps": [{"key": "a", "position": 1}, *said], **more}


REFUSED: list[tuple[dict[str, Any], type[DomainError], dict[str, Any]]] = [
    (
        steps({"key": "b", "position": 1, "after": ["c"]}, {"key": "c", "position": 2, "after": ["b"]}),
        ProcessIsCyclic,
        {"steps": ("b", "c"), "place": "reception"},
    ),
    (steps({"key": "b", "position": 2, "after": ["b"]}), ProcessIsCyclic, {"steps": ("b",)}),
    (
        steps({"key": "b", "position": 1, "after": ["c"]}, {"key": "c", "position": 2}),
        ProcessIsCyclic,
        {"steps": ("b", "c")},
    ),
    (steps({"key": "b", "position": 2, "after": ["x"]}), UnknownPredecessor, {"step": "b", "predecessor": "x"}),
    (
        steps({"key": "b", "position": 2, "when": "elapsed >"}),
        GuardDoesNotCompile,
        {"step": "b", "line": 1, "column": 10},
    ),
    (steps({"key": "b", "position": 2, "when": "elapsed"}), GuardDoesNotCompile, {"step": "b"}),
    (steps(stages=[{"key": "s", "when": "x"}]), GuardDoesNotCompile, {"step": "s"}),
    (steps(when='record.colour == "red"'), GuardDoesNotCompile, {"step": "", "column": 7}),
    (steps(when='true &&\n site["Kind"] == "x"'), GuardDoesNotCompile, {"step": "", "line": 2, "column": 8}),
    (
        steps({"key": "b", "position": 2, "when": "'a' in steps.done && !('bb' in steps.skipped)"}),
        GuardNamesUnknownStep,
        {"step": "b", "unknown": "bb", "place": "reception"},
    ),
    (
        steps(when="steps.done.size() < 3 || ['x'].exists(o, 'nobody' in steps.done)"),
        GuardNamesUnknownStep,
        {"step": "", "unknown": "nobody"},
    ),
    (
        steps(stages=[{"key": "s", "when": "'A' in steps.done"}]),
        GuardNamesUnknownStep,
        {"step": "s", "unknown": "A"},
    ),
    (many(100, WITHIN), GuardsCostTooMuch, {"step": "s0", "place": "reception", "most": 1_000_000}),
    (many(100, "") | {"when": WITHIN}, GuardsCostTooMuch, {"step": "s0"}),
    (many(40, "record.tier.matches('((a?){200}){4}y')"), GuardsCostTooMuch, {"step": "s0"}),
    *(
        (
            steps({"key": "b", "position": 2, "evidence": [{"key": "e", **wrong}]}),
            EvidenceMakesNoSense,
            {"step": "b", "evidence": "e"},
        )
        for wrong in (
            {"kinds": ["photo"], "least": 3, "most": 2},
            {"kinds": ["photo", "photo"]},
            {"kinds": ["log"], "place": "site"},
            {"kinds": ["log"], "secondPerson": True},
        )
    ),
]


@pytest.mark.parametrize(
    ("count", "when"),
    [
        (500, "'s1' in steps.done && record.tier == 'gold' && site.kind != ''"),
        (100, "steps.done.exists(one, one.startsWith('s1')) || steps.skipped.size() > 0"),
        (100, "record.tier.matches('^[a-z]{2,4}-[0-9]{3}$')"),
        (10, WITHIN),
    ],
)
def test_guards_as_people_write_them_are_far_from_costing_too_much(count: int, when: str) -> None:
    standard(many(count, when))


def test_no_more_guards_are_compiled_than_others_can_wait_for() -> None:
    long = [f"'s{number}' in steps.done" + " " * 900 for number in range(200)]
    body = {"steps": [{"key": f"s{at}", "position": at + 1, "when": when} for at, when in enumerate(long)]}
    with pytest.raises(InvalidInput, match="100,000 characters together"):
        standard(body)
    standard(many(200, long[0]))


@pytest.mark.parametrize(("body", "error", "facts"), REFUSED)
def test_a_process_that_nobody_could_follow_is_refused(
    body: dict[str, Any], error: type[DomainError], facts: dict[str, Any]
) -> None:
    with pytest.raises(error) as found:
        standard(body)
    assert {name: getattr(found.value, name) for name in facts} == facts
    assert found.value.message
    assert found.value.hint


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (steps({"key": "b", "position": 2, "stage": "s"}), "no stage s"),
        (steps(stages=[{"key": "s"}, {"key": "s"}]), "s stands twice"),
        (steps({"key": "b", "position": 2, "lane": "evidence"}), "nobody works"),
        (steps({"key": "b", "position": 2, "lanes": {"frontstage": {"en": "x"}}}), "its title"),
        (steps({"key": "b", "position": 2, "lanes": {"customer": {"EN": "x"}}}), "steps[1].lanes.customer"),
        (steps({"key": "b", "position": 2, "title": {"en": ""}}), "steps[1].title"),
        (steps({"key": "b", "position": 2, "limit": {}}), "one of both"),
        (steps({"key": "b", "position": 2, "limit": {"seconds": 0}}), "$.steps[1].limit.seconds"),
        (steps({"key": "b", "position": 2, "limit": {"seconds": 5, "parameter": "answer.limit"}}), "one of both"),
        (steps({"key": "b", "position": 2, "limit": {"parameter": "answer.other"}}), "no duration answer.other"),
        (steps({"key": "b", "position": 2, "inputs": [{"key": "i"}, {"key": "i"}]}), "i stands twice"),
        (steps({"key": "b", "position": 2, "evidence": [{"key": "e", "kinds": []}]}), "evidence[0].kinds"),
        (steps({"key": "b", "position": 2, "evidence": [{"key": "e", "kinds": ["rumour"]}]}), "rumour"),
        (steps({"key": "b", "position": 2, "evidence": [{"key": "e", "kinds": ["log"], "least": 0}]}), "least"),
        (steps({"key": "b", "position": 2, "when": "x" * 1001}), "when"),
        (steps({"key": "b", "position": 2, "colour": "red"}), "colour"),
        (steps(readiness=[{"key": "r", "concern": "mood"}]), "mood"),
        (steps(roles={"Not One": {"en": "x"}}), "roles"),
    ],
)
def test_what_has_not_its_form_is_refused_with_its_place(body: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInput) as found:
        standard(body)
    assert found.value.field == "clauses[0].body"
    assert problem in found.value.problem


def limits(content: StandardContent) -> set[str]:
    """The addresses that steps take their limits from."""
    return {
        step.limit.parameter
        for clause in content.clauses
        if clause.kind is ClauseKind.PROCESS
        for step in read_process(clause.body).steps
        if step.limit is not None and step.limit.parameter
    }


def test_limits_follow_where_clauses_and_parameters_go() -> None:
    made = standard(RECEPTION)
    assert limits(made) == {"answer.limit"}
    reply = renamed(None, made, "answer", "reply", {"limit": "within"})
    assert limits(reply) == {"reply.within"}
    parts = [ClausePart(key="answer"), ClausePart(key="answer.time", parameters=["limit"])]
    assert limits(split(None, made, "answer", parts)) == {"answer.time.limit"}
    assert limits(renamed(None, made, "reception", "welcome", {})) == {"answer.limit"}
