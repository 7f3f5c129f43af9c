"""Settings of the HTTP edge alone; the rest of the product does not know them."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

KIB = 1024


class ServerKind(StrEnum):
    """An HTTP server that the product runs on."""

    UVICORN = "uvicorn"
    GRANIAN = "granian"


class EdgeSettings(BaseSettings):
    """Limits and places of the HTTP edge, from environment variables ``TOUCHSTONE_*``.

    Attributes:
        max_body_bytes: Largest request body.
        body_timeout_s: Seconds within which a body must have arrived, so that slow clients hold nothing.
        max_upload_bytes: Largest file that ``/uploads`` takes.
        upload_timeout_s: Seconds within which such a file must have arrived, no pause longer than a body may take.
        uploads_at_once: Files that may arrive at one process at a time; of one tenant half as many.
        looks_per_minute: How often a minute one process shows customers' links to one address.
        max_document_chars: Longest GraphQL document.
        operation_timeout_s: Seconds within which a query or mutation must have ended.
        cors_origins: Origins of front ends served from elsewhere, separated by commas.
        token_memory_s: Seconds for which a verified token is remembered, at most 5.
        metrics_token: What a scraper sends as bearer token to ``/metrics``.
        metrics_bind: ``host:port`` where metrics are served apart from the API; empty for ``/metrics`` of the API.
        demo_tokens_file: JSON list of ``{label, token, tenant}`` that GraphiQL offers in development.
        websocket_init_s: Seconds within which a websocket must send ``connection_init``.
        websocket_operations: Operations one websocket may have open.
        most_streams: Subscriptions and websockets this process keeps open.
        heartbeat_s: Seconds of silence after which a stream shows that it lives.
        recheck_s: Seconds after which a stream's token and membership are looked at again.
        drain_s: Seconds that open requests get to end when the server stops.
        drain_notice_s: Seconds for which a stopping server still takes connections while readiness says so already,
            for load balancers that ask rarely.
        concurrent_requests: Connections (requests, where the server does not show its connections) one worker has
            open; beyond them it answers 503.
        header_timeout_s: Seconds within which a request's head must have arrived.
        keep_alive_s: Seconds for which an idle connection is kept.
        write_timeout_s: Seconds after which a client that takes nothing of its answer is cut off.
        server: Which HTTP server serves.
        workers: Processes that serve; 0 is one per core in production, and one in development.
    """

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_", extra="ignore", frozen=True)

    max_body_bytes: int = Field(default=KIB * KIB, ge=KIB)
    body_timeout_s: float = Field(default=20, gt=0)
    max_upload_bytes: int = Field(default=512 * KIB * KIB, ge=KIB)
    upload_timeout_s: float = Field(default=1_800, gt=0)
    uploads_at_once: int = Field(default=4, ge=0)
    looks_per_minute: int = Field(default=300, ge=1)
    max_document_chars: int = Field(default=100_000, ge=1_000)
    operation_timeout_s: float = Field(default=30, gt=0)
    cors_origins: str = ""
    token_memory_s: float = Field(default=5, ge=0, le=5)
    metrics_token: SecretStr = SecretStr("")
    metrics_bind: str = ""
    demo_tokens_file: Path | None = None
    websocket_init_s: float = Field(default=10, gt=0)
    websocket_operations: int = Field(default=50, ge=1)
    most_streams: int = Field(default=2_000, ge=1)
    heartbeat_s: float = Field(default=15, gt=0)
    recheck_s: float = Field(default=30, gt=0)
    drain_s: int = Field(default=20, ge=0)
    drain_notice_s: float = Field(default=0, ge=0)
    concurrent_requests: int = Field(default=4_000, ge=1)
    header_timeout_s: float = Field(default=10, gt=0)
    keep_alive_s: float = Field(default=15, gt=0)
    write_timeout_s: float = Field(default=30, gt=0)
    server: ServerKind = ServerKind.UVICORN
    workers: int = Field(default=0, ge=0)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of front ends served from elsewhere."""
        return tuple(one.strip().rstrip("/") for one in self.cors_origins.split(",") if one.strip())


def load_edge_settings() -> EdgeSettings:
    """Read the edge's settings from the environment."""
    return EdgeSettings.model_validate({})
