"""How every life begins: a region narrows, units adapt, the clause is renamed, waves come one by one, one goes back.

What is done is fixed; by whom, and with which values, the dice decide.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.core.standards.life import office, units, waiving
from tests.core.standards.life.moving import Move, Moves
from tests.core.standards.life.world import EXCEEDED, HQ, NORTH, SOUTH, WEST, World

DAY = timedelta(days=1)
NAME, DEFAULT, HIGHEST = "near", 50, 100
"""The parameter that is followed, and what the first version says of it."""

Fits = Callable[[Move, World], bool]


def anything(_move: Move, _world: World) -> bool:
    """Take whatever comes."""
    return True


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next.

    Attributes:
        kind: The kind of move.
        moves: Where moves of that kind come from.
        tenant: Who does it.
        refused: The code it must be refused with; empty where it must be done.
        fits: What else is asked of it.
        after: How much time passes before; some minutes by default, now and then days.
    """

    kind: str
    moves: Moves
    tenant: str = HQ
    refused: str = ""
    fits: Fits = anything
    after: timedelta | None = None

    def takes(self, move: Move, world: World) -> bool:
        """Tell whether a move is the one."""
        return (move.kind, move.tenant, move.refused) == (self.kind, self.tenant, self.refused) and self.fits(
            move, world
        )


def place(move: Move, world: World) -> bool:
    """Tell whether a move is about the parameter, where it stands for whoever moves."""
    issue = world.version(move.tenant)
    assert issue is not None
    return (move.input["clauseKey"], move.input["parameterKey"]) == (issue.terms[NAME].clause, NAME)


def narrows(move: Move, world: World) -> bool:
    """Narrow from above, and leave the default in."""
    bounds: Mapping[str, int] = move.input.get("narrowing", {}).get("bounds", {})
    return place(move, world) and bounds["minimum"] < DEFAULT <= bounds["maximum"] < HIGHEST


def for_good(move: Move, world: World) -> bool:
    """Adapt without an end, and not to what is received anyway."""
    return place(move, world) and "validTo" not in move.input and move.input["value"] != DEFAULT


def within_the_publisher(move: Move, world: World) -> bool:
    """Ask for what the publisher would allow, so that the region alone stands in the way."""
    return place(move, world) and world.issues[0].terms[NAME].highest >= move.input["value"] > DEFAULT


def for_nine_days(move: Move, world: World) -> bool:
    """Ask for what only the region stands in the way of, for so long that there is a reminder two days on."""
    return within_the_publisher(move, world) and datetime.fromisoformat(move.input["until"]) == world.now + 9 * DAY


def by_twelve_days(move: Move, world: World) -> bool:
    """Ask for it to hold on, for so long that there is a reminder of the new end."""
    return datetime.fromisoformat(move.input["until"]) == world.waivers[-1].until + 12 * DAY


def leaves_it(move: Move, _world: World) -> bool:
    """Write the next version, and change something else."""
    terms = [one for clause in move.input["clauses"] for one in clause.get("parameters", ()) if one["key"] == NAME]
    return [(one["default"], one["bounds"]["maximum"], one["operators"]) for one in terms] == [
        (DEFAULT, HIGHEST, ["ASSIGN", "NARROW"])
    ]


def its_clause(move: Move, world: World) -> bool:
    """Rename the clause it stands in."""
    assert world.underway is not None
    return bool(move.input["clauseKey"] == world.underway.terms[NAME].clause)


def west(move: Move, _world: World) -> bool:
    """Choose the wave of the region."""
    return move.about == WEST


def to_publication(*between: Step) -> Sequence[Step]:
    """Bring a draft all the way; its author may not approve it."""
    return (
        *between,
        Step("submit", office.steps),
        Step("approve", office.steps, refused="work.author_may_not_approve"),
        Step("approve", office.steps),
    )


BEYOND: Any = {"refused": EXCEEDED, "fits": within_the_publisher}
OPENING: Sequence[Step] = (
    *to_publication(Step("draft", office.drafts)),
    Step("publish", office.steps),
    Step("narrow", units.adaptations, WEST, fits=narrows),
    Step("adapt", units.adaptations, NORTH, fits=for_good),
    Step("adapt", units.adaptations, NORTH, **BEYOND),
    Step("word", units.wordings, WEST),
    Step("word", units.wordings, NORTH),
    Step("askWaiver", waiving.waivers, NORTH, fits=for_nine_days),
    Step("grant", waiving.waivers, WEST),
    Step("renewWaiver", waiving.waivers, NORTH, after=3 * DAY, fits=by_twelve_days),
    Step("grant", waiving.waivers, WEST, after=DAY),
    Step("renewWaiver", waiving.waivers, NORTH, after=12 * DAY, fits=by_twelve_days),
    Step("refuse", waiving.waivers, WEST, after=5 * DAY),
    *to_publication(
        Step("draft", office.drafts, fits=leaves_it), Step("renameClause", office.clause_moves, fits=its_clause)
    ),
    Step("planRollout", office.steps),
    Step("publish", office.steps),
    Step("adapt", units.adaptations, NORTH, **BEYOND),
    Step("passGate", office.rollouts),
    Step("startWave", office.rollouts, fits=west),
    Step("adapt", units.adaptations, SOUTH, fits=for_good),
    Step("adapt", units.adaptations, SOUTH, **BEYOND),
    Step("rollBackWave", office.rollouts, fits=west),
)
