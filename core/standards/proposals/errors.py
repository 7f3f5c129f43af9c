"""Refusals of proposals."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class TwoMustAdapt(DomainError):  # noqa: N818 - errors are facts
    """The tenant wants two persons to adapt, or to end an adaptation, and one tried alone."""

    code: ClassVar[str] = "standards.two_must_adapt"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "In this tenant one person proposes an adaptation, or to end one, and another approves it."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Propose it with proposeAdaptation, or its end with proposeWithdrawal."


@fact
class ProposalIsDecided(DomainError):  # noqa: N818 - errors are facts
    """The proposal was approved, rejected, refused or withdrawn before.

    Attributes:
        status: What became of it.
    """

    status: str
    code: ClassVar[str] = "standards.proposal_decided"

    @property
    def message(self) -> str:
        """Say how."""
        return f"This proposal is {self.status} already."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Propose it anew."
