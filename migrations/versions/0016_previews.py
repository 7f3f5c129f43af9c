"""What a version would do to every tenant, before it is published."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, required

revision = "0016"
down_revision = "0015"

NUMBER = sa.Integer()
FINDINGS = "'clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed', 'limits_changed'"


def upgrade() -> None:
    begin()
    create_tenant_table(
        "previews",
        required("version_id", UUID),
        required("job_id", UUID),
        *(required(name, TEXT) for name in ("code", "number", "version_hash")),
        required("version_revision", NUMBER),
        required("at", INSTANT),
        required("known_from", INSTANT),
        required("asked_by", UUID),
        required("asked_at", INSTANT),
        required("tenants", NUMBER),
        required("affected", NUMBER),
        sa.ForeignKeyConstraint(
            ["tenant_id", "version_id"],
            ["standard_versions.tenant_id", "standard_versions.id"],
            name="previews_version",
        ),
        sa.UniqueConstraint("tenant_id", "version_id", name="previews_one_of_a_version"),
    )
    create_findings()
    # Which tenants have changed anything of a standard since an instant.
    op.create_index("standard_heads_of_network", "standard_heads", ["network_id", "code", "recorded_at"])


def downgrade() -> None:
    begin()
    op.drop_index("standard_heads_of_network", "standard_heads")
    for name in ("preview_limits", "preview_findings", "previews"):
        op.drop_table(name)


def create_findings() -> None:
    create_tenant_table(
        "preview_findings",
        required("preview_id", UUID),
        required("version_id", UUID),
        required("subject_id", UUID),
        required("finding", TEXT),
        required("count", NUMBER),
        required("details", TEXT),
        of_preview("preview_findings_preview"),
        sa.UniqueConstraint("tenant_id", "preview_id", "subject_id", "finding", name="preview_findings_once"),
        sa.CheckConstraint(f"finding IN ({FINDINGS})", name="preview_findings_finding"),
    )
    by_tenant = ["tenant_id", "version_id", "subject_id", "id"]
    op.create_index("preview_findings_by_tenant", "preview_findings", by_tenant)
    by_finding = ["tenant_id", "finding", "version_id", "subject_id", "id"]
    op.create_index("preview_findings_by_finding", "preview_findings", by_finding)
    create_tenant_table(
        "preview_limits",
        required("preview_id", UUID),
        *(required(name, TEXT) for name in ("place", "variant", "before", "after", "digest")),
        required("tenants", NUMBER),
        of_preview("preview_limits_preview"),
        sa.UniqueConstraint("tenant_id", "preview_id", "digest", name="preview_limits_once"),
    )
    op.create_index("preview_limits_by_place", "preview_limits", ["tenant_id", "preview_id", "place", "id"])


def of_preview(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant_id", "preview_id"], ["previews.tenant_id", "previews.id"], name=name)
