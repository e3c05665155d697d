"""Merging: several records turn out to be of one person; and undoing it, when they were two after all.

A merge says it of all records at once, on each, and moves nothing: what was recorded under an id stays under that id, and
every team reads the ids as one for as long as the merge stands. So it can be undone.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from services.people.codes import MergeReason
from services.people.events import MergedText, PeopleMerged, PeopleUnmerged, UnmergedText
from services.people.streams.person.state import Person, PersonEvent
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Distinct, PersonId, RequiredText, Text


class MergePeople(Command, name="people.MergePeople"):
    """Say that all these records (`about`) are of one person, why, and which of them is kept."""

    keep: PersonId
    reasons: Distinct[MergeReason] = Field(min_length=1)
    notes: Text = ""


class UnmergePeople(Command, name="people.UnmergePeople", of_step=True):
    """Say that records that were merged are of different people: `re` the merge, or `about` the same people."""

    reason: RequiredText


def merge_people(command: MergePeople, state: Person, context: Context) -> list[PersonEvent]:
    """One person, said on each record: so each is refused that cannot be one of them.

    No refusal says whose record it is: a manager sees that in the index.
    """
    refuse_all(
        _several(command.about),
        (
            "people",
            command.keep not in command.about,
            "the record that is kept is one of those that are merged: send it about this one too",
        ),
        (
            "people",
            state.merge is not None,
            "one of these records is part of a merge already: undo that first, then merge all of this person's at once",
        ),
        (
            "people",
            state.kind != context.person(command.keep).kind,
            "a child and an adult are not one person: check the records, or who was registered as what",
        ),
    )
    return [
        PeopleMerged(
            merge=context.command_id,
            kept=command.keep,
            people=tuple(dict.fromkeys(command.about)),
            reasons=command.reasons,
            sealed=MergedText(notes=command.notes) if command.notes else None,
        )
    ]


def unmerge_people(command: UnmergePeople, state: Person, context: Context) -> list[PersonEvent]:
    """Different people after all, said on each of their records."""
    same = state.same
    refuse_all(
        (
            "people",
            same is None or command.re not in (None, state.merge),
            "these records are not merged, or no longer by that merge: there is nothing to undo",
        ),
        (
            "people",
            same is not None and set(same.ids) != set(context.children),
            "a merge is undone as a whole: send it about all the records that were merged, or to the merge",
        ),
    )
    assert same is not None
    assert state.merge is not None
    return [
        PeopleUnmerged(
            merge=state.merge,
            kept=same.kept,
            people=same.ids,
            sealed=UnmergedText(reason=command.reason),
        )
    ]


def _several(about: Sequence[UUID]) -> Check:
    return (
        "people",
        len(set(about)) < 2,
        "send it about at least two records of the person, the one that is kept among them",
    )
