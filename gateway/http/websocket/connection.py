"""One websocket: it is initialised with a token, carries operations side by side, and ends when it may not go on."""

import asyncio
from contextlib import aclosing, suppress

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.kernel.errors import DomainError
from core.kernel.logs import places
from gateway.auth.errors import MissingToken
from gateway.auth.sign_in import SignIn
from gateway.documents.admission import Admission
from gateway.http.answers import refusal_error, write_json
from gateway.http.edge_settings import EdgeSettings
from gateway.http.errors import Draining, InternalError, TooManyStreams
from gateway.http.graphql_route import outcome_of
from gateway.http.observation import note_operation, observed_in
from gateway.http.operation import Operation
from gateway.http.running import Answer, Operations
from gateway.http.streams import OpenStreams, Watch, end_all
from gateway.http.websocket.messages import (
    CloseCode,
    Closing,
    Message,
    read_credentials,
    read_message,
    read_subscribe,
)

CLOSED_ABNORMALLY = 1006

log = structlog.get_logger(__name__)


class Connection:
    """One client's websocket, accepted and speaking ``graphql-transport-ws``.

    Args:
        socket: The accepted websocket.
        operations: Runs operations.
        admission: Decides which document an operation runs.
        sign_in: Opens tokens.
        streams: Knows whether the server is stopping.
        edge: Limits.
    """

    def __init__(
        self,
        socket: WebSocket,
        operations: Operations,
        admission: Admission,
        sign_in: SignIn,
        streams: OpenStreams,
        edge: EdgeSettings,
    ) -> None:
        self._socket = socket
        self._operations = operations
        self._admission = admission
        self._sign_in = sign_in
        self._streams = streams
        self._edge = edge
        self._observed = observed_in(socket.scope)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._unsent: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Serve the connection until either side ends it."""
        try:
            watch = await self._initialise()
            await self._converse(watch)
        except Closing as closing:
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        finally:
            await end_all(tuple(self._unsent))

    async def _initialise(self) -> Watch:
        try:
            async with asyncio.timeout(self._edge.websocket_init_s):
                message = await self._next_message()
                while message.kind in {"ping", "pong"}:
                    await self._handle_ping(message)
                    message = await self._next_message()
        except TimeoutError as error:
            raise Closing(CloseCode.INIT_TIMEOUT, "no connection_init in time") from error
        if message.kind != "connection_init":
            raise Closing(CloseCode.NOT_INITIALISED, "send connection_init first")
        watch = await self._admit(message)
        await self._send({"type": "connection_ack"})
        return watch

    async def _admit(self, message: Message) -> Watch:
        try:
            credentials = read_credentials(message.payload)
            if credentials.token is None:
                raise MissingToken
            watch = Watch(self._sign_in, credentials, self._streams, self._edge.recheck_s)
            await watch.open()
        except DomainError as refusal:
            raise Closing(CloseCode.FORBIDDEN, refusal.code) from refusal
        return watch

    async def _converse(self, watch: Watch) -> None:
        refused = asyncio.create_task(watch.refusal())
        reading = asyncio.create_task(self._read(watch))
        try:
            await asyncio.wait({refused, reading}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
            refusal = refused.result()
            code = CloseCode.GOING_AWAY if isinstance(refusal, Draining) else CloseCode.FORBIDDEN
            raise Closing(code, refusal.code)
        finally:
            await end_all([refused, reading])

    async def _read(self, watch: Watch) -> None:
        while True:
            message = await self._next_message()
            match message.kind:
                case "ping" | "pong":
                    await self._handle_ping(message)
                case "subscribe":
                    await self._begin(message, watch)
                case "complete":
                    self._cancel(message.id)
                case "connection_init":
                    raise Closing(CloseCode.INIT_TWICE, "connection_init came twice")
                case _:
                    raise Closing(CloseCode.BAD_MESSAGE, "not a message of this protocol")

    async def _handle_ping(self, message: Message) -> None:
        if message.kind == "ping":
            await self._send({"type": "pong"})

    async def _begin(self, message: Message, watch: Watch) -> None:
        operation = read_subscribe(message, self._edge.max_document_chars)
        if message.id in self._running:
            raise Closing(CloseCode.ID_IN_USE, "an operation of this id is running")
        full = len(self._running) >= self._edge.websocket_operations
        run = self._refuse(message.id, TooManyStreams()) if full else self._run(message.id, operation, watch)
        task = asyncio.create_task(run)
        self._running[message.id] = task
        self._unsent.add(task)
        task.add_done_callback(self._forget)
        await self._heard()

    async def _heard(self) -> None:
        """Read no further while a client does not take its answers, so that it cannot pile them up here."""
        while len(self._unsent) > 2 * self._edge.websocket_operations:
            await asyncio.wait(self._unsent, return_when=asyncio.FIRST_COMPLETED)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._unsent.discard(task)
        if not task.cancelled():
            task.exception()  # a client that has gone is no fault; the reader finds out as well

    def _cancel(self, name: str) -> None:
        task = self._running.pop(name, None)
        if task is not None:
            task.cancel()

    async def _run(self, name: str, operation: Operation, watch: Watch) -> None:
        try:
            opened = await watch.open()
            admitted = await self._admission.admitted(operation)
            results = self._operations.stream(admitted, opened, self._observed.request_id)
            async with aclosing(watch.admitting(results, opened)) as answers:
                async for answer in answers:
                    note_operation(self._observed, "websocket", opened, outcome_of(answer))
                    if not answer.executed:
                        await self._end(name, {"type": "error", "payload": errors_of(answer)})
                        return
                    await self._send({"type": "next", "id": name, "payload": answer.payload()})
            await self._end(name, {"type": "complete"})
        except DomainError as refusal:
            await self._refuse(name, refusal)
        except WebSocketDisconnect:
            return  # the reader finds out as well, and ends the connection
        except Exception as error:  # noqa: BLE001 - the client is told, the others go on
            log.error("http.stream_broke", error=type(error).__name__, error_at=places(error.__traceback__))  # noqa: TRY400
            await self._refuse(name, InternalError())

    async def _refuse(self, name: str, refusal: DomainError) -> None:
        await self._end(name, {"type": "error", "payload": [refusal_error(refusal)]})

    async def _end(self, name: str, message: dict[str, object]) -> None:
        # The id may be used again from the moment the client reads the last message.
        self._running.pop(name, None)
        await self._send({**message, "id": name})

    async def _next_message(self) -> Message:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return read_message(message.get("text"))

    async def _send(self, message: dict[str, object]) -> None:
        async with self._sending:
            try:
                await self._socket.send_text(write_json(message).decode())
            except RuntimeError as error:  # what Starlette raises once the socket is closed
                raise WebSocketDisconnect(CLOSED_ABNORMALLY) from error

    async def _close(self, closing: Closing) -> None:
        self._observed.outcome = closing.reason
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(closing.code, closing.reason)


def errors_of(answer: Answer) -> object:
    """Give the errors of an answer that was refused before execution."""
    return answer.body.get("errors", [])
