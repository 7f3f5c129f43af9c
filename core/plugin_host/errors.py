"""Why a plugin was not called, or why what it did does not count."""

from typing import ClassVar

from core.kernel.errors import DomainError, fact


@fact
class PluginError(DomainError):
    """Any refusal of the plugin host.

    Attributes:
        plugin: Key of the plugin.
    """

    plugin: str
    code: ClassVar[str] = "plugins.refused"


@fact
class PluginIsUnavailable(PluginError):  # noqa: N818 - errors are facts
    """The plugin is not installed, or could not be loaded; ``reason`` is a stable code."""

    reason: str
    code: ClassVar[str] = "plugins.unavailable"

    @property
    def message(self) -> str:
        """Say which plugin and why."""
        return f"The plugin {self.plugin} is not available here ({self.reason})."

    @property
    def hint(self) -> str:
        """Say who can mend it."""
        return "Ask whoever runs this server; the list of plugins shows the details."


@fact
class DescriptorIsUnknown(PluginError):  # noqa: N818 - errors are facts
    """The plugin is there, but contributes nothing of that key."""

    key: str
    code: ClassVar[str] = "plugins.descriptor_unknown"

    @property
    def message(self) -> str:
        """Say what was looked for."""
        return f"The plugin {self.plugin} contributes nothing named {self.key}."

    @property
    def hint(self) -> str:
        """Say where to look."""
        return "Choose one of the rules that the list of plugins shows."


@fact
class PluginIsNotApproved(PluginError):  # noqa: N818 - errors are facts
    """The network has not approved the plugin."""

    code: ClassVar[str] = "plugins.not_approved"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"The network has not approved the plugin {self.plugin}."

    @property
    def hint(self) -> str:
        """Say who can approve it."""
        return "Ask headquarters to approve it."


@fact
class PluginIsRevoked(PluginError):  # noqa: N818 - errors are facts
    """The network approved the plugin once and has taken that back."""

    code: ClassVar[str] = "plugins.revoked"

    @property
    def message(self) -> str:
        """Say what happened."""
        return f"The network has revoked the plugin {self.plugin}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Use another plugin, or ask headquarters why."


@fact
class PluginIsNotEnabled(PluginError):  # noqa: N818 - errors are facts
    """The tenant has not enabled the plugin."""

    code: ClassVar[str] = "plugins.not_enabled"

    @property
    def message(self) -> str:
        """Say what is missing."""
        return f"The plugin {self.plugin} is not enabled in this tenant."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Enable it in the settings of the tenant."


@fact
class PluginLacksScopes(PluginError):  # noqa: N818 - errors are facts
    """The plugin requests data that the network has not granted it."""

    missing: tuple[str, ...]
    code: ClassVar[str] = "plugins.scopes_missing"

    @property
    def message(self) -> str:
        """Say which scopes are missing."""
        return f"The plugin {self.plugin} has not been granted {', '.join(self.missing)}."

    @property
    def hint(self) -> str:
        """Say who can grant them."""
        return "Ask headquarters to grant them, or use another plugin."


@fact
class PluginConfigIsInvalid(PluginError):  # noqa: N818 - errors are facts
    """The tenant's configuration is not what the plugin's manifest allows."""

    problem: str
    code: ClassVar[str] = "plugins.config_invalid"

    @property
    def message(self) -> str:
        """Say what is wrong."""
        return f"The configuration of the plugin {self.plugin} is not valid: {self.problem}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Correct it in the settings of the tenant."


@fact
class PluginIsResting(PluginError):  # noqa: N818 - errors are facts
    """The plugin failed several times in a row for this tenant and is left alone for a while."""

    seconds: int
    code: ClassVar[str] = "plugins.resting"

    @property
    def message(self) -> str:
        """Say for how long."""
        return f"The plugin {self.plugin} failed repeatedly and is left alone for {self.seconds} more seconds."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again then; if it goes on, tell the partner who ships it."


@fact
class PluginIsBusy(PluginError):  # noqa: N818 - errors are facts
    """All threads of the plugin are taken; ``overrun`` of them by calls that outran their deadline."""

    overrun: int
    code: ClassVar[str] = "plugins.busy"

    @property
    def message(self) -> str:
        """Say what is taken."""
        return f"The plugin {self.plugin} takes no more calls now; {self.overrun} calls have outrun their deadline."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try again later; if calls never return, restart the worker and tell the partner who ships it."


@fact
class PluginOverran(PluginError):  # noqa: N818 - errors are facts
    """The plugin did not answer before its deadline."""

    seconds: float
    code: ClassVar[str] = "plugins.overran"

    @property
    def message(self) -> str:
        """Say what the deadline was."""
        return f"The plugin {self.plugin} did not answer within {self.seconds:g} seconds."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Try a smaller batch; if it goes on, tell the partner who ships it."


@fact
class PluginFailed(PluginError):  # noqa: N818 - errors are facts
    """The plugin raised.

    Attributes:
        raised: Type of the exception; its text may hold anything and is not kept.
        where: File name, line and function that raised, for the log.
    """

    raised: str
    where: str
    code: ClassVar[str] = "plugins.failed"

    @property
    def message(self) -> str:
        """Say what was raised."""
        return f"The plugin {self.plugin} failed with {self.raised}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Tell the partner who ships it; the server's log says where it failed."


@fact
class PluginAnswerIsInvalid(PluginError):  # noqa: N818 - errors are facts
    """The plugin answered something that breaks the contract; ``breach`` is a stable code of it."""

    breach: str
    detail: str
    code: ClassVar[str] = "plugins.answer_invalid"

    @property
    def message(self) -> str:
        """Say what is wrong with the answer."""
        return f"The plugin {self.plugin} answered against its contract ({self.breach}): {self.detail}."

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "Tell the partner who ships it; touchstone-testkit shows the same."
