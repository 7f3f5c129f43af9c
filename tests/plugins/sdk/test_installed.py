import sys
from collections.abc import Callable

import pytest
from touchstone_sdk.hosting import ContractBroken, FoundPlugin, installed_plugins, load_descriptors

from tests.plugins.shelf import Shelf


def problem_of(plugin: FoundPlugin) -> str:
    return plugin.problem.code if plugin.problem else ""


def test_the_conformance_plugin_is_found_by_its_entry_point() -> None:
    (found,) = [plugin for plugin in installed_plugins() if plugin.key == "scoring-conformance"]
    assert found.problem is None
    assert found.distribution == "touchstone-scoring-conformance"
    assert [rule.key for rule in load_descriptors(found)] == ["conformance"]


def test_manifests_are_read_without_importing_the_plugins(shelf: Shelf) -> None:
    shelf.add("raises_at_import")
    shelf.add("good")
    found = shelf.found()
    assert [plugin.manifest.key for plugin in found if plugin.manifest] == ["good", "raises-at-import"]
    assert not [name for name in sys.modules if name.startswith("bad_")]


def spoil_manifest(shelf: Shelf) -> None:
    shelf.file(shelf.add("good", "spoiled"), "touchstone-plugin.json").write_text("{")


def spoil_encoding(shelf: Shelf) -> None:
    shelf.file(shelf.add("good", "spoiled"), "touchstone-plugin.json").write_bytes(b"\xff\xfe\x00")


def bloat_manifest(shelf: Shelf) -> None:
    shelf.file(shelf.add("good", "spoiled"), "touchstone-plugin.json").write_text(" " * 300_000)


def drop_manifest(shelf: Shelf) -> None:
    shelf.file(shelf.add("good", "spoiled"), "touchstone-plugin.json").unlink()


def call_it_otherwise(shelf: Shelf) -> None:
    shelf.file(shelf.add("good", "spoiled"), "touchstone-plugin.json").write_text(
        shelf.file("spoiled", "touchstone-plugin.json").read_text().replace('"spoiled"', '"another"')
    )


def ship_another_version(shelf: Shelf) -> None:
    shelf.add("good", "spoiled", version="2.0")


def want_another_sdk(shelf: Shelf) -> None:
    shelf.add("good", "spoiled", sdk=">=7")


def name_no_package(shelf: Shelf) -> None:
    shelf.register("bad-spoiled", "[touchstone.plugins]\nspoiled = nowhere_at_all.plugin\n")


def garble_entry_points(shelf: Shelf) -> None:
    shelf.register("bad-spoiled", "[touchstone.plugins]\nspoiled nothing\n")


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (spoil_manifest, "manifest_invalid"),
        (spoil_encoding, "manifest_invalid"),
        (bloat_manifest, "manifest_invalid"),
        (drop_manifest, "manifest_missing"),
        (call_it_otherwise, "key_differs"),
        (ship_another_version, "version_differs"),
        (want_another_sdk, "sdk_out_of_range"),
        (name_no_package, "package_missing"),
        (garble_entry_points, "entry_point_invalid"),
    ],
)
def test_a_distribution_that_cannot_be_relied_on_carries_its_problem_and_hides_no_other(
    shelf: Shelf, spoil: Callable[[Shelf], None], problem: str
) -> None:
    shelf.add("good")
    spoil(shelf)
    problems = {plugin.distribution: problem_of(plugin) for plugin in shelf.found()}
    assert problems == {"bad-good": "", "bad-spoiled": problem}
    (spoiled,) = [plugin for plugin in shelf.found() if plugin.distribution == "bad-spoiled"]
    with pytest.raises(ContractBroken, match=problem):
        load_descriptors(spoiled)


def test_half_an_uninstalled_distribution_hides_no_other(shelf: Shelf) -> None:
    shelf.add("good")
    (shelf.folder / "half-1.0.dist-info").mkdir()
    (shelf.folder / "half-1.0.dist-info" / "entry_points.txt").write_text("[touchstone.plugins]\nhalf = half.plugin\n")
    assert [plugin.key for plugin in shelf.found()] == ["good"]


def test_of_one_distribution_the_first_on_the_path_counts(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Shelf(tmp_path_factory.mktemp("later"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(later.folder)])
    shelf.add("good")
    later.add("good")
    assert len(shelf.found()) == 1
