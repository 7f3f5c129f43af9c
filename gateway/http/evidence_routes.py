"""Files that are evidence, over HTTP: received while they are checked, and given out piece by piece."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Final
from uuid import UUID

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Scope as AsgiScope

from core.kernel.blobs import Blobs
from core.kernel.crypto import MasterKeys
from core.kernel.errors import DomainError, InvalidInput, NotFound
from core.kernel.graphql.ids import global_id, local_id
from core.kernel.key_ring import KeyRing
from core.kernel.scope import Scope
from core.kernel.unit import Unit
from core.records.evidence.limits import EvidenceSettings
from core.records.evidence.links import read_link
from core.records.evidence.read import EvidenceFile, content_of, open_evidence
from core.records.evidence.receive import Offered, Reception
from core.records.permissions import READ_EVIDENCE
from core.standards.policy.process import Proof
from gateway.auth.sign_in import SignIn
from gateway.http.answers import json_response
from gateway.http.bodies import Arriving
from gateway.http.errors import RequestTooSlow
from gateway.http.files import Room, refused, scope_of
from gateway.http.guards import check_headers, waits
from gateway.http.observation import observed_in
from gateway.http.parts import Parts

RECEIVE: Final = "/records/{record}/evidence"
READ: Final = "/evidence/{evidence}"
FOLLOW: Final = "/evidence-links/{link}"
CREATED: Final = 201


def bounds_itself(scope: AsgiScope) -> bool:
    """Tell whether a request's body is bounded by this route, and not as all others are."""
    path: str = scope["path"]
    return scope["method"] == "POST" and path.startswith("/records/") and path.endswith("/evidence")


class EvidenceRoutes:
    """Receives and gives out files.

    Args:
        parts: What the edge serves with.
        sign_in: Opens tokens.
    """

    def __init__(self, parts: Parts, sign_in: SignIn) -> None:
        self._parts = parts
        self._sign_in = sign_in
        self._room = Room()

    async def receive(self, request: Request) -> Response:
        """Receive a file for a record; of what is refused only some more is read, and the connection ends with it."""
        settings = self._parts.services.get(EvidenceSettings)
        arriving = Arriving(request.receive, waits=waits(observed_in(request.scope).headers))
        try:
            return await self._received(request, arriving.pieces(), settings)
        except DomainError as refusal:
            if not isinstance(refusal, RequestTooSlow):
                await arriving.let_pass()
            return refused(request, refusal)

    async def _received(self, request: Request, body: AsyncIterator[bytes], settings: EvidenceSettings) -> Response:
        headers = observed_in(request.scope).headers
        check_headers(headers, max(settings.most_bytes(kind) for kind in Proof))
        scope = await scope_of(request, self._sign_in)
        offered = offer_of(request)
        services = self._parts.services
        reception = Reception(services.get(Blobs), settings, services.get(MasterKeys))
        with self._room.place(scope, settings.at_once):
            received = await reception.receive(self._opener(scope), offered, paced(body, settings))
        answer = {
            "upload": global_id("EvidenceUpload", received.upload_id),
            "size": received.size,
            "sha256": received.sha256,
            "mediaType": offered.media_type,
            "expiresAt": received.until.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        }
        return json_response(answer, CREATED)

    async def read(self, request: Request) -> Response:
        """Give out a piece of evidence to whoever has a token and the permission."""
        scope = await scope_of(request, self._sign_in)
        return await self._given(scope, id_in(request, "evidence", "RecordEvidence"))

    async def follow(self, request: Request) -> Response:
        """Give out a piece of evidence to whoever has a link to it."""
        now = self._parts.clock.now()
        grant = read_link(self._parts.settings.cursor_key.get_secret_value(), request.path_params["link"], now)
        scope = Scope(
            network_id=grant.network_id,
            tenant_id=grant.tenant_id,
            lineage=(grant.tenant_id,),
            actor=grant.actor,
            permissions=frozenset({READ_EVIDENCE.name}),
            instant=now,
        )
        return await self._given(scope, grant.evidence_id)

    async def _given(self, scope: Scope, evidence_id: UUID) -> Response:
        services = self._parts.services
        async with self._opener(scope)() as unit:
            file = await open_evidence(unit, KeyRing(unit, services.get(MasterKeys)), evidence_id)
        content = content_of(services.get(Blobs), file)
        first = await anext(content, b"")  # What cannot be read is refused before anything is answered.
        return StreamingResponse(following(first, content), headers=headers_of(file))

    def _opener(self, scope: Scope) -> Callable[[], AbstractAsyncContextManager[Unit]]:
        """Give what opens transactions in a tenant."""
        parts = self._parts
        return lambda: parts.database.unit(scope, clock=parts.clock, directory=parts.directory)


def id_in(request: Request, name: str, type_: str) -> UUID:
    """Give the id that a path names, plain or as the API gives it.

    Raises:
        NotFound: It is none.
    """
    given: str = request.path_params[name]
    try:
        return UUID(given)
    except ValueError:
        try:
            return local_id(type_, given)
        except GraphQLError:
            raise NotFound(kind=name, key=given[:100]) from None


def offer_of(request: Request) -> Offered:
    """Read what a request says of its file.

    Raises:
        NotFound: Its path names no record.
        InvalidInput: It does not say which kind of evidence it is.
    """
    headers, query = request.headers, request.query_params
    kinds = {one.name: one for one in Proof} | {one.value: one for one in Proof}
    kind = kinds.get(query.get("kind", ""))
    if kind is None:
        raise InvalidInput(field="kind", problem=f"name one of {', '.join(Proof)}")
    length = headers.get("content-length")
    return Offered(
        record_id=id_in(request, "record", "Record"),
        kind=kind,
        media_type=headers.get("content-type", "").partition(";")[0].strip().lower(),
        length=None if length is None else int(length),
        sha256=query.get("sha256"),
    )


async def paced(body: AsyncIterator[bytes], settings: EvidenceSettings) -> AsyncGenerator[bytes]:
    """Pass a body on as it arrives, while it arrives fast enough.

    Raises:
        RequestTooSlow: Nothing came for too long, or too little on the whole.
    """
    loop = asyncio.get_running_loop()
    begun, taken = loop.time(), 0
    while True:
        now = loop.time()
        due = min(now + settings.idle_s, begun + settings.idle_s + taken / settings.slowest)
        try:
            async with asyncio.timeout_at(due):
                some = await anext(body, None)
        except TimeoutError as slow:
            raise RequestTooSlow from slow
        if some is None:
            return
        taken += len(some)
        if some:
            yield some


async def following(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Give what was read already, and then the rest."""
    async with aclosing(rest):
        yield first
        async for some in rest:
            yield some


def headers_of(file: EvidenceFile) -> dict[str, str]:
    """Give the headers of a file: it is saved and not shown as a page, kept by no cache, and can be checked."""
    digest = b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size),
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Cache-Control": "private, no-store",
        "Repr-Digest": f"sha-256=:{digest}:",  # RFC 9530
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
