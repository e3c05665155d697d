"""Correcting what was recorded: the command that every team has, and which records it is about. Pure.

A correction is made of the event that was recorded, not of the command, which nobody keeps (decision 24): the fields named
are put in the place of those that the event (or its sealed text) holds, the time that was wrong is put right, and every
clock that started with the event is reckoned anew from there. How is in `restating.py`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import Field

from shared.domain.clock_facts import is_a_record
from shared.domain.command import Command, NotFound, refuse_all
from shared.domain.event import Record
from shared.domain.fields import MOST_ITEMS, RequiredText
from shared.domain.instants import Moment


class CorrectRecord(Command, name="team.CorrectRecord"):
    """Somebody puts right what they recorded, or a manager what their team recorded (E3). `re` is the step corrected.

    Say what is right now (`fields`, by the names that the corrected command gives them; `happened`, `known`), or that it
    should not have been recorded at all (`withdrawn`). The old record stays visible; clocks are judged by the new one.
    """

    IN_WITH: ClassVar[Mapping[str, str]] = {"happened": "right_happened", "known": "right_known"}

    reason: RequiredText
    right_happened: Moment | None = None
    """When it really happened; `happened` in `with`."""
    right_known: Moment | None = None
    """When the agency really knew; `known` in `with`."""
    fields: dict[str, Any] = Field(default_factory=dict, max_length=MOST_ITEMS)
    """What is right, by the names of the fields of the corrected command."""
    withdrawn: bool = False

    def says_nothing(self) -> bool:
        """Whether it neither withdraws nor puts anything right."""
        return not (self.withdrawn or self.fields or self.right_happened or self.right_known)


def check_correction(command: CorrectRecord, now: datetime) -> None:
    """Refuse what cannot be, whatever was recorded.

    Raises:
        NotFound: it names no step.
        Refused: E3: it says nothing, or too much; E2: what is right is later than `now`, or known before it happened.
    """
    if command.re is None:
        raise NotFound("say which step is corrected: address it to that step", what="address")
    happened, known = command.right_happened, command.right_known
    late = [at for at in (happened, known) if at is not None and at > now]
    refuse_all(
        (
            "E3",
            command.says_nothing(),
            "say what is right: fields, when it happened or was known; or that it is withdrawn",
        ),
        (
            "E3",
            command.withdrawn and bool(command.fields or happened or known),
            "either withdraw it, or say what is right",
        ),
        ("E2", bool(late), "it cannot have happened, or been known, later than now; correct the time"),
        (
            "E2",
            happened is not None and known is not None and known < happened,
            "it cannot have been known before it happened; correct the times",
        ),
    )


def records_to_correct(
    command: CorrectRecord, records: Iterable[Record], kept: Mapping[UUID, UUID] | None = None
) -> list[Record]:
    """Of what the corrected step recorded, what a person can put right, of the children in `about`.

    `kept` gives for an id that was merged into another the one that was kept.

    Raises:
        NotFound: nothing, or nothing about one of these children.
        Refused: E3, of a decision that is undone by another.
    """
    own = [one for one in records if is_a_record(type(one.event))]
    if not own:
        raise NotFound("nothing was recorded by this step; check its id", what="step")
    refuse_all(
        *(
            ("E3", bool(to_do), f"this was a decision and stays one; to undo it, {to_do}")
            for to_do in dict.fromkeys(type(one.event).UNDONE_BY for one in own)
        )
    )
    if not command.about:
        return own
    same = kept or {}
    named = {same.get(child, child) for child in command.about}
    found = [(one, same.get(one.event.child, one.event.child)) for one in own if one.event.child is not None]
    if not named <= {child for _, child in found}:
        raise NotFound("that step recorded nothing about one of the children named", what="child")
    return [one for one, child in found if child in named]
