"""The process that a record is executed under, remembered by the hash of the document, which never changes."""

from collections import OrderedDict
from typing import Final

from core.kernel.unit import Unit
from core.standards.policy.process_running import Process, joined
from core.standards.policy.view import EffectiveView
from core.standards.resolve import pinned_views

VIEWS: Final = 256
NO_PROCESS: Final = joined(())

_views: OrderedDict[str, EffectiveView] = OrderedDict()


def remembered_process(hash_: str) -> Process | None:
    """Give the process of an effective document, where it is remembered."""
    view = _views.get(hash_)
    return None if view is None else view.process


async def process_under(unit: Unit, hash_: str) -> Process:
    """Give the process of an effective document that a record of the tenant pins; one without steps where none is."""
    view = _views.get(hash_)
    if view is None:
        view = (await pinned_views(unit, [hash_])).get(hash_)
        if view is None:
            return NO_PROCESS
        _views[hash_] = view
        if len(_views) > VIEWS:
            _views.popitem(last=False)
    return view.process
