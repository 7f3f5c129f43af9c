"""What databases with nothing in them are given is at the newest revision."""

from core.kernel.migration.baseline import baseline, revision_in
from core.kernel.migration.location import find_migrations, newest_revision


def test_the_recorded_schema_is_at_the_newest_revision() -> None:
    recorded = revision_in(baseline(find_migrations()))
    assert recorded == newest_revision(), "A migration was added. Record anew: touchstone migrate --record"
