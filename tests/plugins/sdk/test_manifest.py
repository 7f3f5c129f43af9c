import json
from pathlib import Path
from typing import Any

import pytest
from touchstone_sdk import Isolation, PluginKind
from touchstone_sdk.hosting import ContractBroken, accept_config, read_manifest

from tests.plugins.shelf import manifest_of


def test_a_manifest_is_read_from_json() -> None:
    manifest = read_manifest(json.dumps(manifest_of("scoring-smile")))
    assert (manifest.key, manifest.kind, manifest.isolation) == (
        "scoring-smile",
        PluginKind.SCORING,
        Isolation.IN_PROCESS,
    )
    assert manifest.admits_sdk("0.1.0")
    assert not manifest.admits_sdk("1.0")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"key": None}, "key"),
        ({"version": "one"}, "version"),
        ({"kind": "mind-reading"}, "kind"),
        ({"isolation": "none"}, "isolation"),
        ({"sdk": "about 1"}, "sdk"),
        ({"scopes": ["records.read"]}, "standards.read"),
        ({"scopes": ["records.read", "standards.read", "people.read"]}, "scopes"),
        ({"scopes": ["records.read", "standards.read", "records.read"]}, "twice"),
        ({"config_schema": {"type": "wish"}}, "config_schema"),
        ({"config_schema": {"$ref": "http://127.0.0.1:9/schema"}}, "config_schema"),
        ({"config_schema": {"pattern": "(?<=a)b"}}, "config_schema"),
        ({"config_schema": {"maximum": 1.5}}, "config_schema"),
        ({"config_schema": []}, "config_schema"),
        ({"homepage": "x"}, "homepage"),
    ],
)
def test_a_manifest_that_is_not_as_agreed_says_what_is_wrong(changes: dict[str, Any], names: str) -> None:
    with pytest.raises(ContractBroken) as caught:
        read_manifest(json.dumps(manifest_of("scoring-smile", **changes)))
    assert caught.value.code == "manifest_invalid"
    assert names in caught.value.detail


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "{}"])
def test_what_is_no_manifest_at_all_is_refused(text: str) -> None:
    with pytest.raises(ContractBroken, match="manifest_invalid"):
        read_manifest(text)


@pytest.mark.parametrize("config", [{"depth": "deep"}, {"width": 1}, {"depth": 1.5}, [], None, "x", {"depth": True}])
def test_a_configuration_that_the_schema_does_not_allow_is_refused(config: object) -> None:
    manifest = read_manifest(json.dumps(manifest_of("scoring-smile")))
    with pytest.raises(ContractBroken, match="config_invalid") as caught:
        accept_config(manifest, config)
    assert "deep" not in caught.value.detail


def test_a_configuration_is_frozen_when_it_is_accepted() -> None:
    manifest = read_manifest(json.dumps(manifest_of("scoring-smile")))
    config = accept_config(manifest, {"depth": 3})
    assert config == {"depth": 3}
    with pytest.raises(TypeError):
        config["depth"] = 4  # pyright: ignore[reportIndexIssue]


def test_every_first_party_plugin_ships_a_valid_manifest_of_its_version() -> None:
    shelf = Path(__file__).parents[3] / "plugins"
    manifests = [read_manifest(path.read_text()) for path in shelf.glob("*/*/touchstone-plugin.json")]
    assert "scoring-conformance" in {manifest.key for manifest in manifests}
