"""Commands of consultation: each twice, each killed once, with the effect there once."""

from datetime import timedelta
from typing import Any

import pytest

from core.standards.consultation import jobs
from core.standards.consultation.topics import ANSWER, TAKE_IN
from tests.core.standards.builders import Stage
from tests.core.standards.consultation.consulting import ANSWERED, COMMENT, drafted, laid_open, own, received, saying
from tests.core.standards.waivers.asking import work_off

EFFECTS = ("consultations", "draft_comments", "consultation_comments", "audit_entries", "work_items")


async def again(stage: Stage, topic: str) -> None:
    """Let a command run again, as if its worker had been killed just before it said that it was done."""
    await stage.admin.execute(
        "UPDATE outbox SET status = 'waiting', finished_at = NULL, due_at = $3 WHERE network_id = $1 AND topic = $2",
        stage.network.id,
        topic,
        stage.clock.now(),
    )
    assert (await work_off(stage)).done > 0


async def effects(stage: Stage) -> dict[str, list[str]]:
    rows = await stage.rows()
    return {name: rows[name] for name in EFFECTS}


async def test_every_command_run_twice_has_its_effect_once(stage: Stage) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    await work_off(stage)
    before = await effects(stage)
    await again(stage, TAKE_IN)
    assert await effects(stage) == before
    [comment] = await received(floor.hq)
    decision = {"comment": comment["id"], "expectedRevision": 1, "verdict": "ACCEPTED"}
    await floor.hq.done("answerComment", ANSWERED, **decision)
    await work_off(stage)
    before = await effects(stage)
    for topic in (TAKE_IN, ANSWER):
        await again(stage, topic)
    assert await effects(stage) == before
    assert [one["status"] for one in await received(floor.hq)] == ["ACCEPTED"], "the comment did not come in anew"


@pytest.mark.parametrize("name", ["take_in", "keep_answer"])
async def test_work_that_is_killed_once_is_done_by_the_next_attempt(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    floor = await drafted(stage)
    opened = await laid_open(stage, floor)
    killed: list[str] = []
    does = getattr(jobs, name)

    async def dies_first(*given: Any) -> None:
        await does(*given)
        if not killed:
            killed.append(name)
            raise ConnectionError

    monkeypatch.setattr(jobs, name, dies_first)

    async def work() -> None:
        await work_off(stage, tolerant=True)
        stage.clock.advance(timedelta(minutes=1))
        await work_off(stage)

    await floor.north.done("commentOnDraft", COMMENT, **saying(opened))
    await work()
    [comment] = await received(floor.hq)
    decision = {"comment": comment["id"], "expectedRevision": 1, "verdict": "DECLINED", "note": "No."}
    await floor.hq.done("answerComment", ANSWERED, **decision)
    await work()
    assert [(one["status"], one["answer"]) for one in await own(floor.north)] == [("DECLINED", "No.")]
    assert killed == [name]
