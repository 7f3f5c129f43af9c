"""GraphiQL for developers, served from this package alone: it works without internet, and nothing else may run in it.

The assets are the published builds of GraphiQL and React; ``graphiql_assets/LICENSES.md`` says which.
"""

import gzip
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import cast

import orjson
from starlette.requests import Request
from starlette.responses import Response

from core.kernel.frozen import frozen
from gateway.http.errors import NoSuchPath

ASSETS = files("gateway.http") / "graphiql_assets"
PACKED: Mapping[str, str] = {
    "graphiql.js": "text/javascript",
    "graphiql.css": "text/css",
    "react.js": "text/javascript",
    "react-dom.js": "text/javascript",
}
PLAIN: Mapping[str, str] = {"start.js": "text/javascript", "start.css": "text/css"}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
LOOPBACK_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.ASCII | re.IGNORECASE)
WEEK = "public, max-age=604800"


@frozen
class DemoToken:
    """A ready-made token that the page offers in development.

    Attributes:
        label: Whose it is, such as ``Headquarters editor``.
        token: The bearer token.
        tenant: The tenant's id for the header ``Touchstone-Tenant``, empty where it is not needed.
        query: A first query that suits this person, empty for none.
    """

    label: str
    token: str
    tenant: str = ""
    query: str = ""


class Graphiql:
    """The page and its assets.

    Args:
        tokens: What the page offers; given out to this machine alone.
        tokens_file: A JSON list of the same, read anew for each page, so that tokens minted later appear.
    """

    def __init__(self, tokens: Sequence[DemoToken] = (), tokens_file: Path | None = None) -> None:
        self._tokens = tuple(tokens)
        self._tokens_file = tokens_file
        self._template = Template((ASSETS / "page.html").read_text("utf-8"))

    def page(self, request: Request) -> Response:
        """Give the page.

        Tokens are put in only where the page was asked for from this machine and by a name of it: a foreign name that
        leads here (DNS rebinding) gets the page without them, and so does whoever makes up a name from elsewhere.
        """
        offered = self._offered() if from_here(request) else ()
        # JSON in HTML: nothing in it may close the element.
        setup = json.dumps({"tokens": [asdict(one) for one in offered]}).replace("<", "\\u003c")
        headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
        return Response(self._template.substitute(setup=setup), headers=headers, media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """Give one asset.

        Raises:
            NoSuchPath: There is none of that name.
        """
        name = request.path_params["name"]
        if name in PLAIN:
            headers = {"Cache-Control": "no-cache"}
            return Response((ASSETS / name).read_bytes(), headers=headers, media_type=PLAIN[name])
        if name not in PACKED:
            raise NoSuchPath
        packed = (ASSETS / f"{name}.gz").read_bytes()
        headers = {"Cache-Control": WEEK, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=PACKED[name])
        return Response(gzip.decompress(packed), headers=headers, media_type=PACKED[name])

    def _offered(self) -> Sequence[DemoToken]:
        if self._tokens_file is None or not self._tokens_file.is_file():
            return self._tokens
        listed = cast("list[dict[str, str]]", orjson.loads(self._tokens_file.read_bytes()))
        known = ("label", "token", "tenant", "query")
        return (*self._tokens, *(DemoToken(**{name: one.get(name, "") for name in known}) for one in listed))


def from_here(request: Request) -> bool:
    """Tell whether a request came from this machine, by one of its own names; a name that is malformed is none."""
    try:
        near = request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return near and LOOPBACK_HOST.fullmatch(request.headers.get("host", "")) is not None
