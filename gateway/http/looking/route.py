"""Serves what a link opens; the address is never logged, as routes are noted by their template."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.kernel.errors import DomainError
from core.records.links.errors import LinkOpensNothing
from core.records.links.open_link import Links
from gateway.http.addresses import Addresses
from gateway.http.answers import json_response, refusal_body, refusal_headers, status_of
from gateway.http.errors import TooManyLooks, TooSlow
from gateway.http.looking.languages import USUAL, language_for, tags_wanted
from gateway.http.looking.page import Turned, document, page, style
from gateway.http.media_types import JSON, ranked
from gateway.http.observation import observed_in

LOOK_ROUTE: Final = "/look/{token}"
HTML: Final = "text/html"
CAREFUL: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept, Accept-Language",
}


class LookRoute:
    """Serves ``/look/{token}``.

    Args:
        links: Opens links.
        longest_s: Seconds within which a view must have been made.
        addresses: Tells who opens links too often.
    """

    def __init__(self, links: Links, longest_s: float, addresses: Addresses) -> None:
        self._links = links
        self._longest_s = longest_s
        self._addresses = addresses

    async def look(self, request: Request) -> Response:
        """Give the view as a page, or as JSON where that is asked for."""
        wait = self._addresses.wait(request.client.host if request.client else "")
        if wait:
            return turned_away(request, TooManyLooks(retry_after=wait), Turned.BUSY)
        wanted = tags_wanted(request.headers.get("accept-language", ""))
        try:
            async with asyncio.timeout(self._longest_s):
                opened = await self._links.open(request.path_params["token"], wanted)
        except TimeoutError as late:
            raise TooSlow from late
        except LinkOpensNothing as refusal:
            return turned_away(request, refusal, Turned.GONE)
        observed = observed_in(request.scope)
        observed.network, observed.tenant = str(opened.network_id), str(opened.tenant_id)
        if wants_json(request.headers.get("accept", "")):
            return json_response(document(opened.view), headers=CAREFUL)
        return html(page(language_for(wanted, opened.locale), opened.view))


def turned_away(request: Request, refusal: DomainError, why: Turned) -> Response:
    """Say that nothing is shown, as a page or as JSON."""
    observed_in(request.scope).outcome = refusal.code
    status, headers = status_of(refusal), {**CAREFUL, **refusal_headers(refusal)}
    if wants_json(request.headers.get("accept", "")):
        return json_response(refusal_body(refusal), status, headers=headers)
    wanted = tags_wanted(request.headers.get("accept-language", ""))
    return html(page(language_for(wanted, USUAL), why), status, headers)


def html(text: str, status: int = HTTPStatus.OK, headers: Mapping[str, str] = CAREFUL) -> Response:
    """Answer with a page in which nothing runs and which fetches nothing."""
    return Response(text, int(status), {**headers, "Content-Security-Policy": style().policy}, HTML)


def wants_json(accept: str) -> bool:
    """Tell whether a client asks for JSON rather than for a page; whoever says nothing gets the page."""
    weights = ranked(accept)
    return weights.get(JSON, 0.0) > weights.get(HTML, 0.0)
