"""The database roles: each sees only what its work needs, and none that serves owns anything.

Source: ``docs/architecture.md``, "Who may read what". Passwords of the serving roles are derived from one secret, so a
process is configured with that secret alone; the owner and the maintenance role are not derived from it.
"""

import hmac
from enum import StrEnum
from hashlib import sha256


class Role(StrEnum):
    """Database roles and what they see."""

    OWNER = "touchstone_owner"
    APP = "touchstone_app"
    REGION = "touchstone_region"
    NETWORK = "touchstone_network"
    WORKER = "touchstone_worker"
    LOGIN = "touchstone_login"
    MAINTAIN = "touchstone_maintain"


SERVING = (Role.APP, Role.REGION, Role.NETWORK, Role.WORKER, Role.LOGIN)


def role_password(secret: str, role: Role) -> str:
    """Derive the password of a serving role: HMAC-SHA-256 over the role's name, in hexadecimal."""
    return hmac.new(secret.encode(), role.value.encode(), sha256).hexdigest()
