"""Who may use a plugin: asked of whoever keeps the approvals of networks and the settings of tenants."""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from touchstone_sdk import JsonValue

from core.kernel.frozen import frozen
from core.kernel.scope import Scope


@frozen(kw_only=True)
class ActivationState:
    """What holds for one plugin in one tenant; the default is that nothing is allowed.

    Attributes:
        approved: Whether the network has approved the plugin.
        revoked: Whether the network has taken the approval back.
        enabled: Whether the tenant has enabled it.
        scopes: Data scopes that the network has granted it.
        config: The tenant's configuration of it.
    """

    approved: bool = False
    revoked: bool = False
    enabled: bool = False
    scopes: frozenset[str] = frozenset()
    config: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])


class Activation(Protocol):
    """Answers for the tenant of a scope; implemented where tenants are kept.

    It reads in a short transaction of its own: plugins are called between transactions, never inside one.
    """

    async def state(self, scope: Scope, plugin: str) -> ActivationState:
        """Tell what holds for a plugin in the scope's tenant."""
        ...


class NothingActive:
    """Denies every plugin to everybody: what holds until somebody says otherwise."""

    async def state(self, scope: Scope, plugin: str) -> ActivationState:  # noqa: ARG002
        """Tell that nothing is allowed."""
        return ActivationState()
