"""Which plugins are installed, read from their distributions without importing any of their code."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from packaging.utils import canonicalize_name
from pydantic import ValidationError

from touchstone_sdk.hosting.contract import ContractBroken, broken_fields, schema_problem
from touchstone_sdk.manifest import ENTRY_POINT_GROUP, MANIFEST_FILE, SDK_VERSION, PluginManifest

MAX_MANIFEST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """One entry point of an installed distribution.

    Attributes:
        key: Name of the entry point; a plugin's key.
        distribution: Normalised name of the distribution.
        version: Version of the distribution.
        manifest: Its manifest, or None where `problem` says why there is none to rely on.
        problem: What is wrong; None if the plugin may be loaded.
        entry_point: Where its code is.
    """

    key: str
    distribution: str
    version: str
    manifest: PluginManifest | None
    problem: ContractBroken | None
    entry_point: EntryPoint


def installed_plugins() -> tuple[FoundPlugin, ...]:
    """Return every installed plugin, ordered by key and distribution; broken ones carry their problem.

    No code of a plugin runs, and a distribution that cannot be read harms no other.
    """
    found = [plugin for distribution in _each_distribution() for plugin in _plugins_of(distribution)]
    return tuple(sorted(found, key=lambda plugin: (plugin.key, plugin.distribution)))


def read_manifest(text: str) -> PluginManifest:
    """Read a manifest from its JSON text.

    Raises:
        ContractBroken: `manifest_invalid`.
    """
    try:
        manifest = PluginManifest.model_validate_json(text)
    except ValidationError as error:
        raise ContractBroken("manifest_invalid", broken_fields(error)) from None
    problem = schema_problem(manifest.config_schema)
    if problem:
        raise ContractBroken("manifest_invalid", f"config_schema: {problem}")
    return manifest


def _each_distribution() -> Iterator[Distribution]:
    """Yield the distributions that mention plugins and that Python itself would import: of one name, the first.

    Most have none, and reading a distribution's name takes ten times as long as seeing that.
    """
    seen: set[str] = set()
    for mentioning in distributions():
        try:
            if ENTRY_POINT_GROUP not in (mentioning.read_text("entry_points.txt") or ""):
                continue
            name = canonicalize_name(mentioning.metadata["Name"])
            first = Distribution.from_name(name)
        except Exception:  # noqa: BLE001, S112  (half an uninstalled distribution is nobody's plugin)
            continue
        if name not in seen:
            seen.add(name)
            yield first


def _plugins_of(distribution: Distribution) -> Iterator[FoundPlugin]:
    name = canonicalize_name(distribution.metadata["Name"])
    try:
        points = tuple(distribution.entry_points.select(group=ENTRY_POINT_GROUP))
    except Exception:  # noqa: BLE001  (a malformed file must not take the other distributions with it)
        if ENTRY_POINT_GROUP in (distribution.read_text("entry_points.txt") or ""):
            problem = ContractBroken("entry_point_invalid", "entry_points.txt cannot be read")
            yield FoundPlugin(name, name, distribution.version, None, problem, EntryPoint(name, "", ENTRY_POINT_GROUP))
        return
    for point in points:
        yield _found(point, name, distribution.version)


def _found(point: EntryPoint, distribution: str, version: str) -> FoundPlugin:
    try:
        manifest = read_manifest(_manifest_text(point))
    except ContractBroken as problem:
        return FoundPlugin(point.name, distribution, version, None, problem, point)
    return FoundPlugin(point.name, distribution, version, manifest, _mismatch(point, version, manifest), point)


def _mismatch(point: EntryPoint, version: str, manifest: PluginManifest) -> ContractBroken | None:
    if manifest.key != point.name:
        return ContractBroken("key_differs", f"the entry point is {point.name}, the manifest says {manifest.key}")
    if manifest.version != version:
        return ContractBroken("version_differs", f"installed is {version}, the manifest says {manifest.version}")
    if not manifest.admits_sdk(SDK_VERSION):
        return ContractBroken("sdk_out_of_range", f"asks for SDK {manifest.sdk}, this is {SDK_VERSION}")
    return None


def _manifest_text(point: EntryPoint) -> str:
    """Read the manifest beside the code: finding a top-level package does not import it."""
    package = point.value.partition(":")[0].partition(".")[0].strip()
    try:
        spec = find_spec(package)
    except Exception as error:  # noqa: BLE001  (any finder on the path may raise anything)
        raise ContractBroken("package_missing", f"{package} cannot be found: {type(error).__name__}") from None
    if spec is None or not spec.submodule_search_locations:
        raise ContractBroken("package_missing", f"there is no package {package}")
    for location in spec.submodule_search_locations:
        path = Path(location) / MANIFEST_FILE
        if path.is_file():
            return _text_of(path)
    raise ContractBroken("manifest_missing", f"{package} has no {MANIFEST_FILE}")


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ContractBroken("manifest_invalid", f"larger than {MAX_MANIFEST_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractBroken("manifest_invalid", f"cannot be read: {type(error).__name__}") from None
