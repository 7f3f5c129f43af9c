from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from core.kernel.approvals import (
    KINDS,
    ApprovalIsDecided,
    AskApproval,
    AuthorMayNotApprove,
    DecideApproval,
    OnlyTheAuthorWithdraws,
    WithdrawApproval,
    approval_kind,
    approvals_of,
    ask_approval,
    decide_approval,
    withdraw_approval,
)
from core.kernel.errors import NotFound, NotPermitted, StaleEdit
from core.kernel.permissions import DO_WORK, READ_WORK
from core.kernel.scope import Scope
from core.kernel.work_items import (
    CloseWorkItem,
    TakeWorkItem,
    WorkItemIsClosed,
    WorkItemIsTaken,
    close_item,
    list_inbox,
    open_item,
    take_item,
)
from tests.core.kernel.building import Stage

KIND = "test.waiver"


@pytest.fixture(autouse=True)
def kind() -> Any:
    approval_kind(KIND, DO_WORK)
    yield
    KINDS.pop(KIND)


async def item(stage: Stage, subject_id: UUID | None = None) -> UUID:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        return await open_item(
            unit, kind="test.conflict", subject_kind="test", subject_id=subject_id or uuid4(), facts={"count": 2}
        )


async def inbox(stage: Stage, scope: Scope) -> list[tuple[str, str]]:
    async with stage.database.unit(scope, clock=stage.clock, read_only=True) as unit:
        return [(one.kind, one.status) for one in await list_inbox(unit)]


async def take(stage: Stage, scope: Scope, item_id: UUID, version: int) -> None:
    async with stage.database.unit(scope, clock=stage.clock) as unit:
        await take_item(unit, TakeWorkItem(item_id=item_id, expected_version=version))


async def close(stage: Stage, scope: Scope, item_id: UUID, version: int) -> None:
    async with stage.database.unit(scope, clock=stage.clock) as unit:
        await close_item(unit, CloseWorkItem(item_id=item_id, expected_version=version, ending="done"))


async def test_an_item_waits_is_taken_and_closed(stage: Stage, admin: Any) -> None:
    item_id = await item(stage)
    assert await inbox(stage, stage.north) == [("test.conflict", "open")]
    assert await inbox(stage, stage.south) == []
    await take(stage, stage.north, item_id, 1)
    somebody = stage.tree.scope(stage.tree.north, stage.clock.now())
    with pytest.raises(WorkItemIsTaken):
        await take(stage, somebody, item_id, 2)
    with pytest.raises(StaleEdit):
        await close(stage, stage.north, item_id, 1)
    await close(stage, stage.north, item_id, 2)
    assert await inbox(stage, stage.north) == []
    with pytest.raises(WorkItemIsClosed):
        await close(stage, stage.north, item_id, 3)
    actions = await admin.fetch("SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY id", item_id)
    assert [one["action"] for one in actions] == ["work.take_item", "work.close_item"]


async def test_a_subject_has_one_open_item_of_a_kind(stage: Stage) -> None:
    subject = uuid4()
    first = await item(stage, subject)
    assert await item(stage, subject) == first
    await close(stage, stage.north, first, 1)
    assert await item(stage, subject) != first


async def test_items_are_out_of_reach_for_others(stage: Stage) -> None:
    item_id = await item(stage)
    with pytest.raises(NotFound):
        await take(stage, stage.south, item_id, 1)
    with pytest.raises(NotPermitted):
        await take(stage, stage.tree.scope(stage.tree.north, stage.clock.now(), READ_WORK.name), item_id, 1)
    assert await inbox(stage, stage.north) == [("test.conflict", "open")]


async def asked(stage: Stage, subject_id: UUID) -> UUID:
    async with stage.database.unit(stage.north, clock=stage.clock) as unit:
        command = AskApproval(kind=KIND, subject_kind="waiver", subject_id=subject_id, subject_version=1)
        return (await ask_approval(unit, command)).id


async def decide(stage: Stage, scope: Scope, approval_id: UUID) -> None:
    async with stage.database.unit(scope, clock=stage.clock) as unit:
        await decide_approval(unit, DecideApproval(approval_id=approval_id, verdict="approved", reason="fits"))


async def statuses(stage: Stage, subject_id: UUID) -> list[str]:
    async with stage.database.unit(stage.north, clock=stage.clock, read_only=True) as unit:
        return [one.status for one in await approvals_of(unit, subject_id)]


async def test_another_decides_and_whoever_waits_is_told(stage: Stage, admin: Any) -> None:
    subject = uuid4()
    approval_id = await asked(stage, subject)
    assert await inbox(stage, stage.north) == [("work.approval", "open")]
    await decide(stage, stage.tree.scope(stage.tree.north, stage.clock.now()), approval_id)
    assert await statuses(stage, subject) == ["approved"]
    assert await inbox(stage, stage.north) == []
    topics = await admin.fetch("SELECT topic FROM outbox WHERE tenant_id = $1", stage.tree.north)
    assert [one["topic"] for one in topics] == ["test.waiver.approved"]
    with pytest.raises(ApprovalIsDecided):
        await decide(stage, stage.tree.scope(stage.tree.north, stage.clock.now()), approval_id)


async def test_the_author_may_not_approve(stage: Stage) -> None:
    subject = uuid4()
    approval_id = await asked(stage, subject)
    with pytest.raises(AuthorMayNotApprove):
        await decide(stage, stage.north, approval_id)
    assert await statuses(stage, subject) == ["asked"]


async def test_the_database_too_refuses_an_author_who_approves(stage: Stage, admin: Any) -> None:
    import asyncpg

    approval_id = await asked(stage, uuid4())
    with pytest.raises(asyncpg.CheckViolationError, match="approvals_by_another"):
        await admin.execute(
            "UPDATE approvals SET status = 'approved', decided_by = author_id, decided_at = now() WHERE id = $1",
            approval_id,
        )


async def test_others_neither_decide_nor_withdraw(stage: Stage) -> None:
    subject = uuid4()
    approval_id = await asked(stage, subject)
    with pytest.raises(NotFound):
        await decide(stage, stage.south, approval_id)
    with pytest.raises(NotPermitted):
        await decide(stage, stage.tree.scope(stage.tree.north, stage.clock.now(), READ_WORK.name), approval_id)
    somebody = stage.tree.scope(stage.tree.north, stage.clock.now())
    with pytest.raises(OnlyTheAuthorWithdraws):
        async with stage.database.unit(somebody, clock=stage.clock) as unit:
            await withdraw_approval(unit, WithdrawApproval(approval_id=approval_id))
    assert await statuses(stage, subject) == ["asked"]


async def test_asking_again_withdraws_the_open_question(stage: Stage) -> None:
    subject = uuid4()
    await asked(stage, subject)
    await asked(stage, subject)
    assert await statuses(stage, subject) == ["asked", "withdrawn"]
    assert await inbox(stage, stage.north) == [("work.approval", "open")]


async def test_asking_about_something_else_of_a_subject_withdraws_nothing(stage: Stage) -> None:
    subject, other = uuid4(), approval_kind("test.other", DO_WORK)
    try:
        await asked(stage, subject)
        command = AskApproval(kind=other, subject_kind="test", subject_id=subject, subject_version=1)
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await ask_approval(unit, command)
    finally:
        KINDS.pop(other)
    assert await statuses(stage, subject) == ["asked", "asked"]


async def test_an_item_cannot_be_taken_by_nobody(stage: Stage) -> None:
    from sqlalchemy import text

    item_id = await item(stage)
    with pytest.raises(IntegrityError, match="work_items_taken_by_somebody"):
        async with stage.database.unit(stage.north, clock=stage.clock) as unit:
            await unit.session.execute(
                text("UPDATE work_items SET status = 'taken' WHERE tenant_id = :t AND id = :i"),
                {"t": stage.tree.north, "i": item_id},
            )
