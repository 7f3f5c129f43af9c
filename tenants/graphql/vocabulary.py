"""The closed lists of this room as enumerations of the schema; the other modules of this folder take them from here."""

from core.kernel.graphql.enums import enumeration
from tenants.accounts.models import AccountStatus, IssuerStatus
from tenants.activations.models import ApprovalStatus
from tenants.networks.models import TenantKind, TenantStatus
from tenants.people.models import InvitationStatus, MembershipStatus
from tenants.sites.models import SiteStatus

__all__ = [
    "AccountStatus",
    "ApprovalStatus",
    "InvitationStatus",
    "IssuerStatus",
    "MembershipStatus",
    "SiteStatus",
    "TenantKind",
    "TenantStatus",
]

enumeration(
    TenantKind,
    description="What a tenant is in the tree of its network.",
    values={
        "HEADQUARTERS": "The root: publishes standards and keeps the network.",
        "REGION": "A master franchisee: has units below it.",
        "FRANCHISEE": "Serves customers at its sites.",
    },
)
enumeration(
    TenantStatus,
    description="Whether a tenant's people may act.",
    values={"ACTIVE": "They may.", "SUSPENDED": "They may not; its data stays."},
)
enumeration(
    SiteStatus,
    description="Whether a site serves customers.",
    values={"OPEN": "It does.", "CLOSED": "It does no more."},
)
enumeration(
    MembershipStatus,
    description="Whether a membership gives its roles.",
    values={"ACTIVE": "It does.", "ENDED": "It gives nothing; an invitation begins it anew."},
)
enumeration(
    InvitationStatus,
    description="What became of an invitation; whether it has expired is told by `expiresAt`.",
    values={
        "PENDING": "Nobody has accepted it yet.",
        "ACCEPTED": "Somebody has become a member by it.",
        "WITHDRAWN": "It was taken back.",
    },
)
enumeration(
    IssuerStatus,
    description="Whether tokens of an issuer are accepted.",
    values={"ACTIVE": "They are.", "WITHDRAWN": "They are no longer."},
)
enumeration(
    AccountStatus,
    name="ServiceAccountStatus",
    description="Whether a service account may sign in.",
    values={"ACTIVE": "It may.", "REVOKED": "It may not, and never again."},
)
enumeration(
    ApprovalStatus,
    name="PluginApprovalStatus",
    description="Whether a network lets its tenants use a plugin.",
    values={"APPROVED": "They may enable it.", "WITHDRAWN": "It is stopped in all of them."},
)
