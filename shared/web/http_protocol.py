"""The HTTP of a service: uvicorn's protocol on the parser in C, with the bounds that the parser leaves to its caller.

What two readers would read differently (two lengths, a length beside chunks) the parser refuses, and the connection ends with
it: nothing that follows is taken for a request.
"""

from typing import Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD: Final = 64 * 1024
"""Bytes of a request's address and headers: the largest token has a tenth of it. Beyond, the connection ends."""


_VERSIONS: Final = frozenset({"1.0", "1.1"})


_OF_UPGRADES: Final = frozenset({b"connection", b"upgrade", b"http2-settings"})


class BoundedHttp(HttpToolsProtocol):
    """One connection: a head has an end, and nobody changes to another protocol."""

    _in_head = False
    _head = 0
    """Bytes of a head that has not ended yet, but for the piece in which it began."""

    def data_received(self, data: bytes) -> None:
        """Of the protocol. Without the bound, a header that never ends would be kept as long as somebody sends it."""
        goes_on = self._in_head
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._refuse("Invalid HTTP request received.")
        if goes_on and self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._refuse("The headers are too long.")

    def on_message_begin(self) -> None:
        """Of the parser."""
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Of the parser. What it raises is answered as what the parser refuses."""
        self._in_head = False
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > MOST_HEAD:
            raise ValueError("the headers are too long")
        if self.parser.get_http_version() not in _VERSIONS:
            raise ValueError("this is another version of HTTP")
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Of the parser."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _stay(self, rest: bytes) -> None:
        """Answer a request that asks for another protocol (as Java's client does by itself) in this one, as HTTP lets a
        server do. The parser has taken its body for that protocol, so it reads the request anew without the asking.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            self._refuse("Invalid HTTP request received.")
            return
        version = self.parser.get_http_version().encode()
        head = b"".join(
            (
                method + b" " + self.url + b" HTTP/" + version + b"\r\n",
                *(name + b": " + value + b"\r\n" for name, value in self.headers if name not in _OF_UPGRADES),
                b"\r\n",
            )
        )
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(head + rest)

    def _refuse(self, why: str) -> None:
        self._in_head = False
        if not self.transport.is_closing():
            self.send_400_response(why)
