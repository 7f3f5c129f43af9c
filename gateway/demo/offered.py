"""Whom one can sign in as in the demonstration: a file of tokens, which GraphiQL and ``touchstone tokens`` offer.

The API reads the file anew for each page, so that it may be there before the tokens are, and a page shows those that
``touchstone tokens`` signed last.
"""

import json
from pathlib import Path
from typing import cast

from core.kernel.clock import recorded_now
from gateway.auth.own_issuers import BuiltinIssuer
from gateway.cli.home import Home
from gateway.demo.speaking import Ready


def tokens_file(home: Home) -> Path:
    """Name the file."""
    return home.folder / "demo-tokens.json"


def offer(home: Home, tokens: list[Ready]) -> None:
    """Write the tokens where the API finds them to offer."""
    listed = [
        {"label": one.title, "token": one.token, "tenant": one.tenant, "subject": one.subject, "api": one.api}
        for one in tokens
    ]
    home.private(tokens_file(home).name, json.dumps(listed))


def offer_anew(home: Home, issuer: BuiltinIssuer) -> list[Ready]:
    """Sign new tokens for everybody who was offered before, offer them, and give them; nobody before the first time."""
    if not tokens_file(home).exists():
        return []
    listed = cast("list[dict[str, str]]", json.loads(tokens_file(home).read_text()))
    fresh = [
        Ready(
            title=one["label"],
            token=issuer.mint(one["subject"], recorded_now()),
            tenant=one["tenant"],
            subject=one["subject"],
            api=one["api"],
        )
        for one in listed
        if "subject" in one
    ]
    if fresh:
        offer(home, fresh)
    return fresh
