"""The doctor says that the clocks of this machine and of the database's differ, and by how much."""

from datetime import datetime, timedelta, tzinfo

import pytest

from core.kernel.database import Database
from gateway.cli import checks
from gateway.cli.checks import Verdict, by_clocks, seconds_ahead


@pytest.mark.parametrize(
    ("ahead", "verdict", "says"),
    [
        (timedelta(), Verdict.GOOD, "the time that the database tells"),
        (timedelta(seconds=-2), Verdict.GOOD, "the time that the database tells"),
        (timedelta(minutes=10), Verdict.BAD, "600 s ahead of"),
        (timedelta(days=-2), Verdict.BAD, "172,800 s behind"),
    ],
)
async def test_clocks_that_differ_are_told(
    ahead: timedelta, verdict: Verdict, says: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Moved(datetime):
        """The clock of another machine."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + ahead

    monkeypatch.setattr(checks, "datetime", Moved)
    found = by_clocks(await seconds_ahead(database))
    assert (found.verdict, says in found.says, "NTP" in found.remedy) == (verdict, True, verdict is Verdict.BAD)
