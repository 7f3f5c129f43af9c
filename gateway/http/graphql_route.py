"""The GraphQL endpoint: POST for operations, GET for the page that developers explore the API with."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from core.kernel.errors import DomainError
from gateway.auth.identity import Opened
from gateway.auth.sign_in import SignIn, bearer_token
from gateway.http.answers import json_response, refusal_headers, refusal_response
from gateway.http.edge_settings import EdgeSettings
from gateway.http.errors import MalformedRequest, MethodNotAllowed, NotAcceptable
from gateway.http.event_stream import EventStream
from gateway.http.graphiql import Graphiql
from gateway.http.media_types import JSON, RESPONSE, Wanted, wanted
from gateway.http.observation import Observed, note_operation, observed_in
from gateway.http.operation import Operation, is_subscription, read_operation
from gateway.http.running import Answer, Operations
from gateway.http.streams import Credentials, OpenStreams, Watch

TENANT_HEADER = "Touchstone-Tenant"


class GraphqlRoute:
    """Serves ``/graphql`` over HTTP; nothing of one request is kept on it.

    Args:
        operations: Runs operations.
        sign_in: Opens tokens.
        streams: Counts open streams.
        edge: Limits.
        graphiql: The page for developers; none where the schema may not be asked for.
    """

    def __init__(
        self,
        operations: Operations,
        sign_in: SignIn,
        streams: OpenStreams,
        edge: EdgeSettings,
        graphiql: Graphiql | None,
    ) -> None:
        self._operations = operations
        self._sign_in = sign_in
        self._streams = streams
        self._edge = edge
        self._graphiql = graphiql

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if request.method == "POST":
            return await self._post(request)
        if request.method in {"GET", "HEAD"} and self._graphiql and "text/html" in request.headers.get("accept", ""):
            return self._graphiql.page(request)
        raise MethodNotAllowed

    async def _post(self, request: Request) -> Response:
        accepted = wanted(request.headers.get("accept"))
        observed = observed_in(request.scope)
        try:
            check_content_type(request.headers.get("content-type"))
            operation = read_operation(await request.body(), self._edge.max_document_chars)
            credentials = credentials_of(request)
            opened = await self._sign_in.open(credentials.token, credentials.tenant)
            if accepted.answer is None or (accepted.events and is_subscription(operation)):
                return self._stream(operation, credentials, accepted, observed)
            return await self._single(operation, opened, accepted.answer, observed)
        except DomainError as refusal:
            observed.outcome = refusal.code
            return refusal_response(refusal, accepted.answer or JSON)

    async def _single(self, operation: Operation, opened: Opened, media_type: str, observed: Observed) -> Response:
        answer = await self._operations.execute(operation, opened, observed.request_id)
        note_operation(observed, "http", opened, outcome_of(answer))
        status = answer.status(response_media_type=media_type == RESPONSE)
        headers = refusal_headers(answer.withheld) if answer.withheld is not None else {}
        return json_response(answer.body, status, media_type, headers)

    def _stream(self, operation: Operation, credentials: Credentials, accepted: Wanted, observed: Observed) -> Response:
        if not accepted.events:
            raise NotAcceptable
        watch = Watch(self._sign_in, credentials, self._streams, self._edge.recheck_s)
        return EventStream(self._answers(operation, watch, observed), watch, self._edge.heartbeat_s)

    async def _answers(self, operation: Operation, watch: Watch, observed: Observed) -> AsyncIterator[dict[str, Any]]:
        with self._streams.one():
            opened = await watch.open()
            async with aclosing(self._operations.stream(operation, opened, observed.request_id)) as answers:
                async for answer in answers:
                    note_operation(observed, "sse", opened, outcome_of(answer))
                    yield answer.body


def check_content_type(content_type: str | None) -> None:
    """Refuse whatever is not JSON in UTF-8: a form that a foreign page submits is not, so none can act for its reader.

    Raises:
        MalformedRequest: It is something else.
    """
    media, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charset = next((one.partition("=")[2].strip('" ') for one in parameters if one.startswith("charset=")), "utf-8")
    if media != JSON or charset not in {"utf-8", "utf8"}:
        raise MalformedRequest(problem="its Content-Type is not application/json in UTF-8")


def credentials_of(request: Request) -> Credentials:
    """Take token and tenant from a request's headers."""
    return Credentials(bearer_token(request.headers.get("authorization")), request.headers.get(TENANT_HEADER))


def outcome_of(answer: Answer) -> str:
    """Say in a word how an operation ended, for figures."""
    if answer.withheld is not None:
        return answer.withheld.code
    return "errors" if answer.body.get("errors") else "ok"
