"""What the missing children's team tells once a child is back: the interviews, offered, declined and held; the panel's review."""

from datetime import date
from uuid import UUID

from services.missing.codes import DeclinedBy, Exploitation, InterviewService, Risk
from shared.domain.code_lists import ToldHow
from shared.domain.event import Event, Sealed
from shared.domain.instants import Instant
from shared.team.meetings import ActionText


class PreventionText(Sealed):
    """What the child told the police, and whom."""

    disclosed: str
    seen_by: str
    offences: str | None = None


class PreventionInterviewRecorded(
    Event,
    name="missing.PreventionInterviewRecorded",
    crosses=True,
    text=PreventionText,
    fixed=("reporter_agency", "reporter_organisation"),
):
    """The police saw the child after the return. It is no return interview, and never meets R1."""

    episode: UUID
    alone: bool | None = None
    harmed: bool | None = None
    reporter_agency: str | None = None
    reporter_organisation: str | None = None


class RequestText(Sealed):
    """Who is to offer it, and why they."""

    interviewer_name: str | None = None
    reason: str | None = None


class ReturnInterviewRequested(
    Event,
    name="missing.ReturnInterviewRequested",
    crosses=True,
    text=RequestText,
    fixed=("service", "interviewer", "agency"),
):
    """Somebody independent is to offer the child a return interview (R2): an adult they know, or a service by their age."""

    episode: UUID
    service: InterviewService
    interviewer: UUID | None = None
    """The adult the child knows; None: the service says who."""
    agency: str | None = None


class OfferText(Sealed):
    """Who offers it."""

    interviewer_name: str


class InterviewOffered(
    Event, name="missing.InterviewOffered", crosses=True, text=OfferText, fixed=("interviewer", "agency")
):
    """A return interview was offered. It does not meet R1."""

    episode: UUID
    interviewer: UUID
    agency: str
    when: Instant | None = None
    how: ToldHow | None = None
    accepted: bool | None = None


class DeclinedText(Sealed):
    """Why."""

    reason: str


class ReturnInterviewDeclined(
    Event,
    name="missing.ReturnInterviewDeclined",
    crosses=True,
    text=DeclinedText,
    fixed=("by", "child_asked"),
):
    """The return interview was declined, and why. Meets R1, unless another declined for a child who was not asked."""

    episode: UUID
    by: DeclinedBy
    child_asked: bool
    offered_on: date | None = None
    offered_again: bool | None = None

    def clocks_met(self) -> tuple[str, ...]:
        """Nobody declines for a child who was not asked."""
        for_the_child = self.by in (DeclinedBy.PARENT, DeclinedBy.CARER_FOR_CHILD)
        return () if for_the_child and not self.child_asked else ("R1",)


class InterviewText(Sealed):
    """What the child said: why they left, what pushed and pulled them, the places, people and groups, what would help."""

    interviewer_name: str
    why_left: str
    push: tuple[str, ...] = ()
    pull: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    would_help: str | None = None
    travelled_by: tuple[str, ...] | None = None


class ReturnInterviewRecorded(
    Event,
    name="missing.ReturnInterviewRecorded",
    crosses=True,
    text=InterviewText,
    meets=("R1",),
    fixed=("interviewer", "interviewer_name", "agency", "exploitation_indicators", "companions"),
):
    """The return interview was held. Meets R1, by when it happened."""

    episode: UUID
    interviewer: UUID
    agency: str
    exploitation_indicators: tuple[Exploitation, ...] = ()
    harmed: bool | None = None
    alone: bool | None = None
    shared_with_carer: bool | None = None
    companions: tuple[UUID, ...] = ()
    """Children who were with the child."""


class ReviewText(Sealed):
    """What was said, what is to be done, and what was done of the last panel's actions."""

    notes: str | None = None
    actions: tuple[ActionText, ...] = ()
    no_discussion_because: str | None = None
    done: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()


class EpisodeReviewedAtPanel(
    Event,
    name="missing.EpisodeReviewedAtPanel",
    crosses=True,
    text=ReviewText,
    meets=("R3",),
    fixed=("panel", "owners", "actions", "no_discussion_because", "discussion_not_needed", "not_done"),
):
    """The weekly panel looked at the incident. Meets R3."""

    episode: UUID
    panel: date
    owners: tuple[str, ...] = ()
    """The agencies of the actions, in their order."""
    due: tuple[date, ...] = ()
    risk: Risk | None = None
    discussion_not_needed: bool = False
    """Whether the panel said that no strategy discussion is needed (R5)."""
