"""What strategy discussions and section 47 enquiries say in the chronology, and who sees it."""

from services.assessment.entries.team import entries
from services.assessment.events import (
    ConferenceRequested,
    Section47Concluded,
    Section47Initiated,
    StrategyMeetingHeld,
)
from shared.team.audience import present, referrer, working_with_the_child
from shared.team.entries import Entry, Parts, Text
from shared.team.meetings import actions_in_words, attended_in_words


@entries.on(StrategyMeetingHeld, stands_for_thing=True)
def _(event: StrategyMeetingHeld, text: Text) -> Entry:
    """Those at it see the whole; who told of the worry, and who works with the child, that it was held and what it decided."""
    quorate = "" if event.quorate else ", not quorate"
    told = [referrer(of=event.contact, depth="title")] if event.contact else []
    return Entry(
        title=f"Strategy discussion{quorate}: {event.decision.label.lower()}",
        topic="strategy_discussion",
        significance="significant",
        parts=(
            *text.parts(reason="Why", why_not_quorate="Why not quorate"),
            *_meeting(text),
        ),
        seen_by=[present(*event.present), *told, working_with_the_child()],
    )


def _meeting(text: Text) -> Parts:
    """Who was at a meeting, and what was agreed there."""
    said = (
        ("Present", attended_in_words(text.sealed.get("attended", ()))),
        ("Actions", actions_in_words(text.sealed.get("actions", ()))),
    )
    return tuple((label, words) for label, words in said if words)


@entries.on(Section47Initiated)
def _(event: Section47Initiated, text: Text) -> Entry:
    """Seen by those who were at the strategy discussion."""
    return Entry(
        title="Section 47 enquiry begun",
        topic="section_47",
        significance="critical",
        seen_by=[present(of=event.discussion)],
    )


@entries.on(Section47Concluded)
def _(event: Section47Concluded, text: Text) -> Entry:
    """Seen by those who were at the strategy discussion."""
    then = "conference required" if event.conference_required else "no conference"
    return Entry(
        title=f"Section 47 enquiry concluded: {event.outcome.label.lower()}; {then}",
        topic="section_47",
        significance="critical",
        parts=text.parts(
            agreed_by_name="Agreed by",
            reason="Why",
            threshold_not_met_because="Why the threshold is not met",
        ),
        seen_by=[present(of=event.discussion)],
    )


@entries.on(ConferenceRequested)
def _(event: ConferenceRequested, text: Text) -> Entry:
    return Entry(
        title=f"Child protection conference asked for ({event.kind.label.lower()})",
        topic="conference",
        parts=text.parts(reason="Why"),
    )


entries.one(Section47Concluded, ConferenceRequested)
