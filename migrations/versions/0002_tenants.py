"""Networks, the tenant tree and its history, sites, people, roles, issuers, service accounts and plugin activations."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.policies import policy, setting
from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    begin,
    create_group_table,
    create_reference_table,
    create_tenant_table,
    distribute,
    optional,
    required,
    run,
    wall,
)
from core.kernel.roles import Role

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.Integer()
BYTES = sa.LargeBinary()
BOOLEAN = sa.Boolean()

TABLES = (
    "networks",
    "tenants",
    "tenant_placements",
    "tenant_settings",
    "sites",
    "roles",
    "issuers",
    "service_accounts",
    "plugin_approvals",
    "plugin_activations",
    "memberships",
    "invitations",
    "people",
    "person_identities",
    "person_tenants",
    "identity_keys",
)


def upgrade() -> None:
    begin()
    create_tree()
    create_settings_and_sites()
    create_roles_and_issuers()
    create_accounts()
    create_activations()
    create_memberships()
    create_invitations()
    create_people()
    create_identity_keys()


def downgrade() -> None:
    begin()
    for name in reversed(TABLES):
        op.drop_table(name)


def written() -> tuple[sa.Column[object], sa.Column[object]]:
    return required("recorded_at", INSTANT), required("version", NUMBER)


def network_index(name: str) -> None:
    """What the region and network roles read a tenant table by."""
    op.create_index(f"{name}_by_network", name, ["network_id", "tenant_id", "id"])


def create_tree() -> None:
    create_reference_table(
        "networks",
        required("headquarters_id", UUID),
        required("key", TEXT),
        required("name", TEXT),
        required("founded_at", INSTANT),
        required("recorded_at", INSTANT),
        required("tree_revision", NUMBER),
        sa.UniqueConstraint("key", name="networks_key_once"),
        key=(),
        owner="headquarters_id",
    )
    create_reference_table(
        "tenants",
        required("owner_tenant_id", UUID),
        required("key", TEXT),
        required("name", TEXT),
        required("kind", TEXT),
        required("locale", TEXT),
        required("time_zone", TEXT),
        required("currency", TEXT),
        required("status", TEXT),
        optional("suspended_at", INSTANT),
        *written(),
        required("settings_version", NUMBER),
        sa.UniqueConstraint("network_id", "key", name="tenants_key_once"),
        sa.ForeignKeyConstraint(["network_id"], ["networks.network_id"], name="tenants_network"),
        sa.CheckConstraint("kind IN ('headquarters', 'region', 'franchisee')", name="tenants_kind"),
        sa.CheckConstraint("status IN ('active', 'suspended')", name="tenants_status"),
        sa.CheckConstraint("(status = 'suspended') = (suspended_at IS NOT NULL)", name="tenants_suspended_since"),
    )
    create_placements()


def create_placements() -> None:
    create_reference_table(
        "tenant_placements",
        required("owner_tenant_id", UUID),
        required("child_id", UUID),
        optional("parent_id", UUID),
        required("valid_from", INSTANT),
        optional("valid_to", INSTANT),
        required("recorded_from", INSTANT),
        optional("recorded_to", INSTANT),
        sa.ForeignKeyConstraint(
            ["network_id", "child_id"], ["tenants.network_id", "tenants.id"], name="placements_child"
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "parent_id"], ["tenants.network_id", "tenants.id"], name="placements_parent"
        ),
        sa.CheckConstraint("valid_to > valid_from", name="placements_valid_span"),
        sa.CheckConstraint("recorded_to >= recorded_from", name="placements_recorded_span"),
        sa.CheckConstraint("parent_id <> child_id", name="placements_not_below_itself"),
    )
    op.execute(
        "ALTER TABLE tenant_placements ADD CONSTRAINT placements_one_place_at_a_time EXCLUDE USING gist ("
        "network_id WITH =, child_id WITH =, "
        "tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&)"
    )
    columns = ["valid_from", "id"]
    op.create_index("placements_by_child", "tenant_placements", ["network_id", "child_id", *columns])
    op.create_index("placements_by_parent", "tenant_placements", ["network_id", "parent_id", *columns])


def place() -> tuple[sa.Column[Any], ...]:
    return required("time_zone", TEXT), required("locale", TEXT), required("currency", TEXT)


def create_settings_and_sites() -> None:
    create_tenant_table(
        "tenant_settings",
        required("name", TEXT),
        *place(),
        required("preferences", JSONB()),
        *written(),
        key=(),
    )
    create_tenant_table(
        "sites",
        required("key", TEXT),
        required("name", TEXT),
        *place(),
        required("address", JSONB()),
        required("status", TEXT),
        required("opened_at", INSTANT),
        optional("closed_at", INSTANT),
        *written(),
        sa.UniqueConstraint("tenant_id", "key", name="sites_key_once"),
        sa.CheckConstraint("status IN ('open', 'closed')", name="sites_status"),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="sites_closed_since"),
    )
    op.create_index("sites_by_status", "sites", ["tenant_id", "status", "key", "id"])
    network_index("sites")


def create_roles_and_issuers() -> None:
    create_reference_table(
        "roles",
        required("owner_tenant_id", UUID),
        required("key", TEXT),
        required("name", TEXT),
        required("description", TEXT),
        required("permissions", JSONB()),
        required("kinds", JSONB()),
        *written(),
        sa.UniqueConstraint("network_id", "key", name="roles_key_once"),
    )
    create_reference_table(
        "issuers",
        required("owner_tenant_id", UUID),
        required("issuer", TEXT),
        required("audience", TEXT),
        required("name", TEXT),
        required("status", TEXT),
        *written(),
        sa.UniqueConstraint("network_id", "issuer", "audience", name="issuers_once"),
        sa.CheckConstraint("status IN ('active', 'withdrawn')", name="issuers_status"),
    )
    op.create_index("issuers_by_url", "issuers", ["issuer", "network_id", "id"])
    # A token is verified before any tenant is known: the login role reads issuers, which hold no personal data.
    run(
        [
            f"GRANT SELECT ON issuers TO {Role.LOGIN.value}",
            policy("issuers", Role.LOGIN, "SELECT", "true"),
        ]
    )


def create_accounts() -> None:
    create_tenant_table(
        "service_accounts",
        required("name", TEXT),
        required("roles", JSONB()),
        required("secret_hash", TEXT),
        optional("previous_secret_hash", TEXT),
        optional("previous_until", INSTANT),
        required("status", TEXT),
        required("created_by", UUID),
        required("created_at", INSTANT),
        optional("rotated_at", INSTANT),
        optional("revoked_at", INSTANT),
        *written(),
        sa.UniqueConstraint("tenant_id", "name", name="service_accounts_name_once"),
        sa.CheckConstraint("status IN ('active', 'revoked')", name="service_accounts_status"),
        sa.CheckConstraint("(status = 'revoked') = (revoked_at IS NOT NULL)", name="service_accounts_revoked_since"),
    )
    network_index("service_accounts")


def create_activations() -> None:
    create_reference_table(
        "plugin_approvals",
        required("owner_tenant_id", UUID),
        required("plugin", TEXT),
        required("scopes", JSONB()),
        required("status", TEXT),
        *written(),
        sa.UniqueConstraint("network_id", "plugin", name="plugin_approvals_once"),
        sa.CheckConstraint("status IN ('approved', 'withdrawn')", name="plugin_approvals_status"),
    )
    create_tenant_table(
        "plugin_activations",
        required("plugin", TEXT),
        required("enabled", BOOLEAN),
        required("scopes", JSONB()),
        required("configuration", JSONB()),
        optional("revoked_at", INSTANT),
        *written(),
        sa.UniqueConstraint("tenant_id", "plugin", name="plugin_activations_once"),
        sa.CheckConstraint("NOT (enabled AND revoked_at IS NOT NULL)", name="plugin_activations_revoked"),
    )
    network_index("plugin_activations")


def create_memberships() -> None:
    create_tenant_table(
        "memberships",
        required("person_id", UUID),
        optional("display_name", BYTES),
        required("roles", JSONB()),
        required("status", TEXT),
        required("joined_at", INSTANT),
        optional("ended_at", INSTANT),
        *written(),
        sa.UniqueConstraint("tenant_id", "person_id", name="memberships_person_once"),
        sa.CheckConstraint("status IN ('active', 'ended')", name="memberships_status"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="memberships_ended_since"),
    )
    op.create_index("memberships_by_status", "memberships", ["tenant_id", "status", "id"])
    network_index("memberships")


def create_invitations() -> None:
    create_tenant_table(
        "invitations",
        required("roles", JSONB()),
        optional("invitee", BYTES),
        required("code_hash", TEXT),
        required("status", TEXT),
        required("invited_by", UUID),
        required("invited_at", INSTANT),
        required("expires_at", INSTANT),
        optional("person_id", UUID),
        optional("closed_at", INSTANT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("status IN ('pending', 'accepted', 'withdrawn')", name="invitations_status"),
        sa.CheckConstraint("(status = 'pending') = (closed_at IS NULL)", name="invitations_closed_since"),
        sa.CheckConstraint("(status = 'accepted') = (person_id IS NOT NULL)", name="invitations_accepted_by"),
    )
    op.create_index("invitations_by_status", "invitations", ["tenant_id", "status", "expires_at", "id"])
    network_index("invitations")


def create_people() -> None:
    create_group_table("people", "person_id", required("recorded_at", INSTANT))
    create_group_table(
        "person_identities",
        "person_id",
        required("identity_key", UUID),
        required("issuer", TEXT),
        required("linked_at", INSTANT),
        key=("identity_key",),
    )
    create_group_table(
        "person_tenants",
        "person_id",
        required("tenant_id", UUID),
        required("network_id", UUID),
        required("tenant_key", TEXT),
        required("tenant_name", TEXT),
        required("active", BOOLEAN),
        required("version", NUMBER),
        key=("tenant_id",),
    )


def create_identity_keys() -> None:
    """A group of its own: the login role reads it, a person's own transaction adds to it, nobody else sees it."""
    op.create_table(
        "identity_keys",
        required("identity_key", UUID),
        required("person_id", UUID),
        sa.PrimaryKeyConstraint("identity_key", name="identity_keys_pkey"),
    )
    distribute("identity_keys", "identity_key")
    own = f"person_id = {setting('person_id')}"
    run(
        [
            f"GRANT SELECT ON identity_keys TO {Role.LOGIN.value}",
            f"GRANT INSERT ON identity_keys TO {Role.APP.value}",
            policy("identity_keys", Role.LOGIN, "SELECT", "true"),
            policy("identity_keys", Role.APP, "INSERT", check=own),
            policy("identity_keys", Role.OWNER, "ALL", own, own),
        ]
    )
    wall("identity_keys")
