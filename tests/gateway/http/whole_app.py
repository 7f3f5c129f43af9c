"""The whole product's app, as it is served, but with a schema that is assembled once for all tests."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from core.kernel.database import Database
from core.kernel.graphql.contribution import Contribution
from core.kernel.settings import Settings
from gateway.http.app import create_app
from gateway.http.application import Application
from gateway.limits.figures import LimitFigures
from gateway.schema.assembly import TouchstoneSchema, build_schema

ASSEMBLED: dict[tuple[str, str], TouchstoneSchema] = {}
"""Schemas, by all that they take from settings."""


def assembled(contributions: Sequence[Contribution], settings: Settings) -> TouchstoneSchema:
    """Give the schema of the features; assembling it takes half a second, and most of a test of one request."""
    key = (repr(LimitFigures.of(settings)), settings.cursor_key.get_secret_value())
    if key not in ASSEMBLED:
        ASSEMBLED[key] = build_schema(contributions, settings)
    return ASSEMBLED[key]


def whole_app(settings: Settings, database: Database, **parts: Any) -> Application:
    """Make the app as a server does."""
    with patch("gateway.http.app.build_schema", assembled):
        return create_app(settings, database, **parts)
