"""Garbage collection: what is imported stays, what comes afterwards is looked through, and at the end nothing is."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50


def collect_seldom() -> None:
    """Collect less often from now on, so that importing does not look through all that was imported, over and over.

    It was a quarter of what importing the product takes. :func:`settle` follows where a process lives long.
    """
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def leave() -> None:
    """Have nothing collected any more, before a process ends: its memory goes with it.

    Otherwise the interpreter would look through all of it and take it apart piece by piece, which takes a third of the
    time it took to import.
    """
    gc.freeze()


def settle() -> None:
    """Take everything that was imported and wired out of collection, and collect less often from now on.

    Modules, mappers and schemas are some hundred thousand objects that live as long as the process; every collection
    looked through them in vain (7 to 24 % of scoring). Processes forked afterwards also share their memory longer.
    Nothing is collected first: that takes a tenth of what importing took, and one object in sixty goes.
    """
    gc.freeze()
    collect_seldom()
    gc.enable()
