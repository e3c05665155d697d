"""A child's case in one receiving team: offered, accepted or declined, worked on, handed back or closed. One open a team."""

from typing import TypeAlias, assert_never

from services.teams.events import CaseOffered
from services.teams.rows import Teams
from services.teams.streams.team_case.answering import (
    AcceptCase,
    DeclineCase,
    OfferCase,
    TakeOffer,
    accept_case,
    decline_case,
    offer_case,
    take_offer,
)
from services.teams.streams.team_case.state import TeamCase, TeamCaseEvent, evolve
from services.teams.streams.team_case.working import (
    CloseCase,
    HandBack,
    RecordReview,
    RecordSeen,
    RecordStep,
    close_case,
    hand_back,
    record_review,
    record_seen,
    record_step,
)
from shared.domain.decider import Context, Per, Stream

__all__ = [
    "AcceptCase",
    "CloseCase",
    "DeclineCase",
    "HandBack",
    "OfferCase",
    "RecordReview",
    "RecordSeen",
    "RecordStep",
    "TakeOffer",
    "TeamCase",
    "TeamCaseCommand",
    "decide",
    "evolve",
    "team_case_of",
]

TeamCaseCommand: TypeAlias = (
    OfferCase
    | TakeOffer
    | AcceptCase
    | DeclineCase
    | RecordSeen
    | RecordReview
    | RecordStep
    | HandBack
    | CloseCase
)


def decide(command: TeamCaseCommand, state: TeamCase, context: Context, teams: Teams) -> list[TeamCaseEvent]:
    """What follows from a command on a child's case in one team, by the team's row.

    Raises:
        Refused: A10 where the team has a case open (`already_open`), or none, or none accepted; A2 for a child seen not alone
            without a reason; E9 for somebody of another team; E2 for a day to come; and for a team or step that has no row.
    """
    match command:
        case OfferCase():
            return offer_case(command, state, context, teams)
        case TakeOffer():
            return take_offer(command, state, context, teams)
        case AcceptCase():
            return accept_case(command, state, context, teams)
        case DeclineCase():
            return decline_case(command, state, context, teams)
        case RecordSeen():
            return record_seen(command, state, context, teams)
        case RecordReview():
            return record_review(command, state, context, teams)
        case RecordStep():
            return record_step(command, state, context, teams)
        case HandBack():
            return hand_back(command, state, context, teams)
        case CloseCase():
            return close_case(command, state, context, teams)
        case _:
            assert_never(command)


def team_case_of(teams: Teams) -> Stream:
    """The cases of these teams: a stream for each child and team, the first, the second …"""
    return Stream(
        name="team_case",
        state=TeamCase(),
        evolve=evolve,
        decide=lambda command, state, context: decide(command, state, context, teams),
        commands=TeamCaseCommand,
        events=TeamCaseEvent,
        per=Per.EPISODE,
        code="team",
        is_open=lambda state: state.is_open,
        opened_by=(CaseOffered,),
        clocks=("Z1", "Z2", "Z3", "Z4", *(f"Z5/{step}" for step in teams.steps())),
    )
