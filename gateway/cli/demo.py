"""``touchstone demo``: the main job on real records, and an API to look around in."""

import gc
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.alone import alone, require_alone
from gateway.cli.errors import OptionsExclude, OptionsGoTogether
from gateway.cli.home import Home
from gateway.cli.interrupts import Interrupts, put_off, say_so
from gateway.cli.places import require_places
from gateway.cli.ports import require_free
from gateway.cli.surroundings import surroundings


def demo(
    once: Annotated[
        bool, typer.Option(help="Exit at the end instead of serving; non-zero if any part failed.")
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write the figures to this file.")] = None,
    xes: Annotated[Path | None, typer.Option(help="Your own log, XES, CSV or NDJSON; needs --mapping.")] = None,
    mapping: Annotated[
        str | None, typer.Option(help="What your log's traces mean: a file, or the name of one that is shipped.")
    ] = None,
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
    interrupts = Interrupts()
    interrupts.heed()
    require_places(json_file)
    home = Home.found()
    require_alone(home)  # Before its port, which is what the other one listens at.
    require_free(port)
    home.make()
    try:
        with alone(home, port), surroundings(meanwhile=work_is_imported, up_to_date=True) as around:
            performing: Any = work_is_imported()
            performing.play_through(
                around,
                performing.Wishes(once=once, json_file=json_file, xes=xes, mapping=mapping, made_up=made_up, port=port),
            )
    except KeyboardInterrupt:
        say_so()
        raise typer.Exit(interrupts.status) from None


def work_is_imported() -> object:
    """Import what does the work: half the product, which takes about as long as the servers take to come up."""
    gc.disable()  # Nothing that is imported becomes garbage; collection is turned on again when all is there.
    with put_off():
        return import_module("gateway.demo.performing")
