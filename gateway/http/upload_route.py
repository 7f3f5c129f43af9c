"""``POST /uploads``: a file that is to be imported, streamed to where the worker finds it, never held in memory.

It is no GraphQL upload in a multipart body: pages of strangers may submit those, and GraphQL servers read them whole.
This body is the file and nothing else, of a media type that no form has, from somebody with a token.
"""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from core.kernel.errors import DomainError
from core.kernel.graphql.ids import global_id
from core.kernel.ids import new_id
from core.kernel.outbox_rows import Tenancy
from core.kernel.scope import Scope
from core.records.uploads.receive import KeepUpload, check_room, keep_upload
from core.records.uploads.store import Received, UploadStore
from gateway.auth.sign_in import SignIn
from gateway.http.answers import json_response
from gateway.http.bodies import Arriving
from gateway.http.errors import MalformedRequest, RequestTooSlow
from gateway.http.files import Room, refused, scope_of
from gateway.http.guards import waits
from gateway.http.observation import observed_in
from gateway.http.parts import Parts

MEDIA_TYPE: Final = "application/octet-stream"
TYPE: Final = "ImportUpload"


class UploadRoute:
    """Takes files in.

    Args:
        parts: What the edge serves with.
        sign_in: Opens tokens.
    """

    def __init__(self, parts: Parts, sign_in: SignIn) -> None:
        self._parts = parts
        self._sign_in = sign_in
        self._room = Room()

    async def take(self, request: Request) -> Response:
        """Take one file in; of what is refused only some more is read, and the connection ends with it."""
        arriving = Arriving(request.receive, waits=waits(observed_in(request.scope).headers))
        try:
            upload_id, received = await self._take(request, arriving)
        except DomainError as refusal:
            if not isinstance(refusal, RequestTooSlow):
                await arriving.let_pass()
            return refused(request, refusal)
        said = {"upload": global_id(TYPE, upload_id), "bytes": received.bytes, "sha256": received.file_hash}
        return json_response(said, HTTPStatus.CREATED)

    async def _take(self, request: Request, arriving: Arriving) -> tuple[UUID, Received]:
        scope = await scope_of(request, self._sign_in)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
            raise MalformedRequest(problem=f"its Content-Type is not {MEDIA_TYPE}")
        with self._room.place(scope, self._parts.edge.uploads_at_once):
            async with self._parts.database.unit(scope, clock=self._parts.clock, read_only=True) as unit:
                await check_room(unit)
            return await self._keep(scope, request, arriving)

    async def _keep(self, scope: Scope, request: Request, arriving: Arriving) -> tuple[UUID, Received]:
        store, upload_id = self._parts.services.get(UploadStore), new_id()
        largest = self._parts.edge.max_upload_bytes
        owner = Tenancy(scope.tenant_id, scope.network_id)
        received = await store.receive(owner, upload_id, arriving.pieces(), largest)
        command = KeepUpload(upload_id=upload_id, name=request.query_params.get("name", ""), received=received)
        try:
            async with self._parts.database.unit(scope, clock=self._parts.clock) as unit:
                await keep_upload(unit, command)
        except BaseException:
            await store.forget(owner, upload_id)
            raise
        return upload_id, received
