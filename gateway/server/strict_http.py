"""What uvicorn takes for a request that others in front of it do not: foreign upgrades, trailers, what is no HTTP.

Whoever stands in front reads the same bytes. Where the two of them end a request at different places, the rest of one
client's request becomes the beginning of another's.
"""

from typing import Any, Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HOP_BY_HOP: Final = frozenset({b"upgrade", b"http2-settings"})
"""Headers that offer another protocol, and the tokens of ``Connection`` that name them."""


class StrictHttp(HttpToolsProtocol):
    """HTTP/1.1 as RFC 9110 and 9112 have it: an offer that is not taken is as if it had not been made.

    The parser ends a request with its head wherever another protocol is offered, and would take its body for the next
    request. So such a request begins again without the offer, before anything has been made of it. Clients that would
    rather speak HTTP/2, as Java's do, are answered by that.
    """

    parser: Any
    _offered = False

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        left = memoryview(data)
        try:
            while True:
                try:
                    self.parser.feed_data(left)
                except httptools.HttpParserUpgrade as found:
                    if not self._offered:
                        self.handle_websocket_upgrade()
                        return
                    left = left[found.args[0] :]
                    self._begin_again()
                else:
                    return
        except httptools.HttpParserError:
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        """Begin with the request, unless it offers what is not taken; trailers behind it are none of its headers.

        Raises:
            HttpParserError: A tunnel is asked for; the request would have no end.
        """
        if self.parser.get_method() == b"CONNECT":
            raise httptools.HttpParserError
        if self.parser.should_upgrade():
            self._offered = not self._should_upgrade()
            if not self._offered:
                super().on_headers_complete()
            return
        super().on_headers_complete()
        self.headers = []

    def on_message_complete(self) -> None:
        """End the request, if it has begun."""
        if not self._offered:
            super().on_message_complete()

    def _should_upgrade(self) -> bool:
        """Tell whether a websocket is asked for; anything but GET cannot (RFC 6455, section 4.1), and has a body."""
        return self.parser.get_method() == b"GET" and super()._should_upgrade()

    def _begin_again(self) -> None:
        """Read the head once more without what it offered; what follows is its body."""
        self._offered = False
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        for name, value in self.headers:
            if name == b"connection":
                kept = [one for one in value.split(b",") if one.strip().lower() not in HOP_BY_HOP]
                lines += [b"connection: " + b",".join(kept)] if kept else []
            elif name not in HOP_BY_HOP:
                lines.append(b"%b: %b" % (name, value))
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.parser.feed_data(b"\r\n".join((*lines, b"", b"")))
