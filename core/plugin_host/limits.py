"""What the host allows a plugin before it stops waiting."""

from core.kernel.frozen import frozen


@frozen(kw_only=True)
class BootLimits:
    """Limits while a plugin is imported and its descriptors are collected.

    Attributes:
        seconds: How long one plugin may take; one that takes longer is unavailable.
    """

    seconds: float = 10.0


@frozen(kw_only=True)
class CallLimits:
    """Limits of a call.

    Attributes:
        seconds: Deadline of one batch.
        threads: Calls of one plugin at a time, in this process; a call that outruns its deadline keeps its
            thread until it really returns.
        queue_seconds: How long a call may wait for a thread.
    """

    seconds: float = 10.0
    threads: int = 4
    queue_seconds: float = 10.0


@frozen(kw_only=True)
class BreakerLimits:
    """When a failing plugin is left alone, per tenant and process.

    Attributes:
        failures: Failures in a row that open the breaker.
        rest_seconds: How long it stays open before one call is tried again.
    """

    failures: int = 3
    rest_seconds: float = 30.0
