"""What working a rule out may cost at most, estimated from its tree and how long the lists are that it is told.

The unit is what touching one element of a list takes, some 20 to 60 nanoseconds. Calls count what they are given, so
that ``x in list`` costs the list, and what goes through a list counts its inside once per element.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from core.kernel.frozen import frozen
from core.kernel.rule_trees import Call, Constant, Listed, Name, Node, Through

PIECE: Final = 100
"""Characters of a text that are gone through in one unit."""
LONGEST_TEXT: Final = 200
"""Characters of the texts rules are told."""
PATTERN: Final = "matches"
"""The function that holds a text against a regular expression, the one thing in CEL that takes long by itself."""
PATTERN_CHARACTER: Final = 10
"""Units that a character of a regular expression takes, once for every time it is repeated."""
DEAREST_PATTERN: Final = 500_000
"""Units that the worst regular expression takes."""
REPEATED: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
AT_ONCE: Final = frozenset({"_[_]", "_._", "size", "_?_:_"})
"""What does not go through what it is given."""


@frozen
class Size:
    """How long something is.

    Attributes:
        count: Elements of a list, pieces of a text; 1 for anything else.
        each: How long its elements are; None where it is no list, or nothing is known of them.
    """

    count: int
    each: "Size | None" = None

    @property
    def weight(self) -> int:
        """All there is in it."""
        return self.count * (self.each.weight if self.each else 1)


ONE: Final = Size(1)
TEXT: Final = Size(1 + LONGEST_TEXT // PIECE)


def greatest(one: Size | None, other: Size | None) -> Size | None:
    """Give a size that neither exceeds."""
    if one is None or other is None:
        return one or other
    return Size(max(one.count, other.count), greatest(one.each, other.each))


def cost_of(tree: Node, known: Mapping[str, Size]) -> int:
    """Estimate what working a rule out costs at most.

    Args:
        tree: The rule.
        known: How long the things are that it knows by name; what is not told is taken for short.
    """
    return measured(tree, known)[0]


def measured(node: Node, known: Mapping[str, Size]) -> tuple[int, Size]:
    """Give cost and size of a part."""
    match node:
        case Constant():
            found = 1, Size(1 + len(node.text) // PIECE)
        case Name():
            found = 1, known.get(node.name, ONE)
        case Listed():
            found = of_list(node, known)
        case Call():
            found = of_call(node, known)
        case Through():
            found = of_through(node, known)
        case _:
            raise TypeError(node)
    return (found[0], ONE) if node.scalar else found


def of_list(node: Listed, known: Mapping[str, Size]) -> tuple[int, Size]:
    """Give cost and size of a list."""
    parts = [measured(one, known) for one in node.parts]
    each: Size | None = None
    for _, size in parts:
        each = greatest(each, size)
    return 1 + len(parts) + sum(cost for cost, _ in parts), Size(len(parts), each)


def of_call(node: Call, known: Mapping[str, Size]) -> tuple[int, Size]:
    """Give cost and size of what a function makes."""
    given = [measured(one, known) for one in node.given]
    sizes = [size for _, size in given]
    cost = 1 + sum(one for one, _ in given)
    each: Size | None = None
    for size in sizes:
        each = greatest(each, size.each)
    match node.function:
        case "_+_":
            return cost + sum(size.count for size in sizes), Size(sum(size.count for size in sizes), each)
        case "_?_:_":
            return cost, greatest(sizes[1], sizes[2]) or ONE
        case "_[_]" | "_._":
            return cost, sizes[0].each or sizes[0]
        case "@in":
            sought = sizes[0].weight if sizes[0].weight > TEXT.weight else 1
            return cost + sizes[1].count * sought, ONE
        case function if function == PATTERN:
            return cost + cost_of_pattern(node.given[-1]) + sizes[0].weight, ONE
        case function:
            touched = 0 if function in AT_ONCE else sum(size.weight for size in sizes)
            return cost + touched, Size(max((size.weight for size in sizes), default=1), each)


def cost_of_pattern(pattern: Node) -> int:
    """Estimate a regular expression: what is repeated is as long as it is written out."""
    if not isinstance(pattern, Constant):
        return DEAREST_PATTERN
    cost = PATTERN_CHARACTER * (1 + len(pattern.text))
    for least, most in REPEATED.findall(pattern.text):
        cost = min(DEAREST_PATTERN, cost * max(1, int(least), int(most or 0)))
    return min(DEAREST_PATTERN, cost)


def of_through(node: Through, known: Mapping[str, Size]) -> tuple[int, Size]:
    """Give cost and size of what goes through a list.

    What is made grows with every element by as much as the first adds; a list so made is copied at every step.
    """
    cost, over = measured(node.over, known)
    begun, first = measured(node.first, known)
    inside = {**known, node.name: over.each or over, node.found: first}
    going_on, step = measured(node.going_on, inside)[0], measured(node.step, inside)
    made = first
    if not node.step.scalar:
        made = replace(step[1], count=first.count + over.count * max(0, step[1].count - first.count))
    ended = measured(node.result, {**inside, node.found: made})
    once = going_on + step[0] + (0 if node.step.scalar else made.count)
    return cost + begun + over.count * once + ended[0], ended[1]
