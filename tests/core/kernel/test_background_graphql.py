"""People see what waits for them, what runs and what was given up, and act on it; each in the own tenant."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.kernel.approvals import KINDS, AskApproval, approval_kind, ask_approval
from core.kernel.handlers import Handler
from core.kernel.idle import run_until_idle
from core.kernel.jobs import open_job
from core.kernel.outbox import send
from core.kernel.permissions import CATALOGUE, DO_WORK, READ_WORK
from core.kernel.scope import Actor, ActorKind, Scope
from core.kernel.work import Work
from core.kernel.work_items import open_item
from tests.core.kernel.building import Stage, Topics
from tests.support.api import Answer, Api
from tests.support.api import Client as FrontEnd

KIND = "test.decision"

LISTS = {
    "inbox": "{ inbox { nodes { id kind status facts version subjectId } } }",
    "jobs": "{ jobs { nodes { id kind status done total } } }",
    "approvals": "{ approvals { nodes { id kind status subjectVersion authorId } } }",
    "dead_letters": "{ deadLetters { nodes { id topic attempts error } } }",
}
CHANGES = {
    "takeWorkItem": "workItem { status version assigneeId }",
    "closeWorkItem": "workItem { status version }",
    "decideApproval": "approval { status reason }",
    "withdrawApproval": "approval { status }",
    "cancelJob": "job { status }",
    "replayDeadLetter": "deadLetter { attempts givenUpAt }",
}


class Client:
    """A front end that knows this room's lists and changes."""

    def __init__(self, stage: Stage, scope: Scope) -> None:
        self.stage, self.scope = stage, scope
        self._front = FrontEnd(Api(stage.database, stage.background.services, stage.clock), scope)

    async def ask(self, query: str) -> Answer:
        return await self._front.ask(query)

    async def nodes(self, name: str) -> list[Any]:
        data = await self._front.data(LISTS[name])
        return next(iter(data.values()))["nodes"]

    async def change(self, name: str, **input: Any) -> Any:
        return await self._front.change(name, CHANGES[name], **input)

    def as_somebody_else(self, *permissions: str) -> "Client":
        other = replace(
            self.scope,
            actor=Actor(ActorKind.PERSON, uuid4()),
            permissions=frozenset(permissions) or self.scope.permissions,
        )
        return Client(self.stage, other)


@pytest.fixture
def north(stage: Stage) -> Client:
    return Client(stage, replace(stage.north, permissions=frozenset(CATALOGUE)))


@pytest.fixture
def south(stage: Stage) -> Client:
    return Client(stage, replace(stage.south, permissions=frozenset(CATALOGUE)))


@pytest.fixture
async def everything(stage: Stage, topics: Topics) -> AsyncGenerator[UUID, None]:
    """A work item, an approval, a job and a dead letter in the northern tenant."""

    async def breaks(work: Work) -> None:
        del work
        raise RuntimeError("broken")

    approval_kind(KIND, DO_WORK)
    topic = topics.add(Handler(topic="test.broken", run=breaks, attempts=1))
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        subject = uuid4()
        await open_item(unit, kind="test.conflict", subject_kind="test", subject_id=subject, facts={"count": 2})
        await open_job(unit, kind="test.count", subject_kind="test", subject_id=subject, total=3)
        asked = AskApproval(kind=KIND, subject_kind="test", subject_id=subject, subject_version=4)
        await ask_approval(unit, asked)
        await send(unit, topic, {})
    await run_until_idle(stage.background, network_id=stage.tree.network_id, tolerant=True)
    yield subject
    KINDS.pop(KIND)


async def test_everything_is_seen_in_the_own_tenant_and_nowhere_else(
    north: Client, south: Client, everything: UUID
) -> None:
    conflict, approval = await north.nodes("inbox")
    assert (conflict["kind"], conflict["status"], conflict["facts"]) == ("test.conflict", "OPEN", {"count": 2})
    assert conflict["subjectId"] == str(everything)
    assert approval["kind"] == "work.approval"
    (job,) = await north.nodes("jobs")
    assert (job["status"], job["done"], job["total"]) == ("WAITING", 0, 3)
    (asked,) = await north.nodes("approvals")
    assert (asked["status"], asked["subjectVersion"]) == ("ASKED", 4)
    (letter,) = await north.nodes("dead_letters")
    assert (letter["topic"], letter["attempts"], letter["error"]) == ("test.broken", 1, "builtins.RuntimeError")
    for name in LISTS:
        assert await south.nodes(name) == [], name


async def test_nothing_is_seen_without_the_permission(north: Client, everything: UUID) -> None:
    stranger = north.as_somebody_else("kernel.signed_in")
    for name, query in LISTS.items():
        answer = await stranger.ask(query)
        assert answer.codes, name
        shown: dict[str, Any] = answer.data or {}
        assert not any(shown.values()), name


async def test_items_are_taken_and_closed(north: Client, everything: UUID) -> None:
    item = (await north.nodes("inbox"))[0]
    taken = await north.change("takeWorkItem", workItem=item["id"], version=1)
    assert taken["workItem"] == {"status": "TAKEN", "version": 2, "assigneeId": str(north.scope.actor.id)}
    refused = await north.as_somebody_else().change("takeWorkItem", workItem=item["id"], version=2)
    assert (refused["__typename"], refused["code"]) == ("WorkItemIsTaken", "work.item_taken")
    stale = await north.change("closeWorkItem", workItem=item["id"], version=1, ending="DONE")
    assert stale["__typename"] == "StaleEdit"
    closed = await north.change("closeWorkItem", workItem=item["id"], version=2, ending="DISMISSED")
    assert closed["workItem"] == {"status": "DISMISSED", "version": 3}


async def test_another_decides_what_its_author_may_withdraw(north: Client, everything: UUID) -> None:
    (asked,) = await north.nodes("approvals")
    own = await north.change("decideApproval", approval=asked["id"], verdict="APPROVED")
    assert own["code"] == "work.author_may_not_approve"
    foreign = await north.as_somebody_else().change("withdrawApproval", approval=asked["id"])
    assert foreign["code"] == "work.only_author_withdraws"
    decided = await north.as_somebody_else().change(
        "decideApproval", approval=asked["id"], verdict="REJECTED", reason="too long"
    )
    assert decided["approval"] == {"status": "REJECTED", "reason": "too long"}
    late = await north.change("withdrawApproval", approval=asked["id"])
    assert late["code"] == "work.approval_decided"


async def test_a_job_is_cancelled_and_a_dead_letter_sent_again(north: Client, everything: UUID) -> None:
    (job,) = await north.nodes("jobs")
    assert (await north.change("cancelJob", job=job["id"]))["job"] == {"status": "CANCELLED"}
    (letter,) = await north.nodes("dead_letters")
    replayed = await north.change("replayDeadLetter", deadLetter=letter["id"])
    assert replayed["deadLetter"] == {"attempts": 0, "givenUpAt": None}
    assert await north.nodes("dead_letters") == []


async def test_nobody_changes_anything_elsewhere_or_without_the_permission(
    north: Client, south: Client, everything: UUID
) -> None:
    ids = {name: (await north.nodes(name))[0]["id"] for name in LISTS}
    changes: dict[str, dict[str, Any]] = {
        "takeWorkItem": {"workItem": ids["inbox"], "version": 1},
        "closeWorkItem": {"workItem": ids["inbox"], "version": 1, "ending": "DONE"},
        "decideApproval": {"approval": ids["approvals"], "verdict": "APPROVED"},
        "withdrawApproval": {"approval": ids["approvals"]},
        "cancelJob": {"job": ids["jobs"]},
        "replayDeadLetter": {"deadLetter": ids["dead_letters"]},
    }
    assert changes.keys() == CHANGES.keys()
    before = {name: await north.nodes(name) for name in LISTS}
    reader = north.as_somebody_else(READ_WORK.name)
    for name, input in changes.items():
        assert (await south.change(name, **input))["__typename"] == "NotFound", name
        assert (await reader.change(name, **input))["__typename"] == "NotPermitted", name
    assert {name: await north.nodes(name) for name in LISTS} == before
