"""Made-up processes and lives of records, for properties."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from core.records.conformance.course import Course, made_of
from core.records.conformance.past import Past
from core.records.events.state import RecordState, Resolution, StepState, StepStatus
from core.records.policy import RecordStatus
from core.standards.policy.process import ProcessContent, ProcessStep, StepLimit
from core.standards.policy.process_running import running
from core.standards.policy.view import EffectiveView
from core.standards.vocabulary import ClauseLevel

OPENED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KEYS = "abcde"
HOLDS, FAILS = 'record.channel == "phone"', 'record.channel == "kiosk"'


def course(steps: Sequence[ProcessStep], **said: Any) -> Course:
    """What a standard of one process sets."""
    process = running(ProcessContent(steps=tuple(steps)))
    given: dict[str, Any] = {"parameters": {}, "variants": {}, "units": {}, "levels": {}, **said}
    processes = {"process": process} if steps else {}
    view = EffectiveView(hash="h", document="", code="x", version="1", processes=processes, process=process, **given)
    return made_of(view)


def at(minute: float) -> datetime:
    return OPENED + MINUTE * minute


def done(key: str, start: float | None, end: float | None, **said: Any) -> StepState:
    """One occurrence: told when it was over where it has no start, under way where it has no end."""
    ended = StepStatus.STARTED if end is None else StepStatus.COMPLETED
    told = at(end if end is not None else start or 0)
    started = None if start is None else at(start)
    given: dict[str, Any] = {"position": 1, "round": 1, "state": ended, "recorded_at": told, **said}
    return StepState(key=key, occurred_at=told, started_at=started, **given)


def record(steps: Sequence[StepState], resolved: float | None = None, **said: Any) -> RecordState:
    """A record with some steps, finished after some minutes or in hand."""
    placed = tuple(
        msgspec.structs.replace(one, position=place, begun_by=place + 1, told_by=place + 1)
        for place, one in enumerate(steps, start=1)
    )
    ends = [one.occurred_at for one in placed]
    number = len(placed) + 2
    closing: dict[str, Any] = {}
    if resolved is not None:
        ends.append(at(resolved))
        closing = {
            "status": RecordStatus.RESOLVED,
            "resolved_at": at(resolved),
            "resolutions": (Resolution(at=at(resolved), number=number),),
        }
    given: dict[str, Any] = {
        "channel": "phone",
        "external_id": "1",
        "standard_code": "x",
        "standard_version": "1",
        "effective_hash": "h",
        "opened_at": OPENED,
        "opened_recorded_at": OPENED,
        "recorded_at": OPENED,
        "last_at": max([OPENED, *ends]),
        "settled_at": OPENED,
        "head": number,
        "hash": bytes(32),
        "steps": placed,
        **closing,
        **said,
    }
    return RecordState(**given)


@st.composite
def processes(
    draw: st.DrawFn, guards: Sequence[str] = ("", "", HOLDS, FAILS), limits: bool = False
) -> list[ProcessStep]:
    """Up to five steps, each after some of those before it."""
    keys = KEYS[: draw(st.integers(1, 5))]
    return [
        ProcessStep(
            key=key,
            position=1,
            after=tuple(sorted(draw(st.sets(st.sampled_from(keys[:place]), max_size=2)))) if place else (),
            required=draw(st.booleans()),
            repeatable=draw(st.booleans()),
            when=draw(st.sampled_from(guards)),
            limit=StepLimit(seconds=60 * draw(st.integers(1, 30))) if limits and draw(st.booleans()) else None,
        )
        for place, key in enumerate(keys)
    ]


@st.composite
def lives(draw: st.DrawFn, most: int = 8, unknown: str = "x", tied: bool = False) -> RecordState:
    """Steps that began and ended at random, some skipped, some of no process, in hand or finished."""
    count = draw(st.integers(0, most))
    marks = [draw(st.integers(0, 3)) for _ in range(2 * count)] if tied else draw(st.permutations(range(2 * count)))
    steps: list[StepState] = []
    for place in range(count):
        key = draw(st.sampled_from(KEYS + unknown))
        first, second = sorted(marks[2 * place : 2 * place + 2])
        match draw(st.sampled_from(["told", "told", "told", "lasted", "running", "skipped"])):
            case "told":
                steps.append(done(key, None, second))
            case "lasted":
                steps.append(done(key, first, second))
            case "running":
                steps.append(done(key, first, None))
            case _:
                steps.append(done(key, None, second, state=StepStatus.SKIPPED))
    finished = 2 * count + 1 if draw(st.booleans()) else None
    return record(steps, finished)


def past_of(steps: Sequence[ProcessStep], state: RecordState) -> Past:
    return Past(course(steps), state)


BASELINE = {"process": ClauseLevel.BASELINE}
