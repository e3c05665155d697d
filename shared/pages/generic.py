"""The generic form: any command with words, drawn from its schema, sent once, with errors at the questions they belong to."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from starlette.responses import Response

from shared.pages.asked import GENERIC, Asked
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
        return await self.show_own(visit, self._asked(visit))

    async def send(self, visit: Visit) -> Response:
        """Send the command, or show the form again with what is wrong; what was written is never lost."""
        asked = self._asked(visit)
        children = [each for each in visit.request.query_params.getlist("child") if each][:10]
        return await self.send_own(visit, replace(asked, people=await people_around(visit, children)))

    def _asked(self, visit: Visit) -> Asked:
        command = visit.request.path_params["command"]
        if not self.has(command) or not visit.calls.has(command.partition(".")[0]):
            raise Refusal(404, {})
        about = tuple(visit.request.query_params.getlist("about"))
        return Asked(command, visit.asked("re"), about, of_ours(visit.asked("back")))

    async def show_own(self, visit: Visit, asked: Asked) -> Response:
        """The form of a team's own page, with what the person had written by now."""
        draft = await visit.draft(asked.command, asked.draft)
        answers: Answers = draft.answers if draft is not None else {}
        if not asked.people and asked.template == GENERIC:
            children = [each for each in visit.request.query_params.getlist("child") if each][:10]
            asked = replace(asked, people=await people_around(visit, children))
        return self._draw(visit, asked, answers, (), resumed=draft is not None)

    async def send_own(self, visit: Visit, asked: Asked) -> Response:
        """Send the command of a team's own page, or show it again with what is wrong."""
        answers = visit.own_answers()
        if row := visit.answer("add"):
            answers[f"{row}-rows"] = [str(_number(visit.answer(f"{row}-rows")) + 1)]
            return self._draw(visit, asked, answers, ())
        fields = self._fields(asked)
        body, wrong = body_of(fields, answers)
        happened, wrong_time = body_of((HAPPENED,), answers)
        wrong += wrong_time
        if asked.adapt is not None:
            body, more = asked.adapt(body)
            wrong += more
        if not wrong:
            address: dict[str, Any] = {"with": body}
            if asked.re:
                address["re"] = asked.re
            if asked.about:
                address["about"] = list(asked.about)
            if happened:
                address["happened"] = happened["happened-at"]
            answer, wrong = await sent(visit, asked.command, address, fields, answers)
            if answer is not None:
                await visit.discard(asked.command, asked.draft)
                back = asked.back.replace("{id}", str(answer["id"]))
                return visit.to(back, after=answer["position"], done=asked.command)
        await visit.keep(asked.command, asked.draft, {**answers, "here": [visit.here]})
        return self._draw(visit, asked, answers, wrong)

    def _fields(self, asked: Asked) -> tuple[Field, ...]:
        found = self.fields(asked.command, asked.people)
        return found if asked.shape is None else asked.shape(found)

    def _draw(
        self, visit: Visit, asked: Asked, answers: Answers, wrong: Sequence[Wrong], *, resumed: bool = False
    ) -> Response:
        said = self.words(asked.command)
        return visit.render(
            asked.template,
            title=said.title,
            status=422 if wrong else 200,
            words=said,
            form=Filled(
                (*self._fields(asked), *((HAPPENED,) if asked.happened else ())), answers, tuple(wrong)
            ),
            draft=asked.command,
            about=asked.draft,
            here=visit.here,
            back=asked.back.replace("{id}", ""),
            resumed=resumed,
            once=visit.answer("once") or secrets.token_urlsafe(12),
            **asked.context,
        )


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


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() else 1
