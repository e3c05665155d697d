"""What the receiving teams tell: a case offered and answered, the child seen, reviews, steps, and its end.

The team is a code, and what it is called stands beside it: a row may be taken out, and the fact must still be told.
"""

from datetime import date
from typing import Annotated
from uuid import UUID

from services.teams.codes import SeenAt, TeamReview
from shared.domain.event import Event, LeftToDo, Sealed
from shared.domain.marks import Starts
from shared.domain.rules import Deadline
from shared.team.audience import Party

_ALL_BUT_STEPS = ("Z1", "Z2", "Z3", "Z4")


class OfferText(Sealed):
    """What the team must know: the work so far, the risks, and from whom it comes."""

    handover: str = ""
    risks: str = ""
    offered_by: str = ""


class CaseOffered(
    Event,
    name="teams.CaseOffered",
    crosses=True,
    text=OfferText,
    fixed=("team", "called", "team_agency", "occasion", "accept_by"),
):
    """A child's case was offered to a team. Starts Z1."""

    team: str
    called: str
    team_agency: str
    """The agency that the team's people are of."""
    occasion: str | None = None
    """What it follows from, as a code; None: a person offered it."""
    accept_by: Annotated[Deadline, Starts("Z1")] | None = None
    """None: nobody waits for this team's answer."""


class AcceptedText(Sealed):
    """Who works with the child."""

    worker_name: str


class CaseAccepted(
    Event,
    name="teams.CaseAccepted",
    crosses=True,
    text=AcceptedText,
    meets=("Z1",),
    fixed=("team", "called", "team_agency", "worker", "worker_name", "worker_agency", "organisation"),
):
    """The team accepted the case: it works with the child from now on. Meets Z1, and starts Z2 and Z4."""

    team: str
    called: str
    team_agency: str
    worker: UUID
    worker_agency: str | None = None
    """Where it is another than that of whoever accepted."""
    organisation: str | None = None
    """In whose name it was accepted."""
    see_by: Annotated[Deadline, Starts("Z2")] | None = None
    review_by: Annotated[Deadline, Starts("Z4")] | None = None


class StepDue(Event, name="teams.StepDue", fixed=("team", "step", "due_by")):
    """A step of the team's own is to be recorded. Starts Z5 of it."""

    team: str
    step: str
    due_by: Annotated[Deadline, Starts("Z5")]


class DeclinedText(Sealed):
    """Why."""

    reason: str


class CaseDeclined(
    Event,
    name="teams.CaseDeclined",
    crosses=True,
    text=DeclinedText,
    ends=("Z1",),
    fixed=("team", "called"),
    leaves=LeftToDo("team_manager", "case_declined", ("Z1",)),
):
    """The team declined the case: it goes back to social care, whose manager gets a task. Ends Z1."""

    team: str
    called: str


class SeenText(Sealed):
    """The child's own words, and why they were not seen, or not alone."""

    words: str = ""
    why_not_alone: str | None = None
    why_not_seen: str | None = None


class ChildSeen(
    Event,
    name="teams.ChildSeen",
    crosses=True,
    text=SeenText,
    meets=("Z2", "Z3"),
    fixed=("team", "called", "see_again_by"),
):
    """The team saw the child. Meets Z2 and Z3, and starts Z3 anew."""

    team: str
    called: str
    alone: bool
    place: SeenAt
    see_again_by: Annotated[Deadline, Starts("Z3")] | None = None


class ChildNotSeen(Event, name="teams.ChildNotSeen", crosses=True, text=SeenText, fixed=("team", "called")):
    """The team did not see the child as it meant to. Meets nothing."""

    team: str
    called: str
    place: SeenAt


class SessionsReached(
    Event,
    name="teams.SessionsReached",
    fixed=(),
    leaves=LeftToDo("team_lead", "sessions_reached", ("Z4",)),
):
    """The child was seen as often as the team's help lasts: a lead brings it to its end."""

    team: str
    sessions: int


class ReviewText(Sealed):
    """Which review it was, and what was said."""

    kind: str = ""
    notes: str = ""


class TeamReviewHeld(
    Event,
    name="teams.TeamReviewHeld",
    crosses=True,
    text=ReviewText,
    meets=("Z4",),
    continues=("Z4",),
    fixed=("team", "called", "decision", "present", "permanent", "seen_before", "review_by"),
):
    """The team's review was held. Meets Z4, and starts it anew unless it decided that the team's work ends."""

    team: str
    called: str
    decision: TeamReview
    present: tuple[Party, ...] = ()
    next_on: date | None = None
    """An appointment, which moves no clock."""
    permanent: bool | None = None
    """Whether the child's placement is meant to last; None: it was not said."""
    seen_before: bool | None = None
    """Of a team that sees the child before each review: whether it did."""
    review_by: Annotated[Deadline, Starts("Z4")] | None = None


class StepText(Sealed):
    """What was said of it."""

    notes: str = ""


class TeamStepRecorded(
    Event,
    name="teams.TeamStepRecorded",
    crosses=True,
    text=StepText,
    fixed=("team", "called", "step", "step_called"),
):
    """A step of the team's own was done. Meets Z5 of it."""

    team: str
    called: str
    step: str
    step_called: str
    on_day: date | None = None

    def clocks_met(self) -> tuple[str, ...]:
        """That step's own."""
        return (f"Z5/{self.step}",)


class ClosedText(Sealed):
    """Why, and what was done."""

    reason: str
    summary: str


class CaseHandedBack(
    Event,
    name="teams.CaseHandedBack",
    crosses=True,
    text=ClosedText,
    fixed=("team", "called", "team_agency", "organisation", "back_to", "steps"),
    leaves=LeftToDo("team_manager", "case_handed_back"),
):
    """The team handed the case back: it works with the child no longer, and a manager gets a task. Ends Z1 to Z5."""

    team: str
    called: str
    team_agency: str
    organisation: str | None = None
    back_to: str
    steps: tuple[str, ...] = ()
    """Those that were due."""

    def clocks_ended(self) -> tuple[str, ...]:
        """All of the case."""
        return _all_clocks(self.steps)


class TeamCaseClosed(
    Event,
    name="teams.TeamCaseClosed",
    crosses=True,
    text=ClosedText,
    fixed=("team", "called", "team_agency", "organisation", "steps"),
):
    """The team's work with the child ended. Ends Z1 to Z5."""

    team: str
    called: str
    team_agency: str
    organisation: str | None = None
    steps: tuple[str, ...] = ()
    """Those that were due."""

    def clocks_ended(self) -> tuple[str, ...]:
        """All of the case."""
        return _all_clocks(self.steps)


def _all_clocks(steps: tuple[str, ...]) -> tuple[str, ...]:
    return (*_ALL_BUT_STEPS, *(f"Z5/{step}" for step in steps))
