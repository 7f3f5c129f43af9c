"""What a host of plugins needs, and a plugin does not: finding, loading and checking.

The server and the testkit share it, so that what the testkit proves is what the server enforces.
"""

from touchstone_sdk.hosting.contract import ContractBroken, accept_config, accept_descriptors, accept_results
from touchstone_sdk.hosting.installed import FoundPlugin, installed_plugins, read_manifest
from touchstone_sdk.hosting.loading import load_descriptors

__all__ = [
    "ContractBroken",
    "FoundPlugin",
    "accept_config",
    "accept_descriptors",
    "accept_results",
    "installed_plugins",
    "load_descriptors",
    "read_manifest",
]
