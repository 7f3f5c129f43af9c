"""``touchstone documents``: register what a front end asks for when it is built, and retire it when it is gone."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import typer
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from core.kernel.clock import SystemClock
from core.kernel.database import Database
from core.kernel.errors import InvalidInput
from core.kernel.migration.run import as_owner
from core.kernel.roles import Role
from core.kernel.settings import Settings
from gateway.cli.console import OUT, progress, table
from gateway.cli.errors import MigrationAddressIsMissing
from gateway.cli.surroundings import Surroundings, surroundings
from gateway.documents.errors import DocumentsAreWrong
from gateway.documents.examining import Examined, Examiner, wrong_among
from gateway.documents.manifests import read_documents
from gateway.documents.register import Registered, named, register_documents
from gateway.documents.repository import Build, read_builds
from gateway.documents.retire import retire_document, retire_version
from gateway.http.edge_settings import load_edge_settings
from gateway.http.features import contributions
from gateway.reaching import reached
from gateway.schema.assembly import build_schema
from gateway.unreachable import unreachable

T = TypeVar("T")
NO_SECRETS = {"role_secret": "none", "master_key": "none", "cursor_key": "none"}

app = typer.Typer(help="Documents that front ends have registered.", no_args_is_help=True)
Place = Annotated[Path, typer.Argument(help="A .graphql file, a folder of them, or a manifest of Apollo or Relay.")]


@app.command("check")
def check(place: Place) -> None:
    """Hold documents against the schema and its limits, without any database; exits with 1 if one is wrong."""
    examined = looked_at(place)
    shown = table(f"Documents of {place}", "Document", "Operations", "Cost", "Hash", numbers=("Cost",))
    for one in examined:
        shown.add_row(one.given.place, ", ".join(name or "(no name)" for name in one.operations), *figures(one))
    OUT.print(shown)
    refuse_wrong(examined)
    OUT.print(f"{counted(len(examined))} can be registered.")


@app.command("register")
def register(
    place: Place,
    application: Annotated[str, typer.Option(help="Name of the front end.")],
    version: Annotated[str, typer.Option(help="Its build, such as 1.4.0 or the hash of its commit.")],
) -> None:
    """Register the documents of a build: all of them, or none if one is wrong. Started again it changes nothing."""
    names = named("application", application), named("version", version)
    examined = looked_at(place)
    refuse_wrong(examined)
    with surroundings(queue=False) as around, progress() as bar:
        task = bar.add_task("Registering", total=len({one.given.hash for one in examined}))

        def work(connection: Connection) -> Registered:
            return register_documents(
                connection,
                examined,
                application=names[0],
                version=names[1],
                at=SystemClock().now(),
                progress=lambda done: bar.update(task, completed=done),
            )

        done = owned(around, work)
    OUT.print(
        f"{names[0]} {names[1]} sends {counted(done.documents)}: {done.added} newly registered for this build, "
        f"{done.texts} of them sent by no build before."
    )


@app.command("list")
def listing() -> None:
    """List the builds of front ends, and how many of their documents are served."""
    with surroundings(queue=False) as around:
        builds = asyncio.run(registered(around.settings))
    numbers = ("Documents", "Served")
    shown = table("Registered documents", "Application", "Version", *numbers, "Registered", "Retired", numbers=numbers)
    for one in builds:
        shown.add_row(
            one.application,
            one.version,
            str(one.documents),
            str(one.served),
            minute(one.registered_at),
            minute(one.retired_at) if one.retired_at else "",
        )
    OUT.print(shown)


@app.command("retire")
def retire(
    application: Annotated[str, typer.Option(help="Name of the front end.")] = "",
    version: Annotated[str, typer.Option(help="Its build.")] = "",
    document: Annotated[str, typer.Option("--hash", help="One document at once, whichever builds send it.")] = "",
) -> None:
    """Retire a build that is no longer in use, or one document; it is served for half a minute more at most.

    What another build sends too is served on, unless it is named by its hash.
    """
    by_build = bool(application and version)
    if by_build == bool(document) or (document and (application or version)):
        raise InvalidInput(field="retire", problem="needs either --application with --version, or --hash")
    at = SystemClock().now()

    def work(connection: Connection) -> tuple[int, int]:
        done = (
            retire_version(connection, application, version, at)
            if by_build
            else retire_document(connection, document, at)
        )
        return done.documents, done.kept

    with surroundings(queue=False) as around:
        documents, kept = owned(around, work)
    OUT.print(f"{counted(documents)} retired; {kept} served on for other builds.")


def looked_at(place: Path) -> list[Examined]:
    """Read and examine documents; the limits are those of the environment, and no secret is needed."""
    given = read_documents(place)
    settings = Settings.model_validate(NO_SECRETS)
    with progress() as bar:
        task = bar.add_task("Checking", total=len(given))
        examiner = Examiner(build_schema(contributions(), settings), load_edge_settings().max_document_chars)
        examined: list[Examined] = []
        for one in given:
            examined.append(examiner.examine(one))
            bar.advance(task)
    return examined


def refuse_wrong(examined: list[Examined]) -> None:
    """Show what is wrong, where anything is.

    Raises:
        DocumentsAreWrong: Something is.
    """
    wrong = wrong_among(examined)
    if not wrong:
        return
    shown = table("What is wrong", "Document", "Line", "What", "Code", numbers=("Line",))
    for fault in (fault for one in wrong for fault in one.faults):
        shown.add_row(fault.place, str(fault.line or ""), fault.says, fault.code)
    OUT.print(shown)
    raise DocumentsAreWrong(wrong=len(wrong), given=len(examined))


def figures(one: Examined) -> tuple[str, str]:
    """Give what a document costs, and its hash as requests and ``retire`` name it."""
    return str(one.cost), f"sha256:{one.given.hash}"


def counted(documents: int) -> str:
    """Count documents in words."""
    return "1 document" if documents == 1 else f"{documents} documents"


def owned(around: Surroundings, work: Callable[[Connection], T]) -> T:
    """Do something as the owner, in one transaction.

    Raises:
        MigrationAddressIsMissing: No address is known of a user that may act as the owner.
        DatabaseIsUnreachable: Nobody answers there, or whoever answers does not let us in.
    """
    if not around.admin_url:
        raise MigrationAddressIsMissing
    database = urlsplit(around.settings.database_url).path.lstrip("/")
    try:
        return asyncio.run(as_owner(around.admin_url, database, work))
    except (OSError, SQLAlchemyError) as error:
        raise unreachable(around.admin_url, error) from error


async def registered(settings: Settings) -> list[Build]:
    """List what is registered, as a role that serves."""
    database = Database.from_settings(settings)
    try:
        await reached(database)
        async with database.transaction(Role.APP, {}, read_only=True) as session:
            return await read_builds(session)
    finally:
        await database.close()


def minute(at: datetime) -> str:
    """Show an instant to the minute, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}Z"
