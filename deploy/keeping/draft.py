"""A draft of the copy that a person asks for: every line of what teams hold of them, each with a proposal, and a decision. Pure.

A line is decided on when somebody says so: a proposal that nobody has looked at is no decision. What is given out is made of the
decisions alone.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.play.errors import CannotGoOn

Decision = Literal["show", "redact", "leave_out"]
Why = Literal[
    "other_person",
    "who_told",
    "risk_of_harm",
    "withheld",
    "restricted",
    "allegation",
    "legal_privilege",
    "other",
]

GONE: Final = "[removed]"
"""Stands in the copy in the place of what was taken out of a text."""

_REPEATED: Final = ("chronology.EntryReceived", "chronology.EntryCorrected")
"""What the chronology tells again of other teams' facts, which stand in the draft themselves."""
_LEGAL: Final = re.compile(r"conference\.(CaseManagement|Legal|LetterBefore|PreProceedings|Proceedings)")
"""Facts around legal advice, which is privileged."""
_LONG_ENOUGH: Final = 3
"""Letters of a name by which it is looked for in texts: of shorter ones, other words would be taken for it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Line(_Part):
    """One text of what is held. `with_out` is the text as it is shown where it is redacted. `decided` is a person's."""

    field: str
    text: str
    proposed: Decision
    proposed_why: Why | None = None
    with_out: str | None = None
    decided: Decision | None = None
    why: Why | None = None


class Fact(_Part):
    """What was recorded, when, by which team; its lines in their order."""

    service: str
    event: str
    name: str
    happened_at: str
    recorded_at: str
    agency: str
    lines: list[Line]


class Draft(_Part):
    """All of it. `withheld_by`: teams that gave nothing, whether they hold anything or not."""

    person: str
    facts: list[Fact]
    withheld_by: list[Annotated[str, Field(max_length=60)]]

    def lines(self) -> list[Line]:
        """Every line."""
        return [line for fact in self.facts for line in fact.lines]


def drafted(
    person: str,
    held: Iterable[Mapping[str, Any]],
    others: Iterable[str],
    withheld_by: Sequence[str],
    own: str,
) -> Draft:
    """A draft of what teams hold.

    Args:
        person: whose it is.
        held: facts, as the teams tell them.
        others: names of people around them, by which third persons are found in texts.
        withheld_by: the teams that gave nothing.
        own: the person's own name, whose words are nobody else's.
    """
    facts = list(held)
    words = _words_of(others) - _words_of([own])
    closed = {
        one["thing"]
        for one in facts
        if one["name"] in ("mash.ContactRestricted", "chronology.EntryRestricted")
    }
    withheld = {one["thing"] for one in facts if one["name"] == "chronology.EntryWithheld"}
    found = [
        Fact(
            **{
                name: one[name]
                for name in ("service", "event", "name", "happened_at", "recorded_at", "agency")
            },
            lines=[_proposed(one, line, words, closed, withheld) for line in one["lines"]],
        )
        for one in facts
        if one["name"] not in _REPEATED and one["lines"]
    ]
    found.sort(key=lambda fact: (fact.happened_at, fact.recorded_at, fact.event))
    return Draft(person=person, facts=found, withheld_by=list(withheld_by))


def _proposed(
    one: Mapping[str, Any],
    line: Mapping[str, Any],
    names: frozenset[str],
    closed: set[str],
    withheld: set[str],
) -> Line:
    """What a team proposed of a line, and what shows only where all teams' facts are seen together."""
    made = Line(field=line["field"], text=line["text"], proposed=line["proposed"], proposed_why=line["why"])
    if made.proposed == "leave_out":
        return made
    if one["thing"] is not None and one["thing"] in closed:
        return made.model_copy(update={"proposed": "leave_out", "proposed_why": "restricted"})
    if one["thing"] in withheld or one["step"] in withheld:
        return made.model_copy(update={"proposed": "leave_out", "proposed_why": "withheld"})
    if _LEGAL.match(one["name"]):
        return made.model_copy(update={"proposed": "leave_out", "proposed_why": "legal_privilege"})
    if made.proposed == "redact":
        return made.model_copy(update={"with_out": GONE})
    if (without := _without(made.text, names)) != made.text:
        return made.model_copy(
            update={"proposed": "redact", "proposed_why": "other_person", "with_out": without}
        )
    return made


def _words_of(names: Iterable[str]) -> frozenset[str]:
    return frozenset(
        word.casefold()
        for name in names
        for word in re.findall(r"[^\W\d_]+", name)
        if len(word) >= _LONG_ENOUGH
    )


def _without(text: str, names: frozenset[str]) -> str:
    """The text without these names.

    >>> _without("Mum's friend Dee Fox took her.", frozenset({"dee", "fox"}))
    "Mum's friend [removed] took her."
    """
    cut = re.sub(r"[^\W\d_]+", lambda word: GONE if word.group().casefold() in names else word.group(), text)
    return re.sub(rf"{re.escape(GONE)}(?:[\s-]+{re.escape(GONE)})+", GONE, cut)


def read_draft(content: bytes) -> Draft:
    """A draft from its file. Raises CannotGoOn, which names the place that is wrong and repeats nothing."""
    try:
        return Draft.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise CannotGoOn(f"the draft, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def written(draft: Draft) -> bytes:
    """A draft as its file has it: read again it is the same, and so is its digest."""
    return json.dumps(draft.model_dump(), indent=1, ensure_ascii=False).encode() + b"\n"


def digest(draft: Draft) -> str:
    """SHA-256 of all that it says and that was decided, however its file is laid out."""
    said = json.dumps(draft.model_dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def review_of(draft: Draft) -> dict[str, Any]:
    """What a review of it records: its digest, and how many lines of each kind, for which reasons.

    Raises:
        CannotGoOn: a line is not decided on; or is redacted without what is shown instead, or left out without why.
    """
    for fact in draft.facts:
        for line in fact.lines:
            where = f"{fact.service} {fact.event}, {line.field}"
            if line.decided is None:
                raise CannotGoOn(f"{where}: decide it: show, redact or leave_out")
            if line.decided == "redact" and (line.with_out is None or line.with_out == line.text):
                raise CannotGoOn(f"{where}: write under with_out what is shown instead")
            if line.decided != "show" and line.why is None:
                raise CannotGoOn(f"{where}: say under why for which kind of reason it is not shown as it is")
    lines = draft.lines()
    counts = Counter(line.decided for line in lines)
    return {
        "draft": digest(draft),
        "lines": len(lines),
        "shown": counts["show"],
        "redacted": counts["redact"],
        "left_out": counts["leave_out"],
        "exemptions": sorted({line.why for line in lines if line.decided != "show" and line.why}),
        "withheld_by": draft.withheld_by,
    }


def copy_of(draft: Draft) -> str:
    """What is given out: what was decided to be shown, as text; of what is left out, not even that there is something."""
    review_of(draft)
    parts = [f"What is recorded of you ({draft.person})", ""]
    for fact in draft.facts:
        shown = [
            (line.field, line.text if line.decided == "show" else line.with_out)
            for line in fact.lines
            if line.decided != "leave_out"
        ]
        if shown:
            what = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", fact.name.partition(".")[2]).lower()
            parts.append(f"{fact.happened_at[:10]}  {what} ({fact.service}, {fact.agency.replace('_', ' ')})")
            parts += [f"  {field.replace('_', ' ')}: {text}" for field, text in shown]
            parts.append("")
    return "\n".join(parts)
