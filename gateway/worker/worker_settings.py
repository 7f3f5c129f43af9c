"""Settings of the worker alone; the rest of the product does not know them."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """How a worker works, from environment variables ``TOUCHSTONE_WORKER_*``.

    Attributes:
        at_once: Most hand-overs worked on at a time; 0 for one less than the database pool has connections.
        grace_s: Seconds that work under way may go on after the process was told to end.
        metrics_host: Address the metrics are served at.
        metrics_port: Port the metrics are served at, in the Prometheus format; 0 for not at all.
    """

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_WORKER_", extra="ignore", frozen=True)

    at_once: int = Field(default=0, ge=0, le=100)
    grace_s: float = Field(default=20.0, ge=0)
    metrics_host: str = "127.0.0.1"
    metrics_port: int = Field(default=0, ge=0, le=65535)
