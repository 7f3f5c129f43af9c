"""The built-in roles: who may do what, where a role may be held, and who may give it to whom.

Code is the truth for built-in roles: a new permission reaches the people who hold a role with the release that brings
it, in every network at once, without a migration that copies rows. The table ``roles`` keeps only what a network made
for itself. Permissions are named, not imported, because the features that declare them are below and beside this room;
a test holds the names against the catalogue, both ways.

Each role has the least its work needs:

- Whoever is signed in to a tenant sees the tree around it and the standards that hold there.
- A clerk serves: opens records, adds steps, gives and sees evidence, does work items, comments on drafts of standards.
  No figures about colleagues, no changes to standards.
- A manager runs a unit: a clerk's rights, imports and figures of the unit, its sites, its adaptations, and the waivers
  it asks for.
- A franchise owner answers for a franchisee: a manager's rights, and its people, accounts, plugins, settings and audit.
- A regional manager answers for a region as an owner does, approves, grants waivers, offers suggestions, and sees the
  figures of the units below.
- A standards editor writes and publishes, and sees figures to know what to change; approving is somebody else's.
- An auditor reads everything, records of the whole network at headquarters included, and changes nothing.
- A headquarters administrator keeps the network: tenants, people, issuers, roles, plugins; approves and publishes
  standards but does not write them, grants waivers and rules on them, sees figures but not other tenants' records.
- A partner sees what a plugin must fit: standards and figures.
- A read-only client reads what dashboards of a tenant show.
"""

from enum import StrEnum

from core.kernel.frozen import frozen
from tenants.networks.models import TenantKind

HEADQUARTERS = frozenset({TenantKind.HEADQUARTERS.value})
ABOVE_OTHERS = frozenset({TenantKind.HEADQUARTERS.value, TenantKind.REGION.value})
EVERYWHERE = frozenset(kind.value for kind in TenantKind)

ONLY_AT_HEADQUARTERS = frozenset(
    {
        "plugins.approve",
        "privacy.set_retention",
        "queries.explain",
        "records.publish_services",
        "records.read_network",
        "standards.rule_waivers",
        "tenants.define_roles",
        "tenants.manage_issuers",
        "tenants.place",
        "tenants.provision",
        "tenants.suspend",
    }
)
"""What concerns the whole network: no role gives it in any other tenant."""


class RoleKey(StrEnum):
    """Keys of the built-in roles."""

    HEADQUARTERS_ADMINISTRATOR = "headquarters_administrator"
    STANDARDS_EDITOR = "standards_editor"
    AUDITOR = "auditor"
    REGIONAL_MANAGER = "regional_manager"
    FRANCHISE_OWNER = "franchise_owner"
    MANAGER = "manager"
    CLERK = "clerk"
    PARTNER = "partner"
    READ_ONLY_CLIENT = "read_only_client"


@frozen(kw_only=True)
class RoleFacts:
    """A role, built in or made by a network.

    Attributes:
        key: Stable name.
        name: Name to show.
        description: One sentence on who should hold it.
        permissions: Names of the permissions it gives.
        kinds: Kinds of tenant it may be held in.
        grants: Keys of the built-in roles its holders may give and take.
        built_in: False for one a network made.
    """

    key: str
    name: str
    description: str
    permissions: frozenset[str]
    kinds: frozenset[str]
    grants: frozenset[str] = frozenset()
    built_in: bool = True

    def permissions_in(self, kind: str) -> frozenset[str]:
        """Give the permissions the role gives in a tenant of a kind; none where it may not be held."""
        if kind not in self.kinds:
            return frozenset()
        return self.permissions if kind in HEADQUARTERS else self.permissions - ONLY_AT_HEADQUARTERS


EVERYBODY = frozenset({"kernel.signed_in", "tenants.read", "standards.read"})
CLERK = EVERYBODY | {
    "records.read",
    "records.read_evidence",
    "records.read_notes",
    "records.open",
    "records.work",
    "records.share",
    "customers.read",
    "customers.manage",
    "work.read",
    "work.do",
    "standards.comment",
}
MANAGER = CLERK | {
    "records.share_views",
    "records.import",
    "records.manage_calendars",
    "records.offer_services",
    "quality.read",
    "quality.score",
    "sites.manage",
    "people.read",
    "standards.adapt",
    "standards.propose_adaptations",
    "standards.promise",
    "standards.read_statistics",
    "standards.ask_waivers",
    "standards.adopt",
}
OWNER = MANAGER | {
    "privacy.choose_retention",
    "privacy.erase",
    "privacy.export",
    "privacy.hold",
    "privacy.read",
    "people.invite",
    "people.manage_roles",
    "service_accounts.manage",
    "plugins.enable",
    "tenants.configure",
    "standards.rule_adaptations",
    "audit.read",
    "sealing.read",
    "sealing.rotate_keys",
    "work.replay",
}
REGIONAL = OWNER | {
    "standards.approve",
    "standards.grant_waivers",
    "standards.offer_suggestions",
    "standards.preview",
    "standards.read_network",
    "standards.review",
    "quality.read_network",
}
EDITOR = EVERYBODY | {
    "records.publish_services",
    "standards.draft",
    "standards.publish",
    "standards.roll_out",
    "standards.adapt",
    "standards.preview",
    "standards.read_network",
    "standards.review",
    "standards.read_statistics",
    "standards.offer_suggestions",
    "quality.read",
    "quality.read_network",
    "work.read",
    "work.do",
}
AUDITOR = EVERYBODY | {
    "privacy.read",
    "records.read",
    "records.read_evidence",
    "records.read_network",
    "quality.read",
    "quality.read_network",
    "people.read",
    "standards.read_network",
    "standards.read_statistics",
    "work.read",
    "audit.read",
    "sealing.read",
}
NOT_OF_ADMINISTRATORS = {
    "records.read_notes",
    "records.open",
    "records.work",
    "records.share",
    "customers.read",
    "customers.manage",
    "privacy.erase",
    "privacy.export",
    "standards.adapt",
    "standards.ask_waivers",
    "standards.comment",
    "standards.promise",
}
ADMINISTRATOR = (OWNER - NOT_OF_ADMINISTRATORS) | {
    "privacy.set_retention",
    "standards.approve",
    "standards.grant_waivers",
    "standards.offer_suggestions",
    "standards.preview",
    "standards.read_network",
    "standards.rule_waivers",
    "records.publish_services",
    "standards.publish",
    "standards.review",
    "standards.roll_out",
    "quality.read_network",
    "plugins.approve",
    "queries.explain",
    "tenants.define_roles",
    "tenants.manage_issuers",
    "tenants.place",
    "tenants.provision",
    "tenants.suspend",
}
CLIENT = EVERYBODY | {"records.read", "quality.read"}
PARTNER = EVERYBODY | {"quality.read"}

STAFF = frozenset({RoleKey.MANAGER.value, RoleKey.CLERK.value, RoleKey.READ_ONLY_CLIENT.value, RoleKey.PARTNER.value})
OF_FRANCHISEES = STAFF | {RoleKey.FRANCHISE_OWNER.value}
OF_REGIONS = OF_FRANCHISEES | {
    RoleKey.REGIONAL_MANAGER.value,
    RoleKey.STANDARDS_EDITOR.value,
    RoleKey.AUDITOR.value,
}

BUILT_IN: dict[str, RoleFacts] = {
    role.key: role
    for role in (
        RoleFacts(
            key=RoleKey.HEADQUARTERS_ADMINISTRATOR.value,
            name="Headquarters administrator",
            description="Keeps the network: its tenants, people, sign-in, roles and plugins; approves standards.",
            permissions=ADMINISTRATOR,
            kinds=HEADQUARTERS,
            grants=frozenset(key.value for key in RoleKey),
        ),
        RoleFacts(
            key=RoleKey.STANDARDS_EDITOR.value,
            name="Standards editor",
            description="Writes standards and publishes them once somebody else has approved them.",
            permissions=EDITOR,
            kinds=ABOVE_OTHERS,
        ),
        RoleFacts(
            key=RoleKey.AUDITOR.value,
            name="Auditor",
            description="Reads everything there is to check and changes nothing.",
            permissions=AUDITOR,
            kinds=EVERYWHERE,
        ),
        RoleFacts(
            key=RoleKey.REGIONAL_MANAGER.value,
            name="Regional manager",
            description="Answers for a region and sees the figures of the units below it.",
            permissions=REGIONAL,
            kinds=frozenset({TenantKind.REGION.value}),
            grants=OF_REGIONS,
        ),
        RoleFacts(
            key=RoleKey.FRANCHISE_OWNER.value,
            name="Franchise owner",
            description="Answers for a franchisee: its people, sites, settings and plugins.",
            permissions=OWNER,
            kinds=frozenset({TenantKind.FRANCHISEE.value}),
            grants=OF_FRANCHISEES,
        ),
        RoleFacts(
            key=RoleKey.MANAGER.value,
            name="Manager",
            description="Runs a unit day by day and adapts standards within their bounds.",
            permissions=MANAGER,
            kinds=EVERYWHERE,
        ),
        RoleFacts(
            key=RoleKey.CLERK.value,
            name="Clerk",
            description="Serves customers and does the work items that wait.",
            permissions=CLERK,
            kinds=EVERYWHERE,
        ),
        RoleFacts(
            key=RoleKey.PARTNER.value,
            name="Partner",
            description="Ships a plugin and sees what it must fit.",
            permissions=PARTNER,
            kinds=EVERYWHERE,
        ),
        RoleFacts(
            key=RoleKey.READ_ONLY_CLIENT.value,
            name="Read-only client",
            description="A screen or program that shows what happens in a tenant.",
            permissions=CLIENT,
            kinds=EVERYWHERE,
        ),
    )
}
