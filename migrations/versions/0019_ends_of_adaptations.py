"""How adaptations end: why, by whose two hands, and by a waiver that takes the place of what does not fit.

Reasons stand on the rows they are about. A proposal may ask to end an adaptation, and may be withdrawn. What does not
fit a new version may be asked to be waived. Whoever asked for a waiver through a service account is known to the level
that decides.
"""

from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from core.kernel.migration.tables import TEXT, UUID, begin, optional, required

revision = "0019"
down_revision = "0022"

PROPOSALS, OUTCOMES = "adaptation_proposals", "merge_outcomes"
BEFORE = "'asked', 'approved', 'rejected', 'refused'"
DECISIONS = "'accept_proposal', 'adjust', 'drop', 'keep_suspended'"


def upgrade() -> None:
    begin()
    op.add_column("adaptations", required("ended_because", TEXT, "''"))
    op.add_column("promises", required("ended_because", TEXT, "''"))
    op.add_column("waiver_requests", required("hands", JSONB(), "'[]'::jsonb"))
    op.add_column(PROPOSALS, optional("withdraws", UUID))
    op.add_column(OUTCOMES, optional("waiver_id", UUID))
    op.create_index("merge_outcomes_by_waiver", OUTCOMES, ["tenant_id", "waiver_id"])
    for table in ("adaptations", "promises"):
        op.alter_column(table, "ended_because", server_default=None)
    op.alter_column("waiver_requests", "hands", server_default=None)
    listed(PROPOSALS, "status", f"{BEFORE}, 'withdrawn'")
    listed(OUTCOMES, "resolution", f"{DECISIONS}, 'ask_waiver'")


def downgrade() -> None:
    begin()
    listed(OUTCOMES, "resolution", DECISIONS)
    listed(PROPOSALS, "status", BEFORE)
    op.drop_index("merge_outcomes_by_waiver", OUTCOMES)
    op.drop_column(OUTCOMES, "waiver_id")
    op.drop_column(PROPOSALS, "withdraws")
    op.drop_column("waiver_requests", "hands")
    op.drop_column("promises", "ended_because")
    op.drop_column("adaptations", "ended_because")


def listed(table: str, column: str, values: str) -> None:
    op.drop_constraint(f"{table}_{column}", table)
    op.create_check_constraint(f"{table}_{column}", table, f"{column} IN ({values})")
