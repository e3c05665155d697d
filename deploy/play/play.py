"""Playing a case: the simulated clock moves to each step, every deadline on the way fires at its own instant, and
before a step is played every service has taken in everything that earlier steps caused. So the result never depends
on delivery times.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from deploy.play.quiet import Progress, earliest_due, heads, what_failed, what_moves
from shared.domain.actors import DEFAULT_AGENCY

REGISTRAR: Final = By("Robin Page", "business_support", DEFAULT_AGENCY["business_support"])
"""Who registers a case's people; a made-up name."""

PATIENCE: Final = 60.0
"""Seconds that one wait for quiet may take."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.2


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


def rfc3339(instant: datetime | None) -> str | None:
    """An instant as the services read it."""
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")


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
        self._patience = patience
        self._looks: Sequence[Progress] = ()

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
            self._looks = await self.settle()
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
            await self._advance(job.at)
            return Done(key=job.key)
        lost = sorted({label for label in job.needs if label not in ids})
        if lost:
            which = ", ".join(f"`{label}`" for label in lost)
            return Done(key=job.key, differences=(f"{job.do} was not played: there is no {which}",))
        await self._advance(job.at)
        if await self._services.sign_in(job.by):
            self._looks = await self.settle()
        before = heads(self._looks)
        answer = await self._services.send(job.do, job.by, job.key, job.body(ids))
        self._looks = await self.settle()
        if isinstance(answer, Accepted):
            done = Done(key=job.key, id=str(answer.id), late=answer.late)
            if job.refused is None:
                return done
            wrong = f"{job.do} was to be refused by {job.refused}, and was taken"
            return done.model_copy(update={"differences": (wrong,)})
        if job.do == REGISTER:
            raise CannotGoOn(f"{self._case.path}:{job.line}: the person could not be registered: {answer}")
        return Done(key=job.key, differences=tuple(_refused(job, answer, before, heads(self._looks))))

    async def _advance(self, at: datetime) -> None:
        """Moves every clock to `at`, stopping at every due instant on the way until what it caused is done."""
        while (due := earliest_due(self._looks, at)) is not None:
            await self._set_clocks(due)
            self._looks = await self.settle()
        ahead = [one for one in self._looks if one.now is not None and one.now > at]
        if ahead:
            raise CannotGoOn(
                f"the clock of {ahead[0].service} stands at {rfc3339(ahead[0].now)}, after the step at "
                f"{rfc3339(at)}, and never goes back: play this case on a fresh stack"
            )
        await self._set_clocks(at)

    async def _set_clocks(self, instant: datetime) -> None:
        behind = [one.service for one in self._looks if one.now is None or one.now < instant]
        await asyncio.gather(*(self._services.set_clock(name, instant) for name in behind))

    async def settle(self) -> Sequence[Progress]:
        """Waits until the stack is quiet, firing what is due in order of service; answers the last look.

        Raises CannotGoOn for what is parked or stopped, and when it is not quiet within the patience.
        """
        until = time.monotonic() + self._patience
        pause, last = _FIRST_PAUSE, None
        while True:
            looks = await self._services.progress()
            await self._stop_on_trouble(looks)
            moving = what_moves(looks)
            due = [one.service for one in looks if one.due]
            if not moving and due:
                for name in sorted(due):
                    if await self._services.fire(name):
                        until = time.monotonic() + self._patience
                        pause = _FIRST_PAUSE
                last = None
            elif not moving:
                if heads(looks) == last:
                    return looks
                last = heads(looks)
            else:
                last = None
            if time.monotonic() > until:
                reasons = moving or [f"{name} has a deadline that is due and does not fire" for name in due]
                raise CannotGoOn(
                    f"the stack is not quiet after {self._patience:.0f} s: {'; '.join(reasons) or 'it keeps moving'}"
                )
            await asyncio.sleep(pause)
            pause = _FIRST_PAUSE if last is not None else min(pause * 1.5, _LONGEST_PAUSE)

    async def _stop_on_trouble(self, looks: Sequence[Progress]) -> None:
        failed = what_failed(looks)
        for one in looks:
            if one.parked:
                failed += [
                    f"{one.service}: an event from {parked.source or '?'} of key {parked.key or '?'} is parked: "
                    f"{parked.error or 'no error is given'}"
                    for parked in await self._services.parked(one.service)
                ] or [f"{one.service}: {one.parked} events are parked"]
        if failed:
            raise CannotGoOn(
                "the play ends here. "
                + "; ".join(failed)
                + ". See `safeguarding parked list` and the service's log"
            )


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
