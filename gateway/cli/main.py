"""The command ``touchstone``."""

import sys

import typer
from pydantic import ValidationError

from core.kernel.errors import DomainError
from gateway.cli import bench, demo, doctor, import_log, migrate, schema, serve, tenants, tokens, worker
from gateway.cli.console import show_fault, show_refusal
from gateway.cli.errors import SettingsAreIncomplete

app = typer.Typer(
    name="touchstone",
    help="Touchstone keeps a franchise or channel network serving to one standard.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.command("import")(import_log.import_log)
app.add_typer(tenants.app, name="tenants")
app.command("tokens")(tokens.tokens)
app.command("bench")(bench.bench)
app.command("doctor")(doctor.doctor)
app.command("schema")(schema.schema)


def run() -> None:
    """Run the command line; refusals are shown as a sentence, a next step and a code, and exit with 1."""
    try:
        app()
    except DomainError as refusal:
        show_refusal(refusal)
        sys.exit(1)
    except ValidationError as wrong:
        names = ", ".join(sorted({".".join(str(part) for part in error["loc"]) for error in wrong.errors()}))
        show_refusal(SettingsAreIncomplete(names=names))
        sys.exit(1)
    except Exception as fault:
        if not show_fault(fault):
            raise
        sys.exit(1)


if __name__ == "__main__":
    run()
