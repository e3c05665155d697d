"""A person's request for a copy of their records: a draft is made of all teams' words, reviewed line by line, then released.

The draft itself stands nowhere here: it is all of somebody's record in the clear. What is kept is its digest, so that what was
reviewed is what is released, and how much was left out for which kinds of reason.
"""

from dataclasses import dataclass, replace
from typing import Annotated, TypeAlias, assert_never

from pydantic import Field, StringConstraints

from services.people.codes import AskedBy, Exemption
from services.people.events import (
    AccessRequestText,
    AccessReviewText,
    SubjectAccessReleased,
    SubjectAccessRequested,
    SubjectAccessReviewed,
)
from shared.domain.code_lists import LawfulBasis, ToldHow
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context, Per, Stream
from shared.domain.fields import Distinct, PersonId, ShortText, Text
from shared.domain.instants import Day, local_date
from shared.domain.limits import months_after

MOST_LINES = 1_000_000
Draft = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", max_length=64)]
"""SHA-256 of a draft, in lower-case hexadecimal digits."""
Count = Annotated[int, Field(ge=0, le=MOST_LINES, strict=True)]

SubjectAccessEvent: TypeAlias = SubjectAccessRequested | SubjectAccessReviewed | SubjectAccessReleased


@dataclass(frozen=True)
class SubjectAccess:
    """Whether it was reviewed, as which draft; whether that was released."""

    requested: bool = False
    reviewed: str | None = None
    released: str | None = None


def evolve(state: SubjectAccess, event: SubjectAccessEvent) -> SubjectAccess:
    """The request after one more fact."""
    match event:
        case SubjectAccessRequested():
            return replace(state, requested=True)
        case SubjectAccessReviewed(draft=draft):
            return replace(state, reviewed=draft)
        case SubjectAccessReleased(draft=draft):
            return replace(state, released=draft)
        case _:
            assert_never(event)


class RequestSubjectAccess(Command, name="people.RequestSubjectAccess", opens=True):
    """Record that a person, or who may ask for them, asked for a copy of what is held of them. Their identity was checked."""

    asked_by: AskedBy
    asked_by_name: ShortText
    identity_checked: bool
    received: Day | None = Field(default=None, description="the day it was received, if not when it happened")
    what: Text = ""


class ReviewSubjectAccess(Command, name="people.ReviewSubjectAccess"):
    """Record that somebody went through every line of a draft: its digest, how many lines are shown, redacted and left out,
    and for which kinds of reason. `re` is the request.
    """

    draft: Draft
    lines: Count
    shown: Count
    redacted: Count
    left_out: Count
    exemptions: Distinct[Exemption] = ()
    withheld_by: Distinct[ShortText] = ()
    notes: Text = ""


class ReleaseSubjectAccess(Command, name="people.ReleaseSubjectAccess"):
    """Give the copy that was reviewed to who asked (`to`), which is recorded as a disclosure (E5) and a copy given (E8)."""

    draft: Draft
    to: PersonId
    how: ToldHow
    on: Day | None = Field(default=None, description="the day on which they got it, if not when it happened")
    lawful_basis: LawfulBasis = LawfulBasis.LEGAL_OBLIGATION


SubjectAccessCommand: TypeAlias = RequestSubjectAccess | ReviewSubjectAccess | ReleaseSubjectAccess


def decide(command: SubjectAccessCommand, state: SubjectAccess, context: Context) -> list[SubjectAccessEvent]:
    """What follows from a command on a request for a copy.

    Raises:
        Refused: E2, received or given on a day to come; E5, released without a review of that very draft, or reviewed in
            part; `people`, from somebody whose identity nobody checked.
    """
    match command:
        case RequestSubjectAccess():
            return request_subject_access(command, context)
        case ReviewSubjectAccess():
            return review_subject_access(command, state, context)
        case ReleaseSubjectAccess():
            return release_subject_access(command, state, context)
        case _:
            assert_never(command)


def request_subject_access(command: RequestSubjectAccess, context: Context) -> list[SubjectAccessEvent]:
    """Asked for: answered within a month of the day it was received."""
    received = command.received or local_date(context.happened_at)
    refuse_all(
        (
            "E2",
            received > local_date(context.now),
            "it cannot have been received later than today; correct the day",
        ),
        (
            "people",
            not command.identity_checked,
            "check first who is asking, and that they may: a copy in wrong hands cannot be called back",
        ),
    )
    return [
        SubjectAccessRequested(
            asked_by=command.asked_by,
            received=received,
            respond_by=months_after(received, 1),
            sealed=AccessRequestText(asked_by_name=command.asked_by_name, what=command.what),
        )
    ]


def review_subject_access(
    command: ReviewSubjectAccess, state: SubjectAccess, context: Context
) -> list[SubjectAccessEvent]:
    """Gone through, line by line; the same draft again is already so. A copy that was given is not reviewed any more."""
    decided = command.shown + command.redacted + command.left_out
    refuse_all(
        (
            "E5",
            decided != command.lines,
            "decide on every line of the draft: whether it is shown, redacted or left out",
        ),
        (
            "E5",
            bool(command.redacted or command.left_out) != bool(command.exemptions),
            "say for which kinds of reason something is left out; or nothing, where all is shown",
        ),
        (
            "people",
            state.released is not None,
            "the copy was given already: for another one, record another request",
        ),
    )
    if state.reviewed == command.draft:
        return []
    return [
        SubjectAccessReviewed(
            draft=command.draft,
            by=context.actor.id,
            shown=command.shown,
            redacted=command.redacted,
            withheld=command.left_out,
            exemptions=command.exemptions,
            withheld_by=command.withheld_by,
            sealed=AccessReviewText(notes=command.notes) if command.notes else None,
        )
    ]


def release_subject_access(
    command: ReleaseSubjectAccess, state: SubjectAccess, context: Context
) -> list[SubjectAccessEvent]:
    """Given, as it was reviewed. Nothing goes out that nobody has gone through."""
    on = command.on or local_date(context.happened_at)
    refuse_all(
        (
            "E5",
            state.reviewed is None,
            "somebody goes through the draft first, line by line (people.ReviewSubjectAccess)",
        ),
        (
            "E5",
            state.reviewed is not None and state.reviewed != command.draft,
            "this is not the draft that was reviewed: review it as it is now, or release the one that was",
        ),
        ("E2", on > local_date(context.now), "it cannot have been given later than today; correct the day"),
    )
    if state.released is not None:
        return []
    return [
        SubjectAccessReleased(
            draft=command.draft, to=command.to, on=on, how=command.how, lawful_basis=command.lawful_basis
        )
    ]


subject_access = Stream(
    name="subject_access",
    state=SubjectAccess(),
    evolve=evolve,
    decide=decide,
    commands=SubjectAccessCommand,
    events=SubjectAccessEvent,
    per=Per.THING,
)
