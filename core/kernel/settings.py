"""Configuration: read once from the environment, typed, with secrets that never print."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

KEPT_ANSWERS_BYTES = 32 * 1024 * 1024
"""Enough for some ten thousand dashboards."""


class Environment(StrEnum):
    """How strict the product is about what it is given."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """Settings of one process, from environment variables ``TOUCHSTONE_*`` (and ``DATABASE_URL``, ``REDIS_URL``).

    Attributes:
        environment: ``production`` refuses demo conveniences such as the built-in token issuer.
        database_url: ``postgresql://host:port/database`` without a user: each database role signs in by itself.
        role_secret: Secret that the passwords of the serving database roles are derived from.
        redis_url: Where background jobs are handed over.
        master_key: 32 bytes in hexadecimal that wrap every tenant's and person's data key.
        cursor_key: Secret that seals page cursors and global ids.
        pool_size: Connections per database role and process.
        public_url: Where clients reach the server; also the name of the built-in issuer.
        builtin_issuer: Whether this server signs tokens itself (demo and tests only).
        introspection: Whether the GraphQL schema may be asked for.
        otlp_endpoint: OTLP/HTTP collector for traces and metrics; nothing is sent where empty.
        max_page_size: Most rows one page may have.
        max_cost: Most cost one operation may have.
        role_costs: The same for holders of a built-in role, as a JSON object such as ``{"clerk": 5000}``; whoever
            holds several may spend what the most generous of them allows, and ``max_cost`` holds for all others.
        trusted_documents_only: Whether only registered documents are served; where it is not said, in production.
        compiled_reads: Whether declared reads run as compiled SQL; switched off, everything is interpreted, with the
            same answers and more work.
        kept_answers_bytes: How much memory of one process may hold answers that are given again while nothing they
            show has changed; none are kept where it is 0.
        home: Folder for what is kept beside the database.
        uploads_folder: Where files lie that wait to be imported, ``uploads`` in ``home`` by default. API and workers
            must have the same one; not used where files lie in a bucket.
    """

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_", extra="ignore", frozen=True)

    environment: Environment = Environment.PRODUCTION
    database_url: Annotated[str, Field(validation_alias="DATABASE_URL")] = "postgresql://127.0.0.1:5432/touchstone"
    role_secret: SecretStr
    redis_url: Annotated[SecretStr, Field(validation_alias="REDIS_URL")] = SecretStr("redis://127.0.0.1:6379/0")
    master_key: SecretStr
    cursor_key: SecretStr
    pool_size: int = Field(default=5, ge=1, le=100)
    public_url: str = "http://127.0.0.1:8000"
    builtin_issuer: bool = False
    introspection: bool = False
    otlp_endpoint: str = ""
    max_page_size: int = Field(default=200, ge=1, le=1000)
    max_cost: int = Field(default=20_000, ge=1)
    role_costs: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict[str, int])
    trusted_documents_only: bool | None = None
    compiled_reads: bool = True
    kept_answers_bytes: int = Field(default=KEPT_ANSWERS_BYTES, ge=0)
    home: Path = Path(".touchstone/home")
    uploads_folder: Path | None = None
    service_name: str = "touchstone"

    @property
    def uploads(self) -> Path:
        """Where files lie that wait to be imported."""
        return (self.uploads_folder or self.home / "uploads").absolute()

    @property
    def serves_trusted_documents_only(self) -> bool:
        """Whether an operation's text must be that of a registered document."""
        said = self.trusted_documents_only
        return self.environment is Environment.PRODUCTION if said is None else said


def load_settings() -> Settings:
    """Read the settings from the environment."""
    return Settings.model_validate({})
