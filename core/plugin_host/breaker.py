"""A circuit breaker per tenant and plugin: whoever fails in a row is left alone for a while.

It lives in the memory of one process. It is kept per tenant, so that one tenant's data or configuration never
takes a plugin away from another tenant.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from core.plugin_host.limits import BreakerLimits

BreakerKey: TypeAlias = tuple[UUID, str]
"""Tenant and plugin."""


@dataclass(slots=True)
class _State:
    failures: int = 0
    open_until: float | None = None
    on_trial: bool = False


class Breakers:
    """The breakers of one process; only pairs that failed lately take memory.

    Attributes:
        limits: When they open, and for how long.
    """

    def __init__(self, limits: BreakerLimits, monotonic: Callable[[], float]) -> None:
        self.limits = limits
        self._monotonic = monotonic
        self._states: dict[BreakerKey, _State] = {}

    def rest(self, key: BreakerKey) -> float:
        """Admit a call and answer 0, or answer for how many seconds none is admitted.

        After the rest one call is admitted on trial; until it ends, others are refused. Every admitted call
        ends in `succeeded`, `failed` or `abandoned`.
        """
        state = self._states.get(key)
        if state is None or state.open_until is None:
            return 0.0
        remaining = state.open_until - self._monotonic()
        if remaining > 0:
            return remaining
        if state.on_trial:
            return self.limits.rest_seconds
        state.on_trial = True
        return 0.0

    def succeeded(self, key: BreakerKey) -> None:
        """Forget the failures, unless the breaker opened after this call had been admitted."""
        state = self._states.get(key)
        if state is not None and (state.open_until is None or state.on_trial):
            del self._states[key]

    def failed(self, key: BreakerKey) -> None:
        """Count a failure; open the breaker when there are enough of them in a row, or a trial failed."""
        state = self._states.setdefault(key, _State())
        state.failures += 1
        if state.on_trial or (state.open_until is None and state.failures >= self.limits.failures):
            state.open_until = self._monotonic() + self.limits.rest_seconds
            state.on_trial = False

    def abandoned(self, key: BreakerKey) -> None:
        """Note that an admitted call ended without saying anything about the plugin."""
        state = self._states.get(key)
        if state is not None:
            state.on_trial = False
