"""Reads that were asked before, byte for byte: nothing of them is parsed, checked, priced or planned again.

What is remembered depends on the request's body alone, never on who sent it. Who asks, whether they may read what is
read and spend what it costs, and whether the document is still registered is looked at every time; where any of that
is not plain, the request goes the long way, which words every refusal.
"""

from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, Final

from core.kernel.frozen import frozen
from gateway.answering.explaining import ASKED
from gateway.answering.reading import Reading
from gateway.auth.identity import Opened
from gateway.auth.sign_in import SignIn
from gateway.documents.admission import Admission
from gateway.documents.identifiers import hash_of
from gateway.http.headers import AUTHORIZATION, TENANT
from gateway.http.observation import Observed, note_operation
from gateway.http.operation import Operation, is_streamed
from gateway.http.running import Operations

MOST_BODIES: Final = 2_000
MOST_BYTES: Final = 4_000_000
LONGEST: Final = 16_000
"""Bytes of a body that is remembered."""


Asked = tuple[Reading, Opened]
"""A read that is known, and what whoever asks for it opens."""


@frozen
class Known:
    """A read that was answered by its plan alone.

    Attributes:
        operation: As it was sent.
        hash: The hash of its document.
        reading: The query with its plan.
    """

    operation: Operation
    hash: str
    reading: Reading


class RepeatedReads:
    """Answers reads that were answered before in the same words, those that were asked for last.

    Args:
        operations: Runs operations.
        admission: Decides which documents are executed.
        sign_in: Knows whose token was opened moments ago.
        most_bodies: How many are remembered.
        most_bytes: How long they are together.
    """

    def __init__(
        self,
        operations: Operations,
        admission: Admission,
        sign_in: SignIn,
        *,
        most_bodies: int = MOST_BODIES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._operations, self._admission, self._sign_in = operations, admission, sign_in
        self._most_bodies, self._most_bytes = most_bodies, most_bytes
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        """Give how many are remembered."""
        return len(self._known)

    async def answer(self, body: bytes, observed: Observed) -> bytes | None:
        """Answer a read that is known from somebody who is; nothing where the long way has to be gone.

        Raises:
            TooSlow: It did not end in time.
        """
        asked = self.recall(body, observed)
        answer = None if asked is None else await self.read(asked)
        if asked is not None and answer is not None:
            note_operation(observed, "http", asked[1], "ok")
        return answer

    def recall(self, body: bytes, observed: Observed) -> Asked | None:
        """Give a read that is known, with what somebody who is known opens; nothing where one of them is not."""
        known = self._known.get(body) if len(body) <= LONGEST else None  # A long one would be hashed in vain.
        authorization = observed.headers.get(AUTHORIZATION)
        if known is None or authorization is None:
            return None
        opened = self._sign_in.recall(authorization, observed.headers.get(TENANT, b""))
        if opened is None or not self._admission.still_admits(known.operation, known.hash):
            return None
        self._known.move_to_end(body)
        return known.reading, opened

    def read(self, asked: Asked) -> Coroutine[Any, Any, bytes | None]:
        """Give what answers a read that was recalled; nothing comes of it where it has to be answered anew.

        Raises:
            TooSlow: It did not end in time.
        """
        return self._operations.read_again(*asked)

    def learn(self, body: bytes, sent: Operation, admitted: Operation) -> None:
        """Remember a read that its plan alone has answered.

        Args:
            body: The request's body.
            sent: What it says.
            admitted: The same with the text of its document.
        """
        if len(body) > LONGEST or body in self._known or sent.extensions.get(ASKED) or is_streamed(admitted):
            return
        reading = self._operations.reading(admitted)
        if reading is None:
            return
        self._known[body] = Known(sent, hash_of(admitted.query), reading)
        self._bytes += len(body)
        while len(self._known) > self._most_bodies or self._bytes > self._most_bytes:
            forgotten, _ = self._known.popitem(last=False)
            self._bytes -= len(forgotten)
