"""Gives a whole body and writes a whole answer at once: its head rendered before, head and body in one piece.

uvicorn takes an answer as ASGI has it, as two messages, looks at every header of it and writes twice; each write wakes
the client. Where an answer is known as a whole, and its headers are our own, none of that is needed. What is offered is
an extension of ASGI's, so the application works on any other server as well.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from gateway.http.whole import BODY, WHOLE


class Whole:
    """Gives the body of one request of uvicorn's at once, and answers it at once.

    Args:
        cycle: uvicorn's state of the request.
    """

    __slots__ = ("_cycle",)

    def __init__(self, cycle: Any) -> None:  # noqa: ANN401 - uvicorn's own
        self._cycle = cycle

    def body(self) -> bytes | None:
        """Give the body, if all of it has come; it can still be received."""
        cycle = self._cycle
        if cycle is None or cycle.more_body or cycle.disconnected or cycle.waiting_for_100_continue:
            return None
        return bytes(cycle.body)

    def answer(self, status: int, head: bytes, body: bytes) -> bool:
        """Write an answer, unless it has to be written piece by piece: the client is slow, or has gone.

        Args:
            status: The HTTP status.
            head: Its headers as lines, the body's length among them.
            body: Its body.

        Returns:
            Whether it was written.
        """
        cycle = self._cycle
        if cycle is None or cycle.response_started or cycle.disconnected or cycle.flow.write_paused:
            return False
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        dated = b"".join([b"%b: %b\r\n" % one for one in cycle.default_headers])
        ending = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        cycle.transport.write(b"".join((STATUS_LINE[status], dated, head, ending, body)))
        cycle.message_event.set()
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        # The request holds what we offer, and we hold the request: whoever let go of neither would leave both to be
        # found by a collection of garbage, with every request.
        self._cycle = None
        return True


def offer(cycle: Any) -> None:  # noqa: ANN401 - uvicorn's own
    """Offer to give the body of a request at once, and to write its answer at once."""
    whole = Whole(cycle)
    cycle.scope["extensions"] = {BODY: whole.body, WHOLE: whole.answer}
