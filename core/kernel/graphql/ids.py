"""Global ids: opaque to clients, good for one type of object, the same for as long as the object lives.

They are not sealed: what may be read is decided by the walls around the rows, and an id must outlive every key.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final
from uuid import UUID

import strawberry
from graphql import GraphQLError

from core.kernel.graphql.entities import entity_of
from core.kernel.graphql.refusals import refusal

UUID_FORM: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def global_id(type_name: str, key: UUID | str) -> strawberry.ID:
    """Make the global id of an object."""
    return strawberry.ID(urlsafe_b64encode(f"{type_name}:{key}".encode()).decode().rstrip("="))


def split_id(given: str) -> tuple[str, str]:
    """Take a global id apart into the name of its type and the object's key.

    Raises:
        GraphQLError: It is not a global id (``gateway.bad_id``).
    """
    try:
        name, _, key = urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().partition(":")
    except (Error, ValueError):
        raise bad_id(given) from None
    if not name or not key:
        raise bad_id(given)
    return name, key


def local_id(of: type | str, given: str) -> UUID:
    """Give the row's id behind a global id, as a use case wants it.

    Args:
        of: The entity, or its GraphQL name.
        given: What the client sent.

    Raises:
        GraphQLError: It is not a global id, or one of another type of object (``gateway.bad_id``).
    """
    try:
        return UUID(local_key(of, given))
    except ValueError:
        raise bad_id() from None


def local_key(of: type | str, given: str) -> str:
    """Give the row's key behind a global id, as text, for entities that are not named by a UUID."""
    entity = entity_of(of)
    wanted = entity.name if entity else str(of)
    name, key = split_id(given)
    if name != wanted:
        raise refusal(
            "gateway.bad_id", f"This is the id of a {name}, not of a {wanted}.", hint=f"Send the id of a {wanted}."
        )
    return key


def bad_id(given: str = "") -> GraphQLError:
    """Say that something is no global id; and where it is a bare UUID, as the header for tenants takes it, say that."""
    hint = "Send an id as this API gave it."
    if UUID_FORM.fullmatch(given):
        hint = (
            "Send an id as this API gave it in a field `id`, such as that of { myTenant { id } }; this is a bare UUID."
        )
    return refusal("gateway.bad_id", "This is not a global id.", hint=hint)
