"""The ASGI app put together: guards around routes, each made of the parts it needs."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp

from core.kernel.changes import Changes
from core.kernel.crypto import MasterKeys
from core.kernel.errors import DomainError
from core.kernel.graphql.context import RequestContext
from core.kernel.settings import Environment
from core.records.links.open_link import Links
from gateway.answering.answering import Answering
from gateway.answering.reading import Means
from gateway.auth.client_credentials import ClientCredentials
from gateway.auth.fetching import GuardedSource
from gateway.auth.identity import Opened, identity_of
from gateway.auth.key_cache import KeyCache
from gateway.auth.own_issuers import builtin_issuer, service_tokens
from gateway.auth.sign_in import SignIn
from gateway.auth.verify import Verifier
from gateway.documents.admission import Admission
from gateway.documents.known import KnownDocuments
from gateway.documents.repository import StoredDocuments
from gateway.http.addresses import Addresses
from gateway.http.answers import refusal_response
from gateway.http.application import FILE_PATHS, GRAPHQL_PATH, UPLOADS_PATH, Application, Ways
from gateway.http.errors import MethodNotAllowed, NoSuchPath
from gateway.http.evidence_routes import FOLLOW, READ, RECEIVE, EvidenceRoutes, bounds_itself
from gateway.http.graphiql import Graphiql
from gateway.http.graphql_route import GraphqlRoute
from gateway.http.guards import Allowance, BodyGuard, CrashBarrier, Crowd, careful_headers
from gateway.http.headers import TENANT_HEADER
from gateway.http.health import Health, checks_of
from gateway.http.issuer_routes import IssuerRoutes
from gateway.http.looking.route import LOOK_ROUTE, LookRoute
from gateway.http.metrics_route import MetricsRoute
from gateway.http.observation import REQUEST_ID, Observation, observed_in
from gateway.http.parts import Parts
from gateway.http.repeated import RepeatedReads
from gateway.http.running import Operations
from gateway.http.shortcut import Shortcut
from gateway.http.streams import OpenStreams
from gateway.http.upload_route import UploadRoute
from gateway.http.websocket.route import WebsocketRoute
from gateway.live.change_feed import ChangeFeed
from gateway.live.queries import LiveQueries
from gateway.live.streaming import Streaming

Endpoint = Callable[[Request], Awaitable[Response]]
NOT_FOUND = 404


def assemble(parts: Parts, *, owns_database: bool = False) -> Application:
    """Put the app together from its parts.

    Args:
        parts: What it serves with.
        owns_database: Whether the database is closed with the app.

    Raises:
        BuiltinIssuerInProduction: The settings ask for the built-in issuer in production.
    """
    streams = OpenStreams(parts.edge.most_streams)
    graphql, rest, repeated = routes(parts, streams)
    app = FastAPI(
        title="Touchstone",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        routes=rest,
        middleware=[Middleware(CrashBarrier)],
        lifespan=lifespan(parts, streams, owns_database=owns_database),
    )
    app.add_exception_handler(DomainError, show_refusal)
    app.add_exception_handler(HTTPException, show_http_error)
    return Application(guarded(Ways(CrashBarrier(graphql), app), parts, repeated), streams, parts.database)


def routes(parts: Parts, streams: OpenStreams) -> tuple[GraphqlRoute, list[BaseRoute], RepeatedReads]:
    """Give what serves GraphQL over HTTP, the routes of everything else, and the reads that were answered before."""
    settings, edge = parts.settings, parts.edge
    service, builtin = service_tokens(settings), builtin_issuer(settings)
    sign_in = SignIn(verifier(parts), parts.scopes, parts.clock, parts.token_clock, memory_s=edge.token_memory_s)
    answering = Answering(parts.schema, compiled=settings.compiled_reads, kept_bytes=settings.kept_answers_bytes)
    feed = ChangeFeed(parts.database)
    parts.services.put(Changes, feed)
    streaming = Streaming(answering, LiveQueries(feed))
    means = Means(parts.database, parts.services, parts.clock)
    operations = Operations(answering, streaming, context_maker(parts), means, edge.operation_timeout_s)
    graphiql = page_for(parts)
    health = Health(checks_of(parts.database, settings), streams)
    issuer = IssuerRoutes(ClientCredentials(parts.accounts, service, parts.token_clock), service, builtin)
    admission = admission_of(parts)
    evidence = EvidenceRoutes(parts, sign_in)
    websocket = WebsocketRoute(operations, admission, sign_in, streams, edge)
    endpoints: list[tuple[str, Endpoint, Sequence[str]]] = [
        ("/oauth/token", issuer.token, ("POST",)),
        ("/.well-known/openid-configuration", issuer.discovery, ("GET",)),
        ("/oauth/.well-known/openid-configuration", issuer.service_discovery, ("GET",)),
        ("/.well-known/jwks.json", issuer.keys, ("GET",)),
        (UPLOADS_PATH, UploadRoute(parts, sign_in).take, ("POST",)),
        ("/healthz", health.alive, ("GET",)),
        ("/readyz", health.ready, ("GET",)),
        (RECEIVE, evidence.receive, ("POST",)),
        (READ, evidence.read, ("GET",)),
        (FOLLOW, evidence.follow, ("GET",)),
        ("/metrics", MetricsRoute(settings, edge, parts.figures).figures, ("GET",)),
    ]
    looking = look_route(parts)
    if looking is not None:
        endpoints.append((LOOK_ROUTE, looking.look, ("GET",)))
    if graphiql is not None:
        endpoints.append(("/graphql/assets/{name}", graphiql.asset, ("GET",)))
    rest: list[BaseRoute] = [
        *(Route(path, handler(path, endpoint), methods=list(methods)) for path, endpoint, methods in endpoints),
        WebSocketRoute(GRAPHQL_PATH, websocket.serve),
    ]
    repeated = RepeatedReads(operations, admission, sign_in)
    return GraphqlRoute(operations, repeated, admission, sign_in, streams, edge, graphiql), rest, repeated


def handler(path: str, endpoint: Endpoint) -> Endpoint:
    """Make a plain coroutine function of an endpoint, and note which route it is."""

    async def handle(request: Request) -> Response:
        observed_in(request.scope).route = path
        return await endpoint(request)

    return handle


def look_route(parts: Parts) -> LookRoute | None:
    """Give what shows customers their own view, where the product is wired with what that takes."""
    masters = parts.services.find(MasterKeys)
    if masters is None or parts.directory is None:
        return None
    links = Links(parts.database, parts.directory, masters, parts.clock)
    return LookRoute(links, parts.edge.operation_timeout_s, Addresses(parts.edge.looks_per_minute))


def admission_of(parts: Parts) -> Admission:
    """Make what decides which documents are executed."""
    return Admission(
        KnownDocuments(StoredDocuments(parts.database)),
        only_trusted=parts.settings.serves_trusted_documents_only,
        longest_s=parts.edge.operation_timeout_s,
    )


def verifier(parts: Parts) -> Verifier:
    """Make what verifies tokens; issuers on this machine may be called in development alone."""
    local = parts.settings.environment is Environment.DEVELOPMENT
    return Verifier(
        trust=parts.trust,
        keys=KeyCache(parts.documents or GuardedSource(loopback_allowed=local)),
        service_tokens=service_tokens(parts.settings),
        builtin=builtin_issuer(parts.settings),
        clock=parts.token_clock,
    )


def context_maker(parts: Parts) -> Callable[[Opened, str], RequestContext]:
    """Give what makes each operation's context."""

    def context(opened: Opened, correlation_id: str) -> RequestContext:
        return RequestContext(
            database=parts.database,
            clock=parts.clock,
            directory=parts.directory,
            services=parts.services,
            settings=parts.settings,
            identity=identity_of(opened),
            scope=opened.scope,
            correlation_id=correlation_id,
        )

    return context


def page_for(parts: Parts) -> Graphiql | None:
    """Give the page for developers, where the schema may be asked for; with tokens in development alone."""
    if not parts.settings.introspection:
        return None
    if parts.settings.environment is Environment.PRODUCTION:
        return Graphiql()
    return Graphiql(parts.demo_tokens, parts.edge.demo_tokens_file)


def guarded(app: ASGIApp, parts: Parts, repeated: RepeatedReads) -> ASGIApp:
    """Put the guards around everything that is served; the outermost comes last. Reads that are known go past them."""
    edge = parts.edge
    files = dict.fromkeys(FILE_PATHS, Allowance(edge.max_upload_bytes, edge.upload_timeout_s))
    app = BodyGuard(app, largest=edge.max_body_bytes, longest_s=edge.body_timeout_s, files=files, but=bounds_itself)
    app = crowd = Crowd(app, edge.concurrent_requests)
    if edge.origins:
        app = CORSMiddleware(
            app,
            allow_origins=edge.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", TENANT_HEADER, REQUEST_ID, "traceparent"],
            expose_headers=[REQUEST_ID, "Content-Disposition", "Repr-Digest"],
            max_age=600,
        )
    careful = careful_headers(secure=parts.settings.public_url.startswith("https://"))
    return Observation(app, careful, Shortcut(repeated, crowd, edge.max_body_bytes))


def lifespan(
    parts: Parts, streams: OpenStreams, *, owns_database: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Give what happens before the first request and after the last."""

    @asynccontextmanager
    async def lived(app: FastAPI) -> AsyncGenerator[None, None]:  # noqa: ARG001 - Starlette gives it
        await parts.database.detect()
        try:
            yield
        finally:
            streams.drain()
            if owns_database:
                await parts.database.close()

    return lived


async def show_refusal(request: Request, refusal: Exception) -> Response:
    """Show a refusal that a route raised."""
    if not isinstance(refusal, DomainError):
        raise refusal
    observed_in(request.scope).outcome = refusal.code
    return refusal_response(refusal)


async def show_http_error(request: Request, error: Exception) -> Response:
    """Show what Starlette refuses: a path that is not served, or not by that method."""
    status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
    return await show_refusal(request, NoSuchPath() if status == NOT_FOUND else MethodNotAllowed())
