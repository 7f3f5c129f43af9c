"""``touchstone seed``: a network to look around in, with standards, a region and three franchisees that adapt them."""

import asyncio
import logging
from typing import Annotated

import typer

from core.kernel.logs import configure_logs
from core.kernel.settings import Environment, Settings
from gateway.cli.demonstration_errors import SeedInProduction
from gateway.cli.operator import operator
from gateway.cli.surroundings import surroundings
from gateway.seed.found import Seeded
from gateway.seed.found import seed as sow
from gateway.seed.plan import SeedPlan, seed_plan
from gateway.seed.show import show


def seed(
    network: Annotated[str, typer.Option(help="Key of the network; that of the data files by default.")] = "",
) -> None:
    """Found the seed network, publish and adapt its standards, and show what holds where; again, it adds nothing."""
    plan = seed_plan(network)
    with surroundings(queue=False) as around:
        refuse_production(around.settings)
        around.migrate()
        configure_logs("touchstone-seed", level=logging.ERROR)
        seeded = asyncio.run(run(around.settings, plan))
    show(plan, seeded)


def refuse_production(settings: Settings) -> None:
    """Look whether a network that is made up may be founded here.

    Raises:
        SeedInProduction: People may be working here.
    """
    if settings.environment is Environment.PRODUCTION:
        raise SeedInProduction


async def run(settings: Settings, plan: SeedPlan) -> Seeded:
    """Found it."""
    async with operator(settings) as at:
        return await sow(at, plan)
