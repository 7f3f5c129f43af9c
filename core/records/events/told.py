"""What events tell, read from their payloads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

Facts = Mapping[str, Any]
"""The payload of an event."""


def instant(text: str) -> datetime:
    """Read an instant."""
    return datetime.fromisoformat(text)


def instant_in(facts: Facts, name: str) -> datetime | None:
    """Read an instant, where there is one."""
    found = facts.get(name)
    return None if found is None else instant(found)


def id_in(facts: Facts, name: str) -> UUID | None:
    """Read an id, where there is one."""
    found = facts.get(name)
    return None if found is None else UUID(found)
