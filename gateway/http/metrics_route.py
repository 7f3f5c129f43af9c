"""Figures for a Prometheus scraper, for nobody else: they tell which tenants there are and how busy."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from core.kernel.settings import Environment, Settings
from core.kernel.telemetry import metrics_page
from gateway.auth.errors import MissingToken, SignInRefused
from gateway.auth.sign_in import bearer_token
from gateway.http.edge_settings import EdgeSettings
from gateway.http.errors import NoSuchPath

FiguresPage = Callable[[], Awaitable[tuple[bytes, str]]]
"""Gives the page of figures in the Prometheus format, and its content type."""


async def own_figures() -> tuple[bytes, str]:
    """Give the figures of this process alone."""
    return metrics_page()


class MetricsRoute:
    """Serves ``/metrics``.

    Open in development. In production it asks for the token of the settings; without one, or where metrics are bound
    to a place of their own, there is no such path.

    Args:
        settings: Tells the environment.
        edge: Tells token and place.
        page: Gives the figures.
    """

    def __init__(self, settings: Settings, edge: EdgeSettings, page: FiguresPage = own_figures) -> None:
        self._page = page
        self._token = edge.metrics_token.get_secret_value()
        self._served = not edge.metrics_bind and (bool(self._token) or settings.environment is Environment.DEVELOPMENT)

    async def figures(self, request: Request) -> Response:
        """Give the figures.

        Raises:
            NoSuchPath: They are not served here.
            SignInRefused: The scraper's token is missing or wrong.
        """
        if not self._served:
            raise NoSuchPath
        if self._token:
            self._check(request.headers.get("authorization"))
        body, content_type = await self._page()
        return Response(body, media_type=content_type, headers={"Cache-Control": "no-store"})

    def _check(self, authorization: str | None) -> None:
        given = bearer_token(authorization)
        if given is None:
            raise MissingToken
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            raise SignInRefused
