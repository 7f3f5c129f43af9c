"""The main job: people publish and adapt through the API, a log is imported and scored, and everybody sees how they do.

Imported while the API starts: what reads logs and draws reports takes a while to import, and nothing before needs it.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from core.kernel.clock import recorded_now
from core.kernel.frozen import frozen
from core.quality.dashboard import Dashboard
from core.records.importing.figures import Imported
from core.reporting.quality_report import render_quality_report
from gateway.cli.console import OUT, progress
from gateway.cli.home import Home
from gateway.cli.import_log import following
from gateway.cli.operator import Operator
from gateway.demo import play, show
from gateway.demo.crew import Crew
from gateway.demo.front_end import FrontEnd
from gateway.demo.material import Material
from gateway.demo.publishing import Adaptation, adapt_within_bounds, publish
from gateway.demo.speaking import Ready, step
from gateway.demo.stage import Stage
from gateway.seed.found import Seeded, seed, seeded_before
from gateway.seed.plan import SeedPlan, seed_plan

T = TypeVar("T")


@frozen
class Reached:
    """The API, and who asks it.

    Attributes:
        crew: The processes behind the scenes, of which one serves it or is about to.
        url: Where it answers, without a path.
        tokens: What everybody on the stage signs in with, in that order.
    """

    crew: Crew
    url: str
    tokens: list[Ready]

    @property
    def front_ends(self) -> list[FrontEnd]:
        """Everybody's front end, in that order."""
        return [FrontEnd(f"{self.url}/graphql", one.token, one.tenant) for one in self.tokens]


@frozen(kw_only=True)
class Left:
    """What an earlier run of the demonstration left.

    Attributes:
        imported: What its import came to, if it brought in the whole log.
        seeded: The seed network, if it came to its end there.
    """

    imported: Imported | None
    seeded: Seeded | None


async def do_main_job(at: Operator, home: Home, stage: Stage, material: Material, api: Reached) -> dict[str, Any]:
    """Do it, show it, and give its figures.

    While the API comes up and answers, what an earlier run left is read: the seed network, and the import of the log.

    Args:
        at: What a command works with.
        home: Where the report is written.
        stage: The network and its people.
        material: The log and the standard.
        api: The API, and who asks it.

    Raises:
        ApiRefused: The API refused what must succeed.
        ChildDidNotStart: It does not answer.
        DomainError: The log cannot be imported.
    """
    plan = seed_plan()
    async with begun(left_before(at, stage, material, plan)) as looking:
        await api.crew.api.ready(f"{api.url}/readyz")
        step(f"the API answers at {api.url}/graphql")
        adaptation = await standardise(api.front_ends, material)
        api.crew.done_with(api.crew.api)
        left = await looking
    if left.imported is None or await play.unscored(at, stage):
        api.crew.work()
    done, dead, seeded = await import_and_score(at, stage, material, plan, left, api.crew)
    api.crew.done_with(api.crew.worker)
    shown = await play.dashboard(at, stage, material)
    turn = await tell(at, stage, material, shown)
    show.seeded(plan, seeded)
    step(f"the report with charts is at {write_report(home, material, shown)}")
    return play.figures_of(shown, done, adaptation, dead) | {"seeded": seeded.changes} | turn


@asynccontextmanager
async def begun(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Have something go on during the block; whoever leaves it early leaves nothing behind."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait((task,))


async def left_before(at: Operator, stage: Stage, material: Material, plan: SeedPlan) -> Left:
    """See what an earlier run left, by reading alone."""
    imported, seeded = await asyncio.gather(play.brought_in(at, stage, material), seeded_before(at, plan))
    return Left(imported=imported, seeded=seeded)


async def standardise(everybody: list[FrontEnd], material: Material) -> Adaptation:
    """Publish the standard and adapt it, each by whom it belongs to; requests are waited for beside the event loop."""
    editor, administrator, manager, _ = everybody
    known = await asyncio.to_thread(publish, editor, administrator, material)
    step(f"headquarters {'has published' if known else 'publishes'} the standard {material.code}")
    adaptation = await asyncio.to_thread(adapt_within_bounds, manager, material)
    show.adapted(adaptation, material)
    return adaptation


async def import_and_score(
    at: Operator, stage: Stage, material: Material, plan: SeedPlan, left: Left, crew: Crew
) -> tuple[Imported, int, Seeded]:
    """Import with a progress bar, then watch the worker score; the seed network is founded meanwhile."""
    OUT.print(f"Log: {material.title}", highlight=False)
    with progress() as bar:
        reading = bar.add_task("Importing", total=None, of_bytes=True)
        async with begun(sow(at, plan, left.seeded)) as sowing:
            done = await play.bring_in(at, stage, material, following(bar, reading), left.imported)
            if done.failure is not None:
                raise done.failure
            scoring = bar.add_task("Scoring", total=None)
            async with begun(crew.near_the_end()) if done.figures.new else nullcontext():
                dead = await play.wait_for_scores(
                    at, stage, lambda ready, total: bar.update(scoring, completed=ready, total=total)
                )
            seeded = await sowing
    show.imported(done)
    return done, dead, seeded


async def sow(at: Operator, plan: SeedPlan, before: Seeded | None) -> Seeded:
    """Found the network that shows what the standards engine does, unless an earlier run has."""
    return before or await seed(at, plan)


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
