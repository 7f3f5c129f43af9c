"""The gate, as a pure function: may this plugin be called for this tenant?"""

from touchstone_sdk import PluginManifest

from core.plugin_host.activation import ActivationState
from core.plugin_host.errors import PluginIsNotApproved, PluginIsNotEnabled, PluginIsRevoked, PluginLacksScopes


def require_active(manifest: PluginManifest, state: ActivationState) -> None:
    """Refuse unless the network approved the plugin and its scopes, and the tenant enabled it.

    Raises:
        PluginIsRevoked: The network has taken its approval back; said first, whatever else is missing.
        PluginIsNotApproved: The network has not approved it.
        PluginLacksScopes: The manifest requests more than the network granted.
        PluginIsNotEnabled: The tenant has not enabled it.
    """
    if state.revoked:
        raise PluginIsRevoked(plugin=manifest.key)
    if not state.approved:
        raise PluginIsNotApproved(plugin=manifest.key)
    missing = sorted(set(map(str, manifest.scopes)) - state.scopes)
    if missing:
        raise PluginLacksScopes(plugin=manifest.key, missing=tuple(missing))
    if not state.enabled:
        raise PluginIsNotEnabled(plugin=manifest.key)
