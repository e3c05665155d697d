"""Prepares, reviews and releases the copy that a person asks for, for the command line.

The draft is a file of its maker's own: all of a person's record in the clear. It lies where its maker puts it and nowhere else.
"""

import os
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import httpx

from deploy.keeping.draft import Draft, copy_of, digest, drafted, read_draft, review_of, written
from deploy.play.answers import Refusal, refusal_of
from deploy.play.calling import Services
from deploy.play.case_types import By
from deploy.play.errors import CannotGoOn

_MOST_NAMES: Final = 200
_FOR: Final = "people/subject_access"
_OWN_FILE: Final = 0o600


async def draft(services: Services, by: By, person: UUID, to: Path) -> Draft:
    """Make a draft of what all teams hold of a person in words, into a file that only its maker reads. Each team records it.

    Raises:
        CannotGoOn: who asks may not, or something lies at the file already.
        ServiceAway: a service does not answer.
    """
    held: list[dict[str, Any]] = []
    withheld: list[str] = []
    for name in services.names:
        path = f"/subject-access/{person}"
        first = await services.ask(name, "GET", path, by=by, query={"limit": "1"})
        if first.status_code == httpx.codes.FORBIDDEN and name != "people":
            withheld.append(name)
            continue
        if not first.is_success:
            raise CannotGoOn(f"{name} gave nothing: {refusal_of(first)}")
        held += [one async for one in services.pages(name, path, by, {})]
    own, others = await _names(services, by, person)
    made = drafted(str(person), held, others, withheld, own)
    _write(to, written(made))
    return made


async def review(services: Services, by: By, request: UUID, path: Path, notes: str = "") -> dict[str, Any]:
    """Record that every line of the draft was decided on; what was recorded.

    Raises:
        CannotGoOn: a line is not decided on, or People refuses it.
        ServiceAway: People does not answer.
    """
    said = review_of(_read(path))
    await _send(services, by, "people.ReviewSubjectAccess", request, {**said, "notes": notes})
    return said


async def release(
    services: Services, by: By, request: UUID, path: Path, *, to: UUID, how: str, copy: Path
) -> str:
    """Record that the copy of the draft that was reviewed is given to somebody, and only then write it; its digest.

    Raises:
        CannotGoOn: it is not the draft that was reviewed, People refuses it, or something lies where the copy is to go.
        ServiceAway: People does not answer.
    """
    made = _read(path)
    text = copy_of(made)
    _must_be_free(copy)
    await _send(
        services,
        by,
        "people.ReleaseSubjectAccess",
        request,
        {"draft": digest(made), "to": str(to), "how": how},
    )
    _write(copy, text.encode())
    return digest(made)


async def _names(services: Services, by: By, person: UUID) -> tuple[str, list[str]]:
    """The person's own name, and the names of those around them, also of those who are related to the same people."""
    around: set[str] = set()
    for one in (str(person), *await _related(services, by, person)):
        around |= {one, *await _related(services, by, UUID(one))}
    ids = [str(person), *sorted(around - {str(person)})][:_MOST_NAMES]
    answer = await services.ask("people", "POST", "/people/names", by=by, body={"ids": ids, "for": _FOR})
    if not answer.is_success:
        raise CannotGoOn(f"people gave no names: {refusal_of(answer)}")
    own, *others = answer.json()["items"]
    return own["name"] or "", [one["name"] for one in others if one["name"]]


async def _related(services: Services, by: By, person: UUID) -> list[str]:
    answer = await services.ask("people", "GET", f"/people/{person}", by=by)
    if answer.status_code == httpx.codes.NOT_FOUND:
        return []
    if not answer.is_success:
        raise CannotGoOn(f"people: {refusal_of(answer)}")
    return [one["person"] for one in answer.json()["relations"]]


async def _send(services: Services, by: By, command: str, request: UUID, said: dict[str, Any]) -> None:
    """Under a key made of what is said, so that a second try does nothing twice."""
    key = str(uuid5(request, f"{command}/{said['draft']}"))
    answer = await services.send(command, by, key, {"re": str(request), "with": said})
    if isinstance(answer, Refusal):
        raise CannotGoOn(f"{command} was refused: {answer}")


def _read(path: Path) -> Draft:
    try:
        return read_draft(path.read_bytes())
    except OSError as error:
        raise CannotGoOn(f"{path} cannot be read: {error.strerror}") from None


def _must_be_free(path: Path) -> None:
    """Asked before anything is recorded; that nobody else takes it meanwhile, `_write` sees."""
    if path.exists():
        raise CannotGoOn(f"{path} is there already: name another file")


def _write(path: Path, content: bytes) -> None:
    """A new file that nobody but its owner reads."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWN_FILE)
    except FileExistsError:
        raise CannotGoOn(f"{path} is there already: name another file") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
