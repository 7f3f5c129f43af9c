"""What every worker needs, imported once by the process that workers are forked from.

That process has neither an event loop nor a thread, and nothing of a network: settings, connections and keys are each
worker's own.
"""

from gateway.collecting import settle
from gateway.http.features import contributions
from gateway.server.worker import work

__all__ = ["work"]

contributions()
settle()
