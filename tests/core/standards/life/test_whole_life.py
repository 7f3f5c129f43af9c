"""A standard's whole life through the API, as headquarters, region and franchisees, held against a small model.

The short form lives through the same moves every time. ``TOUCHSTONE_LIFE_ROUNDS`` makes a life as long as that;
``TOUCHSTONE_LIFE_SEED`` names another one, which a failure tells with everything that was done.
"""

import os
from collections import Counter
from random import Random

from tests.core.standards.builders import Stage
from tests.core.standards.life.driving import Life

ROUNDS = int(os.environ.get("TOUCHSTONE_LIFE_ROUNDS", "0"))
SEED = os.environ.get("TOUCHSTONE_LIFE_SEED", "8")
SHORT = 22
DONE_AT_LEAST, DENIED_AT_LEAST = 25, 60


async def test_the_whole_life_of_a_standard(stage: Stage) -> None:
    life = Life(stage, Random(SEED), Counter())
    await life.live(ROUNDS or SHORT)
    done = {kind for kind, refused in life.tried if not refused}
    denied = {one for one in life.tried if one[1]}
    assert len(done) >= DONE_AT_LEAST, sorted(done)
    assert len(denied) >= DENIED_AT_LEAST, sorted(denied)
    for (kind, refused), times in sorted(life.tried.items()):
        print(f"{times:4} {kind}: {refused or 'done'}")
