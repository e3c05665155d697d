"""The words of pages: what a command, a field and a code are called, and how days, times and ages are said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

_LONDON: Final = ZoneInfo("Europe/London")


class WordsMissing(LookupError):
    """Something has no words. The message says what, for who adds a command or a code."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """What a field asks.

    Attributes:
        label: the question.
        hint: what helps to answer it.
        missing: what to do where it was left empty.
        codes: the list whose words its choices have, where it is not that of its own schema.
        hidden: it is not asked for on a form.
    """

    label: str
    hint: str = ""
    missing: str = ""
    codes: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class CommandWords:
    """What a form of one command says."""

    title: str
    button: str
    done: str
    intro: str = ""
    fields: Mapping[str, FieldWords] = field(default_factory=dict)
    own_page: str = ""


class Words:
    """Every word that pages know: the kernel's own, and those of each team."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Reads files of words; one of a later file counts before one of an earlier."""
        self._commands: dict[str, CommandWords] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._said: dict[str, str] = {}
        self._without_form: dict[str, str] = {}
        for path in files:
            said = YAML(typ="safe").load(path.read_text(encoding="utf-8")) or {}
            for name, words in (said.get("commands") or {}).items():
                self._commands[name] = _command(words)
            for name, codes in (said.get("codes") or {}).items():
                self._codes.setdefault(name, {}).update({str(code): text for code, text in codes.items()})
            self._said.update(said.get("said") or {})
            self._without_form.update(said.get("without_form") or {})

    def command(self, name: str) -> CommandWords | None:
        """The words of a command, its team's own or those of the command that every team has; None: it has no form."""
        return self._commands.get(name) or self._commands.get(name.partition(".")[2])

    def without_form(self, name: str) -> str:
        """What a command is called that these pages have no form for; empty: nobody said so."""
        return self._without_form.get(name) or self._without_form.get(name.partition(".")[2], "")

    def code(self, of: str, code: Any) -> str:
        """What a code of a list is called. Raises WordsMissing."""
        try:
            return self._codes[of][str(code)]
        except KeyError:
            raise WordsMissing(f"the code {code} of the list {of} has no words") from None

    def codes(self, of: str) -> Mapping[str, str]:
        """A whole list."""
        return self._codes.get(of, {})

    def said(self, name: str) -> str:
        """A sentence by its name. Raises WordsMissing."""
        if name not in self._said:
            raise WordsMissing(f"nothing is said under {name}")
        return self._said[name]


def _command(said: Mapping[str, Any]) -> CommandWords:
    fields = {
        str(name): FieldWords(words) if isinstance(words, str) else FieldWords(**words)
        for name, words in (said.get("fields") or {}).items()
    }
    return CommandWords(
        said["title"], said["button"], said["done"], said.get("intro", ""), fields, said.get("own_page", "")
    )


def day(one: date) -> str:
    """A day, as `Tue 29 Dec 2026`."""
    return f"{one:%a} {one.day} {one:%b %Y}"


def moment(at: datetime) -> str:
    """A moment on London's clock, as `Tue 29 Dec 2026, 13:30`."""
    local = at.astimezone(_LONDON)
    return f"{day(local.date())}, {local:%H:%M}"


def due(at: datetime) -> str:
    """When something has to be done by. The first moment of a day is the end of the day before, to who reads it."""
    local = at.astimezone(_LONDON)
    if (local.hour, local.minute) == (0, 0):
        return f"end of {day(local.date() - timedelta(days=1))}"
    return moment(at)


def until(at: datetime, now: datetime) -> str:
    """How far off that is: `in 5 days`, `in 3 hours`, `2 days late`."""
    seconds = (at - now).total_seconds()
    away = abs(seconds)
    if away < 3600:
        said = _count(max(1, round(away / 60)), "minute")
    elif away < 48 * 3600:
        said = _count(round(away / 3600), "hour")
    else:
        said = _count(int(away // 86400), "day")
    return f"in {said}" if seconds >= 0 else f"{said} late"


def age(said: Mapping[str, int] | None) -> str:
    """An age as people say it: of a small child in months."""
    if said is None:
        return "age not known"
    years, months = said["years"], said["months"]
    return _count(years, "year") if years >= 2 else _count(12 * years + months, "month")


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
