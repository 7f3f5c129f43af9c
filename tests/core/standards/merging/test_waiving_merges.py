"""What does not fit a new version is asked to be waived in the same step; the answer closes it, or puts it back."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from tests.core.standards.builders import CODE, Stage, wish
from tests.core.standards.merging.test_carrying import TIGHT
from tests.core.standards.merging.working import moved, outcomes, upgrade, version, waiting_items
from tests.core.standards.waivers.asking import REQUEST, Front, changing, front, work_off

OUTCOME = "outcome { id status resolution reason waiver { status decisionReason value } adaptation { value } }"
SHOWN = "mergeOutcomes(first: 5) { nodes " + OUTCOME.removeprefix("outcome ") + " }"


async def asked(stage: Stage) -> tuple[Front, Any]:
    """North answers slower than the second version allows, and has headquarters asked to let it."""
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    north = front(stage, stage.network.north)
    [waits] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    assert len(await waiting_items(stage)) == 1
    until = (stage.clock.now() + timedelta(days=90)).isoformat()
    given = {"action": "ASK_WAIVER", "compensatingMeasure": "We call back.", "reason": "A small shop.", "until": until}
    found = await north.done("resolveMerge", OUTCOME, outcome=waits["id"], **given)
    await work_off(stage)
    return north, found


async def decide(stage: Stage, verdict: str) -> None:
    hq = front(stage, stage.network.headquarters)
    await hq.done("decideWaiver", REQUEST, **changing(await hq.request(), verdict=verdict, reason="We looked at it."))
    await work_off(stage)


async def test_it_waits_for_the_answer_and_closes_when_granted(stage: Stage) -> None:
    north, found = await asked(stage)
    assert (found["status"], found["waiver"]["status"], found["waiver"]["value"]) == ("OPEN", "ASKED", 5000)
    assert await waiting_items(stage) == [], "it waits for somebody else"
    await decide(stage, "GRANTED")
    [shown] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    assert (shown["status"], shown["resolution"], shown["reason"]) == ("RESOLVED", "ASK_WAIVER", "A small shop.")
    assert await stage.limit(stage.network.north) == 5000
    stage.clock.advance(timedelta(days=100))
    await work_off(stage)
    assert await stage.limit(stage.network.north) == 3600
    assert [one["status"] for one in await outcomes(stage)] == ["resolved"]
    assert await waiting_items(stage) == []


async def test_it_says_so_when_refused_and_is_decided_otherwise(stage: Stage) -> None:
    north, found = await asked(stage)
    await decide(stage, "REJECTED")
    [shown] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    assert shown["status"] == "OPEN"
    assert (shown["waiver"]["status"], shown["waiver"]["decisionReason"]) == ("REJECTED", "We looked at it.")
    [item] = await waiting_items(stage)
    assert '"waiver":"rejected"' in item["facts"]
    done = await north.done(
        "resolveMerge", OUTCOME, outcome=found["id"], action="ACCEPT_PROPOSAL", reason="Then as proposed."
    )
    assert done["status"] == "RESOLVED"
    assert await stage.limit(stage.network.north) == 3600
    await work_off(stage)
    assert await waiting_items(stage) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"compensatingMeasure": " "}, "standards.no_compensating_measure"),
        ({"until": None}, "kernel.invalid_input"),
        ({"until": "2036-01-01T00:00:00Z"}, "standards.waiver_too_long"),
        ({"value": 5}, "kernel.invalid_input"),
    ],
)
async def test_a_refused_question_changes_nothing(stage: Stage, said: dict[str, Any], code: str) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", limit=TIGHT))
    north = front(stage, stage.network.north)
    [waits] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    given = {
        "action": "ASK_WAIVER",
        "compensatingMeasure": "We call back.",
        "reason": "A small shop.",
        "until": (stage.clock.now() + timedelta(days=90)).isoformat(),
    }
    before = (await stage.rows(), await outcomes(stage))
    refused = await north.change("resolveMerge", OUTCOME, outcome=waits["id"], **given | said)
    assert refused["code"] == code
    assert (await stage.rows(), await outcomes(stage)) == before


async def test_what_a_waiver_cannot_lift_is_not_asked_for(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    await upgrade(stage, version("2.0.0", parameters=[]))
    north = front(stage, stage.network.north)
    [waits] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    before = await stage.rows()
    until = (stage.clock.now() + timedelta(days=90)).isoformat()
    given = {"action": "ASK_WAIVER", "compensatingMeasure": "We call.", "reason": CODE, "until": until}
    assert (await north.change("resolveMerge", OUTCOME, outcome=waits["id"], **given))["code"] == "kernel.invalid_input"
    assert await stage.rows() == before


@pytest.mark.parametrize("named_otherwise", [False, True])
async def test_it_is_asked_for_before_the_version_begins(stage: Stage, *, named_otherwise: bool) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    turn = stage.clock.now() + timedelta(days=10)
    await upgrade(stage, moved("2.0.0", TIGHT) if named_otherwise else version("2.0.0", limit=TIGHT), turn)
    north = front(stage, stage.network.north)
    [waits] = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    until = (stage.clock.now() + timedelta(days=90)).isoformat()
    given = {"action": "ASK_WAIVER", "compensatingMeasure": "We call back.", "reason": "A small shop.", "until": until}
    await north.done("resolveMerge", OUTCOME, outcome=waits["id"], **given)
    await work_off(stage)
    await decide(stage, "GRANTED")
    assert await held(stage) == 5000
    stage.clock.advance(timedelta(days=11))
    await work_off(stage)
    assert await held(stage) == 5000, "it holds on in the version that began"
    stage.clock.advance(timedelta(days=80))
    await work_off(stage)
    assert await held(stage) == 3600


async def held(stage: Stage) -> object:
    """Give the limit of the first response in north, whatever its clause is called."""
    standard = (await stage.resolve(stage.network.north)).standard
    [value] = [one.value for (clause, key), one in standard.values.items() if key == "limit" and "response" in clause]
    return value


async def test_what_is_named_only_later_says_from_when_on_it_can_be_asked_for(stage: Stage) -> None:
    await stage.publish()
    await stage.adapt(stage.network.north, wish(5000))
    now = stage.clock.now()
    await upgrade(stage, moved("2.0.0"), now + timedelta(days=10))
    tighter = msgspec.structs.replace(moved("3.0.0", TIGHT), lineage=())
    await upgrade(stage, tighter, now + timedelta(days=20))
    north = front(stage, stage.network.north)
    waiting = (await north.client.data(f"{{ {SHOWN} }}"))["mergeOutcomes"]["nodes"]
    [waits] = [one for one in waiting if one["status"] == "OPEN"]
    until = (now + timedelta(days=90)).isoformat()
    given = {"action": "ASK_WAIVER", "compensatingMeasure": "We call back.", "reason": "A small shop.", "until": until}
    before = await stage.rows()
    refused = await north.change("resolveMerge", OUTCOME, outcome=waits["id"], **given)
    assert refused["code"] == "standards.waiver_comes_too_early", refused
    assert await stage.rows() == before
    stage.clock.advance(timedelta(days=11))
    await north.done("resolveMerge", OUTCOME, outcome=waits["id"], **given)
