"""The local stack's sign-in: the development issuer as an OpenID provider, where one signs in by choosing a name.

    python -m deploy.local.sign_in DIRECTORY PORT REDIRECT

It signs whatever it is asked to: for a stack of one's own alone, on the loopback address.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local.ports import LOOPBACK
from shared.access.development_issuer import DevelopmentIssuer
from shared.domain.actors import DEFAULT_AGENCY, MACHINE_ROLES

CLIENT: Final = "safeguarding-pages"
PEOPLE: Final = "people.json"
"""Beside the issuer's key: who can sign in, as a played case has left them."""
LIFE: Final = timedelta(minutes=10)
_CODE_SECONDS: Final = 60

Person = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class _Code:
    person: Person
    challenge: str
    nonce: str
    redirect: str
    until: float


class SignIn:
    """The provider: codes are used once, within a minute, with the verifier they were asked for with."""

    def __init__(self, directory: Path, url: str, redirect: str) -> None:
        """`redirect`: the one address that people are sent back to."""
        self._issuer = DevelopmentIssuer(directory)
        self._directory = directory
        self._url = url
        self._redirect = redirect
        self._codes: dict[str, _Code] = {}
        self._refresh: dict[str, Person] = {}

    def application(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/health/ready", self._ready),
                Route("/.well-known/openid-configuration", self._described),
                Route("/jwks", self._keys),
                Route("/authorize", self._choose, methods=["GET"]),
                Route("/authorize", self._chosen, methods=["POST"]),
                Route("/token", self._token, methods=["POST"]),
                Route("/end", self._end),
            ]
        )

    def people(self) -> list[Person]:
        """Who can sign in: the people of what was played, else somebody in every role."""
        file = self._directory / PEOPLE
        if file.exists():
            return list(json.loads(file.read_text()))
        roles = [role for role in DEFAULT_AGENCY if role not in (*MACHINE_ROLES, "operator")]
        return [person(f"Example {role.replace('_', ' ')}", role, DEFAULT_AGENCY[role]) for role in roles]

    async def _ready(self, _request: Request) -> Response:
        return Response("ready", media_type="text/plain")

    async def _described(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self._url,
                "authorization_endpoint": f"{self._url}/authorize",
                "token_endpoint": f"{self._url}/token",
                "jwks_uri": f"{self._url}/jwks",
                "end_session_endpoint": f"{self._url}/end",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "code_challenge_methods_supported": ["S256"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["Ed25519"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(json.loads(self._issuer.jwks_path.read_text()))

    async def _choose(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if not self._is_ours(asked):
            return Response("This is no way in from these pages.", 400, media_type="text/plain")
        carried = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in asked.items()
        )
        buttons = "".join(
            f'<p><button name="person" value="{number}">{escape(str(one["name"]))}, '
            f"{escape(str(one['role']).replace('_', ' '))}</button></p>"
            for number, one in enumerate(self.people())
        )
        return HTMLResponse(
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Sign in</title>'
            f"<main><h1>Who are you?</h1><p>This sign-in is for trying things out: it believes everybody.</p>"
            f'<form method="post" action="/authorize">{carried}{buttons}</form></main></html>'
        )

    async def _chosen(self, request: Request) -> Response:
        form = await _form(request)
        people = self.people()
        number = form.get("person", "")
        if not self._is_ours(form) or not number.isdigit() or int(number) >= len(people):
            return Response("This is no way in from these pages.", 400, media_type="text/plain")
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(
            people[int(number)],
            form["code_challenge"],
            form.get("nonce", ""),
            self._redirect,
            time.time() + _CODE_SECONDS,
        )
        back = urlencode({"code": code, "state": form.get("state", "")})
        return RedirectResponse(f"{self._redirect}?{back}", 303)

    def _is_ours(self, asked: dict[str, str]) -> bool:
        return (
            asked.get("client_id") == CLIENT
            and asked.get("redirect_uri") == self._redirect
            and asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and bool(asked.get("code_challenge"))
        )

    async def _token(self, request: Request) -> Response:
        form = await _form(request)
        if form.get("client_id") != CLIENT:
            return _refused("invalid_client")
        if form.get("grant_type") == "refresh_token":
            known = self._refresh.get(form.get("refresh_token", ""))
            return _refused("invalid_grant") if known is None else JSONResponse(self._given(known))
        code = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        good = (
            code is not None
            and time.time() < code.until
            and secrets.compare_digest(challenge, code.challenge)
            and form.get("redirect_uri") == code.redirect
        )
        if code is None or not good:
            return _refused("invalid_grant")
        refresh = secrets.token_urlsafe(24)
        self._refresh[refresh] = code.person
        identity = self._signed(code.person, "JWT", iss=self._url, aud=CLIENT, nonce=code.nonce)
        return JSONResponse({**self._given(code.person), "refresh_token": refresh, "id_token": identity})

    def _given(self, one: Person) -> dict[str, Any]:
        seconds = int(LIFE.total_seconds())
        return {"access_token": self._signed(one, "at+jwt"), "token_type": "Bearer", "expires_in": seconds}

    def _signed(self, one: Person, typ: str, **claims: Any) -> str:
        return self._issuer.token(
            str(one["name"]),
            str(one["role"]),
            str(one["agency"]),
            one.get("organisation"),
            ttl=LIFE,
            typ=typ,
            **claims,
        )

    async def _end(self, _request: Request) -> Response:
        return HTMLResponse(
            '<!DOCTYPE html><html lang="en"><title>Signed out</title><p>You have signed out.</p></html>'
        )


def person(name: str, role: str, agency: str, organisation: str | None = None) -> Person:
    """Somebody who can sign in."""
    return {"name": name, "role": role, "agency": agency, "organisation": organisation}


def _refused(why: str) -> Response:
    return JSONResponse({"error": why}, 400)


async def _form(request: Request) -> dict[str, str]:
    return {name: given[0] for name, given in parse_qs((await request.body()).decode()).items()}


def main(directory: str, port: str, redirect: str) -> None:
    """Serve until told to stop."""
    app = SignIn(Path(directory), f"http://{LOOPBACK}:{port}", redirect).application()
    uvicorn.run(app, host=LOOPBACK, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
