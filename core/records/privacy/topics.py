"""What the background work of privacy is called."""

from typing import Final

FORGET: Final = "privacy.forget"
"""Lets go of what other features keep of an erased customer, and of texts under other keys, some records at a time."""
RETAIN: Final = "privacy.retain"
"""Removes the content of the tenant's closed records whose time is over."""
RETAIN_NETWORK: Final = "privacy.retain_network"
"""Has every tenant of the network do so; rings once a day at headquarters."""
EXPORT: Final = "privacy.export"
"""Makes what is held of a customer into one file."""
EXPIRE: Final = "privacy.expire"
"""Deletes such a file; its topic and the kind of its timer."""
