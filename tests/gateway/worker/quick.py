"""A pace and settings for workers in tests, apart from the fixtures, so that a process of its own starts fast."""

from datetime import timedelta

from core.kernel.pace import Pace
from core.kernel.settings import Settings
from tests.support.cluster import ROLE_SECRET

# Short, so that what waits for a lease or a retry is soon tried again.
QUICK = Pace(
    poll=timedelta(milliseconds=50),
    lease=timedelta(seconds=3),
    renewal=timedelta(milliseconds=200),
    retry=timedelta(milliseconds=50),
)


def settings_for(redis_url: str) -> Settings:
    given = {"role_secret": ROLE_SECRET, "master_key": "aa" * 32, "cursor_key": "x", "REDIS_URL": redis_url}
    return Settings.model_validate(given)
