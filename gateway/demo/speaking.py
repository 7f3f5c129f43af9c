"""How the demonstration speaks: each step as it happens, and at the end how to go on."""

from collections.abc import Sequence

from core.kernel.frozen import frozen
from gateway.cli.console import OUT


@frozen(kw_only=True)
class Ready:
    """A ready-made token.

    Attributes:
        title: Whose it is.
        token: The bearer token.
        tenant: Id of the tenant it is for.
        subject: The built-in issuer's name for them.
        api: Where the demonstration serves the API.
    """

    title: str
    token: str
    tenant: str
    subject: str
    api: str


def step(text: str) -> None:
    """Say what was just done."""
    OUT.print(f"[green]✓[/] {text}", highlight=False)


def ways_on(tokens: Sequence[Ready]) -> None:
    """Say how to go on, with tokens that work."""
    OUT.print(f"\n[bold]GraphQL and GraphiQL:[/] {tokens[0].api}", highlight=False)
    for one in tokens:
        OUT.print(f"\n[bold]{one.title}[/]  (header Touchstone-Tenant: {one.tenant})", highlight=False)
        OUT.print(f"Bearer {one.token}", soft_wrap=True, highlight=False)
