"""``touchstone tokens``: ready-made tokens of the demonstration."""

import json
from typing import Annotated

import typer

from core.kernel.clock import recorded_now
from gateway.auth.own_issuers import builtin_issuer
from gateway.cli.console import OUT
from gateway.cli.errors import NoBuiltinIssuer
from gateway.cli.surroundings import surroundings
from gateway.demo.speaking import Ready, ways_on


def tokens(
    subject: Annotated[str, typer.Option(help="Sign a token for this subject instead of showing the demo's.")] = "",
) -> None:
    """Show fresh tokens for the people of the demonstration; development only."""
    with surroundings(queue=False) as around:
        issuer = builtin_issuer(around.settings)
        if issuer is None:
            raise NoBuiltinIssuer
        if subject:
            OUT.print(issuer.mint(subject, recorded_now()), soft_wrap=True, highlight=False)
            return
        offered = around.home.folder / "demo-tokens.json"
        if not offered.exists():
            raise NoBuiltinIssuer
        ways_on(
            around.settings.public_url,
            [
                Ready(title=one["label"], token=one["token"], tenant=one["tenant"])
                for one in json.loads(offered.read_text())
            ],
        )
