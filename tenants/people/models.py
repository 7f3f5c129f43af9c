"""Tables of people: the person's own group of rows, and what each tenant keeps of its members.

Keys are rows of tenants, so what a person is called is sealed in each tenant by the person's key there; the group of
rows of the person holds ids, and leads from a sign-in to the tenants.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.kernel.rows import PersonRow, ReferenceRow, Retention, Row, RowClass, TenantRow


class MembershipStatus(StrEnum):
    """Whether a membership still gives its roles."""

    ACTIVE = "active"
    ENDED = "ended"


class InvitationStatus(StrEnum):
    """What became of an invitation; that one has expired is told by its instant, not by its status."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Person(PersonRow, table=True):
    """Somebody who signs in, in whatever networks.

    What the person is called is not kept here: each tenant keeps it under a key of its own.

    Attributes:
        recorded_at: When the row was written.
    """

    __tablename__ = "people"

    recorded_at: datetime


class PersonIdentity(PersonRow, table=True):
    """One identity a person signs in with.

    Attributes:
        identity_key: Hash of issuer and subject, as in ``identity_keys``.
        issuer: The issuer's URL.
        linked_at: Since when the identity leads to the person.
    """

    __tablename__ = "person_identities"
    personal: ClassVar[frozenset[str]] = frozenset({"identity_key"})

    identity_key: UUID = Field(primary_key=True)
    issuer: str
    linked_at: datetime


class PersonTenant(PersonRow, table=True):
    """A tenant the person is a member of; a copy for finding one's way, the membership itself decides.

    Attributes:
        tenant_id: The tenant; not what the row is walled by.
        network_id: Its network.
        tenant_key: The tenant's key when the copy was made.
        tenant_name: The tenant's name when the copy was made.
        active: Whether the membership still holds.
        version: The version of the membership that the copy tells of; older news never overwrites newer.
    """

    __tablename__ = "person_tenants"

    tenant_id: UUID = Field(primary_key=True)
    network_id: UUID
    tenant_key: str
    tenant_name: str
    active: bool
    version: int


class IdentityKey(Row, table=True):
    """Leads from a hash of issuer and subject to a person; read by the login role alone."""

    __tablename__ = "identity_keys"
    row_class: ClassVar[RowClass] = RowClass.GROUP
    group_key: ClassVar[str] = "identity_key"
    personal: ClassVar[frozenset[str]] = frozenset({"identity_key"})

    identity_key: UUID = Field(primary_key=True)
    person_id: UUID


class Membership(TenantRow, table=True):
    """A person's place in a tenant.

    Attributes:
        person_id: The person.
        display_name: What the person is called, sealed by the person's key in this tenant.
        roles: Keys of built-in roles and of the network's own roles.
        status: ``active`` or ``ended``.
        joined_at: Since when.
        ended_at: Since when no more.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", name="memberships_person_once"),
        CheckConstraint("status IN ('active', 'ended')", name="memberships_status"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="memberships_ended_since"),
        Index("memberships_by_status", "tenant_id", "status", "id"),
        Index("memberships_by_network", "network_id", "tenant_id", "id"),
    )
    personal: ClassVar[frozenset[str]] = frozenset({"display_name"})

    person_id: UUID
    display_name: bytes | None = None
    roles: list[str] = Field(default_factory=list, sa_type=JSONB)
    status: str = MembershipStatus.ACTIVE.value
    joined_at: datetime
    ended_at: datetime | None = None
    recorded_at: datetime
    version: int = 1


class Invitation(TenantRow, table=True):
    """An offer to join a tenant, kept by that tenant; its code is shown once and kept as a hash.

    Attributes:
        roles: Keys of the roles the membership will have.
        invitee: Whom it is meant for, as the inviter noted it, sealed by the tenant's key.
        code_hash: SHA-256 of the code's secret part, which holds 256 random bits.
        status: ``pending``, ``accepted`` or ``withdrawn``.
        invited_by: The actor who invited.
        invited_at: When.
        expires_at: From when it can no longer be accepted.
        person_id: Who accepted.
        closed_at: When it was accepted or withdrawn.
        recorded_at: When the row was last written.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'accepted', 'withdrawn')", name="invitations_status"),
        CheckConstraint("(status = 'pending') = (closed_at IS NULL)", name="invitations_closed_since"),
        CheckConstraint("(status = 'accepted') = (person_id IS NOT NULL)", name="invitations_accepted_by"),
        Index("invitations_by_status", "tenant_id", "status", "expires_at", "id"),
        Index("invitations_by_network", "network_id", "tenant_id", "id"),
    )
    retention: ClassVar[Retention] = Retention.TRANSIENT
    personal: ClassVar[frozenset[str]] = frozenset({"invitee"})

    roles: list[str] = Field(default_factory=list, sa_type=JSONB)
    invitee: bytes | None = None
    code_hash: str
    status: str = InvitationStatus.PENDING.value
    invited_by: UUID
    invited_at: datetime
    expires_at: datetime
    person_id: UUID | None = None
    closed_at: datetime | None = None
    recorded_at: datetime


class NetworkRole(ReferenceRow, table=True):
    """A role a network made for itself, beside the built-in ones.

    Attributes:
        owner_tenant_id: The headquarters.
        key: Short stable name, unique in the network and none of the built-in ones.
        name: Name to show.
        description: One sentence on who should hold it.
        permissions: Names of the permissions it gives.
        kinds: Kinds of tenant it may be held in.
        recorded_at: When the row was last written.
        version: Goes up with every change.
    """

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("network_id", "key", name="roles_key_once"),)

    owner_tenant_id: UUID
    key: str
    name: str
    description: str
    permissions: list[str] = Field(default_factory=list, sa_type=JSONB)
    kinds: list[str] = Field(default_factory=list, sa_type=JSONB)
    recorded_at: datetime
    version: int = 1
