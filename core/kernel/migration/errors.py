"""What can be wrong with roles, databases and migrations."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class DatabaseNameIsInvalid(DomainError):  # noqa: N818 - errors are facts
    """The database's name would need quoting in every statement."""

    name: str
    code: ClassVar[str] = "kernel.database_name_invalid"

    @property
    def message(self) -> str:
        """Say which name."""
        return f"{self.name!r} cannot be the name of the database."

    @property
    def hint(self) -> str:
        """Say which names can."""
        return "Use at most 63 lower-case letters, digits, hyphens and underscores, beginning with a letter."


@fact
class RoleIsTooPowerful(DomainError):  # noqa: N818 - errors are facts
    """A database role exists with rights that would let it pass the walls."""

    role: str
    code: ClassVar[str] = "kernel.role_too_powerful"

    @property
    def message(self) -> str:
        """Say which role."""
        return f"The database role {self.role} exists with attributes or memberships it must not have."

    @property
    def hint(self) -> str:
        """Say how to mend it."""
        return f"Drop {self.role}, or take SUPERUSER, CREATEDB, CREATEROLE, BYPASSRLS, INHERIT and memberships from it."


@fact
class MigrationsAreMissing(DomainError):  # noqa: N818 - errors are facts
    """The migrations were not found beside the packages."""

    code: ClassVar[str] = "kernel.migrations_missing"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "The folder of migrations is neither in the checkout nor in the installed distribution."

    @property
    def hint(self) -> str:
        """Say how to mend it."""
        return "Install touchstone-server again."


@fact
class RowsStayUnseen(DomainError):  # noqa: N818 - errors are facts
    """A backfill ended with rows it should have changed and did not."""

    table: str
    rows: int
    code: ClassVar[str] = "kernel.rows_stay_unseen"

    @property
    def message(self) -> str:
        """Say how many rows of which table."""
        return f"{self.rows} rows of {self.table} were left as they were by the backfill."

    @property
    def hint(self) -> str:
        """Say what to look at."""
        return "Check that the statement names :tenant_id and covers every row that the condition finds."


@fact
class StatementHasValues(DomainError):  # noqa: N818 - errors are facts
    """A migration sends a statement with values beside it, which cannot be recorded."""

    statement: str
    code: ClassVar[str] = "kernel.statement_has_values"

    @property
    def message(self) -> str:
        """Say which statement."""
        return f"A migration sends values beside a statement, which cannot be recorded: {self.statement}"

    @property
    def hint(self) -> str:
        """Say how to write it."""
        return "Write the values into the statement's text: they are the migration's own."
