"""Hand a draft in and approve it: whoever wrote any of it does not approve it."""

from typing import Final
from uuid import UUID

from core.kernel.approvals import (
    AskApproval,
    AuthorMayNotApprove,
    DecideApproval,
    approval_kind,
    approvals_of,
    ask_approval,
    decide_approval,
    is_one_hand,
)
from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import NotFound, StaleEdit
from core.kernel.frozen import frozen
from core.kernel.outbox import send
from core.kernel.unit import Unit
from core.standards.errors import VersionIsElsewhere
from core.standards.models import Standard, StandardVersion
from core.standards.permissions import APPROVE_STANDARDS, DRAFT_STANDARDS
from core.standards.repository.drafts import standard_of, version_by_id
from core.standards.vocabulary import VersionStatus

VERSION_APPROVAL: Final = approval_kind("standards.version", APPROVE_STANDARDS)


@frozen(kw_only=True)
class SubmitVersion:
    """Hand a draft in for approval; ``expected_revision`` is the one that was read."""

    version_id: UUID
    expected_revision: int


@frozen(kw_only=True)
class ApproveVersion:
    """Approve a version as it was read at ``expected_revision``."""

    version_id: UUID
    expected_revision: int
    reason: str = ""


async def submit_version(unit: Unit, command: SubmitVersion) -> StandardVersion:
    """Hand a draft in; it cannot be written any more until it is sent back.

    Raises:
        NotPermitted: The actor may not draft.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is no draft.
        StaleEdit: It was changed since it was read.
    """
    unit.scope.require(DRAFT_STANDARDS)
    standard, version = await version_in(unit, command.version_id, VersionStatus.DRAFT, command.expected_revision)
    version.status, version.submitted_at = VersionStatus.IN_REVIEW.value, recorded_now()
    await moved(unit, standard, version, "standards.submit", "standards.submitted")
    await ask_approval(
        unit,
        AskApproval(
            kind=VERSION_APPROVAL,
            subject_kind="standard_version",
            subject_id=version.id,
            subject_version=version.revision,
        ),
    )
    return version


async def approve_version(unit: Unit, command: ApproveVersion) -> StandardVersion:
    """Approve a version that somebody else wrote.

    Raises:
        NotPermitted: The actor may not approve.
        NotFound: There is no such version in this tenant.
        VersionIsElsewhere: It is not in review.
        StaleEdit: It was changed since it was read.
        AuthorMayNotApprove: The actor wrote some of it, or handed it in, or one person can act as both.
    """
    unit.scope.require(APPROVE_STANDARDS)
    standard, version = await version_in(unit, command.version_id, VersionStatus.IN_REVIEW, command.expected_revision)
    if await is_one_hand(unit, unit.scope.actor.id, map(UUID, version.editors)):
        raise AuthorMayNotApprove
    asked = await approvals_of(unit, version.id)
    decision = DecideApproval(approval_id=asked[0].id, verdict="approved", reason=command.reason)
    await decide_approval(unit, decision)
    return await approved(unit, standard, version, unit.scope.actor.id)


async def settle_decision(unit: Unit, version_id: UUID, revision: int) -> None:
    """Follow a decision that was made in the inbox, where the version is still as it was decided upon.

    A version that one of its own writers approved goes back to draft, as one that was rejected or is asked for no more.
    """
    version = await version_by_id(unit, version_id)
    standard = None if version is None else await standard_of(unit, version)
    if version is None or standard is None or (version.status, version.revision) != ("in_review", revision):
        return
    decided = (await approvals_of(unit, version_id))[0]
    by = decided.decided_by
    if decided.status == "approved" and by and not await is_one_hand(unit, by, map(UUID, version.editors)):
        await approved(unit, standard, version, by)
        return
    version.status, version.submitted_at = VersionStatus.DRAFT.value, None
    await moved(unit, standard, version, "standards.send_back", "standards.sent_back")


async def approved(unit: Unit, standard: Standard, version: StandardVersion, approver: UUID) -> StandardVersion:
    """Write that a version is approved."""
    version.status, version.approver_id = VersionStatus.APPROVED.value, approver
    version.approved_at = recorded_now()
    await moved(unit, standard, version, "standards.approve", "standards.approved")
    return version


async def version_in(
    unit: Unit, version_id: UUID, status: VersionStatus, expected: int
) -> tuple[Standard, StandardVersion]:
    """Lock a version that is where it must be and as the caller read it."""
    version = await version_by_id(unit, version_id)
    if version is None:
        raise NotFound(kind="version", key=str(version_id))
    standard = await standard_of(unit, version)
    if version.status != status:
        raise VersionIsElsewhere(
            standard=standard.code, number=version.number, status=version.status, needed=status.value
        )
    if version.revision != expected:
        raise StaleEdit(kind="version", expected=expected, actual=version.revision)
    return standard, version


async def moved(unit: Unit, standard: Standard, version: StandardVersion, action: str, topic: str) -> None:
    """Write the next revision of a version with its audit entry and event."""
    version.revision, version.recorded_at = version.revision + 1, recorded_now()
    standard.revision, standard.recorded_at = standard.revision + 1, version.recorded_at
    await unit.session.flush()
    facts = {"code": standard.code, "version_id": version.id, "revision": version.revision}
    details = {**facts, "status": version.status, "hash": version.hash}
    await record_act(unit, action=action, subject_kind="standard_version", subject_id=version.id, details=details)
    await send(unit, topic, facts)
