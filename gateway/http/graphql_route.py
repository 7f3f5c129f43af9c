"""The GraphQL endpoint: POST for operations, GET for the page that developers explore the API with."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import cache, lru_cache
from http import HTTPStatus

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
from gateway.http.headers import AUTHORIZATION, TENANT, RawHeaders, header_text
from gateway.http.media_types import JSON, RESPONSE, Wanted, wanted
from gateway.http.observation import Observed, note_operation, observed_in
from gateway.http.operation import Operation, is_streamed, read_operation
from gateway.http.repeated import RepeatedReads
from gateway.http.running import Answer, Operations
from gateway.http.streams import Credentials, OpenStreams, Watch
from gateway.http.whole import Headers, whole_body


class GraphqlRoute:
    """Serves ``/graphql`` over HTTP, as an ASGI application of its own; nothing of one request is kept on it.

    Args:
        operations: Runs operations.
        repeated: Reads that were answered before.
        admission: Decides which document an operation runs.
        sign_in: Opens tokens.
        streams: Counts open streams.
        edge: Limits.
        graphiql: The page for developers; none where the schema may not be asked for.
    """

    def __init__(
        self,
        operations: Operations,
        repeated: RepeatedReads,
        admission: Admission,
        sign_in: SignIn,
        streams: OpenStreams,
        edge: EdgeSettings,
        graphiql: Graphiql | None,
    ) -> None:
        self._repeated = repeated
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
            await self._post(scope, receive, send, wanted(accept), observed)
            return
        if scope["method"] in {"GET", "HEAD"} and self._graphiql and "text/html" in (accept or ""):
            await self._graphiql.page(Request(scope))(scope, receive, send)
            return
        observed.outcome = MethodNotAllowed.code
        await refusal_response(MethodNotAllowed())(scope, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send, accepted: Wanted, observed: Observed) -> None:
        try:
            check_content_type(observed.headers.get(b"content-type"))
            body = whole_body(scope)
            if body is None or len(body) > self._edge.max_body_bytes:
                body = await read_body(receive)
            again = await self._repeated.answer(body, observed) if accepted.answer is not None else None
            if again is not None:
                await send_whole(send, observed, HTTPStatus.OK, answer_headers(accepted.answer or JSON), again)
                return
            answer = await self._answer(body, accepted, observed)
        except DocumentRefused as refusal:
            observed.outcome = refusal.code
            await write(send, observed, Answer(refusal_body(refusal), executed=False), accepted.answer or RESPONSE)
            return
        except DomainError as refusal:
            observed.outcome = refusal.code
            await refusal_response(refusal, accepted.answer or JSON)(scope, receive, send)
            return
        if isinstance(answer, EventStream):
            await answer(scope, receive, send)
        else:
            await write(send, observed, answer, accepted.answer or JSON)

    async def _answer(self, body: bytes, accepted: Wanted, observed: Observed) -> Answer | EventStream:
        credentials = credentials_of(observed.headers)
        sent = read_operation(body, self._edge.max_document_chars)
        opened = await self._sign_in.open(credentials.token, credentials.tenant)
        operation = await self._admission.admitted(sent)
        if accepted.answer is None or (accepted.events and is_streamed(operation)):
            return self._stream(operation, credentials, accepted, observed)
        answer = await self._operations.execute(operation, opened, observed.request_id)
        note_operation(observed, "http", opened, outcome_of(answer))
        if answer.repeats:
            self._repeated.learn(body, sent, operation)
            self._notice(observed.headers, credentials)
        return answer

    def _notice(self, headers: RawHeaders, credentials: Credentials) -> None:
        """Let whoever has asked be known by their headers."""
        if credentials.token is not None:
            authorization, tenant = headers[AUTHORIZATION], headers.get(TENANT, b"")
            self._sign_in.notice(authorization, tenant, credentials.token, credentials.tenant)

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


async def write(send: Send, observed: Observed, answer: Answer, media_type: str) -> None:
    """Send a single answer."""
    status = answer.status(response_media_type=media_type == RESPONSE)
    headers, body = answer_headers(media_type), answer.written()
    if answer.withheld is None:
        await send_whole(send, observed, status, headers, body)
        return
    asked = refusal_headers(answer.withheld)
    more = ((name.lower().encode(), value.encode()) for name, value in asked.items())
    await write_answer(send, status, (*headers, *more), body)


async def send_whole(send: Send, observed: Observed, status: int, headers: Headers, body: bytes) -> None:
    """Send an answer with the headers of its kind alone, at once where the server takes it so."""
    if not observed.write_whole(status, headers, body):
        await write_answer(send, status, headers, body)


@cache
def answer_headers(media_type: str) -> tuple[tuple[bytes, bytes], ...]:
    """Give the headers of every answer of one of our media types; none of them is kept by caches."""
    return (b"content-type", f"{media_type}; charset=utf-8".encode()), (b"cache-control", b"no-store")


@lru_cache(maxsize=64)
def check_content_type(content_type: bytes | None) -> None:
    """Refuse whatever is not JSON in UTF-8: a form that a foreign page submits is not, so none can act for its reader.

    Raises:
        MalformedRequest: It is something else.
    """
    media, *parameters = (part.strip().lower() for part in (content_type or b"").decode("latin-1").split(";"))
    charset = next((one.partition("=")[2].strip('" ') for one in parameters if one.startswith("charset=")), "utf-8")
    if media != JSON or charset not in {"utf-8", "utf8"}:
        raise MalformedRequest(problem="its Content-Type is not application/json in UTF-8")


def credentials_of(headers: RawHeaders) -> Credentials:
    """Take token and tenant from a request's headers."""
    return Credentials(bearer_token(header_text(headers, AUTHORIZATION)), header_text(headers, TENANT))


def outcome_of(answer: Answer) -> str:
    """Say in a word how an operation ended, for figures."""
    if answer.withheld is not None:
        return answer.withheld.code
    return "errors" if answer.body.get("errors") else "ok"
