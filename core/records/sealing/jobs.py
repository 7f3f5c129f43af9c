"""Sealing in the background: some seconds after anything was done in a tenant, and everything again once a day."""

from datetime import timedelta
from time import monotonic
from typing import Final

from core.kernel.crypto import MasterKeys
from core.kernel.handlers import handles
from core.kernel.outbox import send
from core.kernel.work import Work
from core.records.sealing.seal import SWEEP, seal_batch, sweep

SEAL: Final = "sealing.seal"
PAUSE: Final = timedelta(seconds=5)
"""How long what is done may lie unsealed; what is done meanwhile goes into the same head."""
LONGEST_S: Final = 30.0
"""Seconds after which what is left is another run's."""


@handles(SEAL, after_activity=PAUSE)
async def seal(work: Work) -> None:
    """Seal batch after batch, each in a transaction of its own, until nothing is left or it has taken long."""
    masters, begun = work.services.get(MasterKeys), monotonic()
    more = True
    while more and monotonic() - begun < LONGEST_S:
        async with work.unit(once=False) as unit:
            more = (await seal_batch(unit, masters)).more
    if more:
        async with work.unit(once=False) as unit:
            await send(unit, SEAL, {})


@handles(SWEEP)
async def look_through(work: Work) -> None:
    """Look everything through again, so that nothing is left out for ever whatever clocks said."""
    async with work.unit(once=False) as unit:
        await sweep(unit)
        await send(unit, SEAL, {})
