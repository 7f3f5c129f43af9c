"""The manifest: what a plugin says of itself in a file that is read before any of its code is imported."""

from enum import StrEnum
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import field_validator, model_validator

from touchstone_sdk.values import JsonObject, Label, Name, PluginKey, Text, Value, VersionText

SDK_VERSION: Final = "0.1.0"
"""The version of this SDK, which a manifest's `sdk` range must admit."""

MANIFEST_FILE: Final = "touchstone-plugin.json"
"""Name of the manifest; it lies in the top-level package that the entry point names."""

ENTRY_POINT_GROUP: Final = "touchstone.plugins"
"""Entry point group; one entry per plugin: `<plugin key> = "<top-level package>[.module][:object]"`."""


class PluginKind(StrEnum):
    """What a plugin adds."""

    SCORING = "scoring"


class Isolation(StrEnum):
    """How far from the host a plugin runs, from data only to another machine."""

    DECLARATIVE = "declarative"
    WEBASSEMBLY = "webassembly"
    SUBPROCESS = "subprocess"
    IN_PROCESS = "in_process"
    REMOTE = "remote"


class DataScope(StrEnum):
    """What a plugin may be given; a network grants each one, and no more than the manifest requests."""

    RECORDS_READ = "records.read"
    STANDARDS_READ = "standards.read"


SCOPES_OF_KIND: Final = {
    PluginKind.SCORING: frozenset({DataScope.RECORDS_READ, DataScope.STANDARDS_READ}),
}
"""The scopes a kind cannot do without: its calls carry this data."""


class PluginManifest(Value):
    """What a plugin is, needs and can be configured with.

    Attributes:
        key: Unique among all plugins of a host.
        name: For people.
        version: The plugin's version; the same as its distribution's.
        description: What it does, for whoever decides about approving it.
        kind: What it adds.
        sdk: Versions of this SDK it runs with, as a version specifier: `>=0.1,<0.2`.
        isolation: How far from the host it runs.
        scopes: The data it asks for.
        config_schema: JSON Schema (2020-12) of the configuration a tenant may set; an object.
        capabilities: Names of optional abilities, told apart by kind.
    """

    key: PluginKey
    name: Label
    version: VersionText
    description: Text
    kind: PluginKind
    sdk: Label
    isolation: Isolation
    scopes: tuple[DataScope, ...]
    config_schema: JsonObject
    capabilities: tuple[Name, ...] = ()

    @field_validator("sdk")
    @classmethod
    def _sdk_is_a_specifier(cls, value: str) -> str:
        try:
            SpecifierSet(value)
        except InvalidSpecifier:
            raise ValueError("not a version specifier such as '>=0.1,<0.2'") from None
        return value

    @model_validator(mode="after")
    def _scopes_suffice(self) -> "PluginManifest":
        missing = SCOPES_OF_KIND[self.kind] - set(self.scopes)
        if missing:
            raise ValueError(f"a {self.kind} plugin must request {', '.join(sorted(missing))}")
        if len(set(self.scopes)) != len(self.scopes):
            raise ValueError("a scope is requested twice")
        return self

    def admits_sdk(self, version: str) -> bool:
        """Tell whether the plugin runs with that version of the SDK."""
        return SpecifierSet(self.sdk).contains(version, prereleases=True)
