"""What it takes to read a field: a permission, or one of two markers for what needs none."""

from core.kernel.permissions import SIGNED_IN, Permission

PUBLIC = Permission("kernel.public", "Nothing is needed, not even a token.")
"""Marks a field that anybody may read; a permission, but never one that is granted."""

IDENTIFIED = Permission("kernel.identified", "A valid token is needed, whatever tenant is acted in, if any.")
"""Marks a field for whoever is known, before a tenant was chosen."""

MARKERS = (PUBLIC, IDENTIFIED)

__all__ = ["IDENTIFIED", "MARKERS", "PUBLIC", "SIGNED_IN", "Permission"]
