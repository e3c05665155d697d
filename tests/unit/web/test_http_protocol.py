"""What is sent byte by byte: requests that two readers would read differently, heads without an end, other protocols."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from shared.web.http_protocol import MOST_HEAD, BoundedHttp

HEAD = b"POST /first HTTP/1.1\r\nHost: x\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@dataclass
class Served:
    """A server, and what its application was asked: each address with its body."""

    port: int = 0
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.asked.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    async def answered(self, *pieces: bytes, closes: bool = True) -> bytes:
        """All that is answered to these bytes until the connection ends, or, where it stays open, to what was sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        got = b""
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            async with asyncio.timeout(5 if closes else 0.3):
                while chunk := await reader.read(65536):
                    got += chunk
        except TimeoutError:
            assert not closes, f"the connection stays open after {got!r}"
        except ConnectionError:  # ended while something was still being sent
            got += (
                await asyncio.wait_for(reader.read(65536), 1) if not got and not reader.exception() else b""
            )
        finally:
            writer.close()
        return got


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    config = uvicorn.Config(
        made.app,
        "127.0.0.1",
        0,
        http=BoundedHttp,
        ws="none",
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    server.config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    made.port = server.servers[0].sockets[0].getsockname()[1]
    yield made
    server.should_exit = True
    await server.shutdown()


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length:\r\n 5\r\n",
        b"Content-Length\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"Transfer-Encoding: chunked\n",
        b"X: a\rContent-Length: 5\r\n",
        b"X: a\x00b\r\n",
        b"X\x00: a\r\n",
        b"\r\r\n",
    ],
)
async def test_what_two_readers_would_read_differently_ends_the_connection(
    served: Served, head: bytes
) -> None:
    answer = await served.answered(HEAD + head + b"\r\n" + b"0\r\n\r\n" + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1") == 1
    assert served.asked == []


@pytest.mark.parametrize(
    "chunks",
    [
        b"fffffffffffffffff\r\n",
        b"-1\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
    ],
)
async def test_chunks_that_do_not_add_up_end_the_connection(served: Served, chunks: bytes) -> None:
    answer = await served.answered(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + SMUGGLED)
    assert answer.count(b"HTTP/1.1") == 1
    assert b" 400 " in answer
    assert served.asked == []


@pytest.mark.parametrize(
    "start",
    [
        b"GET /\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00",
    ],
)
async def test_what_is_no_request_of_ours_is_refused(served: Served, start: bytes) -> None:
    assert (await served.answered(start)).startswith(b"HTTP/1.1 400 ")
    assert served.asked == []


async def test_a_head_has_an_end(served: Served) -> None:
    endless = [b"GET /endless HTTP/1.1\r\nHost: x\r\nX: ", *[b"y" * 4096] * 64]
    assert b" 400 " in await served.answered(*endless)
    many = [b"GET /many HTTP/1.1\r\n", *[b"X: " + b"y" * 1024 + b"\r\n"] * 100, b"\r\n"]
    assert b" 400 " in await served.answered(*many)
    at_once = b"GET /at-once HTTP/1.1\r\nX: " + b"y" * MOST_HEAD + b"\r\n\r\n"
    assert b" 400 " in await served.answered(at_once)
    assert served.asked == []
    largest = b"GET /largest HTTP/1.1\r\nX: " + b"y" * (MOST_HEAD - 100) + b"\r\nConnection: close\r\n\r\n"
    assert b" 200 " in await served.answered(largest)


async def test_a_long_body_is_no_long_head(served: Served) -> None:
    body = b"x" * (3 * MOST_HEAD)
    head = HEAD + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    assert b" 200 " in await served.answered(head + body)
    assert served.asked == [("/first", body)]


async def test_requests_after_each_other_on_one_connection_are_answered_in_order(served: Served) -> None:
    one = HEAD + b"Content-Length: 2\r\n\r\nab"
    last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert (await served.answered(one + one + last)).count(b" 200 ") == 3
    assert served.asked == [("/first", b"ab"), ("/first", b"ab"), ("/last", b"")]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket", b"TLS/1.0"])
async def test_whoever_asks_for_another_protocol_is_answered_in_this_one(
    served: Served, protocol: bytes
) -> None:
    head = (
        HEAD
        + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: "
        + protocol
        + b"\r\nHTTP2-Settings: AAMAAABk\r\n"
    )
    last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    at_once = head + b"Content-Length: 2\r\n\r\nab" + last
    in_pieces = [at_once[place : place + 7] for place in range(0, len(at_once), 7)]
    for pieces in ([at_once], in_pieces):
        assert (await served.answered(*pieces)).count(b" 200 ") == 2
    assert served.asked == [("/first", b"ab"), ("/last", b"")] * 2


async def test_a_body_that_stops_half_way_is_never_handed_on(served: Served) -> None:
    assert await served.answered(HEAD + b"Content-Length: 10\r\n\r\nab", closes=False) == b""
    assert served.asked == []
