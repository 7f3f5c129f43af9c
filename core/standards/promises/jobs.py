"""Background work of promises."""

from core.kernel.handlers import handles
from core.kernel.work import Work
from core.standards.promises.broken import tell_broken_promises
from core.standards.promises.make import CHECK


@handles(CHECK)
async def check_promises(work: Work) -> None:
    """Tell whoever made them which promises are not kept any more."""
    async with work.unit() as unit:
        await tell_broken_promises(unit, work.payload["code"])
