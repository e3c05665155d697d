"""The short way to the commands: the framework does more for each than reading, authenticating and answering it take.

It tries one route's pattern after another, some fifty of them, solves dependencies, looks for parameters and checks
what is answered. A command has one address without parameters, and an endpoint that needs none of this. The routes
stay: they describe the commands, and answer whatever this does not take.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class ShortWay(BaseRoute):
    """Takes a POST to one of some addresses to the endpoint that its route describes, by one look in a table."""

    def __init__(self, described: APIRouter) -> None:
        """Of every POST in `described`: addresses without parameters, endpoints that take the request alone."""
        self._endpoints: dict[str, Callable[[Request], Awaitable[Response]]] = {
            route.path: route.endpoint
            for route in described.routes
            if isinstance(route, APIRoute) and "POST" in (route.methods or ())
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is one of these, fully or not at all: another method is for the route to refuse."""
        known = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] in self._endpoints
        return (Match.FULL if known else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the endpoint answer; what it raises is answered as everywhere."""
        response = await self._endpoints[scope["path"]](Request(scope, receive))
        await response(scope, receive, send)
