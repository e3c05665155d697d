"""The return interview: offered, declined or held (R1), by whoever is assigned it, youth and family workers, social workers."""

from datetime import datetime
from typing import Final

from pydantic import Field

from services.missing.codes import DeclinedBy, Exploitation
from services.missing.events import (
    DeclinedText,
    InterviewOffered,
    InterviewText,
    OfferText,
    ReturnInterviewDeclined,
    ReturnInterviewRecorded,
)
from services.missing.streams.missing_episode.state import (
    Decided,
    EpisodeOfChild,
    MissingEpisode,
    back,
    independent,
    not_before,
    not_closed,
)
from services.missing.streams.pattern import indicated
from shared.domain.code_lists import ToldHow
from shared.domain.command import Check, Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import Agency, Distinct, PersonId, Professional, RequiredText, ShortText, Text
from shared.domain.instants import Day, Moment, local_date, utc

INTERVIEWERS: Final = frozenset(
    {"youth_worker", "keyworker", "social_worker", "team_manager", "missing_coordinator"}
)
"""The roles that hold return interviews; anybody else does so only where they are assigned it (R1)."""


class OfferInterview(Command, name="missing.OfferInterview"):
    """Record that a return interview was offered, by whom and when. It does not meet R1."""

    by: Professional
    agency: Agency | None = None
    when: Moment | None = None
    how: ToldHow | None = None
    accepted: bool | None = None


class DeclineInterview(Command, name="missing.DeclineInterview"):
    """Record that the return interview was declined, by whom and why. Declined for a child who was not asked it meets nothing."""

    by: DeclinedBy
    reason: RequiredText
    offered_on: Day | None = None
    child_asked: bool = True
    offered_again: bool | None = None


class RecordInterview(Command, name="missing.RecordInterview"):
    """Record the return interview: why the child left, what pushed and pulled, where, with whom, what would help. Meets R1."""

    with_: Professional = Field(alias="with")
    why_left: Text
    push: Distinct[ShortText]
    pull: Distinct[ShortText]
    places: Distinct[ShortText]
    people: Distinct[ShortText]
    groups: Distinct[ShortText]
    exploitation_indicators: Distinct[Exploitation]
    would_help: Text = ""
    travelled_by: Distinct[ShortText] = ()
    harmed: bool | None = None
    alone: bool | None = None
    shared_with_carer: bool | None = None
    companions: Distinct[PersonId] = ()


def offer_interview(command: OfferInterview, state: MissingEpisode, context: Context) -> list[Decided]:
    """It was offered."""
    agency = command.agency or command.by.of(context.actor.agency).agency
    refuse_all(*_may_interview(state, context), independent(agency), back(state))
    return [
        InterviewOffered(
            episode=context.thing,
            interviewer=command.by.id,
            agency=agency,
            when=_instant(command.when),
            how=command.how,
            accepted=command.accepted,
            sealed=OfferText(interviewer_name=command.by.name),
        )
    ]


def _instant(said: datetime | None) -> datetime | None:
    return utc(said) if said is not None else None


def decline_interview(command: DeclineInterview, state: MissingEpisode, context: Context) -> list[Decided]:
    """It was declined, and why."""
    refuse_all(
        *_may_interview(state, context),
        back(state),
        ("R1", state.interviewed, "the interview was held: there is nothing to decline"),
        (
            "E2",
            _to_come(command, context),
            "it was not offered yet on that day; correct the day on which it was",
        ),
    )
    return [
        ReturnInterviewDeclined(
            episode=context.thing,
            by=command.by,
            child_asked=command.child_asked,
            offered_on=command.offered_on,
            offered_again=command.offered_again,
            sealed=DeclinedText(reason=command.reason),
        )
    ]


def _to_come(command: DeclineInterview, context: Context) -> bool:
    return command.offered_on is not None and command.offered_on > local_date(context.now)


def record_interview(command: RecordInterview, state: EpisodeOfChild, context: Context) -> list[Decided]:
    """What the child said; an indicator of exploitation in it makes a pattern (R5)."""
    episode = state.missing_episode
    agency = command.with_.of(context.actor.agency).agency
    refuse_all(
        *_may_interview(episode, context),
        independent(agency),
        back(episode),
        ("R1", episode.interviewed, "the interview of this episode is recorded already; correct that record"),
        (
            "E2",
            episode.returned_at is not None and context.happened_at < episode.returned_at,
            "a return interview is held after the return; correct the time",
        ),
    )
    return [
        ReturnInterviewRecorded(
            episode=context.thing,
            interviewer=command.with_.id,
            agency=agency,
            exploitation_indicators=command.exploitation_indicators,
            harmed=command.harmed,
            alone=command.alone,
            shared_with_carer=command.shared_with_carer,
            companions=command.companions,
            sealed=InterviewText(
                interviewer_name=command.with_.name,
                why_left=command.why_left,
                push=command.push,
                pull=command.pull,
                places=command.places,
                people=command.people,
                groups=command.groups,
                would_help=command.would_help or None,
                travelled_by=command.travelled_by or None,
            ),
        ),
        *indicated(state.pattern, context.thing, command.exploitation_indicators),
    ]


def _may_interview(state: MissingEpisode, context: Context) -> tuple[Check, ...]:
    """Forbids what is not theirs (E9), not independent (R1), or of a report that was none."""
    actor = context.actor
    assigned = state.interviewer is not None and actor.is_surely(state.interviewer)
    return (
        not_closed(state),
        independent(actor.agency),
        (
            "E9",
            actor.role not in INTERVIEWERS and not assigned,
            (
                "the interview is for whoever is assigned it, and for youth, family and social workers; ask the coordinator "
                "to assign it to you"
            ),
        ),
        not_before(state, context),
    )
