"""The schema as text, committed so that a change to it is seen in review; ``touchstone schema --write`` renews it."""

from collections.abc import Sequence
from pathlib import Path

from core.kernel.graphql.contribution import Contribution
from core.kernel.settings import Settings
from gateway.http.features import contributions
from gateway.schema.assembly import build_schema

COMMITTED = Path(__file__).with_name("schema.graphql")
RENEW = "python3 run.py schema --write"


def schema_text(features: Sequence[Contribution] | None = None) -> str:
    """Give the schema of the features, of all of them by default, in GraphQL's definition language."""
    settings = Settings.model_validate({"role_secret": "sdl", "master_key": "sdl", "cursor_key": "sdl"})
    return build_schema(contributions() if features is None else features, settings).as_str().rstrip() + "\n"
