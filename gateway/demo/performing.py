"""The demonstration from its first step to its last, on servers that run."""

import json
import logging
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.kernel.logs import configure_logs
from gateway.auth.own_issuers import BuiltinIssuer, builtin_issuer
from gateway.cli.console import OUT
from gateway.cli.demonstration_errors import DemonstrationNeedsIssuer
from gateway.cli.operator import operator
from gateway.cli.surroundings import Surroundings
from gateway.collecting import settle
from gateway.demo.cast import Member
from gateway.demo.children import Child
from gateway.demo.crew import Crew, crew_of
from gateway.demo.material import Material, choose
from gateway.demo.offered import offer
from gateway.demo.speaking import Ready, step, ways_on
from gateway.demo.stage import set_stage
from gateway.server.loops import run_to_the_end

SHARED = ", started by another command in this folder: they end when it does"


@frozen(kw_only=True)
class Wishes:
    """What was asked for on the command line.

    Attributes:
        once: Exit at the end instead of serving.
        json_file: Where the figures are written as well.
        xes: One's own log.
        mapping: What it means: a file, or the name of one that is shipped.
        made_up: Whether to work on the made-up chain in any case.
        port: Port of the API.
    """

    once: bool
    json_file: Path | None
    xes: Path | None
    mapping: str | None
    made_up: bool
    port: int


@frozen
class Performed:
    """What came of it: the figures, and tokens to go on with."""

    figures: dict[str, Any]
    tokens: list[Ready]


def play_through(around: Surroundings, wishes: Wishes) -> None:
    """Do all of it, show it, and serve until Ctrl-C or exit, as wished.

    Args:
        around: The servers.
        wishes: What was asked for.

    Raises:
        DemonstrationNeedsIssuer: Nobody can be signed in.
        Exit: The wish was to exit at the end; the status tells whether all went well.
    """
    issuer = builtin_issuer(around.settings)
    if issuer is None:
        raise DemonstrationNeedsIssuer
    settle()
    with crew_of(around, wishes.port, once=wishes.once) as crew:
        step("PostgreSQL and Valkey run" + (SHARED if around.shared else ""))
        material = choose(wishes.xes, wishes.mapping, around.home.folder, made_up=wishes.made_up)
        around.migrate()
        step("the schema is up to date")
        crew.serve()
        configure_logs("touchstone-demo", level=logging.ERROR)
        performed = run_to_the_end(perform(around, crew, material, issuer, wishes))
        if wishes.json_file is not None:
            wishes.json_file.write_text(json.dumps(performed.figures, indent=2) + "\n")
        if wishes.once:
            raise typer.Exit(0 if went_well(performed.figures) else 1)
        ways_on(performed.tokens)
        OUT.print("\n[dim]Ctrl-C ends everything; the data stays. python3 run.py doctor checks it.[/]")
        serve_until_interrupted(crew.api)


async def perform(
    around: Surroundings, crew: Crew, material: Material, issuer: BuiltinIssuer, wishes: Wishes
) -> Performed:
    """Do everything; what people do in it goes through the API, with their tokens."""
    url = f"http://127.0.0.1:{wishes.port}"
    later = around.settings.public_url if wishes.once else url  # Once it has exited, nothing answers at its port.
    async with operator(around.settings) as at:
        stage = await set_stage(at, material)
        tokens = [ready_made(issuer, member, f"{later}/graphql") for member in stage.members]
        step(f"the network {material.name} has its people, its plugin and its headquarters")
        offer(around.home, tokens)
        job: Any = import_module("gateway.demo.main_job")
        figures = await job.do_main_job(at, around.home, stage, material, job.Reached(crew, url, tokens))
        crew.go_on()
    return Performed(figures, tokens)


def ready_made(issuer: BuiltinIssuer, member: Member, api: str) -> Ready:
    """Sign a token for somebody in the demonstration."""
    part, token = member.part, issuer.mint(member.part.subject, recorded_now())
    return Ready(title=part.title, token=token, tenant=str(member.tenant_id), subject=part.subject, api=api)


def went_well(figures: dict[str, Any]) -> bool:
    """Tell whether every part did what it must."""
    return bool(figures["records"] and figures["adaptation_accepted"] and figures["adaptation_refused_with"]) and not (
        figures["work_given_up"] or figures["records_refused"]
    )


def serve_until_interrupted(api: Child) -> None:
    """Wait while the API serves, until Ctrl-C."""
    try:
        api.wait()
    except KeyboardInterrupt:
        OUT.print("\nEnding.")
