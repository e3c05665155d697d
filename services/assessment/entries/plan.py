"""What child-in-need plans say in the chronology: to the agencies that are part of them."""

from services.assessment.entries.team import entries
from services.assessment.events import (
    ChildInNeedPlanEnded,
    ChildInNeedPlanReviewed,
    ChildInNeedPlanStarted,
)
from shared.team.audience import OpenTerm, agency
from shared.team.entries import Entry, Text
from shared.team.meetings import actions_in_words


@entries.on(ChildInNeedPlanStarted)
def _(event: ChildInNeedPlanStarted, text: Text) -> Entry:
    actions = actions_in_words(text.sealed.get("actions", ()))
    return Entry(
        title="Child-in-need plan started",
        topic="child_in_need_plan",
        parts=(*text.parts(outcomes="What it is to come to"), *((("Actions", actions),) if actions else ())),
        seen_by=_partners(event.partners),
    )


@entries.on(ChildInNeedPlanReviewed)
def _(event: ChildInNeedPlanReviewed, text: Text) -> Entry:
    return Entry(
        title=f"Child-in-need plan reviewed: {event.progress.label.lower()}; {event.decision.label.lower()}",
        topic="child_in_need_plan",
        significance="significant",
        parts=text.parts(notes="Notes"),
        seen_by=_partners(event.partners),
    )


@entries.on(ChildInNeedPlanEnded)
def _(event: ChildInNeedPlanEnded, text: Text) -> Entry:
    return Entry(
        title=f"Child-in-need plan ended: {event.reason.label.lower()}",
        topic="child_in_need_plan",
        parts=text.parts(notes="Notes"),
        seen_by=_partners(event.partners),
    )


def _partners(names: tuple[str, ...]) -> list[OpenTerm]:
    return [agency(each) for each in names]
