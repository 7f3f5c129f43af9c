"""Answers that are kept and given again while the revision they were made at is the same.

What is read and when. A request first reads the revision, in a statement of its own. Only where nothing is kept at
that revision does the interpreter read the answer, in a transaction that begins later, and so sees everything that the
statement saw, and maybe more. The answer is then kept under the revision that was read before: it may be newer than
its label, never older. A label that is too old costs one more reading, when the next request sees the newer revision;
a label that is too new would show what was true before a change to somebody who asks after it, and cannot come about.
This needs both reads to go to the same server (a replica may lag behind the statement before), and every change to make
the revision go up in its own transaction.

Whose. An answer is found again by the network, the tenant and all permissions it was made with, by the place in one
document it was made for, and by the variables; so it is never shown to another tenant, to a role that may see less or
more, or for another question. Whether the field is permitted at all is checked before, in every request.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from sys import getsizeof
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from graphql.execution.values import VariableValues
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation
from strawberry.types.execution import ExecutionResult

from core.kernel.frozen import frozen
from core.kernel.scope import Scope
from gateway.execution.compiled.bail import Bail
from gateway.execution.compiled.binds import Run
from gateway.execution.compiled.plan import Plan

MOST_OF_ALL: Final = 8
"""One answer takes at most this part of the whole room, so that none drives out all others."""
ENTRY_BYTES: Final = 1_000
"""What a place takes beside its texts and permissions, about: the key's parts and the table's own."""

_looks: Final = Counter[Literal["hit", "miss"]]()
"""Counted here and handed over when somebody looks, as the figures of requests are."""


def counted_looks(_options: CallbackOptions) -> Iterable[Observation]:
    """Hand over how often an answer was there, and how often not."""
    for outcome, number in list(_looks.items()):
        yield Observation(number, {"touchstone.outcome": outcome})


metrics.get_meter("touchstone.answering").create_observable_counter(
    "touchstone.kept_answers", [counted_looks], description="Looks for a kept answer, by whether it was there"
)


@frozen
class Place:
    """Where an answer is kept.

    Attributes:
        mark: A root field of one document, as one plan has it.
        network_id: The network.
        tenant_id: The tenant acted in.
        permissions: All that is held there.
        variables: The coerced variables as text.
    """

    mark: object
    network_id: UUID
    tenant_id: UUID
    permissions: frozenset[str]
    variables: bytes

    @classmethod
    def of(cls, mark: object, scope: Scope, variables: VariableValues) -> "Place":
        """Give the place of a field's answer in one request.

        Raises:
            Bail: There is something among the variables that no text tells from everything else.
        """
        return cls(mark, scope.network_id, scope.tenant_id, scope.permissions, exactly(variables.coerced))

    @property
    def size(self) -> int:
        """About how many bytes it takes; permissions are counted in full, though they are often shared."""
        return ENTRY_BYTES + getsizeof(self.permissions) + getsizeof(self.variables)


@frozen
class Looked:
    """What of an operation is answered before the interpreter is asked.

    Attributes:
        texts: Answers as JSON, by the names of root fields.
        missing: Where the answers of others are to be kept once they are made, with the revision that was read before.
    """

    texts: dict[str, bytes]
    missing: dict[str, tuple[Place, bytes]]

    def in_order(self, plan: Plan) -> list[bytes]:
        """Give the answers in the order of the fields, once there is one for each."""
        return [self.texts[one.name] for one in plan.roots]


@frozen
class KeptAnswer:
    """An answer, printed, with the revision that was read before it was made."""

    revision: bytes
    text: bytes


def exactly(variables: Mapping[str, Any]) -> bytes:
    """Write variables so that different ones are different texts: numbers as they are, and in the order of names.

    Raises:
        Bail: There is something that cannot be written so.
    """
    try:
        return orjson.dumps(variables, default=written_out, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        raise Bail from None


def written_out(value: object) -> str:
    """Write a scalar that JSON does not have; which of them stands in a place is the document's, not the sender's."""
    if isinstance(value, Decimal | timedelta):
        return str(value)
    raise TypeError


class KeptAnswers:
    """Keeps answers, those that were asked for last.

    Args:
        most_bytes: What they take together at most, in this process; nothing is kept where it is 0.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._known: OrderedDict[Place, KeptAnswer] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        """Give how many are kept."""
        return len(self._known)

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        return self._bytes

    def look(self, plan: Plan, found: Sequence[bytes], run: Run) -> Looked:
        """Take answers from what a statement gave, and those that are kept at the revisions it gave.

        Args:
            plan: The plan.
            found: What its statement gave, column by column.
            run: The request.

        Raises:
            Bail: A variable cannot be written exactly.
        """
        looked = Looked({}, {})
        for one in plan.roots:
            if one.column is None:
                continue
            text: bytes | None = found[one.column]
            if one.mark is not None:
                place, revision = Place.of(one.mark, run.scope, run.variables), found[one.column]
                text = self.find(place, revision)
                if text is None:
                    looked.missing[one.name] = place, revision
            if text is not None:
                looked.texts[one.name] = text
        return looked

    def take(self, looked: Looked, result: ExecutionResult) -> None:
        """Keep what was missing and has been made without an error; it is then answered as what was found."""
        read, errors = result.data or {}, result.errors or ()
        failed = {error.path[0] if error.path else None for error in errors}
        for name, (place, revision) in looked.missing.items():
            if name in read and not failed & {name, None}:
                looked.texts[name] = orjson.dumps(read[name])
                self.keep(place, revision, looked.texts[name])

    def find(self, place: Place, revision: bytes) -> bytes | None:
        """Give an answer as printed, if it was made at this revision."""
        known = self._known.get(place)
        if known is None or known.revision != revision:
            _looks["miss"] += 1
            return None
        _looks["hit"] += 1
        self._known.move_to_end(place)
        return known.text

    def keep(self, place: Place, revision: bytes, text: bytes) -> None:
        """Keep an answer instead of the one that was made before it; one that is too large is not kept.

        Args:
            place: Where.
            revision: The revision that was read before the answer was.
            text: The answer as JSON.
        """
        self._forget(place)
        size = place.size + getsizeof(text)
        if size * MOST_OF_ALL > self._most:
            return
        self._known[place] = KeptAnswer(revision, text)
        self._bytes += size
        while self._bytes > self._most:
            self._forget(next(iter(self._known)))

    def _forget(self, place: Place) -> None:
        known = self._known.pop(place, None)
        if known is not None:
            self._bytes -= place.size + getsizeof(known.text)
