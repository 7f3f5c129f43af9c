"""Serves what a link opens; the address is never logged, as routes are noted by their template."""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from core.records.links.errors import LinkOpensNothing
from core.records.links.open_link import Links
from gateway.http.answers import json_response, refusal_body
from gateway.http.errors import TooSlow
from gateway.http.looking.languages import USUAL, language_for, tags_wanted
from gateway.http.looking.page import document, page, style
from gateway.http.media_types import JSON, ranked
from gateway.http.observation import observed_in

LOOK_ROUTE: Final = "/look/{token}"
HTML: Final = "text/html"
CAREFUL: Final = {
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
    """

    def __init__(self, links: Links, longest_s: float) -> None:
        self._links = links
        self._longest_s = longest_s

    async def look(self, request: Request) -> Response:
        """Give the view as a page, or as JSON where that is asked for."""
        wanted = tags_wanted(request.headers.get("accept-language", ""))
        plain = wants_json(request.headers.get("accept", ""))
        observed = observed_in(request.scope)
        try:
            async with asyncio.timeout(self._longest_s):
                opened = await self._links.open(request.path_params["token"], wanted)
        except TimeoutError as late:
            raise TooSlow from late
        except LinkOpensNothing as refusal:
            observed.outcome = refusal.code
            if plain:
                return json_response(refusal_body(refusal), HTTPStatus.NOT_FOUND, headers=CAREFUL)
            return html(page(language_for(wanted, USUAL), None), HTTPStatus.NOT_FOUND)
        observed.network, observed.tenant = str(opened.network_id), str(opened.tenant_id)
        if plain:
            return json_response(document(opened.view), headers=CAREFUL)
        return html(page(language_for(wanted, opened.locale), opened.view))


def html(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Answer with a page in which nothing runs and which fetches nothing."""
    headers = {**CAREFUL, "Content-Security-Policy": style().policy}
    return Response(text, int(status), headers, HTML)


def wants_json(accept: str) -> bool:
    """Tell whether a client asks for JSON rather than for a page; whoever says nothing gets the page."""
    weights = ranked(accept)
    return weights.get(JSON, 0.0) > weights.get(HTML, 0.0)
