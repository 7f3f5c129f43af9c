"""Refusals of reading."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class OnlyPeopleRead(DomainError):  # noqa: N818 - errors are facts
    """Something that is no person says it has read a version."""

    code: ClassVar[str] = "standards.only_people_read"

    @property
    def message(self) -> str:
        """Say what is the case."""
        return "Only a person can have read a standard."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Sign in as the person who read it; service accounts are not counted."
