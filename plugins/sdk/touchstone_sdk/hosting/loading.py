"""Importing one plugin and collecting its descriptors, alone."""

import inspect
from typing import cast

from pluggy import PluginManager, PluginValidationError

from touchstone_sdk.hooks import PROJECT, Descriptor, PluginHooks, PluginHooksRelay
from touchstone_sdk.hosting.contract import ContractBroken, accept_descriptors
from touchstone_sdk.hosting.installed import FoundPlugin


def load_descriptors(found: FoundPlugin) -> tuple[Descriptor, ...]:
    """Import a plugin and return its descriptors, checked.

    Each plugin gets a plugin manager of its own: it cannot wrap, order or silence the hooks of another one.

    Raises:
        ContractBroken: `import_failed`, `hooks_invalid`, `hook_failed`, `descriptors_invalid` or
            `descriptor_duplicate`; or the problem with which it was found.
    """
    if found.manifest is None or found.problem is not None:
        raise found.problem or ContractBroken("manifest_missing", "there is no manifest")
    manager = _register(found.key, _import(found))
    return accept_descriptors(found.manifest, _collect(manager))


def _import(found: FoundPlugin) -> object:
    try:
        return cast("object", found.entry_point.load())
    except BaseException as error:  # noqa: BLE001  (a plugin may raise anything, SystemExit included)
        raise ContractBroken("import_failed", f"raised {type(error).__name__}") from None


def _register(key: str, plugin: object) -> PluginManager:
    manager = PluginManager(PROJECT)
    manager.add_hookspecs(PluginHooks)
    try:
        manager.register(plugin, name=key)
        manager.check_pending()
    except PluginValidationError as error:
        raise ContractBroken("hooks_invalid", str(error)[:200]) from None
    except BaseException as error:  # noqa: BLE001  (registering reads attributes, which may be properties)
        raise ContractBroken("hooks_invalid", f"raised {type(error).__name__}") from None
    return manager


def _collect(manager: PluginManager) -> object:
    relay = cast("PluginHooksRelay", manager.hook)
    try:
        answers = relay.touchstone_descriptors()
    except BaseException as error:  # noqa: BLE001  (as above)
        raise ContractBroken("hook_failed", f"touchstone_descriptors raised {type(error).__name__}") from None
    if len(answers) != 1:
        raise ContractBroken("hooks_invalid", "touchstone_descriptors is not implemented, or answers None")
    answer: object = answers[0]
    if inspect.iscoroutine(answer):
        answer.close()
        raise ContractBroken("hooks_invalid", "touchstone_descriptors is asynchronous")
    return answer
