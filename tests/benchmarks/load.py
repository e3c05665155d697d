"""A small HTTP client for load: prepared requests over connections that stay open, nothing parsed that is not needed.

A general client costs more than the server it measures. Bounded by count and time; for loopback.
"""

import asyncio
import re
from typing import Final, cast

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
ANSWERED_WITHIN: Final = 20.0
"""Seconds after which a server that does not answer ends the measuring."""


def post(path: str, body: bytes, token: str = "") -> bytes:
    """A whole POST request of a JSON body."""
    head = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *([f"Authorization: Bearer {token}"] if token else []),
    ]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One connection that asks and waits for the answer before it asks again."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._got = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def to(cls, port: int) -> "Connection":
        """Connected to a loopback port."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            ConnectionError: the server closed it.
            TimeoutError: no answer came.
        """
        self._got = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await asyncio.wait_for(self._answer, ANSWERED_WITHIN)

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of the protocol."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by its methods alone

    def data_received(self, data: bytes) -> None:
        """Of the protocol: the answer is whole when its head and as many bytes as that says are there."""
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        length = _LENGTH.search(self._got, 0, end)
        size = int(length.group(1)) if length else 0
        if len(self._got) >= end + 4 + size:
            self._answer.set_result((int(self._got[9:12]), self._got[end + 4 : end + 4 + size]))

    def connection_lost(self, error: Exception | None) -> None:
        """Of the protocol."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error or ConnectionError("the server closed the connection"))
