"""Garbage collection of a process that has come up: what is there stays, and only what comes is looked through."""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 50


def settle() -> None:
    """Take everything that was imported and wired out of collection, and collect less often from now on.

    Modules, mappers and schemas are some hundred thousand objects that live as long as the process; every collection
    looked through them in vain (7 to 24 % of scoring). Processes forked afterwards also share their memory longer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.enable()
