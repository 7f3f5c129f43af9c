"""Long lives in which whatever can be done is done: the fold says what a plain telling of the same events says."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import orjson
import pytest

from core.kernel.errors import DomainError
from core.records.events.fold import STEPS, apply, begun, fold
from core.records.events.policy import Event, EventKind, Happening, Head, Origin, chained
from core.records.events.state import RecordState, WaitingFor
from core.records.execution import commands as do
from core.records.execution.kept import kept_of
from core.records.execution.policy import Moment, decide
from core.standards.policy.process import ProcessContent, Proof
from core.standards.policy.process_running import running
from tests.core.records.execution.executing import PROCESS

START = datetime(2026, 11, 21, 9, tzinfo=UTC)
RECORD, PEOPLE, SITE = UUID(int=1), tuple(UUID(int=one) for one in (2, 3)), UUID(int=4)
KEYS = ("intake", "visit", "repair", "report")
UNDER = running(msgspec.convert(PROCESS, type=ProcessContent))
WHY = "because"
ONWARDS = (do.CompleteStep, do.TellStep, do.Resume, do.Resolve, do.Confirm, do.Close, do.Reopen)
OPENED: dict[str, Any] = {
    "channel": "phone",
    "externalId": "call 1",
    "standard": "x",
    "standardVersion": "1.0.0",
    "effectiveHash": "aa",
    "priority": "high",
    "role": "front_desk",
}


def wanted(chance: Random, state: RecordState) -> list[do.Command]:
    """Give one command of each kind, in a random order; now and then what leads on comes first."""
    key, piece = chance.choice(KEYS), chance.choice([UUID(int=7), *(one.id for one in state.evidence)])
    found: list[do.Command] = [
        do.StartStep(key=key, readiness=("tools",)),
        do.CompleteStep(key=key, status=chance.choice([None, "fine"]), answers_customer=chance.random() < 0.5),
        do.TellStep(key=key, answers_customer=chance.random() < 0.5),
        do.SkipStep(key="visit", reason_code=WHY),
        do.ReopenStep(key=key, reason_code=WHY),
        do.HandOver(role="field", person_id=chance.choice([None, PEOPLE[1]]), site_id=chance.choice([None, SITE])),
        do.Wait(whom=chance.choice(list(WaitingFor)), reason_code=WHY),
        do.Resume(),
        do.Resolve(),
        do.Confirm(),
        do.Close(),
        do.Reopen(reason_code=WHY),
        do.ChangePriority(priority=chance.choice(["low", "high", None])),
        do.AddContact(channel="email", external_id=f"mail {state.head}", site_id=chance.choice([None, SITE])),
        do.Migrate(version=f"2.{state.head}.0", hash=f"{state.head:04x}", process=UNDER),
        do.AddEvidence(
            evidence_id=uuid4(),
            key="repair",
            kind=Proof.PHOTO,
            media_type="image/png",
            size=9,
            content=f"{state.head:04x}",
            blob="bb",
        ),
        do.ConfirmEvidence(evidence_id=piece, by=PEOPLE[1], by_person=True),
        do.WithdrawEvidence(evidence_id=piece, reason_code=WHY),
        do.AnnounceDelay(until=START + timedelta(days=900 + state.head), reason_code=WHY, step=key),
    ]
    chance.shuffle(found)
    onwards = chance.random() < 0.3
    return sorted(found, key=lambda one: onwards and not isinstance(one, ONWARDS))


def event(chance: Random, head: Head, happening: Happening) -> Event:
    at = happening.occurred_at
    origin = Origin(
        tenant_id=RECORD,
        network_id=RECORD,
        actor_kind="person",
        actor_id=chance.choice(PEOPLE),
        on_behalf_of=None,
        recorded_at=at + timedelta(seconds=1),
    )
    [made] = chained(origin, RECORD, [(uuid4(), happening)], head)
    return made


def lived(chance: Random, most: int) -> tuple[list[Event], RecordState]:
    """Live: of what is wanted at each moment, the first that is not refused happens."""
    first = event(chance, Head(), Happening(kind=EventKind.OPENED, occurred_at=START, facts=OPENED))
    events, state, now = [first], begun(first), START
    for _ in range(most):
        now += timedelta(seconds=chance.randrange(1, 600))
        offline = chance.random() < 0.2
        at = now - timedelta(seconds=chance.randrange(900)) if offline else now
        for command in wanted(chance, state):
            try:
                happenings = decide(state, command, UNDER, Moment(now=now, at=at, replayed=offline))
            except DomainError:
                continue
            if happenings:
                made = event(chance, Head(state.head, state.hash), happenings[0])
                events.append(made)
                state = apply(state, made)
                break
    return events, state


class Telling:
    """A record as somebody would tell it who reads the stream aloud; it knows nothing of the fold."""

    def __init__(self) -> None:
        self.record: dict[str, Any] = {}
        self.steps: list[dict[str, Any]] = []
        self.contacts: list[tuple[str, str | None, str | None]] = []
        self.evidence: dict[str, dict[str, Any]] = {}
        self.pauses: list[tuple[str, datetime, datetime]] = []
        self.resolved: list[list[datetime | None]] = []
        self.delays: list[tuple[str, str | None]] = []

    def hear(self, one: Event) -> None:  # noqa: C901, PLR0912, PLR0915 - one plain list of what can happen
        said, at, kind, record = orjson.loads(one.payload), one.occurred_at, one.kind, self.record
        if kind == "opened":
            names = ("resolved_at", "closed_at", "confirmed_at", "first_response_at", "waiting_for", "waiting_since")
            record |= dict.fromkeys((*names, "holder_id", "site_id"))
            record |= {"status": "open", "priority": said["priority"], "holder_role": said["role"]}
            record |= {"reopened_count": 0, "standard_version": "1.0.0", "effective_hash": "aa"}
        elif kind in {"step_started", "step_reopened"}:
            self.begin(one, said, at)
        elif kind in {"step_completed", "step_skipped"}:
            running_ = [each for each in self.steps if each["key"] == said["step"] and each["state"] == "started"]
            if not running_:
                running_ = [self.begin(one, said, None)]
            running_[0] |= {"state": kind.removeprefix("step_"), "occurred_at": at, "performer_id": one.actor_id}
            running_[0]["status"] = said.get("status")
            if "reasonCode" in said:
                running_[0]["reason_code"] = said["reasonCode"]
            if said.get("answersCustomer"):
                record["first_response_at"] = min(at, record["first_response_at"] or at)
        elif kind == "handed_over":
            record |= {"holder_role": said.get("role"), "holder_id": said.get("person")}
            record["site_id"] = said.get("site", record["site_id"])
        elif kind == "waiting":
            record |= {"status": "waiting", "waiting_for": said["for"], "waiting_since": at}
        elif kind in {"resumed", "resolved"}:
            if record["waiting_for"]:
                self.pauses.append((record["waiting_for"], record["waiting_since"], at))
            record |= {"status": "open", "waiting_for": None, "waiting_since": None}
            if kind == "resolved":
                record |= {"status": "resolved", "resolved_at": at}
                self.resolved.append([at, None])
        elif kind == "confirmed":
            record["confirmed_at"] = at
        elif kind == "closed":
            record |= {"status": "closed", "closed_at": at}
        elif kind == "reopened":
            record |= {"status": "open", "resolved_at": None, "closed_at": None, "confirmed_at": None}
            record["reopened_count"] += 1
            self.resolved[-1][1] = at
        elif kind == "priority_changed":
            record["priority"] = said.get("priority")
        elif kind == "migrated":
            record |= {"standard_version": said["standardVersion"], "effective_hash": said["effectiveHash"]}
        elif kind == "contacted":
            self.contacts.append((said["channel"], said.get("externalId"), said.get("site")))
        elif kind == "evidence_added":
            names = ("confirmed_by", "confirmed_at", "withdrawn_at", "withdrawn_code")
            self.evidence[said["evidence"]] = dict.fromkeys(names) | {"step": said["step"], "round": said["round"]}
            self.evidence[said["evidence"]] |= {"given_by": one.actor_id, "given_at": at, "content": said["content"]}
        elif kind == "evidence_confirmed":
            self.evidence[said["evidence"]] |= {"confirmed_by": one.actor_id, "confirmed_at": at}
        elif kind == "evidence_withdrawn":
            self.evidence[said["evidence"]] |= {"withdrawn_at": at, "withdrawn_code": said["reasonCode"]}
        else:
            assert kind == "delay_announced"
            self.delays.append((said["until"], said.get("step")))

    def begin(self, one: Event, said: dict[str, Any], started: datetime | None) -> dict[str, Any]:
        key = said["step"]
        step = {"key": key, "position": len(self.steps) + 1, "state": "started", "occurred_at": one.occurred_at}
        step |= {"round": 1 + sum(each["key"] == key for each in self.steps), "started_at": started}
        step |= {"status": None, "reason_code": said.get("reasonCode"), "performer_id": one.actor_id}
        self.steps.append(step)
        return step


def text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


@pytest.mark.parametrize("seed", range(30))
def test_the_fold_says_what_the_stream_says(seed: int) -> None:
    events, state = lived(Random(seed), 60)
    assert fold(events) == state
    assert all(one.previous == before.hash for before, one in pairwise(events))
    telling = Telling()
    for one in events:
        telling.hear(one)
    rows = kept_of(state)
    found = {name: rows.record[name] for name in telling.record}
    assert {**found, "holder_id": text(found["holder_id"]), "site_id": text(found["site_id"])} == telling.record
    assert [{name: one[name] for name in telling.steps[0]} for one in rows.steps] == telling.steps
    contacts = [(one["channel"], one["external_id"], text(one["site_id"])) for one in rows.contacts]
    assert contacts == telling.contacts
    pieces = {str(one["id"]): one for one in rows.evidence}
    assert {
        id_: {name: pieces[id_][name] for name in said} for id_, said in telling.evidence.items()
    } == telling.evidence
    assert [(one.whom.value, one.since, max(one.since, one.until)) for one in state.pauses] == telling.pauses
    assert [[one.at, one.reopened_at] for one in state.resolutions] == telling.resolved
    assert len(pieces) == len(telling.evidence)
    assert len(state.delays) == len(telling.delays)


def test_lives_are_eventful() -> None:
    kinds = Counter(one.kind for seed in range(30) for one in lived(Random(seed), 60)[0])
    assert set(kinds) == {*STEPS, "opened"}
    assert min(kinds.values()) >= 10, kinds
