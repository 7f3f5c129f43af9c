"""The GraphQL endpoint: POST for operations, GET for the page that developers explore the API with."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import cache, lru_cache

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from core.kernel.errors import DomainError
from gateway.auth.sign_in import SignIn, bearer_token
from gateway.documents.admission import Admission
from gateway.documents.errors import DocumentRefused
from gateway.http.answers import refusal_body, refusal_headers, refusal_response
from gateway.http.application import GRAPHQL_PATH
from gateway.http.bodies import read_body, write_answer
from gateway.http.edge_settings import EdgeSettings
from gateway.http.errors import MalformedRequest, MethodNotAllowed, NotAcceptable
from gateway.http.event_stream import EventStream
from gateway.http.graphiql import Graphiql
from gateway.http.headers import RawHeaders, header_text
from gateway.http.media_types import JSON, RESPONSE, Wanted, wanted
from gateway.http.observation import Observed, note_operation, observed_in
from gateway.http.operation import Operation, is_streamed, read_operation
from gateway.http.running import Answer, Operations
from gateway.http.streams import Credentials, OpenStreams, Watch

TENANT_HEADER = "Touchstone-Tenant"
TENANT = TENANT_HEADER.lower().encode()


class GraphqlRoute:
    """Serves ``/graphql`` over HTTP, as an ASGI application of its own; nothing of one request is kept on it.

    Args:
        operations: Runs operations.
        admission: Decides which document an operation runs.
        sign_in: Opens tokens.
        streams: Counts open streams.
        edge: Limits.
        graphiql: The page for developers; none where the schema may not be asked for.
    """

    def __init__(
        self,
        operations: Operations,
        admission: Admission,
        sign_in: SignIn,
        streams: OpenStreams,
        edge: EdgeSettings,
        graphiql: Graphiql | None,
    ) -> None:
        self._operations = operations
        self._admission = admission
        self._sign_in = sign_in
        self._streams = streams
        self._edge = edge
        self._graphiql = graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        observed = observed_in(scope)
        observed.route = GRAPHQL_PATH
        accept = header_text(observed.headers, b"accept")
        if scope["method"] == "POST":
            await self._post(scope, receive, send, wanted(accept))
            return
        if scope["method"] in {"GET", "HEAD"} and self._graphiql and "text/html" in (accept or ""):
            await self._graphiql.page(Request(scope))(scope, receive, send)
            return
        observed.outcome = MethodNotAllowed.code
        await refusal_response(MethodNotAllowed())(scope, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send, accepted: Wanted) -> None:
        observed = observed_in(scope)
        try:
            answer = await self._answer(receive, accepted, observed)
        except DocumentRefused as refusal:
            observed.outcome = refusal.code
            await write(send, Answer(refusal_body(refusal), executed=False), accepted.answer or RESPONSE)
            return
        except DomainError as refusal:
            observed.outcome = refusal.code
            await refusal_response(refusal, accepted.answer or JSON)(scope, receive, send)
            return
        if isinstance(answer, EventStream):
            await answer(scope, receive, send)
        else:
            await write(send, answer, accepted.answer or JSON)

    async def _answer(self, receive: Receive, accepted: Wanted, observed: Observed) -> Answer | EventStream:
        check_content_type(header_text(observed.headers, b"content-type"))
        operation = read_operation(await read_body(receive), self._edge.max_document_chars)
        credentials = credentials_of(observed.headers)
        opened = await self._sign_in.open(credentials.token, credentials.tenant)
        operation = await self._admission.admitted(operation)
        if accepted.answer is None or (accepted.events and is_streamed(operation)):
            return self._stream(operation, credentials, accepted, observed)
        answer = await self._operations.execute(operation, opened, observed.request_id)
        note_operation(observed, "http", opened, outcome_of(answer))
        return answer

    def _stream(
        self, operation: Operation, credentials: Credentials, accepted: Wanted, observed: Observed
    ) -> EventStream:
        if not accepted.events:
            raise NotAcceptable
        watch = Watch(self._sign_in, credentials, self._streams, self._edge.recheck_s)
        return EventStream(self._answers(operation, watch, observed), watch, self._edge.heartbeat_s)

    async def _answers(self, operation: Operation, watch: Watch, observed: Observed) -> AsyncIterator[bytes]:
        with self._streams.one():
            opened = await watch.open()
            results = self._operations.stream(operation, opened, observed.request_id)
            async with aclosing(watch.admitting(results, opened)) as answers:
                async for answer in answers:
                    note_operation(observed, "sse", opened, outcome_of(answer))
                    yield answer.written()


async def write(send: Send, answer: Answer, media_type: str) -> None:
    """Send a single answer."""
    status = answer.status(response_media_type=media_type == RESPONSE)
    headers = answer_headers(media_type)
    if answer.withheld is not None:
        asked = refusal_headers(answer.withheld)
        headers = (*headers, *((name.lower().encode(), value.encode()) for name, value in asked.items()))
    await write_answer(send, status, headers, answer.written())


@cache
def answer_headers(media_type: str) -> tuple[tuple[bytes, bytes], ...]:
    """Give the headers of every answer of one of our media types; none of them is kept by caches."""
    return (b"content-type", f"{media_type}; charset=utf-8".encode()), (b"cache-control", b"no-store")


@lru_cache(maxsize=64)
def check_content_type(content_type: str | None) -> None:
    """Refuse whatever is not JSON in UTF-8: a form that a foreign page submits is not, so none can act for its reader.

    Raises:
        MalformedRequest: It is something else.
    """
    media, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charset = next((one.partition("=")[2].strip('" ') for one in parameters if one.startswith("charset=")), "utf-8")
    if media != JSON or charset not in {"utf-8", "utf8"}:
        raise MalformedRequest(problem="its Content-Type is not application/json in UTF-8")


def credentials_of(headers: RawHeaders) -> Credentials:
    """Take token and tenant from a request's headers."""
    return Credentials(bearer_token(header_text(headers, b"authorization")), header_text(headers, TENANT))


def outcome_of(answer: Answer) -> str:
    """Say in a word how an operation ended, for figures."""
    if answer.withheld is not None:
        return answer.withheld.code
    return "errors" if answer.body.get("errors") else "ok"
