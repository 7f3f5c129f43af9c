"""The demonstration from its first step to its last, on servers that run."""

import asyncio
import json
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer

from core.kernel.clock import recorded_now
from core.kernel.logs import configure_logs
from core.quality.dashboard import Dashboard
from core.reporting.quality_report import render_quality_report
from gateway.auth.own_issuers import builtin_issuer
from gateway.cli.console import OUT, progress
from gateway.cli.import_log import following
from gateway.cli.operator import Operator, operator
from gateway.cli.surroundings import Surroundings
from gateway.collecting import settle
from gateway.demo import play, show
from gateway.demo.children import Child
from gateway.demo.material import Material, choose
from gateway.demo.stage import Stage, set_stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line.

    Attributes:
        once: Exit at the end instead of serving.
        json_file: Where the figures are written as well.
        xes: One's own log.
        mapping: What it means.
        made_up: Whether to work on the made-up chain in any case.
        port: Port of the API.
    """

    once: bool
    json_file: Path | None
    xes: Path | None
    mapping: Path | None
    made_up: bool
    port: int


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of it: the figures, and tokens to go on with."""

    figures: dict[str, Any]
    tokens: list[show.Ready]


@dataclass(frozen=True, slots=True)
class Crew:
    """The processes that work behind the scenes."""

    worker: Child
    api: Child

    def stop(self) -> None:
        """End both, at the same time."""
        for one in (self.worker, self.api):
            one.end()
        for one in (self.worker, self.api):
            one.stop()


def play_through(around: Surroundings, wishes: Wishes) -> None:
    """Do all of it, show it, and serve until Ctrl-C or exit, as wished.

    Raises:
        Exit: The wish was to exit at the end; the status tells whether all went well.
    """
    show.step("PostgreSQL and Valkey run")
    material = choose(wishes.xes, wishes.mapping, around.home.folder, made_up=wishes.made_up)
    settle()
    with ExitStack() as stack:
        crew = Crew(
            Child("worker", (), around.home.log("worker")),
            Child("serve", ("--port", str(wishes.port)), around.home.log("serve")),
        )
        stack.callback(crew.stop)
        around.migrate()
        show.step("the schema is up to date")
        crew.api.begin(around.environment | {"TOUCHSTONE_DEMO_TOKENS_FILE": str(tokens_file(around))})
        configure_logs("touchstone-demo", level=logging.ERROR)
        performed = asyncio.run(perform(around, crew, material, wishes.port))
        if wishes.json_file is not None:
            wishes.json_file.write_text(json.dumps(performed.figures, indent=2) + "\n")
        if wishes.once:
            raise typer.Exit(0 if went_well(performed.figures) else 1)
        show.ways_on(f"http://127.0.0.1:{wishes.port}", performed.tokens)
        OUT.print("\n[dim]Ctrl-C ends everything; the data stays. touchstone doctor checks it.[/]")
        serve_until_interrupted(crew.api)


async def perform(around: Surroundings, crew: Crew, material: Material, port: int) -> Performed:
    """Do everything."""
    async with operator(around.settings) as at:
        stage = await set_stage(at, material)
        tokens = ready_made(at, stage)
        show.step(f"the network {material.name} has its people, its plugin and its headquarters")
        offer(around, tokens)
        crew.worker.begin(around.environment)
        known = await play.publish(at, stage, material)
        show.step(f"headquarters {'has published' if known else 'publishes'} the standard {material.code}")
        adaptation = await play.adapt_within_bounds(at, stage, material)
        show.adapted(adaptation, material)
        done, dead = await import_and_score(at, stage, material)
        shown = await play.dashboard(at, stage, material)
        turn = await tell(at, stage, material, shown)
        report = write_report(around, material, shown)
        show.step(f"the report with charts is at {report}")
        crew.api.wait_ready(f"http://127.0.0.1:{port}/readyz")
        show.step(f"the API answers at http://127.0.0.1:{port}/graphql")
    return Performed(play.figures_of(shown, done, adaptation, dead) | turn, tokens)


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


def offer(around: Surroundings, tokens: list[show.Ready]) -> None:
    """Write the tokens where the API finds them to offer."""
    listed = [{"label": one.title, "token": one.token, "tenant": one.tenant} for one in tokens]
    around.home.private(tokens_file(around).name, json.dumps(listed))


def tokens_file(around: Surroundings) -> Path:
    """Name the file that the API reads anew for each page, so that it may be there before the tokens are."""
    return around.home.folder / "demo-tokens.json"


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
