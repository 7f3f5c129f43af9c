"""Waivers follow clauses that are renamed, and what was done to a rollout keeps its reason.

A waiver and its spans say which version calls their place so.
Where it is not said, the place is one of the version the tenant was on when the waiver began: it is read, not written.
"""

import sqlalchemy as sa
from alembic import op

from core.kernel.migration.tables import INSTANT, TEXT, UUID, begin, create_tenant_table, optional, required

revision = "0033"
down_revision = "0035"

PLACE = ("code", "clause_key", "parameter_key", "variant")
DONE = "'wave_started', 'gate_passed', 'halted', 'resumed', 'rolled_back'"
FOUND = "'clean', 'merged', 'out_of_bounds', 'orphaned', 'locked', 'type_changed'"


def upgrade() -> None:
    begin()
    for table in ("waivers", "waiver_spans"):
        op.add_column(table, optional("based_on", UUID))
    keyed("code", "based_on", *PLACE[1:])
    findings(f"{FOUND}, 'waiver_lost', 'limits_changed'")
    create_rollout_events()


def downgrade() -> None:
    begin()
    op.drop_table("rollout_events")
    op.execute("DELETE FROM preview_findings WHERE finding = 'waiver_lost'")
    findings(f"{FOUND}, 'limits_changed'")
    keyed(*PLACE)
    for table in ("waivers", "waiver_spans"):
        op.drop_column(table, "based_on")


def create_rollout_events() -> None:
    create_tenant_table(
        "rollout_events",
        required("rollout_id", UUID),
        optional("wave_id", UUID),
        required("kind", TEXT),
        required("reason", TEXT),
        required("at", INSTANT),
        required("actor_id", UUID),
        required("recorded_at", INSTANT),
        sa.ForeignKeyConstraint(
            ["tenant_id", "rollout_id"], ["rollouts.tenant_id", "rollouts.id"], name="rollout_events_rollout"
        ),
        sa.CheckConstraint(f"kind IN ({DONE})", name="rollout_events_kind"),
        append_only=True,
    )
    op.create_index("rollout_events_by_rollout", "rollout_events", ["tenant_id", "rollout_id", "id"])


def keyed(*place: str) -> None:
    """Let one waiver at a time be asked for, and hold, at what is called a place."""
    op.drop_index("waivers_one_asked", "waivers")
    op.execute(
        f"CREATE UNIQUE INDEX waivers_one_asked ON waivers (tenant_id, {', '.join(place)}) WHERE status = 'asked'"
    )
    op.execute("ALTER TABLE waiver_spans DROP CONSTRAINT waiver_spans_one_at_a_time")
    same = ", ".join(f"{name} WITH =" for name in ("tenant_id", *place))
    spans = "tstzrange(valid_from, valid_to) WITH &&, tstzrange(recorded_from, recorded_to) WITH &&"
    op.execute(
        f"ALTER TABLE waiver_spans ADD CONSTRAINT waiver_spans_one_at_a_time EXCLUDE USING gist ({same}, {spans})"
    )


def findings(names: str) -> None:
    """Say what a preview may find."""
    op.drop_constraint("preview_findings_finding", "preview_findings")
    op.create_check_constraint("preview_findings_finding", "preview_findings", f"finding IN ({names})")
