"""Sites of records: the planner is told that records are of few sites, as those of one tenant are.

It counts the sites of all tenants, and would else look up the site of each record of a page anew, instead of keeping
what it found for the next record of that site.
"""

from alembic import op

from core.kernel.migration.tables import begin, is_citus

revision = "0046"
down_revision = "0043"

SITES = 10
"""How many sites a tenant's records are taken to be of: fewer than a page has records."""


def upgrade() -> None:
    begin()
    if not is_citus():
        op.execute(f"ALTER TABLE records ALTER COLUMN site_id SET (n_distinct = {SITES})")
        op.execute("ANALYZE records (site_id)")


def downgrade() -> None:
    begin()
    if not is_citus():
        op.execute("ALTER TABLE records ALTER COLUMN site_id RESET (n_distinct)")
        op.execute("ANALYZE records (site_id)")
