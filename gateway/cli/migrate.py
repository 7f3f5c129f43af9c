"""``touchstone migrate``: bring roles, database and schema up to date."""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from core.kernel.migration.baseline import FILE
from core.kernel.migration.location import find_migrations
from gateway.cli.console import OUT
from gateway.cli.errors import MigrationAddressIsMissing
from gateway.cli.surroundings import Surroundings, surroundings


def migrate(
    record: Annotated[
        bool,
        typer.Option(
            hidden=True,
            help="For developers: write anew what databases that have nothing in them are given instead of migrations.",
        ),
    ] = False,
) -> None:
    """Create roles and database where they are missing, and upgrade the schema to the newest revision."""
    with surroundings(queue=False) as around, OUT.status("Migrating"):
        if record:
            write_baseline(around)
            return
        around.migrate(anyway=True)
    OUT.print("The schema is up to date.")


def write_baseline(around: Surroundings) -> Path:
    """Record the migrations on a database made for it, over the committed file.

    Raises:
        MigrationAddressIsMissing: No address with administrative rights is known.
    """
    if not around.admin_url:
        raise MigrationAddressIsMissing
    recording: Any = import_module("core.kernel.migration.recording")
    file = find_migrations() / FILE
    script = asyncio.run(recording.record(around.admin_url, around.settings.role_secret.get_secret_value()))
    file.write_text(script, encoding="utf-8")
    return file
