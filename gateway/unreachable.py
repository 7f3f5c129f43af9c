"""A database that cannot be used, told plainly: by its address without credentials, and the kind of failure."""

from typing import ClassVar
from urllib.parse import urlsplit

from core.kernel.connecting import without_credentials
from core.kernel.errors import DomainError, fact


@fact
class DatabaseIsUnreachable(DomainError):  # noqa: N818 - errors are facts
    """The database does not answer, or not us."""

    address: str
    reason: str
    code: ClassVar[str] = "gateway.database_unreachable"

    @property
    def message(self) -> str:
        """Name the address without its credentials, and the kind of failure."""
        return f"The database {self.address} cannot be used: {self.reason}."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return (
            "Check DATABASE_URL, MIGRATE_DATABASE_URL and TOUCHSTONE_ROLE_SECRET, and run: touchstone migrate. "
            "touchstone doctor tells more."
        )


def unreachable(url: str, error: Exception) -> DatabaseIsUnreachable:
    """Say of an address why it cannot be used; never with what it holds of credentials."""
    address = without_credentials(url) if is_address(url) else "(an address that cannot be read)"
    return DatabaseIsUnreachable(address=address, reason=kind_of(error))


def kind_of(error: Exception) -> str:
    """Name the kind of a failure: the driver's own error says more than the form it is handed on in."""
    cause: BaseException = getattr(error, "orig", None) or error
    return type(cause.__cause__ or cause).__name__


def is_address(url: str) -> bool:
    """Tell whether an address names a host, and a port that can be one."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
