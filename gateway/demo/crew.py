"""The processes that work behind the scenes of the demonstration."""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager

from sqlalchemy.orm import configure_mappers

from core.kernel.frozen import frozen
from gateway.cli.surroundings import Surroundings
from gateway.demo.children import Child
from gateway.demo.offered import tokens_file


@frozen(kw_only=True)
class Crew:
    """Two processes, each for as long as it is needed.

    Attributes:
        around: The servers they work with.
        api: Serves the API.
        worker: Works in the background.
        settings: What both come to the same settings by.
        once: Whether neither is needed once the main job is done.
    """

    around: Surroundings
    api: Child
    worker: Child
    settings: Mapping[str, str]
    once: bool

    def serve(self) -> None:
        """Have the API served."""
        self.api.begin(self.settings)

    def work(self) -> None:
        """Have the worker work."""
        self.worker.begin(self.settings)

    def done_with(self, one: Child) -> None:
        """Have a process end that the main job needs no more, unless both go on afterwards."""
        if self.once:
            one.end()

    async def near_the_end(self) -> None:
        """Have written down what there is, if everything ends soon: later nobody would have anything else to do."""
        if self.once:
            await self.around.write_down()

    def go_on(self) -> None:
        """Have both work on after the main job, the worker even where that left nothing to it."""
        if not self.once:
            self.work()

    def stop(self) -> None:
        """End both, at the same time."""
        for one in (self.worker, self.api):
            one.end()
        for one in (self.worker, self.api):
            one.stop()


@contextmanager
def crew_of(around: Surroundings, port: int, *, once: bool) -> Generator[Crew]:
    """Make both processes, and end them after the block.

    Before, the tables' models that they share are made ready, once instead of in each process.

    Args:
        around: The servers they work with.
        port: Where the API is served.
        once: Whether neither is needed once the main job is done.
    """
    settings = around.environment | {"TOUCHSTONE_DEMO_TOKENS_FILE": str(tokens_file(around.home))}
    configure_mappers()
    with ExitStack() as stack:
        api = Child("serve", ("--port", str(port)), around.home.log("serve"))
        stack.callback(api.stop)
        worker = Child("worker", (), around.home.log("worker"))
        crew = Crew(around=around, api=api, worker=worker, settings=settings, once=once)
        stack.callback(crew.stop)
        yield crew
