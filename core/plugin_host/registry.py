"""Which plugins there are: loaded once, at boot, each one alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import structlog
from touchstone_sdk import Descriptor, Isolation, JsonObject, PluginManifest, ScoringRule
from touchstone_sdk.hosting import ContractBroken, FoundPlugin, accept_config, installed_plugins, load_descriptors

from core.kernel.frozen import frozen
from core.plugin_host.errors import DescriptorIsUnknown, PluginConfigIsInvalid, PluginIsUnavailable
from core.plugin_host.limits import BootLimits
from core.plugin_host.threads import Answered, Raised, run_once

_log = structlog.get_logger(__name__)

OFFERED: Final = frozenset({Isolation.IN_PROCESS})
"""Isolation levels this host can run: trusted code, in threads of this process."""


@frozen(kw_only=True)
class PluginEntry:
    """One installed plugin, loaded or not.

    Attributes:
        key: Key of the plugin, as its entry point names it.
        distribution: The distribution that ships it.
        version: Version of that distribution.
        manifest: Its manifest; None where it cannot be read.
        descriptors: What it contributes; empty while it is unavailable.
        reason: Stable code of why it is unavailable; empty if it is available.
        detail: The same for people; holds nothing that the plugin's code said.
    """

    key: str
    distribution: str
    version: str
    manifest: PluginManifest | None
    descriptors: tuple[Descriptor, ...] = ()
    reason: str = ""
    detail: str = ""

    @property
    def available(self) -> bool:
        """Whether it was loaded."""
        return not self.reason


@frozen(kw_only=True)
class RuleRef:
    """Names a scoring rule of a plugin; as text ``<plugin>/<rule>``."""

    plugin: str
    rule: str

    def __str__(self) -> str:
        """Show it as text."""
        return f"{self.plugin}/{self.rule}"

    @classmethod
    def parse(cls, text: str) -> "RuleRef":
        """Read it from its text; a text without a slash names a rule that no plugin has."""
        plugin, _, rule = text.partition("/")
        return cls(plugin=plugin, rule=rule)


class Registry:
    """The plugins of one process. It never changes: what is installed later is seen at the next start.

    Attributes:
        entries: All that are installed, by key and distribution, unavailable ones with their reason.
    """

    def __init__(self, entries: Iterable[PluginEntry]) -> None:
        self.entries: Final = tuple(entries)
        self._available: Final = {entry.key: entry for entry in self.entries if entry.available}

    def available(self, plugin: str) -> tuple[PluginEntry, PluginManifest]:
        """Return an available plugin and its manifest.

        Raises:
            PluginIsUnavailable: It is not installed (``not_installed``), or the reason of its entry.
        """
        entry = self._available.get(plugin)
        if entry is None or entry.manifest is None:
            reasons = [other.reason for other in self.entries if other.key == plugin]
            raise PluginIsUnavailable(plugin=plugin, reason=reasons[0] if reasons else "not_installed")
        return entry, entry.manifest

    def rule(self, ref: RuleRef) -> ScoringRule:
        """Return a scoring rule of an available plugin.

        Raises:
            PluginIsUnavailable: The plugin is not there.
            DescriptorIsUnknown: The plugin is there, but has no such rule.
        """
        entry, _ = self.available(ref.plugin)
        for descriptor in entry.descriptors:
            if descriptor.key == ref.rule:
                return descriptor
        raise DescriptorIsUnknown(plugin=ref.plugin, key=ref.rule)

    def rules(self) -> Iterator[tuple[RuleRef, ScoringRule]]:
        """List the scoring rules of all available plugins."""
        for entry in self._available.values():
            for rule in entry.descriptors:
                yield RuleRef(plugin=entry.key, rule=rule.key), rule

    def accept_config(self, plugin: str, config: object) -> JsonObject:
        """Return a tenant's configuration of a plugin, frozen, if the plugin's manifest allows it.

        Raises:
            PluginIsUnavailable: The plugin is not there.
            PluginConfigIsInvalid: The manifest does not allow it.
        """
        _, manifest = self.available(plugin)
        try:
            return accept_config(manifest, config)
        except ContractBroken as breach:
            raise PluginConfigIsInvalid(plugin=plugin, problem=breach.detail) from None


def load_plugins(limits: BootLimits | None = None, found: Sequence[FoundPlugin] | None = None) -> Registry:
    """Load every installed plugin, each alone: what goes wrong with one is noted in its entry and harms no other.

    Two plugins with the same key are both refused: it is not for the host to guess which one is meant.

    Args:
        limits: How long one plugin may take.
        found: Plugins to load instead of the installed ones.
    """
    plugins = installed_plugins() if found is None else found
    keys = Counter(plugin.key for plugin in plugins)
    entries = [_entry(plugin, limits or BootLimits(), duplicate=keys[plugin.key] > 1) for plugin in plugins]
    for entry in entries:
        if not entry.available:
            _log.warning("plugin.unavailable", plugin=entry.key, reason=entry.reason, detail=entry.detail)
    return Registry(entries)


def _entry(found: FoundPlugin, limits: BootLimits, *, duplicate: bool) -> PluginEntry:
    try:
        descriptors = _load(found, limits, duplicate=duplicate)
    except ContractBroken as breach:
        return PluginEntry(
            key=found.key,
            distribution=found.distribution,
            version=found.version,
            manifest=found.manifest,
            reason=breach.code,
            detail=breach.detail,
        )
    return PluginEntry(
        key=found.key,
        distribution=found.distribution,
        version=found.version,
        manifest=found.manifest,
        descriptors=descriptors,
    )


def _load(found: FoundPlugin, limits: BootLimits, *, duplicate: bool) -> tuple[Descriptor, ...]:
    if duplicate:
        raise ContractBroken("duplicate_key", "more than one installed plugin has this key")
    if found.manifest is not None and found.manifest.isolation not in OFFERED:
        raise ContractBroken("isolation_not_offered", f"this host does not run {found.manifest.isolation} plugins")
    outcome = run_once(lambda: _load_or_breach(found), limits.seconds, f"load-{found.key}")
    match outcome:
        case Answered(ContractBroken() as breach):
            raise breach
        case Answered(tuple() as descriptors):
            return descriptors
        case Raised(kind, where):
            raise ContractBroken("import_failed", f"raised {kind} at {where}")
        case _:
            raise ContractBroken("boot_overran", f"did not load within {limits.seconds:g} seconds")


def _load_or_breach(found: FoundPlugin) -> tuple[Descriptor, ...] | ContractBroken:
    try:
        return load_descriptors(found)
    except ContractBroken as breach:
        return breach
