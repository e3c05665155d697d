"""What is passed on of a record: a decision to share it or not (E5), and the copies that a family is given (E8). Pure.

Both stand on the child's own file, and are about one step of the team (`re`) or about the child.
"""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.code_lists import Document, LawfulBasis, ToldHow
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.event import Event, Sealed
from shared.domain.fields import Agency, Distinct, Organisation, PersonId, RequiredText, Text
from shared.domain.instants import Day, local_date
from shared.team.step_ref import StepRef, named, of_our_record


class DisclosureText(Sealed):
    """Why it is shared; or why sharing it would do more harm."""

    reason: str = ""
    organisation_name: str | None = None


class DisclosureDecided(
    Event,
    name="team.DisclosureDecided",
    version=2,
    crosses=True,
    text=DisclosureText,
    fixed=("share", "agencies", "organisation", "organisation_name"),
):
    """A practitioner decided to share what was recorded with these agencies, or not to, on this lawful basis.

    In version 1 the organisation stood by its name.
    """

    regarding: StepRef | None = None
    share: bool
    agencies: tuple[str, ...]
    """With whom; of a decision not to share, with whom not."""
    organisation: str | None = None
    """The id of this school, that ward, of the agencies named."""
    whole: bool = True
    """All of it; else its title alone."""
    lawful_basis: LawfulBasis

    @staticmethod
    def upcast_v1_v2(_state: dict[str, Any]) -> None:
        """Nothing to change: a name that was written as one is no id of anybody, and stays what was said."""


class CopyText(Sealed):
    """Why somebody was not given the copy, in the order of `not_given`."""

    reasons: tuple[str, ...] = ()


class CopyGiven(Event, name="team.CopyGiven", crosses=True, text=CopyText, fixed=("not_given", "reasons")):
    """Parents and child were given a copy, or were not, and why."""

    regarding: StepRef | None = None
    document: Document
    to: tuple[UUID, ...]
    on: date
    """The day on which they got it, in London."""
    how: ToldHow | None = None
    not_given: tuple[UUID, ...] = ()


class RecordDisclosureDecision(Command, name="team.RecordDisclosureDecision", of_step=True):
    """A practitioner of the team records whether something is shared, with whom, and on which lawful basis (E5).

    `re` is the step whose record it is about. Not to share needs the reason why sharing would do more harm. The decision
    itself shows nothing to anybody who does not see it: an entry is opened to an agency in the chronology.
    """

    share: bool
    shared_with: Distinct[Agency] = Field(alias="with", min_length=1)
    organisation: Organisation | None = None
    whole: bool = True
    lawful_basis: LawfulBasis
    reason: Text


class NotGiven(BaseModel):
    """Somebody who was not given a copy, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    who: PersonId
    reason: RequiredText


class RecordCopyGiven(Command, name="team.RecordCopyGiven", of_step=True):
    """A practitioner of the team records who in the family was given a copy, and who was not and why (E8).

    `re` is the step that was copied.
    """

    document: Document
    to: Distinct[PersonId]
    on: Day | None = Field(default=None, description="the day on which they got it, if not when it happened")
    how: ToldHow | None = None
    not_given: tuple[NotGiven, ...] = Field(default=(), max_length=100)


SharingCommand = RecordDisclosureDecision | RecordCopyGiven
SharingEvent = DisclosureDecided | CopyGiven


def decide_disclosure(command: RecordDisclosureDecision, context: Context) -> list[DisclosureDecided]:
    """A decision to share or not.

    Raises:
        Refused: E9, by somebody whose team did not record it; E5, not shared without the reason.
    """
    refuse_all(
        of_our_record(context, "to decide on sharing it"),
        (
            "E5",
            not command.share and not command.reason.strip(),
            "say why sharing it would do more harm than not sharing it",
        ),
    )
    return [
        DisclosureDecided(
            regarding=named(context),
            share=command.share,
            agencies=command.shared_with,
            organisation=command.organisation.id if command.organisation else None,
            whole=command.whole,
            lawful_basis=command.lawful_basis,
            sealed=DisclosureText(
                reason=command.reason,
                organisation_name=command.organisation.name if command.organisation else None,
            ),
        )
    ]


def decide_copy(command: RecordCopyGiven, context: Context) -> list[CopyGiven]:
    """Copies that were given, or not.

    Raises:
        Refused: E9, by somebody whose team did not record it; E8, it says of nobody whether they have a copy; E2, given
            on a day to come.
    """
    on = command.on or local_date(context.happened_at)
    refuse_all(
        of_our_record(context, "to record who has a copy of it"),
        (
            "E8",
            not command.to and not command.not_given,
            "say who was given the copy, or who was not and why",
        ),
        ("E2", on > local_date(context.now), "it cannot have been given later than today; correct the day"),
    )
    return [
        CopyGiven(
            regarding=named(context),
            document=command.document,
            to=command.to,
            on=on,
            how=command.how,
            not_given=tuple(each.who for each in command.not_given),
            sealed=CopyText(reasons=tuple(each.reason for each in command.not_given)),
        )
    ]
