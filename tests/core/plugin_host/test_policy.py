import asyncio
import json
from dataclasses import replace
from itertools import product

import pytest
from touchstone_sdk import PluginManifest
from touchstone_sdk.hosting import read_manifest

from core.plugin_host.activation import ActivationState, NothingActive
from core.plugin_host.errors import (
    PluginError,
    PluginIsNotApproved,
    PluginIsNotEnabled,
    PluginIsRevoked,
    PluginLacksScopes,
)
from core.plugin_host.policy import require_active
from tests.core.plugin_host.builders import ALLOWED, a_scope
from tests.plugins.shelf import manifest_of

MANIFEST: PluginManifest = read_manifest(json.dumps(manifest_of("scoring-smile")))


def test_what_is_approved_granted_and_enabled_may_be_called() -> None:
    try:
        require_active(MANIFEST, ALLOWED)
    except PluginError as refusal:
        pytest.fail(f"refused with {refusal.code}")


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (replace(ALLOWED, revoked=True), PluginIsRevoked),
        (replace(ALLOWED, approved=False), PluginIsNotApproved),
        (replace(ALLOWED, enabled=False), PluginIsNotEnabled),
        (replace(ALLOWED, scopes=frozenset({"records.read"})), PluginLacksScopes),
        (ActivationState(revoked=True), PluginIsRevoked),
        (ActivationState(), PluginIsNotApproved),
    ],
)
def test_each_thing_that_is_missing_is_named(state: ActivationState, refusal: type[PluginError]) -> None:
    with pytest.raises(refusal) as caught:
        require_active(MANIFEST, state)
    assert caught.value.plugin == "scoring-smile"


def test_missing_scopes_are_listed() -> None:
    with pytest.raises(PluginLacksScopes) as caught:
        require_active(MANIFEST, replace(ALLOWED, scopes=frozenset({"people.read"})))
    assert caught.value.missing == ("records.read", "standards.read")


def test_only_one_of_all_combinations_passes() -> None:
    passed: list[ActivationState] = []
    either, grants = (True, False), (ALLOWED.scopes, frozenset[str]())
    for approved, revoked, enabled, scopes in product(either, either, either, grants):
        state = ActivationState(approved=approved, revoked=revoked, enabled=enabled, scopes=scopes)
        try:
            require_active(MANIFEST, state)
        except PluginError:
            continue
        passed.append(state)
    assert passed == [ALLOWED]


def test_by_default_nothing_is_active() -> None:
    state = asyncio.run(NothingActive().state(a_scope(), "scoring-smile"))
    with pytest.raises(PluginIsNotApproved):
        require_active(MANIFEST, state)
