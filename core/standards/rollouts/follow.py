"""Follow a rollout in the tenant it reaches: ask for what is to be acknowledged, remind, and stop asking.

Everything is found anew from what is known now, so running it twice, late or out of order comes to the same.
"""

from typing import Final
from uuid import UUID

from core.kernel.outbox import send
from core.kernel.timers import clear_timer, set_timer
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item
from core.standards.gather import Gathered
from core.standards.rollouts.acknowledge import ITEM, REMIND, REMINDER, asked_row, changed, stop_asking
from core.standards.rollouts.difference import Difference, difference_of, rollouts_seen
from core.standards.rollouts.models import Acknowledgement
from core.standards.rollouts.policy.reminders import next_reminder
from core.standards.rollouts.policy.succession import Issue, Stage
from core.standards.rollouts.repository.acknowledgements import (
    acknowledgement_of,
    acknowledgements_of,
    keep_acknowledgement,
)
from core.standards.rollouts.vocabulary import AcknowledgementStatus, Phase, RolloutMode

CHECK: Final = "standards.check_adaptations"
"""Carries the tenant's adaptations into the version it is on, and tells which are suspended."""


async def follow_rollout(unit: Unit, code: str, version_id: UUID) -> None:
    """See what a version that is rolled out asks of the tenant now, and have its adaptations follow.

    Args:
        unit: The tenant's transaction.
        code: The standard.
        version_id: The published version.
    """
    await look_again(unit, await rollouts_seen(unit, code), code, version_id)
    await send(unit, CHECK, {"code": code})


async def follow_all(unit: Unit, code: str) -> None:
    """See again what versions of a standard ask of the tenant, after something else has changed."""
    rows = [row for row in await acknowledgements_of(unit, code) if row.status != AcknowledgementStatus.SETTLED]
    if rows:
        gathered = await rollouts_seen(unit, code)
        for row in rows:
            await look_again(unit, gathered, code, row.published_version_id)


async def remind(unit: Unit, version_id: UUID) -> None:
    """Remind the tenant of a version that it has not acknowledged, and set the next reminder."""
    row = await acknowledgement_of(unit, version_id)
    if row is None:
        return
    gathered = await rollouts_seen(unit, row.code)
    await look_again(unit, gathered, row.code, version_id)
    stage = gathered.succession.stage_at(version_id, unit.now)
    if row.status != AcknowledgementStatus.ASKED or stage is None or stage.halted:
        return
    deadline = stage.deadline or stage.enforced_from
    await settle_item(unit, REMINDER, version_id)
    facts = {"code": row.code, "number": row.number, "deadline": deadline, "difference_hash": row.difference_hash}
    await open_item(
        unit,
        kind=REMINDER,
        subject_kind="published_version",
        subject_id=version_id,
        facts={**facts, "overdue": deadline is not None and deadline <= unit.now},
        due_at=deadline,
    )


async def look_again(unit: Unit, gathered: Gathered, code: str, version_id: UUID) -> None:
    """Ask, ask again or stop asking, as the tenant's wave stands now."""
    row = await acknowledgement_of(unit, version_id)
    issue = gathered.succession.issue(version_id, unit.now)
    stage = gathered.succession.stage_at(version_id, unit.now)
    if issue is None or stage is None or not asks(unit, gathered, issue, stage):
        if row is not None and row.status == AcknowledgementStatus.ASKED:
            row.status = AcknowledgementStatus.SETTLED.value
            await changed(unit, row)
            await stop_asking(unit, row)
    elif not stage.halted:
        difference = await difference_of(unit, gathered, version_id, stage)
        row = row or await keep_acknowledgement(unit, asked_row(unit, code, issue, stage, difference))
        await ask(unit, stage, difference, row)


def asks(unit: Unit, gathered: Gathered, issue: Issue, stage: Stage) -> bool:
    """Tell whether a version is to be acknowledged now: it reaches the tenant, and no later one is published."""
    if stage.publisher_id == unit.tenant_id or (issue.span.end is not None and issue.span.end <= unit.now):
        return False
    looks_on = stage.mode is RolloutMode.AUDIT and gathered.succession.version_at(unit.now) != issue.id
    reached = stage.phase is Phase.BEGUN and not looks_on
    return reached or (stage.phase is not Phase.ROLLED_BACK and gathered.succession.version_at(unit.now) == issue.id)


async def ask(unit: Unit, stage: Stage, difference: Difference, row: Acknowledgement) -> None:
    """Ask for what changes for the tenant to be acknowledged, unless that was done; a change is asked about again."""
    version_id = row.published_version_id
    if row.status == AcknowledgementStatus.ACKNOWLEDGED and row.acknowledged_hash == difference.hash:
        return
    if row.revision == 0 or row.difference_hash != difference.hash or row.status != AcknowledgementStatus.ASKED:
        row.status, row.asked_at = AcknowledgementStatus.ASKED.value, unit.now
        row.difference, row.difference_hash = difference.text, difference.hash
        await settle_item(unit, ITEM, version_id)
        await changed(unit, row)
    deadline = stage.deadline or stage.enforced_from
    await open_item(
        unit,
        kind=ITEM,
        subject_kind="published_version",
        subject_id=version_id,
        facts={"code": row.code, "number": row.number, "difference_hash": difference.hash},
        due_at=deadline,
    )
    due = next_reminder(deadline, stage.reminder_days, unit.now)
    if due is None:
        await clear_timer(unit, REMIND, version_id)
    else:
        await set_timer(unit, REMIND, version_id, due)
