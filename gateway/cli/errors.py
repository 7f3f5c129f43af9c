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
class KeysAreLeft(DomainError):  # noqa: N818 - errors are facts
    """A rotation came to its end, and keys stand under older master keys still."""

    keys: int
    master_key_id: str
    code: ClassVar[str] = "cli.keys_are_left"

    @property
    def message(self) -> str:
        """Say how many."""
        return f"{self.keys} keys are not wrapped by the master key {self.master_key_id} yet."

    @property
    def hint(self) -> str:
        """Say why, and what to do."""
        return (
            "Another rotation runs, or a process makes keys under an older master key still: put the new one first "
            "in TOUCHSTONE_MASTER_KEY everywhere, restart, and run this again."
        )


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
class UnknownParent(DomainError):  # noqa: N818 - errors are facts
    """No tenant of the network has this key."""

    key: str
    network: str
    code: ClassVar[str] = "cli.unknown_parent"

    @property
    def message(self) -> str:
        """Name the tenant."""
        return f"The network {self.network} has no tenant {self.key} to be above the new one."

    @property
    def hint(self) -> str:
        """Say where the keys are."""
        return f"Look at: touchstone tenants list --network {self.network}"


@fact
class UnknownNetwork(DomainError):  # noqa: N818 - errors are facts
    """No network has this key."""

    network: str
    code: ClassVar[str] = "cli.unknown_network"

    @property
    def message(self) -> str:
        """Name the network."""
        return f"There is no network {self.network} on this server."

    @property
    def hint(self) -> str:
        """Say how one comes to be."""
        return f"Check the key, or found the network: touchstone tenants create-network {self.network}"


@fact
class UnknownTenant(DomainError):  # noqa: N818 - errors are facts
    """No tenant of the network has this key."""

    tenant: str
    network: str
    code: ClassVar[str] = "cli.unknown_tenant"

    @property
    def message(self) -> str:
        """Name the tenant."""
        return f"The network {self.network} has no tenant {self.tenant}."

    @property
    def hint(self) -> str:
        """Say where the keys are."""
        return f"Look at: touchstone tenants list --network {self.network}"


@fact
class VariablesAreUnreadable(DomainError):  # noqa: N818 - errors are facts
    """What was given as the variables of a query is no JSON object."""

    code: ClassVar[str] = "cli.unreadable_variables"

    @property
    def message(self) -> str:
        """Say what is wrong."""
        return "The variables are no JSON object."

    @property
    def hint(self) -> str:
        """Show one."""
        return """Write them like this: --variables '{"first": 10}'"""


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


@fact
class ChildDidNotStart(DomainError):  # noqa: N818 - errors are facts
    """A process of the demonstration ended or did not answer."""

    process: str
    log: str
    code: ClassVar[str] = "cli.child_did_not_start"

    @property
    def message(self) -> str:
        """Name the process."""
        return f"touchstone {self.process} did not start."

    @property
    def hint(self) -> str:
        """Say where it tells why."""
        return f"Its log says why: {self.log}. If the port is taken, choose another one with --port."


@fact
class PortIsTaken(DomainError):  # noqa: N818 - errors are facts
    """Nobody can listen where the API should: another process does, or there is no such address."""

    port: int
    host: str
    code: ClassVar[str] = "cli.port_taken"

    @property
    def message(self) -> str:
        """Name the port."""
        return f"Port {self.port} of {self.host} is taken."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Choose another one with --port, or end what listens there."


@fact
class PlaceIsNotWritable(DomainError):  # noqa: N818 - errors are facts
    """What a command is to write down cannot be written where it is wanted."""

    file: str
    problem: str
    code: ClassVar[str] = "cli.place_not_writable"

    @property
    def message(self) -> str:
        """Say why."""
        return f"{self.file} cannot be written: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Name a file in a folder that is there and that you may write to; nothing was begun."


@fact
class OptionsGoTogether(DomainError):  # noqa: N818 - errors are facts
    """One option makes no sense without the other."""

    one: str
    other: str
    code: ClassVar[str] = "cli.options_go_together"

    @property
    def message(self) -> str:
        """Name both."""
        return f"{self.one} goes together with {self.other}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give both; docs/importing.md describes mapping files."


@fact
class OptionsExclude(DomainError):  # noqa: N818 - errors are facts
    """Two options ask for different things."""

    one: str
    other: str
    code: ClassVar[str] = "cli.options_exclude"

    @property
    def message(self) -> str:
        """Name both."""
        return f"{self.one} does not go together with {self.other}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Give one of the two."


@fact
class NoBuiltinIssuer(DomainError):  # noqa: N818 - errors are facts
    """There is nobody here to sign tokens for."""

    code: ClassVar[str] = "cli.no_builtin_issuer"

    @property
    def message(self) -> str:
        """Say why."""
        return "There are no ready-made tokens: the built-in issuer is off, or the demonstration has not run here."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Run touchstone demo, or sign in with your identity provider."


@fact
class LogIsNotWhole(DomainError):  # noqa: N818 - errors are facts
    """An examination of a log found something."""

    found: int
    leaves: int
    code: ClassVar[str] = "cli.log_not_whole"

    @property
    def message(self) -> str:
        """Say how much."""
        return f"{self.found} things are not as they were sealed, in a log of {self.leaves} leaves."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Keep the database as it is, and compare the rows that are named with a backup; see docs/sealing.md."


@fact
class ProofShowsNothing(DomainError):  # noqa: N818 - errors are facts
    """A proof does not hold."""

    file: str
    problem: str
    code: ClassVar[str] = "cli.proof_shows_nothing"

    @property
    def message(self) -> str:
        """Say why."""
        return f"{self.file} proves nothing: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to check."""
        return "Check that the file is as it was exported, and that the key is the one told by whoever keeps the log."


@fact
class RecordsDiffer(DomainError):  # noqa: N818 - errors are facts
    """What is kept of service records does not follow from their events.

    Attributes:
        differences: How many were found and not mended.
        records: How many records were looked at.
    """

    differences: int
    records: int
    code: ClassVar[str] = "cli.records_differ"

    @property
    def message(self) -> str:
        """Say how many."""
        were = "difference was" if self.differences == 1 else "differences were"
        return f"{self.differences:,} {were} found in {self.records:,} record{'' if self.records == 1 else 's'}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Add --mend to rebuild them; where the events themselves were changed, hold them against a checkpoint."
