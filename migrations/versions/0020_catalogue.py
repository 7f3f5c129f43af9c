"""The service catalogue, and parameters that hold steps which are added to a process."""

from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import (
    INSTANT,
    TEXT,
    UUID,
    begin,
    create_reference_table,
    create_tenant_table,
    optional,
    required,
)

revision = "0020"
down_revision = "0019"

TYPES: Final = "'duration', 'integer', 'decimal', 'percent', 'money', 'boolean', 'choice', 'choices', 'text'"


def upgrade() -> None:
    begin()
    allow_types(f"{TYPES}, 'steps'")
    create_services()
    create_offers()


def downgrade() -> None:
    begin()
    op.drop_table("service_offers")
    op.drop_table("catalogue_services")
    allow_types(TYPES)


def allow_types(types: str) -> None:
    op.drop_constraint("parameters_type", "parameters", type_="check")
    op.create_check_constraint("parameters_type", "parameters", f"type IN ({types})")


def create_services() -> None:
    table = "catalogue_services"
    create_reference_table(
        table,
        required("owner_tenant_id", UUID),
        required("key", TEXT),
        required("kind", TEXT),
        required("title", JSONB()),
        required("description", JSONB()),
        required("standard_code", TEXT),
        required("parts", JSONB()),
        required("granted_to", JSONB()),
        required("status", TEXT),
        required("published_by", UUID),
        required("published_at", INSTANT),
        optional("withdrawn_at", INSTANT),
        required("revision", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("network_id", "key", name="catalogue_services_key"),
        sa.CheckConstraint("kind IN ('basic', 'additional', 'bespoke', 'bundle')", name="catalogue_services_kind"),
        sa.CheckConstraint("status IN ('published', 'withdrawn')", name="catalogue_services_status"),
        sa.CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="catalogue_services_withdrawn"),
        sa.CheckConstraint("(kind = 'bundle') = (parts <> '[]'::jsonb)", name="catalogue_services_parts"),
        lineage=True,
    )
    op.create_index("catalogue_services_by_key", table, ["network_id", "key", "id"])
    op.create_index("catalogue_services_by_kind", table, ["network_id", "kind", "key", "id"])
    op.create_index("catalogue_services_by_status", table, ["network_id", "status", "key", "id"])


def create_offers() -> None:
    table = "service_offers"
    create_tenant_table(
        table,
        required("key", TEXT),
        required("based_on", TEXT),
        required("title", JSONB()),
        required("description", JSONB()),
        required("status", TEXT),
        required("offered_by", UUID),
        required("offered_at", INSTANT),
        optional("ended_at", INSTANT),
        required("revision", sa.Integer()),
        required("recorded_at", INSTANT),
        sa.UniqueConstraint("tenant_id", "key", name="service_offers_key"),
        sa.CheckConstraint("status IN ('offered', 'ended')", name="service_offers_status"),
        sa.CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="service_offers_ended"),
        sa.CheckConstraint("(based_on <> '') = (key LIKE 'own.%')", name="service_offers_own"),
    )
    op.create_index("service_offers_by_key", table, ["tenant_id", "key", "id"])
    op.create_index("service_offers_by_status", table, ["tenant_id", "status", "key", "id"])
