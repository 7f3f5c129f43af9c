"""The main job: people publish and adapt through the API, a log is imported and scored, and everybody sees how they do.

Imported while the API starts: what reads logs and draws reports takes a while to import, and nothing before needs it.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from typing import Any

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
from gateway.demo.working_along import begun, working_along
from gateway.seed.found import Seeded, seed, seeded_before
from gateway.seed.plan import SeedPlan, seed_plan


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
class Seen:
    """How everybody stands.

    Attributes:
        whole: Every tenant against the standard.
        report: The same as a page with charts.
        turn: Before and after the standard came, where the log tells both.
    """

    whole: Dashboard
    report: str
    turn: tuple[Dashboard, Dashboard] | None


@frozen(kw_only=True)
class Left:
    """What an earlier run of the demonstration left.

    Attributes:
        imported: What its import came to, if it brought in the whole log.
        seen: How everybody stood at its end, if it came there.
    """

    imported: Imported | None
    seen: Seen | None


async def do_main_job(at: Operator, home: Home, stage: Stage, material: Material, api: Reached) -> dict[str, Any]:
    """Do it, show it, and give its figures.

    While the API comes up and answers, what an earlier run left is read, the report included, and the seed network is
    founded: that takes one core, and the API the other.

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
    async with begun(look(at, stage, material)) as looking, begun(sow(at, plan)) as sowing:
        await api.crew.api.ready(f"{api.url}/readyz")
        step(f"the API answers at {api.url}/graphql")
        adaptation = await standardise(api.front_ends, material)
        api.crew.done_with(api.crew.api)
        left = await looking
        if left.imported is None or await play.unscored(at, stage):
            api.crew.work()
        done, dead = await import_and_score(at, stage, material, left.imported, api.crew)
        seeded = await sowing
    api.crew.done_with(api.crew.worker)
    # What was adapted since holds for records that are still to come.
    seen = left.seen or await see(at, stage, material)
    turn = tell(seen)
    show.seeded(plan, seeded)
    step(f"the report with charts is at {home.private(f'reports/{material.network}.html', seen.report)}")
    return play.figures_of(seen.whole, done, adaptation, dead) | {"seeded": seeded.changes} | turn


async def look(at: Operator, stage: Stage, material: Material) -> Left:
    """See what an earlier run left, by reading alone; how everybody stands as well, if nothing is left to be done."""
    imported = await play.brought_in(at, stage, material)
    done = imported is not None and not await play.unscored(at, stage)
    return Left(imported=imported, seen=await see(at, stage, material) if done else None)


async def see(at: Operator, stage: Stage, material: Material) -> Seen:
    """See how everybody stands, before and after the standard too where the log tells both."""
    whole = await play.dashboard(at, stage, material)
    report = render_quality_report(whole, title=material.name, made_at=recorded_now(), source=material.title)
    if material.turning_point is None:
        return Seen(whole=whole, report=report, turn=None)
    turn = material.turning_point.date()
    before = await play.dashboard(at, stage, material, last=turn - timedelta(days=1))
    after = await play.dashboard(at, stage, material, first=turn + timedelta(days=7))
    return Seen(whole=whole, report=report, turn=(before, after))


async def standardise(everybody: list[FrontEnd], material: Material) -> Adaptation:
    """Publish the standard and adapt it, each by whom it belongs to; requests are waited for beside the event loop."""
    editor, administrator, manager, _ = everybody
    known = await asyncio.to_thread(publish, editor, administrator, material)
    step(f"headquarters {'has published' if known else 'publishes'} the standard {material.code}")
    adaptation = await asyncio.to_thread(adapt_within_bounds, manager, material)
    show.adapted(adaptation, material)
    return adaptation


async def import_and_score(
    at: Operator, stage: Stage, material: Material, before: Imported | None, crew: Crew
) -> tuple[Imported, int]:
    """Import with a progress bar, then score along with the worker; give what came of it and how much was given up."""
    OUT.print(f"Log: {material.title}", highlight=False)
    with progress() as bar:
        reading = bar.add_task("Importing", total=None, of_bytes=True)
        done = await play.bring_in(at, stage, material, following(bar, reading), before)
        if done.failure is not None:
            raise done.failure
        scoring = bar.add_task("Scoring", total=None)
        async with ending(at, crew) if done.figures.new else nullcontext():
            dead = await play.wait_for_scores(
                at, stage, lambda ready, total: bar.update(scoring, completed=ready, total=total)
            )
    show.imported(done)
    return done, dead


@asynccontextmanager
async def ending(at: Operator, crew: Crew) -> AsyncGenerator[None]:
    """Have written down what there is, and work along: the import is done, and this process has nothing else to do."""
    async with begun(crew.near_the_end()), working_along(at):
        yield


async def sow(at: Operator, plan: SeedPlan) -> Seeded:
    """Found the network that shows what the standards engine does, unless an earlier run has."""
    return await seeded_before(at, plan) or await seed(at, plan)


def tell(seen: Seen) -> dict[str, Any]:
    """Show the figures, and before and after where the log tells both; give those two for a file."""
    show.tenants(seen.whole)
    show.figures(seen.whole)
    if seen.turn is None:
        return {}
    before, after = seen.turn
    show.before_and_after(before, after)
    return {"before": play.togetherness(before), "after": play.togetherness(after)}
