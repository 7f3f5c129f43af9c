"""The short way of reads that were asked before: past the guards that every other request is led through.

A request that is plain throughout, and here as a whole, gives each guard nothing to do but to look and pass on, and
being passed on costs a tenth of such a read. So it is looked at once, here: by the same rules, and whatever is not
plain goes the long way, which words every refusal.
"""

from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from core.kernel.errors import DomainError
from gateway.http.answers import refusal_response
from gateway.http.application import GRAPHQL_PATH
from gateway.http.errors import MalformedRequest
from gateway.http.graphql_route import answer_headers, check_content_type, send_whole
from gateway.http.guards import Crowd, tell_crash
from gateway.http.media_types import wanted
from gateway.http.observation import Observed, note_operation
from gateway.http.repeated import Asked, RepeatedReads
from gateway.http.whole import whole_body

UNUSUAL: Final = frozenset({b"content-encoding", b"transfer-encoding", b"expect", b"origin", b"upgrade"})
"""Headers of requests that go the long way."""
OK: Final = 200


class Shortcut:
    """Answers reads that are known, where nothing else is to be said about the request.

    Args:
        repeated: The reads that are known.
        crowd: Counts the requests there are.
        largest: Most bytes of a body.
    """

    def __init__(self, repeated: RepeatedReads, crowd: Crowd, largest: int) -> None:
        self._repeated = repeated
        self._crowd = crowd
        self._largest = largest

    def __call__(
        self, scope: Scope, receive: Receive, send: Send, observed: Observed
    ) -> Coroutine[Any, Any, bool] | None:
        """Give what answers a request, and tells whether it has; nothing where it goes the long way."""
        if scope["type"] != "http" or scope["path"] != GRAPHQL_PATH or scope["method"] != "POST":
            return None
        headers, body = observed.headers, whole_body(scope)
        if body is None or not UNUSUAL.isdisjoint(headers):
            return None
        if headers.get(b"content-length") != b"%d" % len(body) or len(body) > self._largest:
            return None
        media_type = answer_type(headers.get(b"accept"), headers.get(b"content-type"))
        asked = None if media_type is None else self._repeated.recall(body, observed)
        if media_type is None or asked is None or not self._crowd.enter():
            return None
        observed.route = GRAPHQL_PATH
        return self._answer(asked, media_type, observed, (scope, receive, send))

    async def _answer(
        self, asked: Asked, media_type: str, observed: Observed, request: tuple[Scope, Receive, Send]
    ) -> bool:
        try:
            answer = await self._repeated.read(asked)
            if answer is None:
                return False
            note_operation(observed, "http", asked[1], "ok")
            await send_whole(request[2], observed, OK, answer_headers(media_type), answer)
        except DomainError as refusal:
            observed.outcome = refusal.code
            await refusal_response(refusal, media_type)(*request)
        except Exception as error:  # noqa: BLE001 - as the barrier does, which it does not come by
            await tell_crash(error, observed, *request)
        finally:
            self._crowd.leave()
        return True


@lru_cache(maxsize=256)
def answer_type(accept: bytes | None, content_type: bytes | None) -> str | None:
    """Give the media type of a single answer; nothing where the request is refused, or takes none."""
    try:
        check_content_type(content_type)
    except MalformedRequest:
        return None
    return wanted(None if accept is None else accept.decode("latin-1")).answer
