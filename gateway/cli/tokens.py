"""``touchstone tokens``: ready-made tokens of the demonstration."""

from typing import Annotated

import typer

from core.kernel.clock import recorded_now
from gateway.auth.own_issuers import builtin_issuer
from gateway.cli.console import OUT
from gateway.cli.errors import NoBuiltinIssuer
from gateway.cli.surroundings import surroundings
from gateway.demo.offered import offer_anew
from gateway.demo.speaking import ways_on


def tokens(
    subject: Annotated[str, typer.Option(help="Sign a token for this subject instead of showing the demo's.")] = "",
) -> None:
    """Show fresh tokens for the people of the demonstration, GraphiQL offers them too; development only."""
    with surroundings(queue=False) as around:
        issuer = builtin_issuer(around.settings)
        if issuer is None:
            raise NoBuiltinIssuer
        if subject:
            OUT.print(issuer.mint(subject, recorded_now()), soft_wrap=True, highlight=False)
            return
        fresh = offer_anew(around.home, issuer)
        if not fresh:
            raise NoBuiltinIssuer
        ways_on(fresh)
