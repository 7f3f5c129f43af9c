"""What keeps a demonstration from beginning, as facts."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class DemonstrationNeedsIssuer(DomainError):  # noqa: N818 - errors are facts
    """The demonstration cannot sign in the people it plays."""

    code: ClassVar[str] = "cli.demonstration_needs_issuer"

    @property
    def message(self) -> str:
        """Say why."""
        return "The demonstration signs in its people itself, and the built-in issuer is off."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return (
            "Run it without DATABASE_URL, on embedded servers; or, on a machine that serves nobody, set "
            "TOUCHSTONE_ENVIRONMENT=development and TOUCHSTONE_BUILTIN_ISSUER=true."
        )


@fact
class DemonstrationRuns(DomainError):  # noqa: N818 - errors are facts
    """A demonstration runs in this home already; a second one would lose its database when the first ends.

    Attributes:
        home: The folder.
        port: Where the other one serves.
        process: Its process id.
    """

    home: str
    port: str
    process: str
    code: ClassVar[str] = "cli.demonstration_runs"

    @property
    def message(self) -> str:
        """Say where it is."""
        return f"A demonstration runs in {self.home} already: process {self.process}, port {self.port}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return (
            f"Look around at http://127.0.0.1:{self.port}/graphql, or end it with Ctrl-C first. One beside it needs a "
            "folder and a port of its own: set TOUCHSTONE_HOME to another folder and give --port."
        )


@fact
class SeedInProduction(DomainError):  # noqa: N818 - errors are facts
    """A network that is made up would stand among those of real people."""

    code: ClassVar[str] = "cli.seed_in_production"

    @property
    def message(self) -> str:
        """Say what is refused."""
        return "The seed network is made up, for looking around; it is not founded in production."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return (
            "Run it without DATABASE_URL, on embedded servers; or, on a machine that serves nobody, set "
            "TOUCHSTONE_ENVIRONMENT=development. A network of your own: touchstone tenants create-network."
        )
