"""How refusals and results look over HTTP: bodies shaped like GraphQL answers, statuses as the kind of refusal asks."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from core.kernel.blobs import BlobStoreIsDown
from core.kernel.errors import DomainError, NotFound, NotPermitted
from core.kernel.key_ring import KeyIsErased
from core.records.customers.errors import CustomerIsErased
from core.records.errors import RecordIsNotOpen
from core.records.evidence.errors import (
    EvidenceIsDamaged,
    EvidenceIsSomethingElse,
    EvidenceLinkIsOver,
    EvidenceTooLarge,
    EvidenceTypeNotAllowed,
    TooManyFilesWait,
    TooMuchWaits,
)
from core.records.links.errors import LinkOpensNothing
from core.records.uploads.errors import TooManyUploads, UploadTooLarge
from gateway.auth.errors import AccessRefused, IssuerUnavailable, MissingToken, SignInRefused, TooManyFailures
from gateway.http.errors import (
    Draining,
    InternalError,
    MethodNotAllowed,
    NoSuchPath,
    NotAcceptable,
    RequestTooLarge,
    RequestTooSlow,
    TooManyLooks,
    TooManyRequests,
    TooManyStreams,
    TooSlow,
)
from gateway.http.media_types import JSON

STATUSES: tuple[tuple[type[DomainError], HTTPStatus], ...] = (
    (SignInRefused, HTTPStatus.UNAUTHORIZED),
    (AccessRefused, HTTPStatus.FORBIDDEN),
    (NotPermitted, HTTPStatus.FORBIDDEN),
    (EvidenceLinkIsOver, HTTPStatus.FORBIDDEN),
    (NoSuchPath, HTTPStatus.NOT_FOUND),
    (NotFound, HTTPStatus.NOT_FOUND),
    (LinkOpensNothing, HTTPStatus.NOT_FOUND),
    (MethodNotAllowed, HTTPStatus.METHOD_NOT_ALLOWED),
    (NotAcceptable, HTTPStatus.NOT_ACCEPTABLE),
    (RequestTooSlow, HTTPStatus.REQUEST_TIMEOUT),
    (UploadTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (TooManyUploads, HTTPStatus.TOO_MANY_REQUESTS),
    (RequestTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (RecordIsNotOpen, HTTPStatus.CONFLICT),
    (TooManyFilesWait, HTTPStatus.CONFLICT),
    (TooMuchWaits, HTTPStatus.CONFLICT),
    (KeyIsErased, HTTPStatus.GONE),
    (CustomerIsErased, HTTPStatus.GONE),
    (EvidenceTooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (EvidenceTypeNotAllowed, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (EvidenceIsSomethingElse, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (TooManyFailures, HTTPStatus.TOO_MANY_REQUESTS),
    (TooManyLooks, HTTPStatus.TOO_MANY_REQUESTS),
    (InternalError, HTTPStatus.INTERNAL_SERVER_ERROR),
    (EvidenceIsDamaged, HTTPStatus.INTERNAL_SERVER_ERROR),
    (IssuerUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (BlobStoreIsDown, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooManyRequests, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooManyStreams, HTTPStatus.SERVICE_UNAVAILABLE),
    (Draining, HTTPStatus.SERVICE_UNAVAILABLE),
    (TooSlow, HTTPStatus.GATEWAY_TIMEOUT),
)


def status_of(refusal: DomainError) -> int:
    """Give the HTTP status of a refusal; what is not listed is the caller's mistake."""
    return next((int(status) for kind, status in STATUSES if isinstance(refusal, kind)), HTTPStatus.BAD_REQUEST)


def refusal_error(refusal: DomainError, **more: object) -> dict[str, Any]:
    """Give a refusal as one entry of a GraphQL answer's ``errors``."""
    return {"message": refusal.message, "extensions": {"code": refusal.code, "hint": refusal.hint, **more}}


def refusal_body(refusal: DomainError) -> dict[str, Any]:
    """Give a refusal as a whole GraphQL answer."""
    return {"errors": [refusal_error(refusal)]}


def refusal_headers(refusal: DomainError) -> dict[str, str]:
    """Give the headers a refusal asks for: how to sign in (RFC 6750, section 3), when to try again, what is allowed."""
    if isinstance(refusal, MissingToken):
        return {"WWW-Authenticate": 'Bearer realm="touchstone"'}
    if isinstance(refusal, SignInRefused):
        description = f'error="invalid_token", error_description="{refusal.code}"'
        return {"WWW-Authenticate": f'Bearer realm="touchstone", {description}'}
    if isinstance(refusal, TooManyFailures | TooManyLooks):
        return {"Retry-After": str(refusal.retry_after)}
    if isinstance(refusal, RequestTooSlow | RequestTooLarge):
        return {"Connection": "close"}  # the rest of the body is not waited for, nor taken for the next request
    return {"Allow": "POST"} if isinstance(refusal, MethodNotAllowed) else {}


def refusal_response(refusal: DomainError, media_type: str = JSON) -> Response:
    """Give a refusal as an HTTP answer."""
    return json_response(refusal_body(refusal), status_of(refusal), media_type, refusal_headers(refusal))


def json_response(
    body: object, status: int = HTTPStatus.OK, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    """Give a JSON answer, never kept by caches unless the headers say otherwise."""
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(write_json(body), int(status), kept, f"{media_type}; charset=utf-8")


def write_json(body: object) -> bytes:
    """Write an answer; GraphQL has serialised every scalar already."""
    return orjson.dumps(body)
