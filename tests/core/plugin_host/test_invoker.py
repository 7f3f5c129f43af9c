import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

import pytest
from pydantic import ValidationError
from touchstone_sdk import RecordScored

from core.plugin_host.activation import NothingActive
from core.plugin_host.errors import (
    PluginAnswerIsInvalid,
    PluginConfigIsInvalid,
    PluginError,
    PluginFailed,
    PluginIsBusy,
    PluginIsNotApproved,
    PluginIsNotEnabled,
    PluginIsResting,
    PluginOverran,
)
from core.plugin_host.invoker import Invoker, Scoring
from core.plugin_host.limits import BreakerLimits, CallLimits
from core.plugin_host.registry import RuleRef, load_plugins
from tests.core.plugin_host.builders import ALLOWED, Activations, Stopwatch, a_scope
from tests.plugins.builders import a_process, a_record, a_standard
from tests.plugins.sdk.test_contract import BREACHES
from tests.plugins.shelf import Shelf

Make = Callable[..., Invoker]
GOOD = RuleRef(plugin="good", rule="fine")
HANGING = RuleRef(plugin="hangs-in-call", rule="fine")


@pytest.fixture
def activations() -> Activations:
    return Activations()


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def invoker(shelf: Shelf, activations: Activations, watch: Stopwatch) -> Invoker:
    shelf.add("good")
    shelf.add("calls")
    return Invoker(load_plugins(), activations, breakers=BreakerLimits(failures=2, rest_seconds=30), monotonic=watch)


async def score(invoker: Invoker, ref: RuleRef = GOOD, records: int = 2) -> Scoring:
    return await invoker.score(a_scope(), ref, a_standard(), [a_record() for _ in range(records)])


def spoiled(rule: str) -> RuleRef:
    return RuleRef(plugin="calls", rule=rule)


async def test_records_come_back_scored_in_their_order_with_the_versions_that_scored_them(invoker: Invoker) -> None:
    records = [a_record(("accepted", 0), ("completed", 60), resolved=60), a_record()]
    standard = a_standard({"resolution.limit": 60}, a_process(("accepted", 1, True), ("completed", 2, True)))
    ref = RuleRef.parse("scoring-conformance/conformance")
    scoring = await invoker.score(a_scope(), ref, standard, records)
    assert [result.record_id for result in scoring.results] == [record.id for record in records]
    assert (scoring.ref, scoring.plugin_version, scoring.rule_version) == (ref, "0.1.0", "1.0")
    first = scoring.results[0]
    assert isinstance(first, RecordScored)
    assert [one.basis_points for one in first.scores] == [10_000, 10_000]


async def test_a_tenants_configuration_reaches_the_rule(invoker: Invoker, activations: Activations) -> None:
    scope, other = a_scope(), a_scope()
    ref = RuleRef.parse("scoring-conformance/conformance")
    activations.configure(scope, ref.plugin, {"parameters": {"resolution_limit": "repair.limit"}})
    standard = a_standard({"repair.limit": 60})
    reasons: list[str] = []
    for each in (scope, other):
        (result,) = (await invoker.score(each, ref, standard, [a_record(resolved=1)])).results
        assert isinstance(result, RecordScored)
        reasons.append(result.scores[0].reason)
    assert reasons == ["within_limits", "limits_not_set"]


async def test_a_configuration_that_has_become_invalid_is_refused_before_the_call(
    invoker: Invoker, activations: Activations
) -> None:
    scope = a_scope()
    activations.configure(scope, "good", {"width": 1})
    with pytest.raises(PluginConfigIsInvalid):
        await invoker.score(scope, GOOD, a_standard(), [])


async def test_without_an_activation_nothing_is_called(shelf: Shelf) -> None:
    shelf.add("good")
    with pytest.raises(PluginIsNotApproved):
        await score(Invoker(load_plugins(), NothingActive()))


async def test_enabling_holds_for_one_tenant_and_needs_no_restart(invoker: Invoker, activations: Activations) -> None:
    scope, other = a_scope(), a_scope()
    activations.states[scope, "good"] = replace(ALLOWED, enabled=False)
    with pytest.raises(PluginIsNotEnabled):
        await invoker.score(scope, GOOD, a_standard(), [])
    await invoker.score(other, GOOD, a_standard(), [])
    activations.states[scope, "good"] = ALLOWED
    await invoker.score(scope, GOOD, a_standard(), [])


@pytest.mark.parametrize(("rule", "breach"), BREACHES.items())
async def test_an_answer_against_the_contract_is_refused_and_the_others_work(
    invoker: Invoker, rule: str, breach: str
) -> None:
    with pytest.raises(PluginAnswerIsInvalid) as caught:
        await score(invoker, spoiled(rule))
    assert caught.value.breach == breach
    assert "4711" not in str(caught.value)
    assert len((await score(invoker)).results) == 2


@pytest.mark.parametrize(("rule", "raised"), [("raises", "ValueError"), ("exits", "SystemExit")])
async def test_whatever_a_plugin_raises_is_a_refusal_without_its_text(
    invoker: Invoker, rule: str, raised: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PluginFailed) as caught:
        await score(invoker, spoiled(rule))
    assert caught.value.raised == raised
    assert re.fullmatch(rf"plugin\.py:\d+ {rule}", caught.value.where)
    assert caught.value.__cause__ is None
    said = str(caught.value) + "".join(capfd.readouterr())
    assert "secret" not in said
    assert len((await score(invoker)).results) == 2


async def test_records_that_are_no_batch_are_the_callers_mistake(invoker: Invoker) -> None:
    record = a_record()
    with pytest.raises(ValidationError):
        await invoker.score(a_scope(), GOOD, a_standard(), [record, record])


async def test_a_plugin_that_fails_in_a_row_rests_for_this_tenant_alone(invoker: Invoker, watch: Stopwatch) -> None:
    scope = a_scope()
    records = [a_record()]

    async def attempt(rule: str) -> None:
        await invoker.score(scope, spoiled(rule), a_standard(), records)

    for _ in range(2):
        with pytest.raises(PluginFailed):
            await attempt("raises")
    with pytest.raises(PluginIsResting) as caught:
        await attempt("fine")
    assert caught.value.seconds == 30
    await invoker.score(a_scope(), spoiled("fine"), a_standard(), records)
    watch.seconds += 30
    await attempt("fine")


async def test_refusals_of_the_gate_do_not_count_as_failures(invoker: Invoker, activations: Activations) -> None:
    scope = a_scope()
    activations.states[scope, "good"] = replace(ALLOWED, enabled=False)
    for _ in range(5):
        with pytest.raises(PluginIsNotEnabled):
            await invoker.score(scope, GOOD, a_standard(), [])


@pytest.fixture
async def hanging(shelf: Shelf, activations: Activations) -> AsyncGenerator[Invoker, None]:
    """An invoker with two threads per plugin, and a plugin whose calls return once the gate is opened."""
    shelf.add("good")
    key = shelf.add("hangs_in_call")
    limits = CallLimits(seconds=0.5, threads=2, queue_seconds=0.05)
    yield Invoker(load_plugins(), activations, calls=limits, breakers=BreakerLimits(failures=100))
    shelf.module(key, "gate").GATE.set()


async def test_a_call_that_outruns_its_deadline_is_given_up_and_the_others_work(hanging: Invoker) -> None:
    with pytest.raises(PluginOverran):
        await score(hanging, HANGING)
    assert len((await score(hanging)).results) == 2


async def test_calls_that_never_return_take_no_more_threads_than_the_limit(hanging: Invoker) -> None:
    refusals: list[PluginError] = []
    for _ in range(4):
        with pytest.raises(PluginError) as caught:
            await score(hanging, HANGING)
        refusals.append(caught.value)
    assert [type(refusal) for refusal in refusals] == [PluginOverran, PluginOverran, PluginIsBusy, PluginIsBusy]
    assert isinstance(refusals[-1], PluginIsBusy)
    assert refusals[-1].overrun == 2
    assert len((await score(hanging)).results) == 2


async def test_threads_come_back_when_overrun_calls_return_at_last(shelf: Shelf, hanging: Invoker) -> None:
    for _ in range(2):
        with pytest.raises(PluginOverran):
            await score(hanging, HANGING)
    shelf.module("hangs-in-call", "gate").GATE.set()
    async with asyncio.timeout(10):
        while True:
            try:
                scoring = await score(hanging, HANGING)
            except PluginIsBusy:
                await asyncio.sleep(0)
            else:
                break
    assert len(scoring.results) == 2


async def test_a_cancelled_call_keeps_its_thread_and_harms_nobody(shelf: Shelf, activations: Activations) -> None:
    shelf.add("good")
    key = shelf.add("hangs_in_call")
    invoker = Invoker(load_plugins(), activations, calls=CallLimits(seconds=60, threads=1, queue_seconds=0.05))
    try:
        task = asyncio.create_task(score(invoker, HANGING))
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(PluginIsBusy):
            await score(invoker, HANGING)
        assert len((await score(invoker)).results) == 2
    finally:
        shelf.module(key, "gate").GATE.set()


async def test_many_calls_at_once_queue_for_the_threads_and_all_are_answered(invoker: Invoker) -> None:
    scorings = await asyncio.gather(*(score(invoker, records=number % 7) for number in range(40)))
    assert [len(scoring.results) for scoring in scorings] == [number % 7 for number in range(40)]
