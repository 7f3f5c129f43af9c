"""Refusals of links."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class TooManyLinks(DomainError):  # noqa: N818 - errors are facts
    """A record has as many links as it may have that open its customer's view.

    Attributes:
        most: How many.
    """

    most: int
    code: ClassVar[str] = "records.too_many_links"

    @property
    def message(self) -> str:
        """Say how many."""
        return f"This record has {self.most} links that open its customer's view, and no record may have more."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Revoke links that are not needed, or wait until some are over."


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
