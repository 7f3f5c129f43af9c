"""``touchstone migrate``: bring roles, database and schema up to date."""

from gateway.cli.console import OUT
from gateway.cli.surroundings import surroundings


def migrate() -> None:
    """Create roles and database where they are missing, and upgrade the schema to the newest revision."""
    with surroundings(queue=False) as around, OUT.status("Migrating"):
        around.migrate(anyway=True)
    OUT.print("The schema is up to date.")
