"""The end of a family's early help: closed with all that is due to the family (F13), or handed over because of harm (F10)."""

from typing import Annotated

from pydantic import Field

from services.fws.codes import WhyEnded
from services.fws.events import (
    EarlyHelpEnded,
    EndedText,
    EndingMeetingHeld,
    EndingText,
    EscalationText,
    ImmediateEscalationRaised,
    ProposalEnded,
)
from services.fws.streams.family_episode.state import (
    EpisodeEvent,
    EpisodeOfChild,
    FamilyEpisode,
    nothing_open,
    whole_family,
    working,
)
from services.fws.streams.family_episode.visiting import Scale, not_given_texts
from shared.domain.code_lists import PrimaryNeed
from shared.domain.command import Command, refuse_all
from shared.domain.decider import Context
from shared.domain.fields import MOST_ITEMS, Agency, Distinct, PersonId, RequiredText, ShortText, Text
from shared.team.meetings import parties_at
from shared.team.sharing import NotGiven


class EscalateImmediately(Command, name="fws.EscalateImmediately", recorded_within="significant"):
    """Harm, or a risk of significant harm: hand the family to referral and assessment now, never to the panel (F10)."""

    harm: RequiredText
    told: ShortText
    handover: Text = ""
    children_now: Text = ""
    primary_need: PrimaryNeed | None = None


class HoldEndingMeeting(Command, name="fws.HoldEndingMeeting"):
    """Record the last meeting with the family: what they reached, and what they do if help is needed again (F13)."""

    family: Distinct[PersonId]
    present: Distinct[Agency] = ()
    achieved: Annotated[tuple[RequiredText, ...], Field(max_length=MOST_ITEMS)] = ()
    scale: Scale | None = None
    safety_plan: Text = ""


class CloseEpisode(Command, name="fws.CloseEpisode"):
    """Close the family's early help: with a letter to them, partners told, and copies given, or why not (F13)."""

    reason: WhyEnded
    letter_to: Distinct[PersonId]
    partners_told: Distinct[Agency]
    copies_given: Distinct[PersonId]
    why_no_meeting: Text | None = None
    not_given: Annotated[tuple[NotGiven, ...], Field(max_length=MOST_ITEMS)] = ()


def escalate_immediately(
    command: EscalateImmediately, record: EpisodeOfChild, context: Context
) -> list[EpisodeEvent | ProposalEnded]:
    """Handed over at once, with a record of that in place of all that closing asks for. No panel decides on it any more."""
    state = record.family_episode
    refuse_all(nothing_open(state, "F10"), whole_family(state, context))
    return [
        ImmediateEscalationRaised(
            contact=state.contact,
            primary_need=command.primary_need,
            sealed=EscalationText(
                harm=command.harm,
                told=command.told,
                handover=command.handover,
                children_now=command.children_now,
            ),
        ),
        EarlyHelpEnded(
            reason=WhyEnded.STEPPED_UP, escalated=True, sealed=EndedText(handover=command.handover)
        ),
        *_proposed_no_longer(record),
    ]


def hold_ending_meeting(
    command: HoldEndingMeeting, state: FamilyEpisode, context: Context
) -> list[EpisodeEvent]:
    """Held."""
    refuse_all(*working(state, context))
    return [
        EndingMeetingHeld(
            family=command.family,
            present=parties_at(command.present, ()),
            scale=command.scale,
            sealed=EndingText(achieved=command.achieved, safety_plan=command.safety_plan),
        )
    ]


def close_episode(
    command: CloseEpisode, record: EpisodeOfChild, context: Context
) -> list[EpisodeEvent | ProposalEnded]:
    """Closed, with all that the family and the partners are due."""
    state = record.family_episode
    no_meeting = not state.ending_meeting and not (command.why_no_meeting or "").strip()
    refuse_all(
        *working(state, context),
        ("F13", no_meeting, "hold an ending meeting first, or say why there was none"),
        ("F13", not command.letter_to, "write to the family, and say to whom"),
        ("F13", not command.partners_told, "tell the partners, and say which"),
        (
            "F13",
            not command.copies_given and not command.not_given,
            "give copies of assessment and plan to whoever in the family can understand them, or say why not",
        ),
    )
    return [
        EarlyHelpEnded(
            reason=command.reason,
            letter_to=command.letter_to,
            partners_told=command.partners_told,
            copies_given=command.copies_given,
            sealed=EndedText(
                why_no_meeting=command.why_no_meeting, not_given=not_given_texts(command.not_given)
            ),
        ),
        *_proposed_no_longer(record),
    ]


def _proposed_no_longer(record: EpisodeOfChild) -> list[ProposalEnded]:
    """A step-up of a family that has no early help any more is for no panel."""
    return [ProposalEnded()] if record.transfer_proposal.to_step_up else []
