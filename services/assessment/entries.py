"""What the facts of referral and assessment say in the chronology. Nobody else sees them, but where an entry says so."""

from services.assessment.events import ChildNotSeen, ChildSeen, ReferralOpened, WorkerAllocated
from shared.team.entries import Entries, Entry, Text

entries = Entries("assessment")


@entries.on(ReferralOpened)
def _(event: ReferralOpened, text: Text) -> Entry:
    why = event.primary_need.label.lower() if event.primary_need else "need not stated yet"
    harm = " (immediate harm)" if event.immediate_harm else ""
    return Entry(title=f"Referral opened: {why}{harm}", topic="referral")


@entries.on(WorkerAllocated)
def _(event: WorkerAllocated, text: Text) -> Entry:
    days = event.assessment_due_in_working_days
    return Entry(
        title=f"Social worker allocated; assessment within {days} working days",
        topic="referral",
        parts=text.parts(worker_name="Social worker", reason="Why this time"),
    )


@entries.on(ChildSeen)
def _(event: ChildSeen, text: Text) -> Entry:
    how = "alone" if event.alone else "not alone"
    return Entry(
        title=f"Child seen {how} ({_plain(event.place)})",
        topic="visit",
        significance="significant",
        parts=text.parts(words="The child's words", why_not_alone="Why not alone"),
    )


@entries.on(ChildNotSeen)
def _(event: ChildNotSeen, text: Text) -> Entry:
    return Entry(
        title=f"Visit at which the child was not seen ({_plain(event.place)})",
        topic="visit",
        significance="significant",
        parts=text.parts(why_not_seen="Why not seen", words="What was said"),
    )


def _plain(code: str) -> str:
    return code.replace("_", " ")
