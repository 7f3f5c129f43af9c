"""A shelf of plugin distributions made for a test, from the sources in `bad/`."""

import importlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from touchstone_sdk.hosting import FoundPlugin, installed_plugins

SOURCES = Path(__file__).parent / "bad"


class Shelf:
    """Distributions in a folder on the import path; the folder is gone after the test, and so are the modules."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, source: str, key: str = "", *, distribution: str = "", **manifest: Any) -> str:
        """Install the plugin `bad/<source>`; further arguments change its manifest. Answers its key."""
        key = key or source.replace("_", "-")
        distribution = distribution or f"bad-{key}"
        package = distribution.replace("-", "_")
        shutil.copytree(SOURCES / source, self.folder / package)
        shutil.copy(SOURCES / "rule.py", self.folder / package / "rule.py")
        (self.folder / package / "__init__.py").write_text("")
        (self.folder / package / "touchstone-plugin.json").write_text(json.dumps(manifest_of(key, **manifest)))
        self.register(distribution, f"[touchstone.plugins]\n{key} = {package}.plugin\n")
        return key

    def register(self, distribution: str, entry_points: str, version: str = "1.0") -> None:
        """Make a distribution known by its metadata."""
        info = self.folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(entry_points)
        importlib.invalidate_caches()

    def file(self, key: str, name: str) -> Path:
        """A file in the package of a plugin."""
        return self.folder / f"bad_{key.replace('-', '_')}" / name

    def module(self, key: str, name: str) -> ModuleType:
        """Import a module of a plugin's package."""
        return importlib.import_module(f"bad_{key.replace('-', '_')}.{name}")

    def found(self) -> tuple[FoundPlugin, ...]:
        """The plugins of this shelf among the installed ones."""
        return tuple(plugin for plugin in installed_plugins() if plugin.distribution.startswith("bad-"))


def manifest_of(key: str, /, **changes: Any) -> dict[str, Any]:
    """A valid manifest, with changes; a field set to None is left out."""
    manifest: dict[str, Any] = {
        "key": key,
        "name": "A plugin",
        "version": "1.0",
        "description": "Made for a test.",
        "kind": "scoring",
        "sdk": ">=0.1,<1",
        "isolation": "in_process",
        "scopes": ["records.read", "standards.read"],
        "config_schema": {
            "type": "object",
            "properties": {"depth": {"type": "integer"}},
            "additionalProperties": False,
        },
    }
    return {name: value for name, value in {**manifest, **changes}.items() if value is not None}


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """An empty shelf."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield Shelf(tmp_path)
    for name in [name for name in sys.modules if name.startswith("bad_")]:
        del sys.modules[name]
