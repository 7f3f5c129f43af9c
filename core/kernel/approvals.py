"""Approvals: a decision asked of somebody else than its author."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar, Literal
from uuid import UUID

from sqlmodel import col, select

from core.kernel.audit import record_act
from core.kernel.clock import recorded_now
from core.kernel.errors import DomainError, NotFound, fact
from core.kernel.frozen import frozen
from core.kernel.ids import new_id
from core.kernel.models import Approval
from core.kernel.outbox import send
from core.kernel.permissions import Permission
from core.kernel.unit import Unit
from core.kernel.work_items import open_item, settle_item

Verdict = Literal["approved", "rejected"]
KINDS: dict[str, Permission] = {}
FindHolders = Callable[[Unit, frozenset[UUID]], Awaitable[frozenset[UUID]]]
"""Finds who can act as some actors of the unit's tenant: whoever was handed the secret of a service account."""
HOLDERS: set[FindHolders] = set()
ITEM = "work.approval"


def approval_kind(kind: str, permission: Permission) -> str:
    """Declare a kind of approval and the permission it takes to decide one.

    Decided approvals are told by the events ``<kind>.approved`` and ``<kind>.rejected``, with ``approval_id``,
    ``subject_id`` and ``subject_version`` in the payload.

    Raises:
        ValueError: The kind is declared with another permission already.
    """
    if KINDS.setdefault(kind, permission) != permission:
        msg = f"The approval kind {kind} is declared twice with different permissions."
        raise ValueError(msg)
    return kind


def tell_holders(find: FindHolders) -> None:
    """Let decisions know who can act as whom; told where the product is wired, as often as that happens."""
    HOLDERS.add(find)


async def hands_of(unit: Unit, actors: Iterable[UUID]) -> frozenset[UUID]:
    """Give some actors and all who can act as them, through accounts that were made by accounts too."""
    known, fresh = frozenset[UUID](), frozenset(actors)
    while fresh:
        known |= fresh
        found = [await find(unit, fresh) for find in HOLDERS]
        fresh = frozenset[UUID]().union(*found) - known
    return known


async def is_one_hand(unit: Unit, actor_id: UUID, others: Iterable[UUID]) -> bool:
    """Tell whether an actor is one of some others, or anybody can act as the actor and one of them.

    So nobody decides through a service account what they have asked for themselves, nor the other way round.
    """
    return bool(await hands_of(unit, [actor_id]) & await hands_of(unit, others))


@fact
class AuthorMayNotApprove(DomainError):  # noqa: N818 - errors are facts
    """Whoever asked for the approval tried to decide it, by themselves or through a service account."""

    code: ClassVar[str] = "work.author_may_not_approve"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "You asked for this approval yourself."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Let somebody else decide, or withdraw it."


@fact
class ApprovalIsDecided(DomainError):  # noqa: N818 - errors are facts
    """The approval was decided or withdrawn before."""

    status: str
    code: ClassVar[str] = "work.approval_decided"

    @property
    def message(self) -> str:
        """Say how."""
        return f"This approval is {self.status} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Ask for a new approval if the matter has changed."


@fact
class OnlyTheAuthorWithdraws(DomainError):  # noqa: N818 - errors are facts
    """Somebody else than the author tried to withdraw the approval."""

    code: ClassVar[str] = "work.only_author_withdraws"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "Only whoever asked for this approval can withdraw it."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Reject it, or ask its author to withdraw it."


@frozen(kw_only=True)
class AskApproval:
    """Ask for a decision on a subject as it is now: ``subject_version`` is what is decided upon."""

    kind: str
    subject_kind: str
    subject_id: UUID
    subject_version: int


@frozen(kw_only=True)
class DecideApproval:
    """Approve or reject, with a reason."""

    approval_id: UUID
    verdict: Verdict
    reason: str = ""


@frozen(kw_only=True)
class WithdrawApproval:
    """Take back what one asked for."""

    approval_id: UUID


async def ask_approval(unit: Unit, command: AskApproval) -> Approval:
    """Ask for a decision and put it into the inbox; the use case that asks has checked its own permission.

    An earlier question about the same subject that nobody has answered is withdrawn.
    """
    await withdraw_open(unit, command)
    approval = Approval(
        tenant_id=unit.tenant_id,
        network_id=unit.network_id,
        id=new_id(),
        kind=command.kind,
        subject_kind=command.subject_kind,
        subject_id=command.subject_id,
        subject_version=command.subject_version,
        author_id=unit.scope.actor.id,
        asked_at=recorded_now(),
    )
    unit.session.add(approval)
    await unit.session.flush()
    facts = {"approval": approval.kind, "subject_kind": approval.subject_kind, "subject_id": approval.subject_id}
    await open_item(unit, kind=ITEM, subject_kind="approval", subject_id=approval.id, facts=facts)
    await record_act(unit, action="work.ask_approval", subject_kind="approval", subject_id=approval.id, details=facts)
    return approval


async def decide_approval(unit: Unit, command: DecideApproval) -> Approval:
    """Approve or reject.

    Raises:
        NotFound: There is no such approval in this tenant.
        NotPermitted: The actor lacks the permission of its kind.
        ApprovalIsDecided: It was decided or withdrawn.
        AuthorMayNotApprove: The actor asked for it, or one person can act as both.
    """
    approval = await lock_approval(unit, command.approval_id)
    unit.scope.require(KINDS[approval.kind])
    if approval.status != "asked":
        raise ApprovalIsDecided(status=approval.status)
    if await is_one_hand(unit, unit.scope.actor.id, [approval.author_id]):
        raise AuthorMayNotApprove
    approval.reason = command.reason or None
    return await end(unit, approval, command.verdict, "work.decide_approval")


async def withdraw_approval(unit: Unit, command: WithdrawApproval) -> Approval:
    """Take back what one asked for.

    Raises:
        NotFound: There is no such approval in this tenant.
        ApprovalIsDecided: It was decided or withdrawn.
        OnlyTheAuthorWithdraws: The actor did not ask for it.
    """
    approval = await lock_approval(unit, command.approval_id)
    if approval.author_id != unit.scope.actor.id:
        raise OnlyTheAuthorWithdraws
    if approval.status != "asked":
        raise ApprovalIsDecided(status=approval.status)
    return await end(unit, approval, "withdrawn", "work.withdraw_approval")


async def approvals_of(unit: Unit, subject_id: UUID) -> Sequence[Approval]:
    """List the approvals asked for a subject, the newest first."""
    chosen = select(Approval).where(col(Approval.tenant_id) == unit.tenant_id, col(Approval.subject_id) == subject_id)
    return (await unit.session.execute(chosen.order_by(col(Approval.id).desc()))).scalars().all()


async def withdraw_open(unit: Unit, command: AskApproval) -> None:
    """Withdraw the unanswered question about a subject, if there is one."""
    found = await unit.session.execute(
        select(Approval)
        .where(
            col(Approval.tenant_id) == unit.tenant_id,
            col(Approval.kind) == command.kind,
            col(Approval.subject_id) == command.subject_id,
            col(Approval.status) == "asked",
        )
        .with_for_update()
    )
    for approval in found.scalars().all():
        await end(unit, approval, "withdrawn", "work.withdraw_approval")


async def lock_approval(unit: Unit, approval_id: UUID) -> Approval:
    """Lock an approval for its decision."""
    chosen = select(Approval).where(col(Approval.tenant_id) == unit.tenant_id, col(Approval.id) == approval_id)
    approval = (await unit.session.execute(chosen.with_for_update())).scalar_one_or_none()
    if approval is None:
        raise NotFound(kind="approval", key=str(approval_id))
    return approval


async def end(unit: Unit, approval: Approval, status: str, action: str) -> Approval:
    """Write how an approval ended, close its work item and tell whoever waits."""
    approval.status = status
    approval.decided_by, approval.decided_at = unit.scope.actor.id, recorded_now()
    await unit.session.flush()
    told = {"subject_id": approval.subject_id, "subject_version": approval.subject_version}
    await settle_item(unit, ITEM, approval.id)
    await record_act(
        unit, action=action, subject_kind="approval", subject_id=approval.id, details={**told, "status": status}
    )
    await send(unit, f"{approval.kind}.{status}", {**told, "approval_id": approval.id})
    return approval
