"""A query with its plan: all of the way to an answer that depends neither on who asks nor on when."""

from collections.abc import Iterable
from dataclasses import field
from functools import lru_cache

import orjson
from graphql.execution.values import VariableValues

from core.kernel.clock import Clock
from core.kernel.database import Database
from core.kernel.frozen import frozen
from core.kernel.graphql.access import IDENTIFIED, PUBLIC
from core.kernel.services import Services
from gateway.answering.prepared import Prepared
from gateway.execution.compiled.plan import Plan
from gateway.limits.extension import told_cost


@frozen
class Reading:
    """A query with the variables it was asked with, its plan and its cost.

    Attributes:
        prepared: The operation.
        variables: The coerced variables.
        plan: How it is answered.
        cost: What it costs.
        held: Names of the permissions that whoever asks has to hold in the tenant.
        whole: Whether the statement gives the answer of every root field, in their order.
    """

    prepared: Prepared
    variables: VariableValues
    plan: Plan
    cost: int
    held: frozenset[str] = field(init=False)
    whole: bool = field(init=False)
    _names: tuple[bytes, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Name the permissions, and what stands before the answer of each field."""
        names = frozenset(one.name for one in self.plan.needs if one not in {PUBLIC, IDENTIFIED})
        object.__setattr__(self, "held", names)
        object.__setattr__(self, "whole", self.plan.whole)
        before = (b',"' if number else b'{"data":{"' for number in range(len(self.plan.roots)))
        told = tuple(b'%b%b":' % (one, root.name.encode()) for one, root in zip(before, self.plan.roots, strict=True))
        object.__setattr__(self, "_names", told)

    def written(self, texts: Iterable[bytes], limit: int) -> bytes:
        """Write the whole answer.

        Args:
            texts: The JSON of every root field, in their order.
            limit: What whoever asks may spend.
        """
        parts = [part for pair in zip(self._names, texts, strict=True) for part in pair]
        parts.append(ending(self.cost, limit))
        return b"".join(parts)


@frozen
class Means:
    """What plans are read with, the same for all requests.

    Attributes:
        database: Where.
        services: What holes are filled with the help of.
        clock: Tells the instant of an operation.
    """

    database: Database
    services: Services
    clock: Clock


@lru_cache(maxsize=4_096)
def ending(cost: int, limit: int) -> bytes:
    """Write what stands behind the data of an answer."""
    return b'},"extensions":' + orjson.dumps({"cost": told_cost(cost, limit)}) + b"}"
