"""Refusals are facts with a stable code, typed attributes and a next step; they carry no HTTP numbers."""

from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform

from core.kernel.taking import taking


class DomainError(Exception):
    """A refusal that the caller can act on.

    Subclasses are declared with :func:`fact`; their fields are public and must hold no personal data.

    Attributes:
        code: Stable identifier, ``<feature>.<fact>``; front ends branch on it.
    """

    code: ClassVar[str] = "kernel.refused"

    @property
    def message(self) -> str:
        """Say in one sentence what is wrong."""
        return "The request was refused."

    @property
    def hint(self) -> str:
        """Say in one sentence what to do next."""
        return "Check the input and try again."

    def __str__(self) -> str:
        """Show message and hint with the code, for logs and the command line."""
        return f"{self.message} {self.hint} [{self.code}]"


ErrorClass = TypeVar("ErrorClass", bound=type[DomainError])


@dataclass_transform(kw_only_default=True)
def fact(cls: ErrorClass) -> ErrorClass:
    """Make a refusal's annotated fields its keyword arguments, without touching how exceptions behave.

    The dataclass is neither frozen nor slotted: either would break exceptions that pass a context manager.
    """
    made = dataclass(init=False, kw_only=True, eq=False, repr=False)(cls)
    made.__init__ = taking(made)
    return made


@fact
class NotPermitted(DomainError):  # noqa: N818 - errors are facts
    """The actor lacks a permission."""

    permission: str
    code: ClassVar[str] = "kernel.not_permitted"

    @property
    def message(self) -> str:
        """Say which permission is missing."""
        return f"This needs the permission {self.permission}."

    @property
    def hint(self) -> str:
        """Say who can grant it."""
        return "Ask an administrator of your tenant for a role that holds it."


@fact
class NotFound(DomainError):  # noqa: N818 - errors are facts
    """Nothing of that kind exists inside the scope; what exists elsewhere looks the same."""

    kind: str
    key: str
    code: ClassVar[str] = "kernel.not_found"

    @property
    def message(self) -> str:
        """Say what was looked for."""
        return f"There is no {self.kind} {self.key} in this tenant."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check the identifier and the tenant you act in."


@fact
class StaleEdit(DomainError):  # noqa: N818 - errors are facts
    """Somebody else changed the object since it was read."""

    kind: str
    expected: int
    actual: int
    code: ClassVar[str] = "kernel.stale_edit"

    @property
    def message(self) -> str:
        """Say which version was expected and which is there."""
        return f"The {self.kind} is at version {self.actual}, not {self.expected}."

    @property
    def hint(self) -> str:
        """Say how to go on."""
        return "Read it again, apply your change to what it says now, and send it with the new version."


@fact
class InvalidInput(DomainError):  # noqa: N818 - errors are facts
    """A value does not have the form it must have."""

    field: str
    problem: str
    code: ClassVar[str] = "kernel.invalid_input"

    @property
    def message(self) -> str:
        """Say which field is wrong and why."""
        return f"{self.field}: {self.problem}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Correct the field and send the request again."
