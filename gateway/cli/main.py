"""The command ``touchstone``."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import typer
from pydantic import ValidationError

from core.kernel.errors import DomainError
from core.kernel.settings import Settings
from gateway.cli.console import show_fault, show_refusal
from gateway.cli.errors import SettingsAreIncomplete
from gateway.cli.interrupts import leave_early, put_off
from gateway.collecting import collect_seldom, leave
from gateway.http.edge_settings import EdgeSettings
from gateway.worker.worker_settings import WorkerSettings

PREFIXES = {one.__name__: one.model_config.get("env_prefix", "") for one in (Settings, EdgeSettings, WorkerSettings)}
"""What the environment variables of each kind of settings begin with."""

COMMANDS = {
    "demo": "gateway.cli.demo:demo",
    "seed": "gateway.cli.seed:seed",
    "serve": "gateway.cli.serve:serve",
    "worker": "gateway.cli.worker:worker",
    "migrate": "gateway.cli.migrate:migrate",
    "import": "gateway.cli.import_log:import_log",
    "tenants": "gateway.cli.tenants:app",
    "standards": "gateway.cli.standards:app",
    "documents": "gateway.cli.documents:app",
    "keys": "gateway.cli.keys:app",
    "records": "gateway.cli.records:app",
    "privacy": "gateway.cli.privacy:app",
    "tokens": "gateway.cli.tokens:tokens",
    "bench": "gateway.cli.bench:bench",
    "doctor": "gateway.cli.doctor:doctor",
    "schema": "gateway.cli.schema:schema",
    "plan": "gateway.cli.plan:plan",
    "checkpoint": "gateway.cli.checkpoint:checkpoint",
    "verify": "gateway.cli.verify:verify",
}
"""Where each command stands; only the one that is run is imported, since all of them together take seconds."""


def assembled(arguments: Sequence[str]) -> typer.Typer:
    """Make the command line: with the command that is named, or with all of them for the help."""
    app = typer.Typer(
        name="touchstone",
        help="Touchstone keeps a franchise or channel network serving to one standard.",
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        rich_markup_mode="rich",
    )
    app.callback()(several)
    for name in arguments[:1] if arguments[:1] and arguments[0] in COMMANDS else COMMANDS:
        module, _, attribute = COMMANDS[name].partition(":")
        command: Any = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def several() -> None:
    """Touchstone keeps a franchise or channel network serving to one standard."""


def variables(wrong: ValidationError) -> str:
    """Name the environment variables that settings were refused for, as one sets them."""
    fields = {str(error["loc"][0]) for error in wrong.errors(include_input=False) if error["loc"]}
    return ", ".join(sorted(name if name.isupper() else PREFIXES[wrong.title] + name.upper() for name in fields))


def run() -> None:
    """Run the command line; refusals are shown as a sentence, a next step and a code, and exit with 1."""
    collect_seldom()
    try:
        with put_off():
            command = assembled(sys.argv[1:])
        command()
    except DomainError as refusal:
        show_refusal(refusal)
        sys.exit(1)
    except ValidationError as wrong:
        if wrong.title not in PREFIXES:
            raise
        show_refusal(SettingsAreIncomplete(names=variables(wrong)))
        sys.exit(1)
    except KeyboardInterrupt:  # While a command is imported; from then on commands end in their own ways.
        leave_early()
    except Exception as fault:
        if not show_fault(fault):
            raise
        sys.exit(1)
    finally:
        leave()


if __name__ == "__main__":
    run()
