"""Playing a case: the simulated clock moves to each step, every deadline on the way fires at its own instant, and
before a step is played every service has taken in everything that earlier steps caused. So the result never depends
on delivery times.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from deploy.play.answers import Accepted, Refusal
from deploy.play.calling import Services
from deploy.play.case_types import By, Case, labels_within, with_ids
from deploy.play.cases import REGISTER, RELATE
from deploy.play.errors import CannotGoOn
from deploy.play.journal import Done, Journal
from deploy.play.pace import PATIENCE, Pace, rfc3339
from deploy.play.quiet import heads
from shared.domain.actors import DEFAULT_AGENCY

REGISTRAR: Final = By("Robin Page", "business_support", DEFAULT_AGENCY["business_support"])
"""Who registers a case's people; a made-up name."""


@dataclass(frozen=True, slots=True)
class CaseDifference:
    """Something that is not as the case file says, and the line that says it."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """One command to send. `fields`, `about` and `re` still hold labels; `key` is the same in every play of the case."""

    key: str
    line: int
    at: datetime
    do: str
    by: By
    about: tuple[str, ...] = ()
    label: str | None = None
    re: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    happened: datetime | None = None
    known: datetime | None = None
    refused: str | None = None

    @property
    def needs(self) -> Iterator[str]:
        """The labels whose ids it carries."""
        yield from self.about
        if self.re is not None:
            yield self.re
        yield from labels_within(dict(self.fields))

    def body(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """What is posted. Raises KeyError for a label that has no id."""
        return {
            "about": [ids[label] for label in self.about],
            "re": ids[self.re] if self.re else None,
            "with": with_ids(dict(self.fields), ids),
            "happened": rfc3339(self.happened),
            "known": rfc3339(self.known),
        }


@dataclass(frozen=True, slots=True)
class Wait:
    """Time that passes without a command."""

    key: str
    at: datetime


@dataclass
class Played:
    """What came of a play: the id of each label, the labels (or line numbers) recorded late, and the differences."""

    ids: dict[str, str] = field(default_factory=dict)
    late: dict[str, int] = field(default_factory=dict)
    differences: list[CaseDifference] = field(default_factory=list)
    seconds: float = 0.0


Watch = Callable[[int, int, str], None]
"""Told before each step: its number, how many there are, what it is."""


def agenda(case: Case) -> list[Job | Wait]:
    """Everything that happens, in order: people, how they are related, the steps, and times to let pass.

    It ends before the first step that wants what no team has.
    """
    first = case.steps[0].at
    agenda: list[Job | Wait] = []
    for number, person in enumerate(case.people, start=1):
        key = f"case/{case.name}/person/{number}"
        agenda.append(
            Job(key, person.line, first, REGISTER, REGISTRAR, label=person.label, fields=person.fields)
        )
    relations = [relation for person in case.people for relation in person.relations]
    for number, relation in enumerate(relations, start=1):
        key = f"case/{case.name}/relation/{number}"
        agenda.append(
            Job(key, relation.line, first, RELATE, REGISTRAR, about=(relation.to,), fields=relation.fields)
        )
    for step in case.playable:
        key = f"case/{case.name}/step/{step.number}"
        if step.do is None or step.by is None:
            agenda.append(Wait(key, step.at))
            continue
        agenda.append(
            Job(
                key=key,
                line=step.line,
                at=step.at,
                do=step.do,
                by=step.by,
                about=step.about,
                label=step.label,
                re=step.re,
                fields=step.fields,
                happened=step.happened,
                known=step.known,
                refused=step.refused,
            )
        )
    return agenda


class Play:
    """One play of one case on one stack."""

    def __init__(
        self,
        case: Case,
        services: Services,
        directory: Path,
        *,
        watch: Watch = lambda _number, _of, _what: None,
        patience: float = PATIENCE,
    ) -> None:
        """Nothing is played yet. `directory` is the stack's: the journal is kept there."""
        self._case = case
        self._services = services
        self._directory = directory
        self._watch = watch
        self._pace = Pace(services, patience=patience)

    async def run(self) -> Played:
        """Plays the case from its first unfinished step to its end.

        Raises:
            CannotGoOn: something was parked, a view stopped, or the stack does not come to rest; the message names it.
            ServiceAway: a service was away for too long.
        """
        started = time.monotonic()
        played = Played()
        jobs = agenda(self._case)
        with Journal(self._directory, self._case) as journal:
            await self._pace.settle()
            for number, job in enumerate(jobs, start=1):
                done = journal.done.get(job.key)
                if done is None:
                    self._watch(number, len(jobs), job.do if isinstance(job, Job) else "time passes")
                    done = await self._play(job, played.ids)
                    journal.note(done)
                _take(played, job, done)
        played.seconds = time.monotonic() - started
        return played

    async def _play(self, job: Job | Wait, ids: Mapping[str, str]) -> Done:
        if isinstance(job, Wait):
            await self._pace.advance(job.at)
            return Done(key=job.key)
        lost = sorted({label for label in job.needs if label not in ids})
        if lost:
            which = ", ".join(f"`{label}`" for label in lost)
            return Done(key=job.key, differences=(f"{job.do} was not played: there is no {which}",))
        await self._pace.advance(job.at)
        if await self._services.sign_in(job.by):
            await self._pace.settle()
        before = heads(self._pace.looks)
        answer = await self._services.send(job.do, job.by, job.key, job.body(ids))
        await self._pace.settle()
        if isinstance(answer, Accepted):
            done = Done(key=job.key, id=str(answer.id), late=answer.late)
            if job.refused is None:
                return done
            wrong = f"{job.do} was to be refused by {job.refused}, and was taken"
            return done.model_copy(update={"differences": (wrong,)})
        if job.do == REGISTER:
            raise CannotGoOn(f"{self._case.path}:{job.line}: the person could not be registered: {answer}")
        return Done(key=job.key, differences=tuple(_refused(job, answer, before, heads(self._pace.looks))))


def _refused(
    job: Job, refusal: Refusal, before: Mapping[str, int], after: Mapping[str, int]
) -> Iterator[str]:
    """What is wrong with a refusal, in words."""
    if job.refused is None:
        yield f"{job.do} was refused: {refusal}"
    elif job.refused not in refusal.rules:
        yield f"{job.do} was to be refused by {job.refused}, and was refused otherwise: {refusal}"
    grown = sorted(name for name in after if after[name] != before.get(name))
    if grown:
        yield f"{job.do} was refused and yet something changed in {', '.join(grown)}"


def _take(played: Played, job: Job | Wait, done: Done) -> None:
    if isinstance(job, Wait):
        return
    if done.id is not None and job.label is not None:
        played.ids[job.label] = done.id
    if done.late:
        played.late[job.label or f"the step of line {job.line}"] = job.line
    played.differences += [CaseDifference(job.line, text) for text in done.differences]
