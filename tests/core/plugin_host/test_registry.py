import sys
from typing import Any

import pytest

from core.plugin_host.errors import DescriptorIsUnknown, PluginConfigIsInvalid, PluginIsUnavailable
from core.plugin_host.limits import BootLimits
from core.plugin_host.registry import Registry, RuleRef, load_plugins
from tests.plugins.shelf import Shelf

QUICK = BootLimits(seconds=1.0)


def reasons(registry: Registry) -> dict[str, str]:
    return {entry.distribution: entry.reason for entry in registry.entries if entry.distribution.startswith("bad-")}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raises_at_import", "import_failed"),
        ("exits_at_import", "import_failed"),
        ("raises_in_hook", "hook_failed"),
        ("asynchronous_hook", "hooks_invalid"),
        ("unknown_hook", "hooks_invalid"),
        ("wants_arguments", "hooks_invalid"),
        ("no_hook", "hooks_invalid"),
        ("no_descriptors", "descriptors_invalid"),
        ("forged_descriptor", "descriptors_invalid"),
        ("duplicate_rule", "descriptor_duplicate"),
    ],
)
def test_a_bad_plugin_is_listed_with_its_reason_and_the_others_work(shelf: Shelf, source: str, reason: str) -> None:
    bad = shelf.add(source)
    shelf.add("good")
    registry = load_plugins()
    assert reasons(registry) == {"bad-good": "", f"bad-{bad}": reason}
    assert {str(ref) for ref, _ in registry.rules()} == {"good/fine", "scoring-conformance/conformance"}
    with pytest.raises(PluginIsUnavailable) as caught:
        registry.rule(RuleRef(plugin=bad, rule="fine"))
    assert caught.value.reason == reason
    assert all("4711" not in entry.detail for entry in registry.entries)


@pytest.mark.parametrize("source", ["hangs_at_import", "hangs_in_hook"])
def test_a_plugin_that_never_finishes_loading_does_not_stop_the_boot(shelf: Shelf, source: str) -> None:
    bad = shelf.add(source)
    shelf.add("good")
    try:
        assert reasons(load_plugins(QUICK)) == {"bad-good": "", f"bad-{bad}": "boot_overran"}
    finally:
        shelf.module(bad, "gate").GATE.set()


def test_two_plugins_with_one_key_are_both_refused_and_no_other(shelf: Shelf) -> None:
    shelf.add("good", "twin", distribution="bad-one")
    shelf.add("good", "twin", distribution="bad-two")
    shelf.add("good")
    registry = load_plugins()
    assert reasons(registry) == {"bad-one": "duplicate_key", "bad-two": "duplicate_key", "bad-good": ""}
    assert not [name for name in sys.modules if name.startswith(("bad_one", "bad_two"))]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"isolation": "subprocess"}, "isolation_not_offered"),
        ({"isolation": "remote"}, "isolation_not_offered"),
        ({"sdk": ">=9"}, "sdk_out_of_range"),
        ({"scopes": []}, "manifest_invalid"),
    ],
)
def test_a_plugin_whose_manifest_does_not_fit_is_never_imported(
    shelf: Shelf, changes: dict[str, Any], reason: str
) -> None:
    shelf.add("good", "unfit", **changes)
    assert reasons(load_plugins()) == {"bad-unfit": reason}
    assert "bad_unfit" not in sys.modules


def test_what_is_not_installed_is_unavailable_and_what_is_not_contributed_unknown(shelf: Shelf) -> None:
    shelf.add("good")
    registry = load_plugins()
    with pytest.raises(PluginIsUnavailable) as unavailable:
        registry.rule(RuleRef(plugin="nowhere", rule="fine"))
    assert unavailable.value.reason == "not_installed"
    with pytest.raises(DescriptorIsUnknown):
        registry.rule(RuleRef(plugin="good", rule="other"))


def test_a_rule_is_named_in_text() -> None:
    ref = RuleRef(plugin="good", rule="fine")
    assert RuleRef.parse(str(ref)) == ref
    assert RuleRef.parse("good") == RuleRef(plugin="good", rule="")


def test_a_configuration_is_accepted_only_as_the_manifest_allows(shelf: Shelf) -> None:
    shelf.add("good")
    registry = load_plugins()
    assert registry.accept_config("good", {"depth": 2}) == {"depth": 2}
    with pytest.raises(PluginConfigIsInvalid) as caught:
        registry.accept_config("good", {"depth": "Jane"})
    assert "Jane" not in str(caught.value)
