"""The files that browsers fetch once and keep: their address holds their digest, so that a new one is another address."""

import gzip
import hashlib
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_YEAR: Final = "public, max-age=31536000, immutable"


class StaticFiles:
    """All of them, read and compressed once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _TYPES
        }
        self._small = {name: gzip.compress(content, 9) for name, content in self._files.items()}
        self.digest = hashlib.sha256(b"".join(self._files.values())).hexdigest()[:16]

    def address(self, name: str) -> str:
        """Where a page finds one of them. Raises KeyError where there is none of that name."""
        self._files[name]
        return f"/static/{self.digest}/{name}"

    def route(self) -> Route:
        """Answers them."""
        return Route("/static/{digest}/{name}", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files or request.path_params["digest"] != self.digest:
            return Response("There is nothing here.", 404, media_type="text/plain")
        kind = _TYPES[Path(name).suffix]
        headers = {"Cache-Control": _YEAR, "Content-Type": kind, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self._small[name], headers={**headers, "Content-Encoding": "gzip"})
        return Response(self._files[name], headers=headers)
