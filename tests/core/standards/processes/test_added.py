"""Steps that levels below add: they fit beside what was received, which nobody removes or reorders."""

from collections.abc import Mapping
from dataclasses import replace
from threading import get_ident
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import InvalidInput, NotPermitted
from core.kernel.rules import Environment
from core.standards.adapt import Adapt
from core.standards.errors import ClauseIsLocked, UnknownParameter, WrongType
from core.standards.merging.policy import merge
from core.standards.merging.vocabulary import MergeOutcome
from core.standards.policy import process_checks
from core.standards.policy.content import Bounds, Narrowing
from core.standards.policy.effective import effective_text
from core.standards.policy.fold import fold
from core.standards.policy.process import read_process
from core.standards.policy.process_added import added_steps, read_added, widened, woven
from core.standards.policy.process_guards import GUARDS, Situation
from core.standards.policy.process_order import ancestors, predecessors
from core.standards.policy.process_running import missing_steps, ready_steps, running
from core.standards.policy.view import read_view
from core.standards.vocabulary import Operator, Outcome
from tests.core.standards.builders import Stage, wish
from tests.core.standards.folding import LINEAGE, NOON, overlay
from tests.core.standards.processes.processing import published, standard
from tests.support.networks import as_person

CORE: dict[str, Any] = {
    "steps": [
        {"key": "receive", "position": 1},
        {"key": "check", "position": 2},
        {"key": "price", "position": 2},
        {"key": "close", "position": 3},
    ]
}
EXTRAS: dict[str, Any] = {"key": "extras", "type": "steps", "default": [], "operators": ["append", "narrow"]}
OPEN: dict[str, Any] = {"flexibility": "flexible", "parameters": [EXTRAS]}
TEA: dict[str, Any] = {"key": "tea", "before": ["check"], "title": {"en": "Offer tea"}}


def fitted(*steps: dict[str, Any], received: Any = ()) -> list[dict[str, Any]]:
    return widened(read_process(CORE), received, added_steps(list(steps)))


def order(*steps: dict[str, Any]) -> dict[str, frozenset[str]]:
    return ancestors(predecessors(woven(read_process(CORE), read_added(list(steps))).steps))


def test_guards_of_added_steps_cost_no_more_than_all_guards_may() -> None:
    within = "steps.done.all(a, steps.done.all(b, steps.done.all(c, a != b || b != c)))"
    added = [{"key": f"tea{at}", "after": ["receive"], "when": within} for at in range(30)]
    assert fitted(*added[:2])
    with pytest.raises(ValueError, match="the guards may cost"):
        fitted(*added)


def test_guards_that_were_checked_once_are_folded_without_being_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many others were compiled meanwhile: folding happens while others wait."""
    whens = ("elapsed > 60 && 'receive' in steps.done", "site['kind'] == 'kiosk'", "'price' in steps.skipped")
    added = [{"key": f"tea{at}", "after": ["price"], "when": when} for at, when in enumerate(whens)]
    before = fitted(*added)
    compiled: list[str] = []
    monkeypatch.setattr(GUARDS, "rule", compiled.append)
    monkeypatch.setattr(GUARDS, "_rule", compiled.append)
    assert fitted(*added) == before
    assert compiled == []
    with pytest.raises(AttributeError):  # Nothing comes of the compiler, which is asked for what is new.
        fitted({"key": "tea", "after": ["price"], "when": "elapsed > 61"})
    assert compiled == ["elapsed > 61"]


class Watched(Environment):
    """Tells in which thread each guard is compiled."""

    def __init__(self) -> None:
        super().__init__(GUARDS.kinds)
        self.threads: dict[str, int] = {}

    def named(self, text: str) -> Mapping[str, frozenset[str]]:
        self.threads.setdefault(text, get_ident())
        return super().named(text)


async def test_new_guards_are_compiled_while_others_are_served(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = CORE | {"steps": [*CORE["steps"], {"key": "late", "position": 4, "when": "elapsed > 60"}]}
    content = standard(guarded, **OPEN)
    watched = Watched()
    monkeypatch.setattr(process_checks, "GUARDS", watched)
    await stage.publish(content)
    await stage.adapt(stage.network.north, replace(adding(TEA | {"when": "elapsed > 61"}), operator=Operator.APPEND))
    assert watched.threads.keys() == {"elapsed > 60", "elapsed > 61"}
    assert get_ident() not in watched.threads.values()


def test_added_steps_have_no_more_guards_than_others_can_wait_for() -> None:
    said = [{"key": f"t{at}", "after": ["receive"], "when": f"{at} > 0{' ' * 900}"} for at in range(150)]
    with pytest.raises(ValueError, match="characters together"):
        fitted(*said)


def test_a_step_is_put_between_others() -> None:
    made = running(woven(read_process(CORE), read_added([TEA])))
    assert ready_steps(made, ["receive"], Situation()) == ("receive", "tea", "price")
    assert ready_steps(made, ["receive", "tea"], Situation()) == ("receive", "tea", "check", "price")
    assert missing_steps(made, ["receive", "check", "price", "close"], Situation()) == ("tea",)
    assert list(made.steps)[-1] == "close"


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([{"key": "tea", "before": ["x"]}], "there is no step x"),
        ([{"key": "tea", "after": ["x"]}], "there is no step x"),
        ([{"key": "check", "after": ["receive"]}], "there is such a step already"),
        ([TEA, TEA], "there is such a step already"),
        ([{"key": "tea", "after": ["close"], "before": ["check"]}], "come before themselves"),
        ([{"key": "tea", "after": ["check"], "before": ["price"]}], "price would have to wait for check"),
        ([{"key": "a", "before": ["b"]}, {"key": "b", "before": ["a"]}], "come before themselves"),
        ([TEA | {"when": "elapsed"}], "true or false is expected"),
        ([TEA | {"stage": "s"}], "there is no stage s"),
        ([TEA | {"evidence": [{"key": "e", "kinds": ["log"], "place": "site"}]}], "not taken in a place"),
    ],
)
def test_steps_that_do_not_fit_are_refused(steps: list[dict[str, Any]], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        fitted(*steps)


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "tea"},
        {"key": "tea", "after": []},
        TEA | {"position": 4},
        TEA | {"limit": {"parameter": "answer.limit"}},
        TEA | {"title": {"EN": "x"}},
        "tea",
    ],
)
def test_steps_without_their_form_are_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        added_steps([wrong])


@st.composite
def layers(draw: st.DrawFn) -> list[list[dict[str, Any]]]:
    """What three levels add, each beside what was there or comes with it."""
    known = [one["key"] for one in CORE["steps"]]
    made: list[list[dict[str, Any]]] = []
    keys = draw(st.permutations(["a", "b", "c", "d", "e", "z"]))
    for _ in range(3):
        fresh = [keys.pop() for _ in range(draw(st.integers(0, 2)))]
        some = st.lists(st.sampled_from(known + fresh), unique=True, max_size=2)
        level: list[dict[str, Any]] = []
        for key in fresh:
            step: dict[str, Any] = {"key": key, "before": draw(some)}
            if draw(st.booleans()):
                step["after"] = draw(some)
            level.append(step)
        made.append(level)
        known += fresh
    return made


@given(layers())
def test_received_steps_keep_their_order_and_it_does_not_matter_who_added_first(
    levels: list[list[dict[str, Any]]],
) -> None:
    held: list[dict[str, Any]] = []
    for level in levels:
        was = order(*held)
        try:
            held = fitted(*level, received=held)
        except ValueError:
            continue
        now = order(*held)
        assert {key: now[key] & was.keys() for key in was} == was
        assert all(key not in earlier for key, earlier in now.items())
    assert order(*held) == order(*reversed(held))


def laid(level: int, steps: list[dict[str, Any]], number: int = 1, operator: Operator = Operator.APPEND) -> Any:
    one = overlay(LINEAGE[level], operator, number=number, value=steps)
    return replace(one, clause_key="reception", parameter_key="extras")


def test_the_fold_adds_what_fits_and_passes_it_down() -> None:
    version = published(standard(CORE, **OPEN))
    bell = {"key": "bell", "before": ["tea"]}
    folded = fold(version, [laid(1, [TEA]), laid(2, [bell], 2)], LINEAGE[:3], NOON)
    view = read_view("h", effective_text(folded))
    assert view.process.added == {"tea", "bell"}
    assert list(view.process.steps) == ["receive", "bell", "tea", "check", "price", "close"]
    assert "reception.extras" not in view.parameters
    assert {one.key for one in view.for_plugins().processes[0].steps} == set(view.process.steps)
    alone = fold(version, [laid(2, [bell], 2)], LINEAGE[:3], NOON)
    why = alone.values["reception", "extras"].why
    assert [(one.outcome, one.problem) for one in why] == [(Outcome.WRONG_TYPE, "bell: there is no step tea")]
    assert list(read_view("h", effective_text(alone)).process.steps) == ["receive", "check", "price", "close"]


def test_nobody_sets_what_others_added_and_a_level_may_withhold_the_right() -> None:
    version = published(standard(CORE, **OPEN))
    emptied = fold(version, [laid(1, [TEA]), laid(2, [], 2, Operator.ASSIGN)], LINEAGE[:3], NOON)
    assert [one.outcome for one in emptied.values["reception", "extras"].why] == [Outcome.IN_FORCE, Outcome.LOCKED]
    shut = replace(laid(1, [], 3, Operator.NARROW), value=None, narrowing=Narrowing(bounds=Bounds(), operators=()))
    narrowed = fold(version, [shut, laid(2, [TEA])], LINEAGE[:3], NOON)
    assert [one.outcome for one in narrowed.values["reception", "extras"].why] == [Outcome.IN_FORCE, Outcome.LOCKED]


def test_added_steps_follow_into_a_new_version_while_their_neighbours_are_there() -> None:
    base = published(standard(CORE, **OPEN))
    asked = [laid(1, [TEA])]
    same, renamed = standard(CORE, "2.0.0", **OPEN), {"steps": [{"key": "greet", "position": 1}]}
    for new, outcome in ((same, MergeOutcome.CLEAN), (standard(renamed, "2.0.0", **OPEN), MergeOutcome.ORPHANED)):
        version = replace(published(new), id=LINEAGE[3])
        assert [one.outcome for one in merge(base, version, asked, LINEAGE[:2], NOON)] == [outcome]
    more = {"steps": [*CORE["steps"], {"key": "bye", "position": 4}]}
    version = replace(published(standard(more, "2.0.0", **OPEN)), id=LINEAGE[3])
    assert [one.outcome for one in merge(base, version, asked, LINEAGE[:2], NOON)] == [MergeOutcome.MERGED]


MISPLACED: list[tuple[dict[str, Any], str]] = [
    (
        {"flexibility": "flexible", "parameters": [EXTRAS, EXTRAS | {"key": "more"}]},
        "clauses[0].parameters[0].type",
    ),
    (OPEN | {"parameters": [EXTRAS | {"operators": ["assign"]}]}, "clauses[0].parameters[0].operators"),
    (OPEN | {"parameters": [EXTRAS | {"bounds": {"minimum": []}}]}, "clauses[0].parameters[0].bounds"),
    (
        OPEN | {"parameters": [EXTRAS | {"variants": [{"context": {"tier": "gold"}, "default": []}]}]},
        "clauses[0].parameters[0].variants",
    ),
    (
        OPEN | {"parameters": [EXTRAS | {"default": [{"key": "x", "after": ["y"]}]}]},
        "clauses[0].parameters[0].default",
    ),
]


@pytest.mark.parametrize(("said", "field"), MISPLACED)
def test_a_draft_says_where_steps_may_be_added(said: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as found:
        standard(CORE, **said)
    assert found.value.field == field


def adding(*steps: dict[str, Any], **said: Any) -> Adapt:
    return wish(list(steps), code="serving", clause_key="reception", parameter_key="extras", **said)


BADLY: list[tuple[Adapt, type[Exception], dict[str, Any]]] = [
    (adding({"key": "tea", "before": ["x"]}), WrongType, {"place": "reception.extras", "expected": "steps"}),
    (adding({"key": "tea", "after": ["close"], "before": ["check"]}), WrongType, {"expected": "steps"}),
    (adding({"key": "check", "after": ["receive"]}), WrongType, {"expected": "steps"}),
    (adding({"key": "tea", "before": ["check"], "when": "elapsed"}), WrongType, {"expected": "steps"}),
    (replace(adding(TEA), operator=Operator.ASSIGN), ClauseIsLocked, {"granted": ("append", "narrow")}),
    (replace(adding(TEA), context={"channel": "phone"}), UnknownParameter, {}),
]


@pytest.mark.parametrize(("command", "refusal", "facts"), BADLY)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    stage: Stage, command: Adapt, refusal: type[Exception], facts: dict[str, Any]
) -> None:
    await stage.publish(standard(CORE, **OPEN))
    before = await stage.rows()
    command = replace(command, operator=command.operator if facts.get("granted") else Operator.APPEND)
    with pytest.raises(refusal) as found:
        await stage.adapt(stage.network.north, command)
    assert {name: getattr(found.value, name) for name in facts} == facts
    assert await stage.rows() == before


async def test_a_tenant_adds_steps_and_its_neighbour_does_not_have_them(stage: Stage) -> None:
    await stage.publish(standard(CORE, **OPEN))
    await stage.adapt(stage.network.north, replace(adding(TEA), operator=Operator.APPEND))
    north, south = [await stage.resolve(one, code="serving") for one in (stage.network.north, stage.network.south)]
    assert "tea" in read_view(north.hash, north.document).process.steps
    assert "tea" not in read_view(south.hash, south.document).process.steps
    lower = as_person(stage.network.north, frozenset({"standards.read"}))
    before = await stage.rows()
    with pytest.raises(NotPermitted):
        await stage.adapt(lower, replace(adding(TEA | {"key": "cake"}), operator=Operator.APPEND))
    assert await stage.rows() == before
