"""Where files are stored: settings of their own, read from the environment."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class BlobStoreKind(StrEnum):
    """What keeps files."""

    FOLDER = "folder"
    S3 = "s3"


class BlobSettings(BaseSettings):
    """Where files are stored, from environment variables ``TOUCHSTONE_BLOBS_*``.

    Attributes:
        store: ``folder`` or ``s3``.
        folder: The folder; every process of an installation must see the same one. By default ``blobs`` in the home
            folder of an embedded installation.
        s3_bucket: The bucket, which exists.
        s3_endpoint: Address of an S3-compatible server; empty for AWS.
        s3_region: Its region.
        s3_access_key: Name of the key that signs.
        s3_secret_key: The key that signs; where it is empty, what the machine's surroundings offer is used.
        timeout_s: Seconds after which a single request to the store is given up.
    """

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_BLOBS_", extra="ignore", frozen=True)

    store: BlobStoreKind = BlobStoreKind.FOLDER
    folder: Path | None = None
    s3_bucket: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    timeout_s: float = Field(default=30, gt=0)

    @model_validator(mode="after")
    def _bucket_is_named(self) -> Self:
        if self.store is BlobStoreKind.S3 and not self.s3_bucket:
            msg = "TOUCHSTONE_BLOBS_S3_BUCKET names the bucket that files are stored in."
            raise ValueError(msg)
        return self


def load_blob_settings() -> BlobSettings:
    """Read the settings from the environment."""
    return BlobSettings.model_validate({})
