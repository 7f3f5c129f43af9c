"""Refusals of links."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class LinkOpensNothing(DomainError):  # noqa: N818 - errors are facts
    """A link is forged, over, revoked, or leads to nothing: which of these it is, is not told."""

    code: ClassVar[str] = "records.link_opens_nothing"

    @property
    def message(self) -> str:
        """Say so."""
        return "This link opens nothing."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Check that the address is complete, or ask whoever gave it to you for a new one."
