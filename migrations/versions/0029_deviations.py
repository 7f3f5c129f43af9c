"""How records stand against their process: deviations, and the figures of each record."""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0029"
down_revision = "0030"

NUMBER = sa.Integer()
TRUTH = sa.Boolean()
DEVIATIONS = "record_deviations"
FIGURES = "record_conformance"
KINDS = "'missing', 'out_of_order', 'repeated', 'unforeseen', 'late', 'unqualified', 'evidence_missing'"


def upgrade() -> None:
    begin()
    create_deviations()
    create_figures()


def create_deviations() -> None:
    create_tenant_table(
        DEVIATIONS,
        required("record_id", UUID),
        required("kind", TEXT),
        required("step_key", TEXT),
        required("step_position", NUMBER),
        required("detail", TEXT),
        required("clause_key", TEXT),
        required("grade", TEXT),
        required("since", INSTANT),
        required("since_event", NUMBER),
        optional("settled_at", INSTANT),
        required("is_open", TRUTH),
        required("lacking", TEXT),
        required("recorded_at", INSTANT),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="record_deviations_kind"),
        sa.CheckConstraint("grade IN ('baseline', 'expected', 'differentiated')", name="record_deviations_grade"),
        sa.CheckConstraint("is_open = (settled_at IS NULL)", name="record_deviations_open"),
        sa.UniqueConstraint(
            "tenant_id",
            "record_id",
            "kind",
            "step_key",
            "step_position",
            "detail",
            name="record_deviations_once",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_deviations_record"
        ),
    )
    op.create_index("record_deviations_of_record", DEVIATIONS, ["tenant_id", "record_id", "since", "id"])
    op.create_index("record_deviations_by_since", DEVIATIONS, ["tenant_id", "since", "id"])
    for name, column in {"kind": "kind", "grade": "grade", "step": "step_key", "open": "is_open"}.items():
        op.create_index(f"record_deviations_by_{name}", DEVIATIONS, ["tenant_id", column, "since", "id"])


def create_figures() -> None:
    create_tenant_table(
        FIGURES,
        required("record_id", UUID),
        required("fitness", NUMBER),
        required("produced", NUMBER),
        required("consumed", NUMBER),
        required("missing", NUMBER),
        required("remaining", NUMBER),
        required("deviations", NUMBER),
        required("open", NUMBER),
        required("baseline", NUMBER),
        required("expected", NUMBER),
        required("differentiated", NUMBER),
        required("is_broken", TRUTH),
        optional("planned_end", INSTANT),
        optional("expected_end", INSTANT),
        required("share", sa.BigInteger()),
        required("is_flagged", TRUTH),
        required("head", NUMBER),
        required("recorded_at", INSTANT),
        sa.CheckConstraint("fitness BETWEEN 0 AND 10000", name="record_conformance_fitness"),
        sa.CheckConstraint("is_broken = (baseline > 0)", name="record_conformance_broken"),
        sa.UniqueConstraint("tenant_id", "record_id", name="record_conformance_once"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "record_id"], ["records.tenant_id", "records.id"], name="record_conformance_record"
        ),
    )
    op.create_index("record_conformance_by_fitness", FIGURES, ["tenant_id", "fitness", "id"])
    for name, column in {"broken": "is_broken", "flagged": "is_flagged"}.items():
        op.create_index(f"record_conformance_by_{name}", FIGURES, ["tenant_id", column, "fitness", "id"])


def downgrade() -> None:
    begin()
    op.drop_table(FIGURES)
    op.drop_table(DEVIATIONS)
