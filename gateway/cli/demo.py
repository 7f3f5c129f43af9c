"""``touchstone demo``: the main job on real records, and an API to look around in."""

import asyncio
import json
import logging
import socket
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from core.kernel.clock import recorded_now
from core.kernel.logs import configure_logs
from core.quality.dashboard import Dashboard
from core.reporting.quality_report import render_quality_report
from gateway.auth.own_issuers import builtin_issuer
from gateway.cli.console import OUT, progress
from gateway.cli.errors import OptionsExclude, OptionsGoTogether, PortIsTaken
from gateway.cli.import_log import following
from gateway.cli.operator import Operator, operator
from gateway.cli.surroundings import Surroundings, surroundings
from gateway.demo import play, show
from gateway.demo.children import Child
from gateway.demo.material import Material, choose
from gateway.demo.stage import Stage, set_stage


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of it: the figures, tokens to go on with, and the API's process."""

    figures: dict[str, Any]
    tokens: list[show.Ready]
    api: Child


def demo(
    once: Annotated[
        bool, typer.Option(help="Exit at the end instead of serving; non-zero if any part failed.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
    xes: Annotated[Path | None, typer.Option(help="Your own log, XES or CSV; needs --mapping.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="What your log's traces mean.")] = None,
    made_up: Annotated[
        bool, typer.Option("--made-up", help="Work on the made-up chain, even where the published log is at hand.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the API.")] = 8000,
) -> None:
    """Publish a standard, adapt it, import a service log, score it, and show every tenant against the standard."""
    if (xes is None) != (mapping is None):
        raise OptionsGoTogether(one="--xes", other="--mapping")
    if made_up and xes is not None:
        raise OptionsExclude(one="--made-up", other="--xes")
    require_free(port)
    with surroundings() as around, ExitStack() as stack:
        show.step("PostgreSQL and Valkey run")
        around.migrate()
        show.step("the schema is up to date")
        material = choose(xes, mapping, around.home.folder, made_up=made_up)
        configure_logs("touchstone-demo", level=logging.ERROR)
        performed = asyncio.run(perform(around, stack, material, port))
        if json_file is not None:
            json_file.write_text(json.dumps(performed.figures, indent=2) + "\n")
        if once:
            raise typer.Exit(0 if went_well(performed.figures) else 1)
        show.ways_on(f"http://127.0.0.1:{port}", performed.tokens)
        OUT.print("\n[dim]Ctrl-C ends everything; the data stays. touchstone doctor checks it.[/]")
        serve_until_interrupted(performed.api)


def require_free(port: int) -> None:
    """Look whether the API can have its port before minutes of work are spent.

    Raises:
        PortIsTaken: It cannot.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as taken:
            raise PortIsTaken(port=port) from taken


async def perform(around: Surroundings, stack: ExitStack, material: Material, port: int) -> Performed:
    """Do everything."""
    async with operator(around.settings) as at:
        stage = await set_stage(at, material)
        tokens = ready_made(at, stage)
        show.step(f"the network {material.name} has its people, its plugin and its headquarters")
        api = children(around, stack, tokens, port)
        known = await play.publish(at, stage, material)
        show.step(f"headquarters {'has published' if known else 'publishes'} the standard {material.code}")
        adaptation = await play.adapt_within_bounds(at, stage, material)
        show.adapted(adaptation, material)
        done, dead = await import_and_score(at, stage, material)
        shown = await play.dashboard(at, stage, material)
        turn = await tell(at, stage, material, shown)
        report = write_report(around, material, shown)
        show.step(f"the report with charts is at {report}")
        api.wait_ready(f"http://127.0.0.1:{port}/readyz")
        show.step(f"the API answers at http://127.0.0.1:{port}/graphql")
    return Performed(play.figures_of(shown, done, adaptation, dead) | turn, tokens, api)


async def import_and_score(at: Operator, stage: Stage, material: Material) -> tuple[Any, int]:
    """Import with a progress bar, then watch the worker score."""
    OUT.print(f"Log: {material.title}", highlight=False)
    with progress() as bar:
        reading = bar.add_task("Importing", total=None)
        done = await play.bring_in(at, stage, material, following(bar, reading))
        if done.failure is not None:
            raise done.failure
        scoring = bar.add_task("Scoring", total=None)
        dead = await play.wait_for_scores(
            at, stage, lambda ready, total: bar.update(scoring, completed=ready, total=total)
        )
    show.imported(done)
    return done, dead


async def tell(at: Operator, stage: Stage, material: Material, shown: Dashboard) -> dict[str, Any]:
    """Show the figures, and before and after where the log tells both; give those two for a file."""
    show.tenants(shown)
    show.figures(shown)
    if material.turning_point is None:
        return {}
    turn = material.turning_point.date()
    before = await play.dashboard(at, stage, material, last=turn - timedelta(days=1))
    after = await play.dashboard(at, stage, material, first=turn + timedelta(days=7))
    show.before_and_after(before, after)
    return {"before": play.togetherness(before), "after": play.togetherness(after)}


def ready_made(at: Operator, stage: Stage) -> list[show.Ready]:
    """Sign a token for everybody in the demonstration."""
    issuer = builtin_issuer(at.settings)
    if issuer is None:
        return []
    now = recorded_now()
    return [
        show.Ready(title=member.part.title, token=issuer.mint(member.part.subject, now), tenant=str(member.tenant_id))
        for member in stage.members
    ]


def children(around: Surroundings, stack: ExitStack, tokens: list[show.Ready], port: int) -> Child:
    """Start the worker and the API, which end with this process; give the API's."""
    listed = [{"label": one.title, "token": one.token, "tenant": one.tenant} for one in tokens]
    offered = around.home.private("demo-tokens.json", json.dumps(listed))
    environment = {**around.environment, "TOUCHSTONE_DEMO_TOKENS_FILE": str(offered)}
    worker = Child("worker", (), environment, around.home.log("worker"))
    stack.callback(worker.stop)
    api = Child("serve", ("--port", str(port)), environment, around.home.log("serve"))
    stack.callback(api.stop)
    return api


def write_report(around: Surroundings, material: Material, shown: Dashboard) -> Path:
    """Write the report beside the data."""
    page = render_quality_report(shown, title=material.name, made_at=recorded_now(), source=material.title)
    return around.home.private(f"reports/{material.network}.html", page)


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
