"""What can be wrong around a command, as facts."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class MigrationAddressIsMissing(DomainError):  # noqa: N818 - errors are facts
    """Migrating needs more rights than serving."""

    code: ClassVar[str] = "cli.migration_address_missing"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "Migrating needs an address of a user that may create roles and databases."

    @property
    def hint(self) -> str:
        """Say what to set."""
        return "Set MIGRATE_DATABASE_URL=postgresql://admin:password@host:port/postgres and run it again."


@fact
class EmbeddedRuntimeIsMissing(DomainError):  # noqa: N818 - errors are facts
    """No database was given and none is installed."""

    code: ClassVar[str] = "cli.embedded_runtime_missing"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "DATABASE_URL is not set, and the embedded servers are not installed."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Set DATABASE_URL and REDIS_URL, or install touchstone-server[embedded]."


@fact
class SettingsAreIncomplete(DomainError):  # noqa: N818 - errors are facts
    """Environment variables are missing or malformed."""

    names: str
    code: ClassVar[str] = "cli.settings_incomplete"

    @property
    def message(self) -> str:
        """Name the variables, never their values."""
        return f"These settings are missing or malformed: {self.names}."

    @property
    def hint(self) -> str:
        """Say where they are described."""
        return "Set them in the environment; docs/operations.md lists every one."


@fact
class UnknownNetwork(DomainError):  # noqa: N818 - errors are facts
    """No network has this key."""

    network: str
    known: str
    code: ClassVar[str] = "cli.unknown_network"

    @property
    def message(self) -> str:
        """Name the network."""
        return f"There is no network {self.network} on this server."

    @property
    def hint(self) -> str:
        """List what there is."""
        return f"Known networks: {self.known or 'none; create one with touchstone tenants create-network'}."


@fact
class BenchmarkIsUnknown(DomainError):  # noqa: N818 - errors are facts
    """No suite has this name."""

    name: str
    known: str
    code: ClassVar[str] = "cli.unknown_benchmark"

    @property
    def message(self) -> str:
        """Name the suite."""
        return f"There is no benchmark suite {self.name}."

    @property
    def hint(self) -> str:
        """List the suites."""
        return f"Known suites: {self.known or 'none: they are part of a checkout, not of the wheel'}."
