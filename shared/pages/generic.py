"""The generic form: any command with words, drawn from its schema, sent once, with errors at the questions they belong to."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from shared.pages.calls import Refusal
from shared.pages.forms import Answers, Field, Filled, Wrong, body_of, errors_of, fields_of
from shared.pages.visit import Visit, of_ours
from shared.pages.words import CommandWords, Words

Schemas = Mapping[str, Mapping[str, Any]]
"""Of each command by name, the schema of its own fields."""

HAPPENED = Field(
    "happened-at",
    "moment",
    "When did this happen?",
    "Leave empty if it happened just now. Otherwise day, month, year and the time, such as 27 3 2026 and 14:30",
)
"""What every command may say beside its own fields."""


class CommandForms:
    """The forms of commands."""

    def __init__(self, schemas: Schemas, words: Words) -> None:
        self._schemas = schemas
        self._words = words

    def has(self, command: str) -> bool:
        """Whether that command has a form."""
        return command in self._schemas and self._words.command(command) is not None

    def fields(self, command: str, people: Sequence[tuple[str, str]] = ()) -> tuple[Field, ...]:
        """The questions of a command."""
        said = self.words(command)
        return fields_of(self._schemas[command], said, self._words, people)

    def words(self, command: str) -> CommandWords:
        """The words of a command that has a form."""
        said = self._words.command(command)
        assert said is not None
        return said

    async def show(self, visit: Visit) -> Response:
        """The form, with what the person had written by now."""
        command = visit.request.path_params["command"]
        if not self.has(command) or not visit.calls.has(command.partition(".")[0]):
            raise Refusal(404, {})
        draft = await visit.draft(command, about_of(visit))
        answers: Answers = draft.answers if draft is not None else {}
        return await self._draw(visit, command, answers, (), resumed=draft is not None)

    async def send(self, visit: Visit) -> Response:
        """Send the command, or show the form again with what is wrong; what was written is never lost."""
        command = visit.request.path_params["command"]
        if not self.has(command):
            raise Refusal(404, {})
        answers = visit.own_answers()
        if row := visit.answer("add"):
            answers[f"{row}-rows"] = [str(int(visit.answer(f"{row}-rows") or "1") + 1)]
            return await self._draw(visit, command, answers, ())
        people = await self._people(visit)
        fields = self.fields(command, people)
        body, wrong = body_of(fields, answers)
        happened, wrong_time = body_of((HAPPENED,), answers)
        wrong += wrong_time
        if not wrong:
            address: dict[str, Any] = {"with": body}
            if visit.asked("re"):
                address["re"] = visit.asked("re")
            if about := visit.request.query_params.getlist("about"):
                address["about"] = about
            if happened:
                address["happened"] = happened["happened-at"]
            answer, wrong = await sent(visit, command, address, fields, answers)
            if answer is not None:
                await visit.discard(command, about_of(visit))
                back = of_ours(visit.asked("back"))
                return visit.to(back, after=answer["position"], done=command)
        await visit.keep(command, about_of(visit), {**answers, "here": [visit.here]})
        return await self._draw(visit, command, answers, wrong, people=people)

    async def _draw(
        self,
        visit: Visit,
        command: str,
        answers: Answers,
        wrong: Sequence[Wrong],
        *,
        resumed: bool = False,
        people: Sequence[tuple[str, str]] | None = None,
    ) -> Response:
        fields = self.fields(command, await self._people(visit) if people is None else people)
        said = self.words(command)
        return visit.render(
            "command.html",
            title=said.title,
            status=422 if wrong else 200,
            words=said,
            form=Filled((*fields, HAPPENED), answers, tuple(wrong)),
            draft=command,
            about=about_of(visit),
            here=visit.here,
            back=of_ours(visit.asked("back")),
            resumed=resumed,
            once=visit.answer("once") or secrets.token_urlsafe(12),
        )

    async def _people(self, visit: Visit) -> list[tuple[str, str]]:
        """Who can be chosen in a form about a child: the child, and who is known around them."""
        children = [each for each in visit.request.query_params.getlist("child") if each][:10]
        return await people_around(visit, children)


async def people_around(visit: Visit, children: Sequence[str]) -> list[tuple[str, str]]:
    """The children, and who is known around the first of them; nobody where this person is not told."""
    around = list(children)
    if children:
        try:
            found = await visit.calls.get("people", f"/people/{children[0]}")
            around += [each["person"] for each in found["relations"]]
        except Refusal:
            pass
    names = await visit.names(around, "form")
    return [
        (person, f"{names[person].name}, {names[person].age}" if person in children else names[person].name)
        for person in dict.fromkeys(around)
        if person in names
    ]


async def sent(
    visit: Visit, command: str, address: Mapping[str, Any], fields: Sequence[Field], answers: Answers
) -> tuple[dict[str, Any] | None, list[Wrong]]:
    """Send a command once, however often its form is sent; its answer, or what is wrong.

    A form has one key from when it was first drawn: a double click, or a second try after an error on the way, is the same
    command. A form that was put right is another.
    """
    once = visit.answer("once") or secrets.token_urlsafe(12)
    key = f"{command}:{once}:{_digest(address)}"
    try:
        return await visit.calls.command(command, address, key), []
    except Refusal as refusal:
        if refusal.status not in {403, 409, 422} and refusal.status < 500:
            raise
        if refusal.errors:
            return None, errors_of(refusal.errors, fields, answers)
        rules = f" ({', '.join(refusal.rules)})" if refusal.rules else ""
        return None, [Wrong("", f"{refusal.detail}{rules} {refusal.what_to_do}".strip())]


def _digest(address: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(address, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def about_of(visit: Visit) -> str:
    """What a form is about, as its draft is kept under: the thing, else the children."""
    return visit.asked("re") or " ".join(sorted(visit.request.query_params.getlist("about")))
