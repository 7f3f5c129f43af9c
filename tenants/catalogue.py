"""Every permission of the product, whatever a process has imported so far."""

from core.kernel.dead_letters import REPLAY_WORK
from core.kernel.discovery import import_modules
from core.kernel.permissions import CATALOGUE


def every_permission() -> frozenset[str]:
    """Name every permission that any feature declares, in its ``permissions.py`` or beside what needs it."""
    import_modules("permissions")
    return frozenset(CATALOGUE) | {REPLAY_WORK.name}
