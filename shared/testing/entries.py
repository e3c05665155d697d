"""For tests: given a team's entries, when a fact is told, then this stands in the chronology. Pure.

    given = given_entries(entries, RULES)

    def test_a_contact_is_shown_to_the_referrers_school():
        given.when(CONTACT, at=MONDAY).then(Entry(title="Contact received from a school", topic="contact", ...))

Who that is, for a child of whom more is known, is found by the chronology: see `shared.testing.consequences`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from shared.domain.actors import Actor
from shared.domain.event import Event, Record
from shared.domain.rules import Rulebook
from shared.team.entries import AllEntries, Entries, Entry, Told
from shared.team.standard_entries import EVERY_TEAM
from shared.testing.facts import expect, record


@dataclass(frozen=True)
class Telling:
    """A fact that was told, and what it says."""

    record: Record
    told: Told | None

    @property
    def entry(self) -> Entry:
        """What it says. Raises AssertionError where it says nothing."""
        assert self.told is not None, f"{self.record.event.NAME} says nothing in the chronology"
        return self.told.entry

    def then(self, entry: Entry) -> "Telling":
        """Just this is said.

        Raises:
            AssertionError: nothing is said, or something else; says line by line how they differ.
        """
        expect(_plain(entry), _plain(self.entry), f"what {self.record.event.NAME} says")
        return self

    def says(self, **parts: Any) -> "Telling":
        """These parts of the entry are just so; the others are not looked at."""
        said = _plain(self.entry)
        expect(_listed(parts), {name: said[name] for name in parts}, f"what {self.record.event.NAME} says")
        return self

    def nothing(self) -> "Telling":
        """Nothing is said of it."""
        expect(None, self.told, f"what {self.record.event.NAME} says")
        return self


@dataclass(frozen=True)
class GivenEntries:
    """The entries of one team, and those of every team in the words of its rules."""

    team: str
    entries: AllEntries

    def when(
        self,
        event: Event,
        *,
        at: datetime,
        by: Actor | None = None,
        happened: datetime | None = None,
        known: datetime | None = None,
    ) -> Telling:
        """A fact is told that was recorded at an instant; see `record` for the rest."""
        return self.when_recorded(
            record(event, at=at, by=by, happened=happened, known=known, service=self.team)
        )

    def when_recorded(self, fact: Record) -> Telling:
        """A fact of a story is told."""
        return Telling(fact, self.entries.told(fact))

    def when_erased(self, event: Event, *, at: datetime) -> Telling:
        """A fact is told whose sealed part is gone."""
        fact = record(event.model_copy(update={"sealed": None}), at=at, service=self.team)
        return self.when_recorded(replace(fact, text=None, sealed=None))


def given_entries(entries: Entries, rules: Rulebook) -> GivenEntries:
    """A team's entries to test, with the words of its rules."""
    return GivenEntries(entries.team, AllEntries(EVERY_TEAM, {entries.team: (entries, rules)}))


def _plain(entry: Entry) -> dict[str, Any]:
    return _listed({each.name: getattr(entry, each.name) for each in fields(entry)})


def _listed(parts: Mapping[str, Any]) -> dict[str, Any]:
    """A list and a tuple of the same say the same."""
    return {name: list(value) if isinstance(value, list | tuple) else value for name, value in parts.items()}
