"""The main job: people publish and adapt through the API, a log is imported and scored, and everybody sees how they do.

Imported while the API starts: what reads logs and draws reports takes a while to import, and nothing before needs it.
"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from core.kernel.clock import recorded_now
from core.quality.dashboard import Dashboard
from core.reporting.quality_report import render_quality_report
from gateway.cli.console import OUT, progress
from gateway.cli.home import Home
from gateway.cli.import_log import following
from gateway.cli.operator import Operator
from gateway.demo import play, show
from gateway.demo.front_end import FrontEnd
from gateway.demo.material import Material
from gateway.demo.publishing import adapt_within_bounds, publish
from gateway.demo.speaking import Ready, step
from gateway.demo.stage import Stage
from gateway.seed.found import Seeded, seed, seeded_before
from gateway.seed.plan import SeedPlan, seed_plan


async def do_main_job(
    at: Operator, home: Home, stage: Stage, material: Material, api: str, tokens: list[Ready]
) -> dict[str, Any]:
    """Do it, show it, and give its figures.

    Args:
        at: What a command works with.
        home: Where the report is written.
        stage: The network and its people.
        material: The log and the standard.
        api: Where GraphQL answers.
        tokens: What everybody on the stage signs in with, in that order.

    Raises:
        ApiRefused: The API refused what must succeed.
        DomainError: The log cannot be imported.
    """
    editor, administrator, manager, _ = (FrontEnd(api, one.token, one.tenant) for one in tokens)
    known = publish(editor, administrator, material)
    step(f"headquarters {'has published' if known else 'publishes'} the standard {material.code}")
    adaptation = adapt_within_bounds(manager, material)
    show.adapted(adaptation, material)
    plan = seed_plan()
    done, dead, seeded = await import_and_score(at, stage, material, plan)
    shown = await play.dashboard(at, stage, material)
    turn = await tell(at, stage, material, shown)
    show.seeded(plan, seeded)
    step(f"the report with charts is at {write_report(home, material, shown)}")
    return play.figures_of(shown, done, adaptation, dead) | {"seeded": seeded.changes} | turn


async def import_and_score(at: Operator, stage: Stage, material: Material, plan: SeedPlan) -> tuple[Any, int, Seeded]:
    """Import with a progress bar, then watch the worker score and found the seed network meanwhile."""
    OUT.print(f"Log: {material.title}", highlight=False)
    with progress() as bar:
        reading = bar.add_task("Importing", total=None, of_bytes=True)
        done = await play.bring_in(at, stage, material, following(bar, reading))
        if done.failure is not None:
            raise done.failure
        scoring = bar.add_task("Scoring", total=None)
        scored = play.wait_for_scores(at, stage, lambda ready, total: bar.update(scoring, completed=ready, total=total))
        dead, seeded = await asyncio.gather(scored, sow(at, plan))
    show.imported(done)
    return done, dead, seeded


async def sow(at: Operator, plan: SeedPlan) -> Seeded:
    """Found the network that shows what the standards engine does; where an earlier run has, read it."""
    return await seeded_before(at, plan) or await seed(at, plan)


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


def write_report(home: Home, material: Material, shown: Dashboard) -> Path:
    """Write the report beside the data."""
    page = render_quality_report(shown, title=material.name, made_at=recorded_now(), source=material.title)
    return home.private(f"reports/{material.network}.html", page)
