"""Refusals over HTTP: RFC 9457 problem+json that says what happened, which rules forbid it, and what to do.

A problem never repeats what was sent: it may be somebody's record.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from http.client import responses
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.access.access_log import AccessNotRecorded
from shared.access.key_sets import KeySetUnavailable
from shared.access.refusals import NotAuthenticated
from shared.web.field_errors import WrongField, as_sentence, in_plain_words, place_of, wrong_field
from shared.web.uncaught import LastResort

MEDIA_TYPE: Final = "application/problem+json"


_KIND: Final = "urn:safeguarding:problem:"


_LISTED_FIELDS = 50


class Problem(Exception):
    """A refusal to be answered as problem+json. Raise it, or answer with `response()`."""

    def __init__(
        self,
        kind: str,
        title: str,
        status: int,
        detail: str,
        *,
        rules: Sequence[str] = (),
        what_to_do: str = "",
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A problem of one kind.

        Args:
            kind: the last word of its type, `urn:safeguarding:problem:<kind>`.
            title: the kind in a few words, the same each time.
            status: of the answer.
            detail: this one in a sentence, without personal data.
            rules: those that forbid it.
            what_to_do: what the person can do now.
            extra: further members, such as `errors`.
            headers: further headers of the answer.
        """
        super().__init__(f"{status} {title}")  # what is logged of it says no more than this
        self.type = f"{_KIND}{kind}"
        self.title = title
        self.status = status
        self.detail = in_plain_words(detail)
        self.rules = tuple(rules)
        self.what_to_do = in_plain_words(what_to_do)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The members of the answer."""
        own = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "rules": list(self.rules),
            "what_to_do": self.what_to_do,
        }
        return {**self.extra, **own}

    def response(self) -> Response:
        """The answer."""
        return Response(orjson.dumps(self.body()), self.status, self.headers, MEDIA_TYPE)


def not_authenticated(detail: str) -> Problem:
    """401: the token does not say who acts."""
    return Problem(
        "not-authenticated",
        "Not signed in",
        401,
        detail,
        what_to_do="Sign in and send the token in the header Authorization, after the word Bearer.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def refused(rules: Sequence[str], message: str, *, by_role: bool, what_to_do: str = "") -> Problem:
    """The rules forbid it: 403 where the person's role does (E9, M7, L9), 409 where the record's state does.

    `message` says in plain words what is forbidden and what the person can do.
    """
    if by_role:
        advice = what_to_do or "Ask somebody whose role may do it."
    else:
        advice = what_to_do or "Read the record again and do what its state allows."
    return Problem(
        "refused",
        "The rules do not allow this",
        403 if by_role else 409,
        message,
        rules=rules,
        what_to_do=advice,
    )


def conflict(
    detail: str = "Somebody else changed this record at the same time, and nothing of yours was saved.",
) -> Problem:
    """409: the state of things does not allow it; as it stands, somebody else changed the record meanwhile."""
    return Problem(
        "conflict",
        "This does not fit what is there now",
        409,
        as_sentence(detail),
        what_to_do="Read it again, and send your change again if it is still right.",
    )


def different_command() -> Problem:
    """422: an idempotency key that was used before, with another command under it."""
    return Problem(
        "different-command",
        "This key was used for something else",
        422,
        "This Idempotency-Key came before with another command; nothing was changed.",
        what_to_do="Use a new key for a new command, and the same key only to send the same command again.",
    )


def bad_input(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """422: what was sent is not of the right shape. Takes the errors of pydantic; repeats no value that was sent."""
    return invalid(*(wrong_field(place_of(error), error) for error in errors))


def invalid(*fields: WrongField) -> Problem:
    """422: fields that are wrong."""
    listed = [each.as_json() for each in fields[:_LISTED_FIELDS]]
    many = "one field" if len(fields) == 1 else f"{len(fields)} fields"
    return Problem(
        "invalid",
        "This could not be understood",
        422,
        f"What was sent is wrong in {many}; nothing was changed.",
        what_to_do="Put right the fields listed under errors and send it again.",
        extra={"errors": listed},
    )


def not_found(detail: str = "There is nothing here.") -> Problem:
    """404. Also for what a stranger may not know exists: the words are the same."""
    return Problem("not-found", "Not found", 404, detail, what_to_do="Check the address and the id in it.")


def too_large(limit: int) -> Problem:
    """413: the body has more than `limit` bytes."""
    return Problem(
        "too-large",
        "Too large",
        413,
        f"What was sent is larger than {limit} bytes; nothing was changed.",
        what_to_do="Shorten the text, or split it.",
        extra={"limit": limit},
    )


def not_ready(detail: str = "The service cannot do this at the moment.", retry_after: int = 2) -> Problem:
    """503: a database, a key set or a view that is behind; `retry_after` in seconds."""
    return Problem(
        "not-ready",
        "Try again shortly",
        503,
        detail,
        what_to_do=f"Send it again in {retry_after} seconds, with the same Idempotency-Key.",
        headers={"Retry-After": str(retry_after)},
    )


def too_many(detail: str, what_to_do: str, retry_after: int = 30) -> Problem:
    """429: as many of these are open as one person may have at a time."""
    return Problem(
        "too-many",
        "Too many at a time",
        429,
        as_sentence(detail),
        what_to_do=what_to_do,
        headers={"Retry-After": str(retry_after)},
    )


def takes_no_commands(reasons: Sequence[str]) -> Problem:
    """503: the log may not be added to until those who run the service have decided; `reasons` say why."""
    return Problem(
        "takes-no-commands",
        "Nothing can be recorded here now",
        503,
        " ".join(("Nothing was saved.", *reasons)),
        what_to_do="Keep what you wrote and tell those who run the service; what cannot wait, say by telephone. "
        "Send it again, with the same Idempotency-Key, when they say that it is taken again.",
        headers={"Retry-After": "60"},
    )


def on_their_way(detail: str, retry_after: int = 2) -> Problem:
    """503: somebody the command speaks of may have been registered so lately that nobody has told this team yet."""
    return Problem(
        "person-on-their-way",
        "A person is not known here yet",
        503,
        as_sentence(detail),
        what_to_do=f"Send it again in {retry_after} seconds, with the same Idempotency-Key; check the ids if it goes on.",
        headers={"Retry-After": str(retry_after)},
    )


def unexpected() -> Problem:
    """500: an error nobody expected."""
    return Problem(
        "unexpected",
        "Something went wrong",
        500,
        "The service made a mistake. Whether anything was saved is not known.",
        what_to_do="Send it again with the same Idempotency-Key; if it happens again, tell those who run the service.",
    )


def install(app: FastAPI, answers: Mapping[type[Exception], Callable[[Any], Problem]] | None = None) -> None:
    """Answers every refusal and error of the app as problem+json. Call it after other middleware has been added.

    Args:
        app: the application.
        answers: how further exceptions become problems, as `{Refused: lambda error: refused(...)}`.
    """
    known: dict[type[Exception], Callable[[Any], Problem]] = {
        Problem: lambda error: error,
        RequestValidationError: lambda error: bad_input(error.errors()),
        HTTPException: _of_the_framework,
        NotAuthenticated: lambda error: not_authenticated(as_sentence(str(error))),
        KeySetUnavailable: lambda error: not_ready(as_sentence(str(error))),
        AccessNotRecorded: lambda error: not_ready(as_sentence(str(error))),
        **(answers or {}),
    }
    for kind, problem_of in known.items():
        app.add_exception_handler(kind, _answering(problem_of))
    app.add_middleware(LastResort, answer=lambda: unexpected().response())


def _answering(problem_of: Callable[[Any], Problem]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_: Request, error: Exception) -> Response:
        return problem_of(error).response()

    return answer


def _of_the_framework(error: HTTPException) -> Problem:
    """The framework's own refusals: their words are by status, since `detail` may hold what was sent."""
    if error.status_code == HTTPStatus.NOT_FOUND:
        return not_found()
    if error.status_code == HTTPStatus.BAD_REQUEST:  # what it cannot read as the body of an address
        return invalid(WrongField("body", "send one JSON object", "not_json"))
    phrase = responses.get(error.status_code, "Refused")
    advice = {405: "Use the method the address is for: the header Allow names it."}
    return Problem(
        phrase.lower().replace(" ", "-"),
        phrase,
        error.status_code,
        f"The request was refused: {phrase.lower()}.",
        what_to_do=advice.get(error.status_code, "See the service's description of its addresses."),
        headers=error.headers,
    )
