"""The one hook of a plugin, and the marker to implement it with.

::

    from touchstone_sdk import Descriptor, hookimpl

    @hookimpl
    def touchstone_descriptors() -> list[Descriptor]:
        return [MY_RULE]
"""

from collections.abc import Sequence
from typing import Final, Protocol, TypeAlias

from pluggy import HookimplMarker, HookspecMarker

from touchstone_sdk.scoring import ScoringRule

PROJECT: Final = "touchstone"
"""The project name under which pluggy knows the hooks."""

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)
"""Marks a function of a plugin as an implementation of a hook."""

Descriptor: TypeAlias = ScoringRule
"""What a plugin contributes; other kinds join this union as they come."""


class PluginHooks(Protocol):
    """The hooks a plugin implements."""

    @hookspec
    def touchstone_descriptors(self) -> Sequence[Descriptor]:
        """Return what the plugin contributes: frozen, at least one, each key once.

        Called once, at boot, alone: without arguments, and it must do no I/O. A plugin whose implementation
        raises, hangs or answers something else is listed as unavailable and harms nobody else.
        """
        ...


class PluginHooksRelay(Protocol):
    """What pluggy makes of `PluginHooks`: each hook answers the list of all results."""

    def touchstone_descriptors(self) -> list[Sequence[Descriptor]]:
        """Return the answers of all registered implementations."""
        ...
