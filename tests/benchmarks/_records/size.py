"""How large a run of the suite is, and where it tells how far it is."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

BEGUN = time.monotonic()


@dataclass(frozen=True, slots=True)
class Size:
    """How large a run is.

    Attributes:
        few: Records of what is small.
        many: Records of what is large.
        imported: Records of a log that is imported in each round.
        events: Events that are sealed in each round.
        requests: Requests of each kind in each round.
        rounds: How often everything is measured.
        seconds: How long pages are asked for at a time.
        room_gib: How much room the database may take.
        whole: Whether the published log is imported, and load comes from the best generator there is.
    """

    few: int
    many: int
    imported: int
    events: int
    requests: int
    rounds: int
    seconds: float
    room_gib: int
    whole: bool


FULL = Size(
    10_000, 1_000_000, imported=10_000, events=20_000, requests=1_000, rounds=3, seconds=3, room_gib=12, whole=True
)
QUICK = Size(100, 400, imported=100, events=1_000, requests=20, rounds=1, seconds=0.1, room_gib=1, whole=False)


def kept(cases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell cases on standard error as soon as they are measured, so that a run that breaks off loses none."""
    for one in cases:
        tell(orjson.dumps(one).decode())
    return list(cases)


def tell(what: str) -> None:
    """Tell on standard error how far the run is, and how many seconds it has taken."""
    print(f"  {time.monotonic() - BEGUN:5.0f} s  {what}", file=sys.stderr, flush=True)
