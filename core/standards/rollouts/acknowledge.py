"""Acknowledge a version, bound to what it changes for the tenant."""

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.outbox import send
from core.kernel.timers import clear_timer
from core.kernel.unit import Unit
from core.kernel.work_items import settle_item
from core.standards.permissions import ADOPT_STANDARDS
from core.standards.rollouts.adopt import check_going_on, rolled_out
from core.standards.rollouts.difference import Difference, difference_of, rollouts_seen
from core.standards.rollouts.errors import DifferenceHasChanged
from core.standards.rollouts.models import Acknowledgement
from core.standards.rollouts.policy.succession import Issue, Stage
from core.standards.rollouts.repository.acknowledgements import keep_acknowledgement
from core.standards.rollouts.vocabulary import AcknowledgementStatus

ITEM = "standards.acknowledge_version"
REMINDER = "standards.acknowledgement_reminder"
REMIND = "standards.remind_acknowledgement"
TELL_ACKNOWLEDGEMENT = "standards.tell_acknowledgement"


@frozen(kw_only=True)
class AcknowledgeVersion:
    """Acknowledge a version.

    Attributes:
        code: The standard.
        number: The version's number.
        difference_hash: Hash of what changes for the tenant, as it was read.
    """

    code: str
    number: str
    difference_hash: str


async def acknowledge_version(unit: Unit, command: AcknowledgeVersion) -> Acknowledgement:
    """Acknowledge for the tenant what a version changes; doing so again changes nothing.

    Raises:
        NotPermitted: The actor may not acknowledge.
        NotFound: No such version is rolled out to the tenant.
        VersionIsElsewhere: A later version is published.
        RolloutIsElsewhere: The rollout is halted.
        WaveIsElsewhere: The tenant's wave is rolled back.
        DifferenceHasChanged: Something else changes for the tenant than what is acknowledged.
        InvalidInput: The version starts later.
    """
    unit.scope.require(ADOPT_STANDARDS)
    gathered = await rollouts_seen(unit, command.code)
    issue, stage = rolled_out(unit, gathered, command.code, command.number)
    check_going_on(command.code, stage)
    difference = await difference_of(unit, gathered, issue.id, stage)
    if difference.hash != command.difference_hash:
        raise DifferenceHasChanged(given=command.difference_hash, actual=difference.hash)
    row = await keep_acknowledgement(unit, asked_row(unit, command.code, issue, stage, difference))
    if row.acknowledged_hash == difference.hash and row.status == AcknowledgementStatus.ACKNOWLEDGED:
        return row
    row.status, row.acknowledged_hash = AcknowledgementStatus.ACKNOWLEDGED.value, difference.hash
    row.difference, row.difference_hash = difference.text, difference.hash
    row.acknowledged_by, row.acknowledged_at = unit.scope.actor.id, unit.now
    await changed(unit, row)
    await stop_asking(unit, row)
    details = {"code": row.code, "number": row.number, "hash": difference.hash}
    await record_act(
        unit,
        action="standards.acknowledge_version",
        subject_kind="acknowledgement",
        subject_id=row.id,
        details=details,
    )
    return row


def asked_row(unit: Unit, code: str, issue: Issue, stage: Stage, difference: Difference) -> Acknowledgement:
    """Make the row of a tenant that is asked, or acknowledges unasked."""
    return Acknowledgement(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        code=code,
        number=stage.number,
        published_version_id=issue.id,
        rollout_id=stage.rollout_id,
        publisher_id=stage.publisher_id,
        status=AcknowledgementStatus.ASKED.value,
        difference=difference.text,
        difference_hash=difference.hash,
        asked_at=unit.now,
        revision=0,
        recorded_at=recorded_now(),
    )


async def changed(unit: Unit, row: Acknowledgement) -> None:
    """Write the next revision and tell the publisher, which counts."""
    row.revision, row.recorded_at = row.revision + 1, recorded_now()
    unit.session.add(row)
    await unit.session.flush()
    at = row.acknowledged_at if row.status == AcknowledgementStatus.ACKNOWLEDGED else None
    told = {"rollout_id": row.rollout_id, "at": at, "revision": row.revision}
    await send(unit, TELL_ACKNOWLEDGEMENT, told, target_tenant_id=row.publisher_id)


async def stop_asking(unit: Unit, row: Acknowledgement) -> None:
    """Close what waits for an answer."""
    await settle_item(unit, ITEM, row.published_version_id)
    await settle_item(unit, REMINDER, row.published_version_id)
    await clear_timer(unit, REMIND, row.published_version_id)
